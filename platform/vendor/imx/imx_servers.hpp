// SPDX-License-Identifier: Apache-2.0
//
// The i.MX vendor protocols on the simulated platform, for a description with vendor "NXP" and sub_vendor "IMX". Each
// agent is a logical machine of that number and name; machine 0 is the system manager itself.
#pragma once

#include "platform/vendor_server.hpp"

namespace scmi::platform::imx {

/// A core, and the machine that it belongs to.
struct Core {
  std::string_view name;
  std::uint32_t machine;
};
inline constexpr std::array<Core, 8> cores = {
    Core{"m33p", 0},  Core{"m7p", 2},   Core{"a55c0", 1}, Core{"a55c1", 1},
    Core{"a55c2", 1}, Core{"a55c3", 1}, Core{"a55c4", 1}, Core{"a55c5", 1},
};

/// Error: ambiguous, if they are in there already.
[[nodiscard]] Result<void> add_to(VendorServers& servers);

[[nodiscard]] std::unique_ptr<VendorServer> make_lmm(VendorHost& host);
[[nodiscard]] std::unique_ptr<VendorServer> make_bbm(VendorHost& host);
[[nodiscard]] std::unique_ptr<VendorServer> make_cpu(VendorHost& host);
[[nodiscard]] std::unique_ptr<VendorServer> make_fusa(VendorHost& host);
[[nodiscard]] std::unique_ptr<VendorServer> make_misc(VendorHost& host);

}  // namespace scmi::platform::imx
