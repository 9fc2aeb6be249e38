// SPDX-License-Identifier: Apache-2.0
//
// The explorer's engine: runs a program's threads as fibres, one step at a time (engine.cpp, operations.cpp),
// and searches the tree of schedules depth-first by running the program again and again from its start
// (search.cpp). Internal; programs use explore.hpp.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "fuzz/explore/address_map.hpp"
#include "fuzz/explore/explore.hpp"
#include "fuzz/explore/fibre.hpp"
#include "fuzz/explore/memory.hpp"
#include "fuzz/explore/races.hpp"
#include "fuzz/explore/steps.hpp"

namespace explore {

class Engine {
 public:
  Engine(const std::function<void(Program&)>& body, const Options& options);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  [[nodiscard]] Result run();

  /// The one that is running a program now, or null.
  [[nodiscard]] static Engine* current() { return current_; }

  // Operations of programs, called on a fibre; see runtime.hpp and explore.hpp.
  void constructed(const void* object);
  void destroyed(const void* object);
  std::uint64_t load(const void* object, std::uint64_t current, std::memory_order order, runtime::Site site);
  std::uint64_t store(const void* object, std::uint64_t current, std::uint64_t value, std::memory_order order,
                      runtime::Site site);
  runtime::ReadWrite modify(const void* object, std::uint64_t current, runtime::Function function,
                            std::uint64_t operand, std::memory_order order, runtime::Site site);
  runtime::ReadWrite compare_exchange(const void* object, std::uint64_t current, std::uint64_t expected,
                                      std::uint64_t desired, std::memory_order success, std::memory_order failure,
                                      runtime::Site site);
  void lock(const void* mutex, runtime::Site site);
  void unlock(const void* mutex, runtime::Site site);
  void wait(const void* word, std::uint64_t current, std::uint64_t seen, std::int64_t deadline, runtime::Site site);
  void wake(const void* word, std::uint64_t current, runtime::Site site);
  std::int64_t now(runtime::Site site);
  void relax();
  unsigned choose(unsigned count);
  [[nodiscard]] std::uintptr_t context() const;
  void plain(const void* object, std::uint32_t size, bool write, runtime::Site site);
  void plain_forget(const void* object, std::uint32_t size) { races_.forget(object, size); }
  void check_failed(const char* message, runtime::Site site);
  void name(const void* object, const char* what) { names_[key(object)] = what; }
  void note(const char* text, std::uint64_t value);

 private:
  enum class Phase : std::uint8_t { setup, finals };

  /// A store that a polling loop has read.
  struct Polled {
    std::uint32_t object = 0;
    StoreId store = 0;
  };
  struct Thread {
    const char* name = "";
    const std::function<void()>* run = nullptr;
    bool used = false;
    bool finished = true;
    Op pending;
    Observer observer;
    std::uint32_t steps = 0;
    // Asleep in wait().
    bool asleep = false;
    bool awake = false;
    std::uint32_t word = 0;
    std::int64_t deadline = 0;
    unsigned spurious = 0;
    // Polling.
    std::vector<Polled> polled;
    bool clock_polled = false;
    std::int64_t clock_seen = 0;
    unsigned free_spins = 0;
    unsigned idle_spins = 0;
  };
  struct Lock {
    const void* address = nullptr;
    int owner = -1;
    View view;
    Clock clock;
  };
  /// One state on the path that is being explored, and what is left to try there.
  struct Frame {
    std::uint8_t enabled = 0;
    std::uint8_t backtrack = 0;  ///< Threads to try.
    std::uint8_t done = 0;       ///< Threads tried.
    std::uint8_t asleep = 0;     ///< Threads whose step here was tried earlier on an equivalent path.
    std::uint8_t chosen = 0;
    std::uint16_t choice = 0;
    std::uint16_t choices = 0;  ///< 0: not known yet.
    std::array<Op, max_threads> pending;
  };
  static constexpr std::uint32_t dead_object = ~std::uint32_t{0};
  static constexpr unsigned idle_spins_max = 100;
  static constexpr std::uint64_t cut_max = 1000;

