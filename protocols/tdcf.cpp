// SPDX-License-Identifier: Apache-2.0
#include "protocols/tdcf.hpp"

#include "protocols/telemetry_messages.hpp"

namespace scmi {
namespace {

using namespace tdcf;

/// Writers are quick; one that is seen at work this often has died there.
constexpr int attempts = 64;

[[nodiscard]] Error malformed(std::size_t offset) noexcept {
  return Error::local(LocalError::malformed_reply,
                      {protocol::telemetry.value, 0, Step::none, static_cast<std::uint32_t>(offset)});
}

[[nodiscard]] std::uint64_t pair(std::span<const std::uint32_t> words, std::size_t at) noexcept {
  return std::uint64_t{words[at + 1]} << 32 | words[at];
}

/// Big-endian words, so the bytes stand in memory as they are written.
[[nodiscard]] Uuid uuid_of(std::span<const std::uint32_t> line) noexcept {
  Uuid uuid{};
  for (std::size_t i = 0; i < uuid.size(); ++i) uuid[i] = static_cast<std::uint8_t>(line[2 + i / 4] >> (i % 4 * 8));
  return uuid;
}

/// What the lines before have said.
struct Present {
  std::optional<std::uint64_t> block_ticks;
  std::uint32_t block_rate = 0;
  std::optional<Uuid> set;
};

/// Takes one whole line in; false if it is none that may be.
[[nodiscard]] bool take(std::span<const std::uint32_t> line, Present& present, std::vector<TelemetrySample>& samples) {
  const std::uint32_t meta = line[0];
  switch (type.get(meta)) {
    case type_block_timestamp:
      if ((meta & (has_timestamp.mask() | extended.mask() | uses_block.mask())) != 0) return false;
      present.block_ticks = pair(line, 2);
      present.block_rate = line[1];
      return true;
    case type_uuid:
      if (!extended.test(meta) || has_timestamp.test(meta) || uses_block.test(meta)) return false;
      present.set = uuid_of(line);
      return true;
    case type_data: break;
    default: return true;
  }
  TelemetrySample sample{DataEventId(line[1]), pair(line, 2), {}, {}, present.set};
  if (has_timestamp.test(meta)) {
    if (!extended.test(meta)) return false;
    sample.timestamp_ticks = pair(line, 4);
  } else if (uses_block.test(meta)) {
    if (!present.block_ticks) return false;
    sample.timestamp_ticks = present.block_ticks;
    sample.block_timestamp_rate = present.block_rate;
  }
  samples.push_back(sample);
  return true;
}

/// Takes a copy. Nothing if the writer was at work.
[[nodiscard]] Result<std::optional<std::vector<std::uint32_t>>> copy(const MappedRegion& region) {
  const auto size = static_cast<std::uint32_t>(region.size());
  const auto sequence = region.read<std::uint32_t>(4);
  if (!sequence) return sequence.error();
  if (*sequence % 2 != 0) return std::nullopt;
  const auto qwords = region.read<std::uint32_t>(8);
  if (!qwords) return qwords.error();
  std::optional<Error> flaw;
  std::vector<std::uint32_t> lines;
  if (*qwords > (size - head_size - tail_size) / 8) {
    flaw = malformed(8);
  } else {
    lines.reserve(2 * std::size_t{*qwords});
    for (std::size_t i = 0; i < 2 * std::size_t{*qwords}; ++i) {
      const auto word = region.read<std::uint32_t>(head_size + 4 * i);
      if (!word) return word.error();
      lines.push_back(*word);
    }
  }
  // The end alone would not do: a writer that has begun has not changed it yet.
  const auto end = region.read<std::uint32_t>(size - tail_size);
  if (!end) return end.error();
  const auto again = region.read<std::uint32_t>(4);
  if (!again) return again.error();
  if (*end != *sequence || *again != *sequence) return std::nullopt;
  if (flaw) return *flaw;
  return std::optional(std::move(lines));
}

}  // namespace

Result<std::vector<TelemetrySample>> parse_tdcf(std::span<const std::uint32_t> lines) {
  std::vector<TelemetrySample> samples;
  Present present;
  for (std::size_t at = 0; at < lines.size();) {
    const std::uint32_t meta = lines[at];
    const std::size_t length = extended.test(meta) ? extended_line_words : line_words;
    if (length > lines.size() - at) return malformed(4 * at);
    if (!invalid.test(meta) && !take(lines.subspan(at, length), present, samples)) return malformed(4 * at);
    at += length;
  }
  return Result<std::vector<TelemetrySample>>(std::move(samples));
}

Result<std::vector<TelemetrySample>> read_tdcf(const MappedRegion& region) {
  if (region.size() < head_size + tail_size || region.size() % 4 != 0 || region.size() > 0xFFFF'FFFF) {
    return malformed(region.size());
  }
  for (const auto& [offset, signature] :
       {std::pair{std::size_t{0}, begin_signature}, std::pair{region.size() - 4, end_signature}}) {
    const auto word = region.read<std::uint32_t>(offset);
    if (!word) return word.error();
    if (*word != signature) return malformed(offset);
  }
  for (int attempt = 0; attempt < attempts; ++attempt) {
    const auto lines = copy(region);
    if (!lines) return lines.error();
    if (!*lines) continue;
    auto samples = parse_tdcf(**lines);
    if (samples) return samples;
    Error error = samples.error();
    error.context.detail += head_size;
    return error;
  }
  return Error::local(LocalError::timed_out, {protocol::telemetry.value, 0, Step::none, 4});
}

}  // namespace scmi
