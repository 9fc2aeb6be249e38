// SPDX-License-Identifier: Apache-2.0
//
// The channel word's protocol in twenty lines, right and in the ways in which others have got it wrong. The explorer
// has to prove the one and to find each of the others: this is a test of the explorer, not of the core.
#pragma once

#include "fuzz/explore/explore.hpp"
#include "scmi/sync.hpp"

namespace explore::programs {

enum class Guard {
  right,
  increment_after_check,    ///< acquire() looks whether the channel closes, and counts itself afterwards.
  close_does_not_wait,      ///< close() frees what users still have.
  release_before_stop,      ///< close() gives its own count up before it has stopped the transport.
  count_reused_after_zero,  ///< acquire() counts itself first and looks afterwards: the count leaves zero again.
};

class GuardedTransport {
 public:
  explicit GuardedTransport(Guard variant) : variant_(variant) {
    name(&word_, "word");
    name(&freed_, "freed");
    name(&stopped_, "stopped");
  }
  bool acquire() {
    std::uint32_t w = word_.load(std::memory_order_relaxed);
    switch (variant_) {
      case Guard::increment_after_check:
        if ((w & closing) != 0) return false;
        word_.fetch_add(1, std::memory_order_acquire);
        return true;
      case Guard::count_reused_after_zero:
        if ((word_.fetch_add(1, std::memory_order_acquire) & closing) == 0) return true;
        release();
        return false;
      default:
        do {
          if ((w & closing) != 0) return false;
        } while (!word_.compare_exchange_weak(w, w + 1, std::memory_order_acquire, std::memory_order_relaxed));
        return true;
    }
  }
  void use() { check(!freed_.get(), "the transport is used after it was freed"); }
  void release() {
    if (word_.fetch_sub(1, std::memory_order_acq_rel) == (closing | 1)) free();
  }
  /// Returns when the transport is freed.
  void close() {
    if (variant_ == Guard::close_does_not_wait) {
      word_.fetch_or(closing, std::memory_order_acq_rel);
      stopped_.set(true);
      free();
      return;
    }
    word_.fetch_add(closing | 1, std::memory_order_acq_rel);
    if (variant_ == Guard::release_before_stop) {
      release();
      stopped_.set(true);
    } else {
      stopped_.set(true);
      release();
    }
    while (over_.load(std::memory_order_acquire) == 0) scmi::sync::cpu_relax();
  }

 private:
  static constexpr std::uint32_t closing = 1U << 16;
  void free() {
    check(stopped_.get(), "a transport is freed before it is stopped");
    check(!freed_.get(), "a transport is freed twice");
    freed_.set(true);
    over_.store(1, std::memory_order_release);
  }

  const Guard variant_;
  scmi::sync::atomic<std::uint32_t> word_{0};  ///< {closing, users}
  scmi::sync::atomic<std::uint32_t> over_{0};
  var<bool> stopped_{false};
  var<bool> freed_{false};
};

[[nodiscard]] inline Result known_bad(Guard variant, const Options& options = {}) {
  return explore(
      [variant](Program& p) {
        auto guarded = std::make_shared<GuardedTransport>(variant);
        p.thread("user", [guarded] {
          if (!guarded->acquire()) return;
          guarded->use();
          guarded->release();
        });
        p.thread("closer", [guarded] { guarded->close(); });
      },
      options);
}

}  // namespace explore::programs
