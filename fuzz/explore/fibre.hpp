// SPDX-License-Identifier: Apache-2.0
//
// A stack of its own and the switch to it and back. The explorer runs every thread of a program as a fibre on one
// operating-system thread, so that it alone decides who moves. x86-64 switches in a few instructions; other
// machines use ucontext. AddressSanitizer and ThreadSanitizer are told of each switch.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <memory>

namespace explore {

/// One fibre. Re-usable: start() may follow an entry that has returned, or one that was abandoned half way.
class Fibre {
 public:
  using Entry = void (*)(void*);
  static constexpr std::size_t stack_size = 256 * 1024;

  Fibre();
  ~Fibre();
  Fibre(const Fibre&) = delete;
  Fibre& operator=(const Fibre&) = delete;

  /// Prepares entry(argument); nothing runs before resume(). What an abandoned run left on the stack is forgotten,
  /// not unwound.
  void start(Entry entry, void* argument);
  /// Runs the fibre until it suspends or its entry returns. Called from outside any fibre.
  void resume();
  /// Back to whoever called resume(). Called inside the fibre.
  void suspend();
  /// True when the entry has returned.
  [[nodiscard]] bool finished() const { return finished_; }

 private:
  struct Machine;
  static void trampoline() noexcept;
  void switch_out(bool for_good);

  std::unique_ptr<Machine> machine_;
  Entry entry_ = nullptr;
  void* argument_ = nullptr;
  bool finished_ = true;
};

}  // namespace explore
