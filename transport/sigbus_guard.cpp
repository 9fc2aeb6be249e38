// SPDX-License-Identifier: Apache-2.0
#include "transport/sigbus_guard.hpp"

#include <sys/mman.h>

#include <array>
#include <cerrno>
#include <cstdint>

namespace scmi::transport {
namespace {

// A signal handler has no argument of ours, so what it needs has static storage. Only lock-free atomics: it may run
// in the middle of anything.
struct Slot {
  std::atomic<bool> claimed{false};
  std::atomic<std::uintptr_t> begin{0};  // released last, acquired by the handler: the two below belong to it
  std::atomic<std::size_t> size{0};
  std::atomic<std::atomic<bool>*> lost{nullptr};
};
std::array<Slot, GuardedMapping::mappings_max> slots;
struct sigaction previous;

void handle(int signal, siginfo_t* info, void* context) {
  const int saved_errno = errno;
  const auto address = reinterpret_cast<std::uintptr_t>(info->si_addr);
  for (Slot& slot : slots) {
    const std::uintptr_t begin = slot.begin.load(std::memory_order_acquire);
    const std::size_t size = slot.size.load(std::memory_order_relaxed);
    if (begin == 0 || address < begin || address - begin >= size) continue;
    // NOLINTNEXTLINE(performance-no-int-to-ptr): the slot keeps the address as an atomic number.
    if (::mmap(reinterpret_cast<void*>(begin), size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
               -1, 0) == MAP_FAILED) {
      break;
    }
    slot.lost.load(std::memory_order_relaxed)->store(true, std::memory_order_relaxed);
    errno = saved_errno;
    return;
  }
  errno = saved_errno;
  if ((previous.sa_flags & SA_SIGINFO) != 0) {
    previous.sa_sigaction(signal, info, context);
  } else if (previous.sa_handler != SIG_DFL && previous.sa_handler != SIG_IGN) {
    previous.sa_handler(signal);
  } else {
    ::sigaction(SIGBUS, &previous, nullptr);  // the access happens again and has its usual end
  }
}

}  // namespace

SigbusGuard::SigbusGuard() noexcept {
  struct sigaction action{};
  action.sa_sigaction = &handle;
  action.sa_flags = SA_SIGINFO;
  ::sigemptyset(&action.sa_mask);
  ::sigaction(SIGBUS, &action, &previous);
}

SigbusGuard::~SigbusGuard() { ::sigaction(SIGBUS, &previous, nullptr); }

GuardedMapping::~GuardedMapping() {
  if (slot_ < 0) return;
  Slot& slot = slots[static_cast<std::size_t>(slot_)];
  slot.begin.store(0, std::memory_order_release);
  slot.claimed.store(false, std::memory_order_release);
}

bool GuardedMapping::watch(std::span<std::byte> mapping, std::atomic<bool>& lost) noexcept {
  for (std::size_t i = 0; i < slots.size(); ++i) {
    Slot& slot = slots[i];
    if (slot.claimed.exchange(true, std::memory_order_acquire)) continue;
    slot.size.store(mapping.size(), std::memory_order_relaxed);
    slot.lost.store(&lost, std::memory_order_relaxed);
    slot.begin.store(reinterpret_cast<std::uintptr_t>(mapping.data()), std::memory_order_release);
    slot_ = static_cast<int>(i);
    return true;
  }
  return false;
}

}  // namespace scmi::transport
