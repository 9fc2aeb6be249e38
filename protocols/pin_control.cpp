// SPDX-License-Identifier: Apache-2.0
#include "protocols/pin_control.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace scmi {

using namespace pin_control_protocol;

namespace {

constexpr std::array<Version, 1> known_versions{version_1_0};

[[nodiscard]] constexpr std::uint32_t word(PinKind kind) noexcept { return static_cast<std::uint32_t>(kind); }

template <class C>
[[nodiscard]] Error wrong(const ProtocolLink& link, LocalError error, std::uint32_t detail) noexcept {
  ErrorContext context = detail::context_of<C>(link);
  context.detail = detail;
  return Error::local(error, context);
}

[[nodiscard]] std::optional<std::uint32_t> function_of(std::uint32_t word) noexcept {
  return word == no_function ? std::nullopt : std::optional(word);
}

}  // namespace

Result<PinControl> PinControl::open(const Agent& agent, const CallOptions& options) {
  using Reply = ProtocolAttributes::Reply;
  auto opened = open_protocol(agent, protocol::pin_control, known_versions, options);
  if (!opened) return opened.error();
  PinControl pins(std::move(opened->link), opened->reported);
  const auto reply = call(pins.link_, ProtocolAttributes{}, options);
  if (!reply) return reply.error().at(Step::protocol_attributes);
  pins.counts_ = {Reply::num_pins.get(reply->attributes_low), Reply::num_groups.get(reply->attributes_low),
                  Reply::num_functions.get(reply->attributes_high)};
  return Result<PinControl>(std::move(pins));
}

Result<PinInfo> PinControl::describe(PinRef what, const CallOptions& options) const {
  using Reply = Attributes::Reply;
  const auto reply = call(link_, Attributes{what.id, word(what.kind)}, options);
  if (!reply) return reply.error();
  const bool extended = Reply::extended_name.test(reply->attributes);
  const auto name = detail::full_name(link_, NameGet{what.id, word(what.kind)}, reply->name, extended, options);
  if (!name) return name.error();
  const bool is_function = what.kind == PinKind::function;
  return PinInfo{.kind = what.kind,
                 .id = what.id,
                 .name = *name,
                 .short_name = std::string(reply->name.view()),
                 .element_count = Reply::num_elements.get(reply->attributes),
                 .gpio = is_function && Reply::gpio.test(reply->attributes),
                 .pin_only = is_function && Reply::pin_only.test(reply->attributes)};
}

Result<std::vector<PinInfo>> PinControl::list(PinKind kind, const CallOptions& options) const {
  return detail::list_all<PinInfo>(count(kind), [&](std::uint32_t i) { return describe({kind, i}, options); });
}

Result<PinRef> PinControl::by_name(PinKind kind, std::string_view name, const CallOptions& options) const {
  const auto all = list(kind, options);
  if (!all) return all.error();
  const auto id = find_by_name(*all, name);
  if (!id) return id.error();
  return PinRef{kind, *id};
}

Result<std::vector<std::uint16_t>> PinControl::associations(PinRef what, const CallOptions& options) const {
  using Reply = ListAssociations::Reply;
  if (what.kind == PinKind::pin) return wrong<ListAssociations>(link_, LocalError::invalid_argument, what.id);
  PageBounds bounds(detail::context_of<ListAssociations>(link_));
  std::vector<std::uint16_t> all;
  for (;;) {
    const auto page = call(link_, ListAssociations{what.id, word(what.kind), bounds.next()}, options);
    if (!page) return page.error();
    const auto more = bounds.take(page->elements.size(), Reply::remaining.get(page->flags));
    if (!more) return more.error();
    all.insert(all.end(), page->elements.begin(), page->elements.end());
    if (!*more) return Result<std::vector<std::uint16_t>>(std::move(all));
  }
}

