// SPDX-License-Identifier: Apache-2.0
//
// The description of a named file with areas, as one JSON document: all that a partner without this library needs to
// attach. The platform prints it (`--describe`) and lays the very same document beside the file.
//
//   {"file": "/dev/shm/x", "size": 8192, "agents": [{"id": 1, "name": "a", "channels": [
//      {"protocols": [16, 20], "a2p": {"offset": 64, "size": 128}, "p2a": {"offset": 192, "size": 128}}]}]}
//
// A channel without a P2A area has `"p2a": null`, areas planned for no file in particular `"file": null`.
#pragma once

#include <string>
#include <string_view>

#include "scmi/result.hpp"
#include "transport/channel_layout.hpp"

namespace scmi::transport {

/// Name of the document that lies beside `file`.
[[nodiscard]] inline std::string describe_path(const std::string& file) { return file + ".json"; }
/// `name` without a slash is a file under /dev/shm.
[[nodiscard]] std::string shm_path(const std::string& name);

[[nodiscard]] std::string to_json(const ShmLayout& layout);
/// Reads and judges a description (check_layout). Unknown keys are ignored. Errors: incompatible_peer (not such a
/// document; `why` names the key), bad_memory (places that cannot be).
[[nodiscard]] Result<ShmLayout> parse_describe(std::string_view text, std::string* why = nullptr);

}  // namespace scmi::transport
