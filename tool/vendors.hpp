// SPDX-License-Identifier: Apache-2.0
//
// The vendor protocols that this tool knows. The only file that has to change for one more.
#pragma once

#include "protocols/vendor_catalogue.hpp"

namespace scmi::tool {

/// Of all vendors; what one platform speaks is Connection::catalogue().
[[nodiscard]] const catalogue::VendorProtocols& known_vendors();

/// A message of any vendor; nullptr if nobody has one of that name. Whether a platform has it is another matter.
[[nodiscard]] const catalogue::Entry* find_of_any_vendor(std::string_view name);

}  // namespace scmi::tool
