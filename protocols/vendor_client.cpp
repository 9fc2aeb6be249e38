// SPDX-License-Identifier: Apache-2.0
#include "protocols/vendor_client.hpp"

namespace scmi {

Result<OpenedProtocol> open_vendor_protocol(const Agent& agent, const VendorKey& key, std::span<const Version> known,
                                            const CallOptions& options) {
  const BaseInfo& base = agent.base();
  if (vendor_fit(key, {base.vendor, base.sub_vendor, base.implementation_version}) == 0) {
    return Error::local(LocalError::not_found, {key.protocol.value, 0, Step::none, 0});
  }
  return open_protocol(agent, key.protocol, known, options);
}

}  // namespace scmi
