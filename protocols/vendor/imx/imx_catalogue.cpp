// SPDX-License-Identifier: Apache-2.0
#include "protocols/vendor/imx/imx_catalogue.hpp"

#include "protocols/vendor/imx/bbm_messages.hpp"
#include "protocols/vendor/imx/cpu_messages.hpp"
#include "protocols/vendor/imx/fusa_messages.hpp"
#include "protocols/vendor/imx/imx_common.hpp"
#include "protocols/vendor/imx/lmm_messages.hpp"
#include "protocols/vendor/imx/misc_messages.hpp"

namespace scmi::imx {
namespace {

using catalogue::vendor_protocol;
using catalogue::VendorProtocol;

VendorProtocol lmm() {
  using namespace lmm_protocol;
  return vendor_protocol<ProtocolAttributes, Attributes, Boot, Reset, Shutdown, Wake, Suspend, Notify,
                         lmm_protocol::ResetReason, PowerOn, ResetVectorSet, Event>(protocol_id, "imx_lmm", newest);
}

VendorProtocol bbm() {
  using namespace bbm_protocol;
  return vendor_protocol<ProtocolAttributes, RegisterSet, RegisterGet, RtcAttributes, RtcTimeSet, RtcTimeGet,
                         RtcAlarmSet, ButtonGet, RtcNotify, ButtonNotify, RtcState, RtcEvent, ButtonEvent>(
      protocol_id, "imx_bbm", newest);
}

VendorProtocol cpu() {
  using namespace cpu_protocol;
  return vendor_protocol<ProtocolAttributes, Attributes, Start, Stop, ResetVectorSet, SleepModeSet, IrqWakeSet,
                         NonIrqWakeSet, PowerDomainSettingsSet, PeripheralSettingsSet, InfoGet>(protocol_id, "imx_cpu",
                                                                                                newest);
}

VendorProtocol fusa() {
  using namespace fusa_protocol;
  return vendor_protocol<ProtocolAttributes, FaultEnvironmentStateGet, FaultEnvironmentStateNotify,
                         SafetyEnvironmentStateGet, SafetyEnvironmentStateSet, FaultGet, FaultSet, FaultGroupNotify,
                         SafetyCheckEventTrigger, SafetyCheckTestExecute, FaultEnvironmentStateEvent,
                         SafetyEnvironmentStateRequest, FaultEvent>(protocol_id, "imx_fusa", newest);
}

VendorProtocol misc() {
  using namespace misc_protocol;
  return vendor_protocol<ProtocolAttributes, ControlSet, ControlGet, ControlAction, BuildInfo, RomPassoverGet,
                         ControlNotify, ReasonAttributes, ReasonGet, SiliconInfoGet, ConfigurationInfoGet, SyslogGet,
                         BoardInfo, ControlExtendedSet, ControlExtendedGet, DdrInfoGet, ControlEvent>(
      protocol_id, "imx_misc", newest);
}

}  // namespace

Result<void> add_to(catalogue::VendorProtocols& known) {
  for (VendorProtocol protocol : {lmm(), bbm(), cpu(), fusa(), misc()}) {
    const auto added = known.add(std::move(protocol), std::string(vendor), std::string(sub_vendor));
    if (!added) return added;
  }
  return {};
}

}  // namespace scmi::imx
