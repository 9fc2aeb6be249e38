// SPDX-License-Identifier: Apache-2.0
#include "scmi/mapped_region.hpp"

#include <limits>

namespace scmi {

Result<MappedRegion> MappedRegion::map(std::shared_ptr<ChannelRegistry> registry, ChannelHandle handle,
                                       std::uint64_t address, std::size_t size) {
  if (size == 0 || size - 1 > std::numeric_limits<std::uint64_t>::max() - address) {
    return Error::local(LocalError::invalid_argument);
  }
  const ChannelRef channel = registry->acquire(handle);
  if (!channel) return Error::local(LocalError::stale_handle);
  const ChannelBinding& binding = channel->binding();
  if (binding.ops->map_region == nullptr) return Error::local(LocalError::unsupported);
  const Result<std::span<std::byte>> mapped = binding.ops->map_region(binding.state, address, size);
  if (!mapped) return mapped.error();
  // Words that are aligned for the platform must be so for us.
  constexpr std::size_t widest = sizeof(std::uint64_t);
  if (mapped->size() < size || reinterpret_cast<std::uintptr_t>(mapped->data()) % widest != address % widest) {
    return Error::local(LocalError::bad_memory);
  }
  MappedRegion region;
  region.bytes_ = mapped->first(size);
  region.handle_ = handle;
  region.registry_ = std::move(registry);
  return region;
}

ChannelRef MappedRegion::enter(std::size_t offset, std::size_t width) const noexcept {
  if (registry_ == nullptr || !fits(offset, width)) return {};
  ChannelRef use = registry_->acquire(handle_);
  if (use && (use->word() & ChannelWord::lost) != 0) return {};
  return use;
}

Error MappedRegion::refused(std::size_t offset, std::size_t width) const noexcept {
  if (registry_ == nullptr || !fits(offset, width)) return Error::local(LocalError::invalid_argument);
  const ChannelRef use = registry_->acquire(handle_);
  return Error::local(use ? LocalError::platform_lost : LocalError::channel_closed);
}

}  // namespace scmi
