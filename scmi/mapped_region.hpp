// SPDX-License-Identifier: Apache-2.0
//
// Memory that the platform names by address and shares outside messages: fast channels, doorbell registers, statistics.
// The transport decides what may be mapped. Every access goes through the channel's guard, so that a region which
// outlives its channel answers an error and never touches memory that is gone; each word is one atomic access of
// exactly its width.
#pragma once

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "scmi/channel_registry.hpp"

namespace scmi {

static_assert(std::endian::native == std::endian::little, "regions are little-endian and accessed as native words");

/// Words that a region can be accessed by.
template <class T>
concept RegionWord = std::same_as<T, std::uint8_t> || std::same_as<T, std::uint16_t> ||
                     std::same_as<T, std::uint32_t> || std::same_as<T, std::uint64_t>;

/// Copyable; any thread. May outlive the agent, not the transport's object.
class MappedRegion {
 public:
  MappedRegion() = default;
  /// Asks the transport for `size` bytes at that address. Errors: unsupported (the transport maps nothing), bad_memory
  /// (it does not map that), invalid_argument (empty, or beyond the end of the address space), stale_handle,
  /// platform_lost.
  [[nodiscard]] static Result<MappedRegion> map(std::shared_ptr<ChannelRegistry> registry, ChannelHandle handle,
                                                std::uint64_t address, std::size_t size);

  [[nodiscard]] std::size_t size() const noexcept { return bytes_.size(); }

  /// One access of that width; `offset` in bytes, a multiple of it. An earlier write by the platform is seen with what
  /// it wrote before (acquire). Errors: invalid_argument (outside, or not aligned), channel_closed, platform_lost.
  template <RegionWord Word>
  [[nodiscard]] Result<Word> read(std::size_t offset) const noexcept {
    const ChannelRef use = enter(offset, sizeof(Word));
    if (!use) return refused(offset, sizeof(Word));
    return __atomic_load_n(word<Word>(offset), __ATOMIC_ACQUIRE);
  }
  /// Likewise; whoever sees this write sees those before it (release).
  template <RegionWord Word>
  [[nodiscard]] Result<void> write(std::size_t offset, Word value) const noexcept {
    const ChannelRef use = enter(offset, sizeof(Word));
    if (!use) return refused(offset, sizeof(Word));
    __atomic_store_n(word<Word>(offset), value, __ATOMIC_RELEASE);
    return {};
  }

 private:
  template <class Word>
  [[nodiscard]] Word* word(std::size_t offset) const noexcept {
    return static_cast<Word*>(static_cast<void*>(bytes_.data() + offset));
  }
  [[nodiscard]] bool fits(std::size_t offset, std::size_t width) const noexcept {
    return offset % width == 0 && reinterpret_cast<std::uintptr_t>(bytes_.data()) % width == 0 && offset < size() &&
           width <= size() - offset;
  }
  [[nodiscard]] ChannelRef enter(std::size_t offset, std::size_t width) const noexcept;
  [[nodiscard]] Error refused(std::size_t offset, std::size_t width) const noexcept;

  std::shared_ptr<ChannelRegistry> registry_;
  ChannelHandle handle_;
  std::span<std::byte> bytes_;
};

}  // namespace scmi
