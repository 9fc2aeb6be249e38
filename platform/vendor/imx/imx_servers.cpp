// SPDX-License-Identifier: Apache-2.0
#include "platform/vendor/imx/imx_servers.hpp"

#include "protocols/vendor/imx/imx_common.hpp"

namespace scmi::platform::imx {

Result<void> add_to(VendorServers& servers) {
  struct Served {
    std::uint8_t protocol;
    std::unique_ptr<VendorServer> (*make)(VendorHost&);
  };
  constexpr std::array all = {Served{0x80, make_lmm}, Served{0x81, make_bbm}, Served{0x82, make_cpu},
                              Served{0x83, make_fusa}, Served{0x84, make_misc}};
  for (const auto& [protocol, make] : all) {
    const auto added =
        servers.add({ProtocolId(protocol), std::string(scmi::imx::vendor), std::string(scmi::imx::sub_vendor)}, make);
    if (!added) return added;
  }
  return {};
}

}  // namespace scmi::platform::imx
