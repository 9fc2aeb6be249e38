// SPDX-License-Identifier: Apache-2.0
//
// What the typed clients share: opening a protocol at a version both sides speak, the bounds of paged replies, and
// names. Notifications are in protocols/event.hpp.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "protocols/event.hpp"
#include "protocols/statistics.hpp"
#include "scmi/agent.hpp"
#include "scmi/call.hpp"
#include "scmi/common_messages.hpp"

namespace scmi {

/// A protocol that is ready for use: `link` has the version in force.
struct OpenedProtocol {
  ProtocolLink link;
  Version reported;         ///< What PROTOCOL_VERSION said.
  bool negotiated = false;  ///< The platform agreed to an older version than it reported.
};

/// Asks for the version and settles which one is spoken. Only a platform newer than `known.front()` is negotiated with:
/// it is asked for our newest version, then for the older ones of `known` (newest first, not empty). One that cannot
/// negotiate is spoken to in our newest. Errors: not_found (the platform has no such protocol), unsupported (a version
/// below 1.0), those of call(); the step is in the context.
[[nodiscard]] Result<OpenedProtocol> open_protocol(const Agent& agent, ProtocolId protocol,
                                                   std::span<const Version> known, const CallOptions& options = {});

/// DEN0056 PROTOCOL_MESSAGE_ATTRIBUTES: whether that command exists for us. Errors: those of call(), but not the
/// statuses NOT_FOUND and NOT_SUPPORTED: they are the answer "no".
[[nodiscard]] Result<bool> has_message(const ProtocolLink& link, MessageId message, const CallOptions& options = {});

/// Bounds a paged ("multi-part") reply: by the total that the first page promised, and by progress. (The bytes that
/// came bound each page: the decoder sees to that.) Each page is a command with a token of its own.
class PageBounds {
 public:
  /// `saturated`: the largest `remaining` that can be said, where it then means "that many or more".
  explicit PageBounds(ErrorContext context,
                      std::uint32_t saturated = std::numeric_limits<std::uint32_t>::max()) noexcept
      : context_(context), saturated_(saturated) {}

  /// Where the next page starts.
  [[nodiscard]] std::uint32_t next() const noexcept { return next_; }
  /// Judges a page; true if there is another one to ask for. Error: malformed_reply (no progress, more or fewer entries
  /// than promised; `detail` is the index of the page's first entry).
  [[nodiscard]] Result<bool> take(std::size_t returned, std::uint32_t remaining) noexcept;

 private:
  ErrorContext context_;
  std::uint32_t saturated_;
  std::uint32_t next_ = 0;
  std::uint32_t total_ = 0;
  bool total_known_ = false;
};

/// What becomes of a rate or frequency that cannot be had exactly.
enum class Rounding : std::uint8_t { down, up, closest };

/// Picks the entity that has that name; a short name counts where no full one fits. `Entity` has `id`, `name` and
/// `short_name`. Errors: not_found, ambiguous.
template <class Entity>
[[nodiscard]] auto find_by_name(const std::vector<Entity>& entities, std::string_view name)
    -> Result<decltype(Entity::id)> {
  for (const auto member : {&Entity::name, &Entity::short_name}) {
    const Entity* found = nullptr;
    for (const Entity& entity : entities) {
      if (entity.*member != name) continue;
      if (found != nullptr) return Error::local(LocalError::ambiguous);
      found = &entity;
    }
    if (found != nullptr) return found->id;
  }
  return Error::local(LocalError::not_found);
}

namespace detail {

template <class C>
[[nodiscard]] ErrorContext context_of(const ProtocolLink& link) noexcept {
  return {link.protocol().value, C::info.message.value, Step::none, 0};
}

/// call(), for commands that do not exist in every version: unsupported, without asking, below C's.
template <class C>
[[nodiscard]] Result<typename C::Reply> call_since(const ProtocolLink& link, const C& command,
                                                   const CallOptions& options) {
  if (link.version() < C::info.since) return Error::local(LocalError::unsupported, context_of<C>(link));
  return call(link, command, options);
}

/// A command whose reply is a status and nothing else.
template <class C>
[[nodiscard]] Result<void> order(const ProtocolLink& link, const C& command, const CallOptions& options) {
  const auto reply = call_since(link, command, options);
  if (!reply) return reply.error();
  return {};
}

/// The extended name, or the short one where the platform cannot give it. Errors: those of call() which are not a
/// status.
template <class NameGet>
[[nodiscard]] Result<std::string> full_name(const ProtocolLink& link, const NameGet& command,
                                            const ShortName& short_name, bool extended, const CallOptions& options) {
  if (extended && link.version() >= NameGet::info.since) {
    const auto reply = call(link, command, options);
    if (reply) return std::string(reply->name.view());
    if (reply.error().origin != Origin::platform) return reply.error();
  }
  return std::string(short_name.view());
}

/// All entities that the platform describes; one that answers an error status is left out.
template <class Info, class Describe>
[[nodiscard]] Result<std::vector<Info>> list_all(std::uint32_t count, Describe&& describe) {
  std::vector<Info> all;
  for (std::uint32_t i = 0; i < count; ++i) {
    Result<Info> info = describe(i);
    if (info) {
      all.push_back(std::move(*info));
    } else if (info.error().origin != Origin::platform) {
      return info.error();
    }
  }
  return Result<std::vector<Info>>(std::move(all));
}

}  // namespace detail
}  // namespace scmi
