// SPDX-License-Identifier: Apache-2.0
//
// What one transaction executes, instruction by instruction: a child process makes transactions with a responder in
// place while this process single-steps it and looks at every instruction it is about to run. That counts what the
// linked program really does (system calls, locked instructions, reads of the time stamp counter), whatever the sources
// say. `--loops N` only makes N transactions, untraced, for a profiler to count.
#include <dlfcn.h>
#include <fmt/format.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "bench/area_world.hpp"

#if !defined(__x86_64__)
#error "the instructions are told apart by their x86-64 encoding"
#endif

namespace {

using namespace scmi::bench;  // NOLINT(google-build-using-namespace)

constexpr int rounds = 32;  ///< Transactions in one traced run; tokens make a few of them differ a little.
constexpr int warm_up = 100;

struct Counts {
  std::uint64_t instructions = 0;
  std::uint64_t locked = 0;
  std::uint64_t system_calls = 0;
  std::uint64_t clock_reads = 0;
  std::uint64_t allocations = 0;
};

/// Where the allocator begins; the child is a copy of this process, so the addresses are its own too.
std::array<std::uintptr_t, 6> allocators() {
  std::array<std::uintptr_t, 6> found{};
  std::size_t i = 0;
  for (const char* name : {"malloc", "calloc", "realloc", "aligned_alloc", "posix_memalign", "memalign"}) {
    found[i++] = reinterpret_cast<std::uintptr_t>(::dlsym(RTLD_DEFAULT, name));
  }
  return found;
}

/// Sorts one instruction by its first bytes.
void classify(const std::uint8_t* code, Counts& counts) {
  bool lock = false;
  for (;; ++code) {
    const std::uint8_t byte = *code;
    if (byte == 0xF0) lock = true;
    const bool prefix = byte == 0xF0 || byte == 0xF2 || byte == 0xF3 || byte == 0x66 || byte == 0x2E || byte == 0x36 ||
                        byte == 0x3E || byte == 0x26 || byte == 0x64 || byte == 0x65 || (byte & 0xF0) == 0x40;
    if (!prefix) break;
  }
  // xchg with memory locks without saying so.
  const bool exchange = (code[0] == 0x86 || code[0] == 0x87) && code[1] < 0xC0;
  if (lock || exchange) ++counts.locked;
  if (code[0] == 0x0F && (code[1] == 0x05 || code[1] == 0x34)) ++counts.system_calls;
  if (code[0] == 0x0F && (code[1] == 0x31 || (code[1] == 0x01 && code[2] == 0xF9))) ++counts.clock_reads;
}

/// Single-steps `act` in a child, from one breakpoint instruction to the next.
template <class Prepare>
Counts traced(const Prepare& prepare) {
  const auto allocator = allocators();
  const pid_t child = ::fork();
  if (child < 0) die("fork");
  if (child == 0) {
    if (::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0) die("ptrace");
    prepare([&](const auto& transact) {
      for (int i = 0; i < warm_up; ++i) transact();
      asm volatile("int3" ::: "memory");
      for (int i = 0; i < rounds; ++i) transact();
      asm volatile("int3" ::: "memory");
    });
    std::_Exit(0);
  }
  Counts counts;
  int status = 0;
  const auto wait_for_trap = [&] {
    if (::waitpid(child, &status, 0) != child) die("waitpid");
    if (!WIFSTOPPED(status) || WSTOPSIG(status) != SIGTRAP) {
      fmt::print(stderr, "the traced process ended early, status {:#x}; is ptrace allowed here?\n", status);
      std::exit(1);
    }
  };
  wait_for_trap();
  for (;;) {
    user_regs_struct registers{};
    if (::ptrace(PTRACE_GETREGS, child, nullptr, &registers) != 0) die("PTRACE_GETREGS");
    std::array<std::uint8_t, 16> code{};
    for (std::size_t i = 0; i < code.size(); i += sizeof(long)) {
      // The word behind the last one of a mapping need not exist: what is read of it stays zero.
      errno = 0;
      const long word = ::ptrace(PTRACE_PEEKTEXT, child, registers.rip + i, nullptr);
      if (errno == 0) std::memcpy(code.data() + i, &word, sizeof word);
    }
    if (code[0] == 0xCC) break;
    classify(code.data(), counts);
    ++counts.instructions;
    if (std::find(allocator.begin(), allocator.end(), registers.rip) != allocator.end()) ++counts.allocations;
    if (::ptrace(PTRACE_SINGLESTEP, child, nullptr, nullptr) != 0) die("PTRACE_SINGLESTEP");
    wait_for_trap();
  }
  ::ptrace(PTRACE_CONT, child, nullptr, nullptr);
  wait_for_trap();
  ::ptrace(PTRACE_CONT, child, nullptr, nullptr);
  ::waitpid(child, &status, 0);
  return counts;
}

template <class P>
Counts count_transaction() {
  return traced([&](const auto& run) {
    const SharedPage page;
    InPlaceCaller world(page, P::reply_size);
    P payloads;
    run([&] { world.caller().transact(payloads); });
  });
}

template <class P>
Counts count_bare() {
  return traced([&](const auto& run) {
    const SharedPage page;
    BareCaller caller(page.base() + SharedPage::area_at);
    const InPlaceResponder responder(page.base() + SharedPage::area_at, P::reply_size);
    P payloads;
    run([&] {
      caller.send(payloads);
      responder.answer();
      caller.receive(payloads);
    });
  });
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.size() == 2 && arguments[0] == "--loops") {
    const SharedPage page;
    InPlaceCaller world(page, Small::reply_size);
    Small payloads;
    for (long i = std::strtol(arguments[1].c_str(), nullptr, 10); i > 0; --i) world.caller().transact(payloads);
    return 0;
  }
  const bool json = arguments.size() == 1 && arguments[0] == "--json";
  if (!arguments.empty() && !json) {
    fmt::print(stderr, "usage: bench_transaction_counts [--json | --loops N]\n");
    return 2;
  }
  struct Row {
    std::string name;
    Counts counts;
  };
  const std::vector<Row> rows = {{"transaction 4/12", count_transaction<Small>()},
                                 {"bare 4/12", count_bare<Small>()},
                                 {"transaction 100/100", count_transaction<Large>()},
                                 {"bare 100/100", count_bare<Large>()}};
  nlohmann::json document = {{"benchmark", "transaction_counts"}, {"rows", nlohmann::json::array()}};
  if (!json) {
    fmt::print("{:<22}{:>14}{:>9}{:>14}{:>13}{:>13}\n", "for one transaction", "instructions", "locked", "system calls",
               "clock reads", "allocations");
  }
  for (const auto& [name, counts] : rows) {
    const auto each = [](std::uint64_t sum) { return static_cast<double>(sum) / rounds; };
    document["rows"].push_back({{"name", name},
                                {"instructions", each(counts.instructions)},
                                {"locked_instructions", each(counts.locked)},
                                {"system_calls", each(counts.system_calls)},
                                {"clock_reads", each(counts.clock_reads)},
                                {"allocations", each(counts.allocations)}});
    if (!json) {
      fmt::print("{:<22}{:>14.1f}{:>9.2f}{:>14.2f}{:>13.2f}{:>13.2f}\n", name, each(counts.instructions),
                 each(counts.locked), each(counts.system_calls), each(counts.clock_reads), each(counts.allocations));
    }
  }
  if (json) fmt::print("{}\n", document.dump());
  return 0;
}
