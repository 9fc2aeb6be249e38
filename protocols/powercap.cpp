// SPDX-License-Identifier: Apache-2.0
#include "protocols/powercap.hpp"

#include <array>

namespace scmi {

using namespace powercap_protocol;

namespace {

constexpr std::array<Version, 2> known_versions{version_2_0, version_1_0};

[[nodiscard]] PowercapUnit unit_of(std::uint32_t attributes) noexcept {
  switch (DomainAttributes::Reply::power_unit.get(attributes)) {
    case 0: return PowercapUnit::abstract;
    case 1: return PowercapUnit::microwatt;
    case 2: return PowercapUnit::milliwatt;
    default: return PowercapUnit::unknown;
  }
}

}  // namespace

std::optional<std::uint64_t> microwatts(std::uint32_t power, PowercapUnit unit) noexcept {
  switch (unit) {
    case PowercapUnit::microwatt: return power;
    case PowercapUnit::milliwatt: return std::uint64_t{power} * 1000;
    case PowercapUnit::abstract:
    case PowercapUnit::unknown: break;
  }
  return std::nullopt;
}

Result<std::uint32_t> PendingCap::wait() {
  const auto complete = call_.wait();
  if (!complete) return complete.error();
  if (complete->domain_id != domain_) {
    return Error::local(LocalError::malformed_reply,
                        {protocol::powercap.value, CapSet::info.message.value, Step::none, complete->domain_id.value});
  }
  return complete->power_cap;
}

Result<Powercaps> Powercaps::open(const Agent& agent, const CallOptions& options) {
  auto opened = open_protocol(agent, protocol::powercap, known_versions, options);
  if (!opened) return opened.error();
  Powercaps domains(std::move(opened->link), opened->reported);
  const auto reply = call(domains.link_, ProtocolAttributes{}, options);
  if (!reply) return reply.error().at(Step::protocol_attributes);
  domains.count_ = ProtocolAttributes::Reply::num_domains.get(reply->attributes);
  return Result<Powercaps>(std::move(domains));
}

Result<PowercapInfo> Powercaps::describe(DomainId domain, const CallOptions& options) const {
  using Reply = DomainAttributes::Reply;
  const auto reply = call(link_, DomainAttributes{domain}, options);
  if (!reply) return reply.error();
  const auto has = [&](const BitField& b) { return b.test(reply->attributes); };
  const auto name = detail::full_name(link_, DomainNameGet{domain}, reply->name, has(Reply::extended_name), options);
  if (!name) return name.error();
  const bool has_parent = reply->parent_id != DomainId(Reply::no_parent);
  return PowercapInfo{.id = domain,
                      .name = *name,
                      .short_name = std::string(reply->name.view()),
                      .unit = unit_of(reply->attributes),
                      .cap_notify = has(Reply::cap_notify),
                      .measurements_notify = has(Reply::measurements_notify),
                      .async_cap_set = has(Reply::async_cap_set),
                      .cap_configurable = has(Reply::cap_configurable),
                      .monitoring = has(Reply::monitoring),
                      .pai_configurable = has(Reply::pai_configurable),
                      .fastchannel = has(Reply::fastchannel),
                      .min_cap = reply->min_power_cap,
                      .max_cap = reply->max_power_cap,
                      .cap_step = reply->power_cap_step,
                      .min_pai_us = reply->min_pai_us,
                      .max_pai_us = reply->max_pai_us,
                      .pai_step_us = reply->pai_step_us,
                      .sustainable_power = reply->sustainable_power,
                      .accuracy_millipercent = reply->accuracy,
                      .parent = has_parent ? std::optional(reply->parent_id) : std::nullopt};
}

Result<std::vector<PowercapInfo>> Powercaps::list(const CallOptions& options) const {
  return detail::list_all<PowercapInfo>(count_, [&](std::uint32_t i) { return describe(DomainId(i), options); });
}

Result<DomainId> Powercaps::by_name(std::string_view name, const CallOptions& options) const {
  const auto all = list(options);
  if (!all) return all.error();
  return find_by_name(*all, name);
}

Result<std::uint32_t> Powercaps::cap_get(DomainId domain, const CallOptions& options, Via via) const {
  return detail::by_way(
      via, [&] { return read_fast(domain, CapGet::info.message, options); },
      [&]() -> Result<std::uint32_t> {
        const auto reply = call(link_, CapGet{domain}, options);
        if (!reply) return reply.error();
        return reply->power_cap;
      });
}

Result<void> Powercaps::cap_set(DomainId domain, std::uint32_t cap, const CallOptions& options, Via via) const {
  return detail::by_way(
      via, [&] { return write_fast(domain, CapSet::info.message, cap, options); },
      [&] { return detail::order(link_, CapSet{domain, 0, cap}, options); });
}
Result<void> Powercaps::cap_disable(DomainId domain, const CallOptions& options, Via via) const {
  return cap_set(domain, no_cap, options, via);
}

Result<PendingCap> Powercaps::cap_set_async(DomainId domain, std::uint32_t cap, PendingOptions options) const {
  auto started = start_delayed(link_, CapSet{domain, CapSet::async.put(1), cap}, std::move(options));
  if (!started) return started.error();
  return PendingCap(std::move(*started), domain);
}

Result<void> Powercaps::cap_set_unconfirmed(DomainId domain, std::uint32_t cap, const CallOptions& options) const {
  const std::uint32_t flags = CapSet::async.put(1) | CapSet::ignore_delayed_response.put(1);
  return detail::order(link_, CapSet{domain, flags, cap}, options);
}

Result<std::uint32_t> Powercaps::pai_get(DomainId domain, const CallOptions& options, Via via) const {
  return detail::by_way(
      via, [&] { return read_fast(domain, PaiGet::info.message, options); },
      [&]() -> Result<std::uint32_t> {
        const auto reply = call(link_, PaiGet{domain}, options);
        if (!reply) return reply.error();
        return reply->pai_us;
      });
}

Result<void> Powercaps::pai_set(DomainId domain, std::uint32_t pai_us, const CallOptions& options, Via via) const {
  return detail::by_way(
      via, [&] { return write_fast(domain, PaiSet::info.message, pai_us, options); },
      [&] { return detail::order(link_, PaiSet{domain, 0, pai_us}, options); });
}

Result<PowercapMeasurement> Powercaps::measurements_get(DomainId domain, const CallOptions& options) const {
  const auto reply = call(link_, MeasurementsGet{domain}, options);
  if (!reply) return reply.error();
  return PowercapMeasurement{reply->power, reply->pai_us};
}

Result<bool> Powercaps::has_fastchannel(MessageId message, const CallOptions& options) const {
  const auto reply = call(link_, ProtocolMessageAttributes{message.value}, options);
  if (!reply) return reply.error();
  return powercap_protocol::has_fastchannel.test(reply->attributes);
}

Result<Powercaps::Fastchannel> Powercaps::describe_fastchannel(DomainId domain, MessageId message,
                                                               const CallOptions& options) const {
  return call(link_, DescribeFastchannel{domain, message.value}, options);
}

Result<std::shared_ptr<FastChannel>> Powercaps::fast_channel(DomainId domain, MessageId message,
                                                             const CallOptions& options) const {
  return fast_->find(link_, domain, message, 1, [&]() -> Result<FastChannelPlace> {
    const auto reply = describe_fastchannel(domain, message, options);
    if (!reply) return reply.error();
    return place_of(*reply);
  });
}

Result<std::uint32_t> Powercaps::read_fast(DomainId domain, MessageId message, const CallOptions& options) const {
  const auto channel = fast_channel(domain, message, options);
  if (!channel) return channel.error();
  const auto words = (*channel)->read();
  if (!words) return words.error();
  return (*words)[0];
}

Result<void> Powercaps::write_fast(DomainId domain, MessageId message, std::uint32_t value,
                                   const CallOptions& options) const {
  const auto channel = fast_channel(domain, message, options);
  if (!channel) return channel.error();
  return (*channel)->write(std::array{value});
}

Result<void> Powercaps::cap_notify(DomainId domain, bool enable, const CallOptions& options) const {
  return detail::order(link_, CapNotify{domain, notify_enable_bit.put(enable ? 1 : 0)}, options);
}

Result<void> Powercaps::measurements_notify(DomainId domain, bool enable, PowercapThresholds thresholds,
                                            const CallOptions& options) const {
  if (thresholds.low > thresholds.high) {
    return Error::local(LocalError::invalid_argument, detail::context_of<MeasurementsNotify>(link_));
  }
  const MeasurementsNotify command{domain, notify_enable_bit.put(enable ? 1 : 0), thresholds.low, thresholds.high};
  return detail::order(link_, command, options);
}

Subscription Powercaps::on_cap_changed(CapCallback callback) const {
  return listen<CapChangedEvent>(link_, std::move(callback));
}
Subscription Powercaps::on_measurements_changed(MeasurementsCallback callback) const {
  return listen<MeasurementsChangedEvent>(link_, std::move(callback));
}

Result<Subscription> Powercaps::watch_cap(DomainId domain, CapCallback callback, const CallOptions& options) const {
  return watch<CapChangedEvent>(link_, domain, std::move(callback), options);
}
Result<Subscription> Powercaps::watch_measurements(DomainId domain, PowercapThresholds thresholds,
                                                   MeasurementsCallback callback, const CallOptions& options) const {
  if (thresholds.low > thresholds.high) {
    return Error::local(LocalError::invalid_argument, detail::context_of<MeasurementsNotify>(link_));
  }
  const MeasurementsNotify enable{domain, notify_enable_bit.put(1), thresholds.low, thresholds.high};
  return watch<MeasurementsChangedEvent>(link_, domain, enable, std::move(callback), options);
}

}  // namespace scmi
