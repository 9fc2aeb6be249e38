// SPDX-License-Identifier: Apache-2.0
// The switch itself, see fibre.hpp.
#include "fuzz/explore/fibre.hpp"

#include <array>
#include <cstdint>

#if !defined(__x86_64__)
#include <ucontext.h>
#endif

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define EXPLORE_ASAN 1
#endif
#if __has_feature(thread_sanitizer)
#define EXPLORE_TSAN 1
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define EXPLORE_ASAN 1
#elif defined(__SANITIZE_THREAD__)
#define EXPLORE_TSAN 1
#endif

#if defined(EXPLORE_ASAN)
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif

// ThreadSanitizer keeps a call stack for each fibre: a function that is never left must not enter it.
#if defined(EXPLORE_TSAN)
#include <sanitizer/tsan_interface.h>
#define EXPLORE_NEVER_LEFT __attribute__((no_sanitize("thread")))
#else
#define EXPLORE_NEVER_LEFT
#endif

#if defined(__x86_64__)
extern "C" void explore_fibre_switch(void** save_stack_pointer, void* load_stack_pointer);
// The callee-saved registers of the System V ABI; the floating-point control words are never changed by a program.
asm(R"(
.text
.globl explore_fibre_switch
.type explore_fibre_switch,@function
explore_fibre_switch:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp, (%rdi)
  movq %rsi, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  ret
.size explore_fibre_switch,.-explore_fibre_switch
)");
#endif

namespace explore {

namespace {
Fibre* running = nullptr;
}

struct Fibre::Machine {
  struct Release {
    void operator()(std::byte* memory) const { std::free(memory); }
  };
  std::unique_ptr<std::byte, Release> stack{static_cast<std::byte*>(std::aligned_alloc(64, stack_size))};
#if defined(__x86_64__)
  void* here = nullptr;
  void* outside = nullptr;
#else
  ucontext_t here{};
  ucontext_t outside{};
#endif
#if defined(EXPLORE_ASAN)
  void* fake_stack = nullptr;
  void* outside_fake_stack = nullptr;
  const void* outside_bottom = nullptr;
  std::size_t outside_size = 0;
#endif
#if defined(EXPLORE_TSAN)
  void* fibre = __tsan_create_fiber(0);
  void* outside_fibre = nullptr;
  Machine() = default;
  ~Machine() { __tsan_destroy_fiber(fibre); }
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;
#endif
};

Fibre::Fibre() : machine_(std::make_unique<Machine>()) {}
Fibre::~Fibre() = default;

void Fibre::start(Entry entry, void* argument) {
#if defined(EXPLORE_TSAN)
  if (!finished_) {
    __tsan_destroy_fiber(machine_->fibre);
    machine_->fibre = __tsan_create_fiber(0);
  }
#endif
  entry_ = entry;
  argument_ = argument;
  finished_ = false;
  std::byte* const bottom = machine_->stack.get();
#if defined(EXPLORE_ASAN)
  __asan_unpoison_memory_region(bottom, stack_size);
  machine_->fake_stack = nullptr;
#endif
#if defined(__x86_64__)
  // What the switch pops: six registers, then the address it returns to. At that function's entry the stack
  // pointer must be 8 past a multiple of 16, as after a call.
  auto* const top = reinterpret_cast<std::uintptr_t*>(bottom + stack_size);
  auto* const frame = top - 8;
  for (int i = 0; i < 8; ++i) frame[i] = 0;
  frame[6] = reinterpret_cast<std::uintptr_t>(&Fibre::trampoline);
  machine_->here = frame;
#else
  getcontext(&machine_->here);
  machine_->here.uc_stack.ss_sp = bottom;
  machine_->here.uc_stack.ss_size = stack_size;
  machine_->here.uc_link = nullptr;
  makecontext(&machine_->here, &Fibre::trampoline, 0);
#endif
}

EXPLORE_NEVER_LEFT void Fibre::trampoline() noexcept {
  Fibre* const self = running;
#if defined(EXPLORE_ASAN)
  Machine& machine = *self->machine_;
  __sanitizer_finish_switch_fiber(nullptr, &machine.outside_bottom, &machine.outside_size);
#endif
  self->entry_(self->argument_);
  self->finished_ = true;
  self->switch_out(true);
  std::abort();
}

void Fibre::resume() {
  Fibre* const before = running;
  running = this;
  Machine& machine = *machine_;
#if defined(EXPLORE_ASAN)
  __sanitizer_start_switch_fiber(&machine.outside_fake_stack, machine.stack.get(), stack_size);
#endif
#if defined(EXPLORE_TSAN)
  machine.outside_fibre = __tsan_get_current_fiber();
  __tsan_switch_to_fiber(machine.fibre, 0);
#endif
#if defined(__x86_64__)
  explore_fibre_switch(&machine.outside, machine.here);
#else
  swapcontext(&machine.outside, &machine.here);
#endif
#if defined(EXPLORE_ASAN)
  __sanitizer_finish_switch_fiber(machine.outside_fake_stack, nullptr, nullptr);
#endif
  running = before;
}

void Fibre::suspend() { switch_out(false); }

EXPLORE_NEVER_LEFT void Fibre::switch_out([[maybe_unused]] bool for_good) {
  Machine& machine = *machine_;
#if defined(EXPLORE_ASAN)
  __sanitizer_start_switch_fiber(for_good ? nullptr : &machine.fake_stack, machine.outside_bottom,
                                 machine.outside_size);
#endif
#if defined(EXPLORE_TSAN)
  __tsan_switch_to_fiber(machine.outside_fibre, 0);
#endif
#if defined(__x86_64__)
  explore_fibre_switch(&machine.here, machine.outside);
#else
  swapcontext(&machine.here, &machine.outside);
#endif
#if defined(EXPLORE_ASAN)
  __sanitizer_finish_switch_fiber(machine.fake_stack, &machine.outside_bottom, &machine.outside_size);
#endif
}

}  // namespace explore
