// SPDX-License-Identifier: Apache-2.0
//
// What the simulated SoC has still to do, ordered by time; at the same time in the order it was put in.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <utility>

#include "platform/soc_config.hpp"
#include "scmi/time.hpp"

namespace scmi::platform {

/// Which model an entry belongs to.
enum class AgendaKind : std::uint8_t {
  power,
  system_power,
  performance,
  clock,
  sensor,
  reset_domain,
  voltage,
  physics,
  powercap,
  measurement,
  telemetry
};

/// Something that becomes due.
struct AgendaEntry {
  AgendaKind kind{};
  Index entity = no_index;
  std::uint64_t ticket = 0;
  Instant when{};
};

/// Names an entry, to take it back. Ticket 0: there is none.
struct Appointment {
  Instant when{};
  std::uint64_t ticket = 0;
};

/// Bounded by what is on its way: one entry for each transition, reset, voltage, cap and pending rate change, for each
/// load that varies, and for each powercap domain whose power somebody watches, or that may leave its cap.
class Agenda {
 public:
  [[nodiscard]] Appointment put(Instant when, AgendaKind kind, Index entity) {
    const std::uint64_t ticket = ++last_ticket_;
    entries_.emplace(Key{when, ticket}, AgendaEntry{kind, entity, ticket, when});
    return {when, ticket};
  }
  /// Takes an entry back and leaves the appointment empty. Harmless if it is.
  void cancel(Appointment& appointment) {
    entries_.erase(Key{appointment.when, appointment.ticket});
    appointment = {};
  }
  /// Time of the first entry; `never` without one.
  [[nodiscard]] Instant next() const noexcept { return entries_.empty() ? never : entries_.begin()->first.first; }
  /// Takes the first entry that is due.
  [[nodiscard]] std::optional<AgendaEntry> take(Instant now) {
    if (entries_.empty() || next() > now) return std::nullopt;
    const AgendaEntry entry = entries_.begin()->second;
    entries_.erase(entries_.begin());
    return entry;
  }
  [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }

 private:
  using Key = std::pair<Instant, std::uint64_t>;
  std::map<Key, AgendaEntry> entries_;
  std::uint64_t last_ticket_ = 0;
};

}  // namespace scmi::platform
