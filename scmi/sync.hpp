// SPDX-License-Identifier: Apache-2.0
//
// The seam through which the core synchronises: every atomic, lock and context identity that `scmi/` uses comes
// from namespace scmi::sync. In the product these are the standard ones. A proof build defines SCMI_SYNC_HEADER
// and gets the interleaving explorer's (fuzz/explore/), which runs the same sources under every schedule and
// honours the declared memory orders. For that reason the core has no thread_local and no fences.
#pragma once

#include <cstddef>

#if defined(SCMI_SYNC_HEADER)
#include SCMI_SYNC_HEADER
#else

#include <pthread.h>

#include <atomic>
#include <cstdint>
#include <mutex>

#include "scmi/thread_annotations.hpp"

namespace scmi::sync {

template <class T>
using atomic = std::atomic<T>;

/// A mutex that Clang's analysis knows.
class SCMI_CAPABILITY("mutex") Mutex {
 public:
  Mutex() = default;
  Mutex(const Mutex&) = delete;
  Mutex& operator=(const Mutex&) = delete;
  void lock() SCMI_ACQUIRE() { mutex_.lock(); }
  void unlock() SCMI_RELEASE() { mutex_.unlock(); }

 private:
  std::mutex mutex_;
};

/// Identity of the running context (a thread; in the explorer and the simulator a fibre). Never zero.
using ContextId = std::uintptr_t;
[[nodiscard]] inline ContextId current_context() noexcept { return static_cast<ContextId>(pthread_self()); }

/// One turn of a polling loop.
inline void cpu_relax() noexcept {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

/// How often a loop polls before it does something dearer: the explorer shortens this.
constexpr int poll_turns(int turns) noexcept { return turns; }

}  // namespace scmi::sync

#endif

namespace scmi::sync {

/// Holds a Mutex for a scope.
class SCMI_SCOPED_CAPABILITY MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) SCMI_ACQUIRE(mutex) : mutex_(mutex) { mutex_.lock(); }
  ~MutexLock() SCMI_RELEASE() { mutex_.unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mutex_;
};

inline constexpr std::size_t cache_line = 64;

}  // namespace scmi::sync
