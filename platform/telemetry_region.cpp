// SPDX-License-Identifier: Apache-2.0
#include "platform/telemetry_region.hpp"

#include <utility>

#include "protocols/telemetry_messages.hpp"

namespace scmi::platform {
namespace {

constexpr std::uint32_t line_size = 4 * tdcf::line_words;
constexpr std::uint32_t extended_line_size = 4 * tdcf::extended_line_words;

/// Stores with release: whoever sees one of them sees that the region is being changed.
class Writer {
 public:
  Writer(const SharedWindow& window, std::uint32_t at) : window_(window), at_(at) {}
  void word(std::uint32_t offset, std::uint32_t value) const {
    window_.at<std::uint32_t>(at_ + offset).store(value, std::memory_order_release);
  }
  void pair(std::uint32_t offset, std::uint64_t value) const {
    window_.at<std::uint64_t>(at_ + offset).store(value, std::memory_order_release);
  }

 private:
  const SharedWindow& window_;
  std::uint32_t at_;
};

std::uint32_t shape_of(const DataEventConfig& data_event) noexcept {
  return data_event.timestamps == DataEventTimestamps::line ? tdcf::extended.mask() : 0;
}

}  // namespace

std::uint32_t plan_telemetry_lines(const TelemetryConfig& telemetry, TelemetryPlan& plan) {
  std::uint32_t at = tdcf::head_size;
  const auto add = [&](const std::vector<Index>& members) {
    std::uint32_t block = 0;
    for (const Index i : members) {
      const DataEventConfig& c = telemetry.data_events[i];
      if (!c.shared) continue;
      if (c.timestamps == DataEventTimestamps::block) {
        if (block == 0) block = std::exchange(at, at + line_size);
        plan.blocks[i] = block;
      }
      plan.lines[i] = std::exchange(at, at + (shape_of(c) != 0 ? extended_line_size : line_size));
    }
  };
  std::vector<Index> ungrouped;
  for (Index i = 0; i < telemetry.data_events.size(); ++i) {
    if (telemetry.data_events[i].group == no_index) ungrouped.push_back(i);
  }
  add(ungrouped);
  for (const TelemetryGroupConfig& group : telemetry.groups) add(group.members);
  return at == tdcf::head_size ? 0 : at + tdcf::tail_size;
}

void TelemetryRegion::open(const SharedWindow& window, const TelemetryPlan& plan, const TelemetryConfig& telemetry) {
  if (plan.shmti.size == 0) return;
  const Writer out(window, plan.shmti.offset);
  sequence_ = 0;
  out.word(4, 1);
  out.word(0, tdcf::begin_signature);
  out.word(8, (plan.shmti.size - tdcf::head_size - tdcf::tail_size) / 8);
  out.word(12, tdcf::revision);
  for (std::size_t i = 0; i < telemetry.data_events.size(); ++i) {
    if (plan.lines[i] == 0) continue;
    if (plan.blocks[i] != 0) {
      out.word(plan.blocks[i], tdcf::type.put(tdcf::type_block_timestamp));
      out.word(plan.blocks[i] + 4, 0);
      out.pair(plan.blocks[i] + 8, 0);
    }
    out.word(plan.lines[i], shape_of(telemetry.data_events[i]) | tdcf::invalid.mask());
    out.word(plan.lines[i] + 4, telemetry.data_events[i].id);
  }
  out.word(plan.shmti.size - 4, tdcf::end_signature);
  out.word(4, sequence_);
  out.word(plan.shmti.size - tdcf::tail_size, sequence_);
}

void TelemetryRegion::show(const SharedWindow& window, const TelemetryPlan& plan, const TelemetryConfig& telemetry,
                           std::span<const DataEventSample> samples, const std::vector<bool>& enabled) {
  for (const DataEventSample& s : samples) {
    if (plan.fast_channels[s.data_event] == TelemetryPlan::nowhere || s.failed) continue;
    const Writer out(window, plan.fast_channels[s.data_event]);
    out.pair(0, s.value);
    if (shape_of(telemetry.data_events[s.data_event]) != 0) out.pair(8, s.ticks.value_or(0));
  }
  if (plan.shmti.size == 0) return;
  const Writer out(window, plan.shmti.offset);
  out.word(4, sequence_ + 1);
  for (std::size_t i = 0; i < enabled.size(); ++i) {
    const bool gone = plan.lines[i] != 0 && !enabled[i];
    if (gone) out.word(plan.lines[i], shape_of(telemetry.data_events[i]) | tdcf::invalid.mask());
  }
  for (const DataEventSample& s : samples) {
    const std::uint32_t line = plan.lines[s.data_event];
    if (line == 0) continue;
    std::uint32_t meta = shape_of(telemetry.data_events[s.data_event]);
    if (s.failed) {
      out.word(line, meta | tdcf::invalid.mask());
      continue;
    }
    if (s.ticks && meta != 0) {
      meta |= tdcf::has_timestamp.mask();
      out.pair(line + 16, *s.ticks);
    } else if (s.ticks) {
      meta |= tdcf::uses_block.mask();
      out.pair(plan.blocks[s.data_event] + 8, *s.ticks);
    }
    out.pair(line + 8, s.value);
    out.word(line, meta);
  }
  sequence_ += 2;
  out.word(4, sequence_);
  out.word(plan.shmti.size - tdcf::tail_size, sequence_);
}

}  // namespace scmi::platform
