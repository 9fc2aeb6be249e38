// SPDX-License-Identifier: Apache-2.0
//
// What the clients of the i.MX protocols share.
#pragma once

#include <array>

#include "protocols/vendor/imx/imx_common.hpp"
#include "protocols/vendor_client.hpp"

namespace scmi::imx {

/// Why a machine was started and stopped the last time; the words' bits are in imx_common.hpp.
struct ResetReason {
  std::uint32_t boot_flags = 0;
  std::uint32_t shutdown_flags = 0;
  std::vector<std::uint32_t> extended;
};

/// Opens one of the protocols on a platform of this vendor. `known`: newest first. Errors: those of
/// open_vendor_protocol().
[[nodiscard]] inline Result<OpenedProtocol> open(const Agent& agent, ProtocolId protocol,
                                                 std::span<const Version> known, const CallOptions& options) {
  return open_vendor_protocol(agent, {protocol, std::string(vendor), std::string(sub_vendor)}, known, options);
}

}  // namespace scmi::imx