Result<PinState> PinControl::state(PinRef what, const CallOptions& options) const {
  using C = SettingsGet;
  if (what.kind == PinKind::function) return wrong<C>(link_, LocalError::invalid_argument, what.id);
  PageBounds bounds(detail::context_of<C>(link_), C::Reply::remaining.max());
  PinState state;
  for (;;) {
    // Eight bits say where a page starts.
    if (bounds.next() > C::skip_configs.max()) return wrong<C>(link_, LocalError::malformed_reply, bounds.next());
    const std::uint32_t attributes =
        C::config_flag.put(C::all_types) | C::selector.put(word(what.kind)) | C::skip_configs.put(bounds.next());
    const auto page = call(link_, C{what.id, attributes}, options);
    if (!page) return page.error();
    const auto more = bounds.take(page->configs.size(), C::Reply::remaining.get(page->num_configs));
    if (!more) return more.error();
    state.function = function_of(page->function_selected);
    state.settings.insert(state.settings.end(), page->configs.begin(), page->configs.end());
    if (!*more) return Result<PinState>(std::move(state));
  }
}

Result<std::uint32_t> PinControl::setting(PinRef what, std::uint32_t type, const CallOptions& options) const {
  using C = SettingsGet;
  if (what.kind == PinKind::function || type > setting_type_max) {
    return wrong<C>(link_, LocalError::invalid_argument, type);
  }
  const std::uint32_t attributes =
      C::config_flag.put(C::one_type) | C::selector.put(word(what.kind)) | C::config_type.put(type);
  const auto reply = call(link_, C{what.id, attributes}, options);
  if (!reply) return reply.error();
  if (reply->configs.size() != 1 || reply->configs.front().type != type) {
    return wrong<C>(link_, LocalError::malformed_reply, type);
  }
  return reply->configs.front().value;
}

Result<std::optional<std::uint32_t>> PinControl::function(PinRef what, const CallOptions& options) const {
  using C = SettingsGet;
  if (what.kind == PinKind::function) return wrong<C>(link_, LocalError::invalid_argument, what.id);
  const std::uint32_t attributes = C::config_flag.put(C::only_function) | C::selector.put(word(what.kind));
  const auto reply = call(link_, C{what.id, attributes}, options);
  if (!reply) return reply.error();
  return function_of(reply->function_selected);
}

Result<void> PinControl::configure(PinRef what, std::vector<PinSetting> settings, const CallOptions& options) const {
  using C = SettingsConfigure;
  std::ranges::sort(settings, {}, &PinSetting::type);
  const bool twice = std::ranges::adjacent_find(settings, {}, &PinSetting::type) != settings.end();
  if (what.kind == PinKind::function || settings.empty() || twice || settings.back().type > setting_type_max) {
    return wrong<C>(link_, LocalError::invalid_argument, what.id);
  }
  std::size_t most = C::count.max();
  for (std::span<const PinSetting> rest(settings); !rest.empty();) {
    const auto part = rest.first(std::min(rest.size(), most));
    const C command{what.id, no_function, C::selector.put(word(what.kind)), {part.begin(), part.end()}};
    const auto done = detail::order(link_, command, options);
    if (!done && done.error().is(LocalError::message_too_large) && part.size() > 1) {
      most = part.size() / 2;  // How much the channel carries is known to it alone.
      continue;
    }
    if (!done) return done;
    rest = rest.subspan(part.size());
  }
  return {};
}

Result<void> PinControl::select_function(PinRef what, std::optional<std::uint32_t> function,
                                         const CallOptions& options) const {
  using C = SettingsConfigure;
  if (what.kind == PinKind::function) return wrong<C>(link_, LocalError::invalid_argument, what.id);
  const std::uint32_t attributes = C::function_valid.put(1) | C::selector.put(word(what.kind));
  return detail::order(link_, C{what.id, function.value_or(no_function), attributes, {}}, options);
}

Result<void> PinControl::request(PinRef what, const CallOptions& options) const {
  return detail::order(link_, Request{what.id, word(what.kind)}, options);
}
Result<void> PinControl::release(PinRef what, const CallOptions& options) const {
  return detail::order(link_, Release{what.id, word(what.kind)}, options);
}

Result<void> PinControl::set_permissions(AgentId agent, PinRef what, bool allow, const CallOptions& options) const {
  using C = SetPermissions;
  const std::uint32_t flags = C::selector.put(word(what.kind)) | C::allow.put(allow);
  return detail::order(link_, C{agent, what.id, flags}, options);
}

}  // namespace scmi
