// SPDX-License-Identifier: Apache-2.0
//
// Program 6: the end of a quarantine. A token's late reply comes at the moment at which its horizon passes and
// somebody in need of a token looks, or at which the peer's epoch ends, or while another token of the same word is
// marked. The quarantine ends once, the reply counts as late only while there is one, and no mark is lost.
#pragma once

#include <optional>

#include "fuzz/explore/programs/area.hpp"
#include "scmi/xfer_table.hpp"

namespace explore::programs {

inline constexpr scmi::Token neighbour{5};  ///< Of token 0, in its word.

enum class QuarantineEnd {
  horizon,  ///< All other tokens are out: whoever wants one reaps what has expired.
  epoch,    ///< The peer provably started anew.
  mark,     ///< Nothing ends it, but a neighbouring token is marked.
};

[[nodiscard]] inline Result quarantine(QuarantineEnd end, Options options = {}) {
  options.max_steps = 20'000;  // A search for a token looks at all 1,024.
  return explore(
      [end](Program& p) {
        struct State {
          TimeSource clock;
          scmi::XferTable table{{.xfers = 3, .max_payload = 8, .quarantine_horizon = scmi::Duration(100)}, clock};
          scmi::Xfer& lost = *table.allocate(0);
          std::uint32_t header = scmi::MessageHeader{.message = scmi::MessageId(3)}.pack();
          scmi::Stray stray{};
          std::optional<scmi::Token> taken;

          State() {
            const std::uint64_t w = scmi::XferWord::with(lost.word.load(), scmi::XferState::in_flight);
            lost.header.store(header);
            lost.word.store(w);
            const auto ended = table.abandon(lost, scmi::XferWord::sequence(w), scmi::XferWord::want_timeout);
            check(ended == scmi::XferTable::Abandoned::yes, "the command is given up");
          }
        };
        auto s = std::make_shared<State>();
        if (end == QuarantineEnd::horizon) {
          for (std::uint16_t t = 1; t < scmi::token_count; ++t) s->table.mark(scmi::Token(t), s->table.held());
          p.instant(200);
        }
        p.thread("receiver", [s] { s->stray = s->table.classify_stray(s->header); });
        p.thread("other", [s, end] {
          switch (end) {
            case QuarantineEnd::horizon: s->taken = s->table.take_token(); break;
            case QuarantineEnd::epoch: s->table.end_epoch(); break;
            case QuarantineEnd::mark: s->table.mark(neighbour, s->table.held()); break;
          }
        });
        p.finally([s, end] {
          const bool late = s->stray == scmi::Stray::late;
          check(late || s->stray == scmi::Stray::unexpected, "late, or nobody's");
          check(end != QuarantineEnd::mark || late, "nothing else ended the quarantine");
          if (s->taken) check(s->taken->value == 0, "the only token that can have come back");
          const bool over = late || s->taken.has_value() || end == QuarantineEnd::epoch;
          check(s->table.quarantine_size() == (over ? 0U : 1U), "the quarantine ends once");
          if (end == QuarantineEnd::horizon) {
            for (std::uint16_t t = 1; t < scmi::token_count; ++t) s->table.unmark(scmi::Token(t));
          }
          if (end == QuarantineEnd::mark) {
            check(s->table.find(neighbour) == &s->table.held(), "the neighbour is found");
            check(!s->table.all_tokens_in(), "the neighbour is out");
            s->table.unmark(neighbour);
          }
          check(s->table.all_tokens_in() == over, "no mark is lost or left");
        });
      },
      options);
}

}  // namespace explore::programs
