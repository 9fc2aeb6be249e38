// SPDX-License-Identifier: Apache-2.0
//
// The i.MX protocols 0x80 to 0x84 for the catalogue: "imx_lmm", "imx_bbm", "imx_cpu", "imx_fusa", "imx_misc".
#pragma once

#include "protocols/vendor_catalogue.hpp"

namespace scmi::imx {

/// Error: ambiguous, if they are in there already.
[[nodiscard]] Result<void> add_to(catalogue::VendorProtocols& known);

}  // namespace scmi::imx
