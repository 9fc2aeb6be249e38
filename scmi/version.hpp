// SPDX-License-Identifier: Apache-2.0
//
// Which libscmi this is: what a program was compiled against may differ from what it runs with.
#pragma once

#include <string_view>

namespace scmi {

/// Version of the library that runs, "MAJOR.MINOR.PATCH". The include root and the shared library carry MAJOR.
/// Callable from any thread, never fails; the text lives for ever.
[[nodiscard]] std::string_view library_version() noexcept;

}  // namespace scmi
