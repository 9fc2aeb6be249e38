// SPDX-License-Identifier: Apache-2.0
//
// Ctrl-C and SIGTERM: the command ends as cancelled, with its one line or its one JSON document, whatever it is
// waiting for. Everything said and removed then is prepared beforehand, since a signal handler may do next to nothing.
#pragma once

#include <string>

namespace scmi::tool {

/// Installs the handlers. `output` (stdout) and `line` (stderr) are what to say. Later calls replace them. Main thread.
void on_interrupt_say(const std::string& output, const std::string& line);
/// A socket and its folder, to be removed as well; empty for none.
void on_interrupt_remove(const std::string& socket, const std::string& folder);
/// From now on the command speaks for itself: signals have their ordinary effect again.
void end_of_interrupts();

}  // namespace scmi::tool
