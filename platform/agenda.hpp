// SPDX-License-Identifier: Apache-2.0
//
// What the simulated SoC has still to do, ordered by time; at the same time in the order it was put in.
#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "platform/soc_config.hpp"
#include "scmi/time.hpp"

namespace scmi::platform {

/// Which model an entry belongs to.
enum class AgendaKind : std::uint8_t { power, performance, clock };

/// Something that becomes due. It is void when the entity's own ticket has moved on: nobody searches the agenda.
struct AgendaEntry {
  AgendaKind kind{};
  Index entity = no_index;
  std::uint64_t ticket = 0;
};

/// Bounded by what is on its way: one entry for each transition, and for each pending rate change.
class Agenda {
 public:
  /// A ticket nobody has had.
  [[nodiscard]] std::uint64_t new_ticket() noexcept { return ++last_ticket_; }
  void put(Instant when, const AgendaEntry& entry) { entries_.emplace(when, entry); }
  /// Time of the first entry; `never` without one.
  [[nodiscard]] Instant next() const noexcept { return entries_.empty() ? never : entries_.begin()->first; }
  /// Takes the first entry that is due.
  [[nodiscard]] std::optional<AgendaEntry> take(Instant now) {
    if (next() > now || entries_.empty()) return std::nullopt;
    const AgendaEntry entry = entries_.begin()->second;
    entries_.erase(entries_.begin());
    return entry;
  }

 private:
  std::multimap<Instant, AgendaEntry> entries_;
  std::uint64_t last_ticket_ = 0;
};

}  // namespace scmi::platform