  static std::uintptr_t key(const void* object) { return reinterpret_cast<std::uintptr_t>(object); }
  static std::uint8_t bit(unsigned thread) { return static_cast<std::uint8_t>(1U << thread); }

  // engine.cpp: one schedule.
  void execute_once();
  void reset();
  void run_main(Phase phase);
  void run_threads();
  void start_threads();
  void step(std::uint8_t thread);
  void abandon();
  static void main_entry(void* self);
  static void thread_entry(void* self);
  [[nodiscard]] bool is_enabled(const Thread& thread) const;
  [[nodiscard]] std::uint8_t enabled_threads();
  [[nodiscard]] bool has_news(const Thread& thread) const;
  [[nodiscard]] StoreId next_different(const Polled& polled) const;
  [[nodiscard]] std::int64_t next_instant() const;
  void advance_clock();
  [[nodiscard]] std::string deadlock_text() const;

  // operations.cpp.
  void yield(const Op& op);
  [[nodiscard]] std::size_t pick_way(std::size_t count);
  std::uint32_t object_of(const void* address, std::uint64_t current, runtime::Site site);
  Lock& lock_of(const void* mutex, std::uint32_t& number);
  [[nodiscard]] bool planted(Options::Plant::Kind kind, runtime::Site site);
  Thread& self() { return threads_[running_]; }
  void polled(std::uint32_t object, StoreId store);
  std::uint64_t newest(std::uint32_t object) const;
  void fail(Result::Failure failure, std::string message);

  // search.cpp.
  [[nodiscard]] std::uint8_t pick_thread(std::uint8_t enabled);
  void push_frame(std::uint8_t enabled);
  [[nodiscard]] bool reducing() const { return options_.reduction && options_.preemption_bound < 0; }
  [[nodiscard]] static std::size_t list_of(const Op& op);
  void order_step(bool find_races);
  void add_backtrack(std::size_t earlier_number);
  [[nodiscard]] bool next_path();

  // report.cpp.
  void report(Result& result) const;
  [[nodiscard]] std::string step_line(std::size_t number) const;
  [[nodiscard]] std::string object_name(const Op& op) const;
  [[nodiscard]] std::string name_of(const void* object, const char* kind, std::uint32_t number) const;

  static Engine* current_;

  const std::function<void(Program&)>& body_;
  const Options options_;
  std::unique_ptr<Program> program_;
  std::array<std::unique_ptr<Fibre>, max_threads> fibres_;
  std::array<Thread, max_threads> threads_;
  Phase phase_ = Phase::setup;
  std::uint8_t running_ = main_thread;

  Memory memory_;
  AddressMap<std::uint32_t> objects_;
  mutable AddressMap<const char*> names_;
  AddressMap<std::uint32_t> lock_numbers_;
  std::vector<Lock> locks_;
  RaceDetector races_;
  std::vector<Candidate> candidates_;
  std::int64_t now_ = 0;

  std::vector<Step> steps_;
  std::vector<Note> notes_;
  std::vector<Frame> frames_;
  std::size_t changed_frame_ = 0;                      ///< First frame of this run that differs from the run before.
  std::vector<std::vector<std::uint32_t>> by_object_;  ///< Step numbers, see list_of().
  std::vector<std::size_t> race_with_;
  std::vector<std::size_t> sequence_;
  std::vector<ScheduleEntry> replay_;
  bool replaying_ = false;
  bool draining_ = false;  ///< Nothing left to learn on this path; run to its end to free what it holds.
  bool cut_ = false;
  int preemptions_ = 0;
  std::uint8_t last_moved_ = main_thread;  ///< The thread of the last step that others can notice.

  std::uint64_t planted_ = 0;
  Result::Failure failure_ = Result::Failure::none;
  std::string message_;
};

}  // namespace explore
