// SPDX-License-Identifier: Apache-2.0
//
// Which of several vendor protocols a platform means. The numbers 0x80 to 0xFF mean nothing without the platform's
// vendor, sub-vendor and implementation version (DEN0056 BASE_DISCOVER_VENDOR and the two after it), so whatever
// belongs to a vendor protocol is kept under a key of all four. Agents keep messages so, platforms their servers.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "scmi/ids.hpp"
#include "scmi/result.hpp"

namespace scmi {

/// The numbers that belong to vendors.
inline constexpr ProtocolId first_vendor_protocol{0x80};

/// Who a platform is.
struct PlatformIdentity {
  std::string_view vendor;
  std::string_view sub_vendor;
  std::uint32_t implementation_version = 0;
};

/// Whose protocol that is. Names fit the Base protocol's replies: at most 15 characters.
struct VendorKey {
  ProtocolId protocol;
  std::string vendor;
  std::string sub_vendor{};                  ///< Empty: any.
  std::uint32_t implementation_version = 0;  ///< 0: any.
};

namespace detail {
[[nodiscard]] inline bool same_vendor(std::string_view a, std::string_view b) noexcept {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::ranges::equal(a, b, {}, lower, lower);
}
}  // namespace detail

/// How well a key fits a platform: 3 in everything, 2 in vendor and sub-vendor with any version, 1 in the vendor with
/// any sub-vendor and any version, 0 not at all. Capitals do not matter.
[[nodiscard]] inline int vendor_fit(const VendorKey& key, const PlatformIdentity& platform) noexcept {
  if (!detail::same_vendor(key.vendor, platform.vendor)) return 0;
  if (detail::same_vendor(key.sub_vendor, platform.sub_vendor)) {
    if (key.implementation_version == platform.implementation_version) return 3;
    if (key.implementation_version == 0) return 2;
  }
  return key.sub_vendor.empty() && key.implementation_version == 0 ? 1 : 0;
}

/// Something for each vendor protocol. Not synchronised.
template <class T>
class VendorTable {
 public:
  struct Item {
    VendorKey key;
    T value;
  };

  /// Errors: invalid_argument (the number is not a vendor's, the vendor is missing, a name is longer than 15
  /// characters), ambiguous (there is an item with the same key).
  [[nodiscard]] Result<void> add(VendorKey key, T value) {
    constexpr std::size_t name_length_max = 15;
    const ErrorContext context{key.protocol.value, 0, Step::none, 0};
    if (key.protocol < first_vendor_protocol || key.vendor.empty() || key.vendor.size() > name_length_max ||
        key.sub_vendor.size() > name_length_max) {
      return Error::local(LocalError::invalid_argument, context);
    }
    const auto same = [&](const Item& item) {
      return item.key.protocol == key.protocol && detail::same_vendor(item.key.vendor, key.vendor) &&
             detail::same_vendor(item.key.sub_vendor, key.sub_vendor) &&
             item.key.implementation_version == key.implementation_version;
    };
    if (std::ranges::any_of(items_, same)) return Error::local(LocalError::ambiguous, context);
    items_.push_back({std::move(key), std::move(value)});
    return {};
  }

  /// The item that fits best; nullptr if none does. Valid until the next add().
  [[nodiscard]] const Item* find(ProtocolId protocol, const PlatformIdentity& platform) const noexcept {
    const Item* best = nullptr;
    int best_fit = 0;
    for (const Item& item : items_) {
      const int fit = item.key.protocol == protocol ? vendor_fit(item.key, platform) : 0;
      if (fit <= best_fit) continue;
      best = &item;
      best_fit = fit;
    }
    return best;
  }

  /// In the order in which they were added.
  [[nodiscard]] const std::vector<Item>& items() const noexcept { return items_; }

 private:
  std::vector<Item> items_;
};

}  // namespace scmi
