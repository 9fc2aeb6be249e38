// SPDX-License-Identifier: Apache-2.0
//
// What typed clients of vendor protocols start with.
#pragma once

#include "protocols/protocol_client.hpp"
#include "protocols/vendor_table.hpp"

namespace scmi {

/// As open_protocol(), for a platform whose vendor strings fit `key`: another vendor's protocol of that number is not
/// spoken to. Errors: not_found (not listed, or the platform is another vendor's), those of open_protocol().
[[nodiscard]] Result<OpenedProtocol> open_vendor_protocol(const Agent& agent, const VendorKey& key,
                                                          std::span<const Version> known,
                                                          const CallOptions& options = {});

}  // namespace scmi
