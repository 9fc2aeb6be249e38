// SPDX-License-Identifier: Apache-2.0
//
// Notifications, as the clients watch them. An event is one row: which notification, which command switches it on, and
// which field says whom it is about. Everything else (counting, pending, renewal, filtering, decoding) follows from it.
//
//   using RateChangedEvent = Event<RateChanged, RateNotify, &RateChanged::clock_id>;
//   return watch<RateChangedEvent>(link_, clock, std::move(callback), options);
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "scmi/call.hpp"
#include "scmi/notifications.hpp"
#include "scmi/protocol_link.hpp"

namespace scmi {

/// The source of an event that has none (Base errors, system power).
struct NoSource {
  friend constexpr bool operator==(NoSource, NoSource) = default;
};

namespace detail {
template <class Owner, class Member>
Member member_of(Member Owner::*);
}  // namespace detail

/// `N`: the notification. `C`: the command {source, enable}, or {enable} without a source. `field`: the member of N
/// that names the source.
template <class N, class C, auto field = nullptr>
struct Event {
  using Notification = N;
  using Command = C;
  using Callback = std::function<void(const N&)>;
  static constexpr bool has_source = !std::is_null_pointer_v<decltype(field)>;
  template <bool with>
  static auto source_type() {
    if constexpr (with) {
      return std::type_identity<decltype(detail::member_of(field))>();
    } else {
      return std::type_identity<NoSource>();
    }
  }
  using Source = typename decltype(source_type<has_source>())::type;

  [[nodiscard]] static C command(Source source, bool on) {
    const std::uint32_t enable = on ? 1 : 0;
    if constexpr (has_source) {
      return C{source, enable};
    } else {
      return C{enable};
    }
  }
  [[nodiscard]] static std::uint32_t word(Source source) noexcept {
    if constexpr (has_source) {
      return wire::to_word(source);
    } else {
      return 0;
    }
  }
  [[nodiscard]] static bool about(const N& notification, const Source& source) noexcept {
    if constexpr (has_source) {
      return notification.*field == source;
    } else {
      return true;
    }
  }
};

namespace detail {

/// Decodes in the version that is spoken when the notification comes, and delivers what is about `source` (empty: what
/// is about any). One that is too short is counted as malformed on the protocol's P2A channel.
template <class E>
[[nodiscard]] NotificationCallback decoding(const std::shared_ptr<NotificationHub>& hub, ProtocolId protocol,
                                            std::optional<typename E::Source> source, typename E::Callback callback) {
  return
      [hub = std::weak_ptr(hub), protocol, source, callback = std::move(callback)](std::span<const std::byte> payload) {
        const auto alive = hub.lock();
        if (alive == nullptr) return;
        const auto notification = decode<typename E::Notification>(payload, alive->switches().version(protocol));
        if (!notification) {
          alive->switches().count_malformed(protocol);
        } else if (!source || E::about(*notification, *source)) {
          callback(*notification);
        }
      };
}

template <class E>
[[nodiscard]] EventSwitch event_switch(typename E::Source source, typename E::Command enable) {
  return {E::Command::info.protocol, E::Command::info.message, E::Command::info.since, E::word(source),
          [enable, disable = E::command(source, false)](bool on, Version version, std::span<std::byte> into) {
            return encode(on ? enable : disable, version, into);
          }};
}

}  // namespace detail

/// Subscribes to an event of one source. Never waits: pending until the platform has answered, also while the protocol
/// is not open or there is no agent yet. Callbacks run in the agent's dispatcher.
template <class E>
[[nodiscard]] Subscription subscribe(const std::shared_ptr<NotificationHub>& hub, typename E::Source source,
                                     typename E::Callback callback) {
  return hub->subscribe(detail::event_switch<E>(source, E::command(source, true)), E::Notification::info.message,
                        detail::decoding<E>(hub, E::Command::info.protocol, source, std::move(callback)));
}

/// Receives an event of any source. Nothing is asked of the platform.
template <class E>
[[nodiscard]] Subscription listen(const ProtocolLink& link, typename E::Callback callback) {
  return link.subscribe(E::Notification::info.message,
                        detail::decoding<E>(link.notifications(), link.protocol(), {}, std::move(callback)));
}

/// Subscribes and waits for the platform's answer. `enable` is the command with which it is switched on, for events
/// that take more than a source. Errors: the platform's status, those of call(); unsupported also without a P2A
/// channel.
template <class E>
[[nodiscard]] Result<Subscription> watch(const ProtocolLink& link, typename E::Source source,
                                         typename E::Command enable, typename E::Callback callback,
                                         const CallOptions& options = {}) {
  const std::shared_ptr<NotificationHub>& hub = link.notifications();
  // Whether this link's agent is the attached one decides: an older one's is lost, whoever took its subscriptions over.
  if (!hub->switches().attached_to(*link.registry())) {
    return Error::local(LocalError::channel_closed,
                        {link.protocol().value, E::Command::info.message.value, Step::none, 0});
  }
  // A link that nobody opened is spoken to as it is.
  if (!hub->switches().is_open(link.protocol())) {
    hub->switches().opened(*link.registry(), link.protocol(), link.version());
  }
  Subscription subscription =
      hub->subscribe(detail::event_switch<E>(source, std::move(enable)), E::Notification::info.message,
                     detail::decoding<E>(hub, link.protocol(), source, std::move(callback)), options.timeout);
  const Result<void> told = subscription.wait();
  if (!told) return told.error();
  return Result<Subscription>(std::move(subscription));
}
template <class E>
[[nodiscard]] Result<Subscription> watch(const ProtocolLink& link, typename E::Source source,
                                         typename E::Callback callback, const CallOptions& options = {}) {
  return watch<E>(link, source, E::command(source, true), std::move(callback), options);
}

}  // namespace scmi
