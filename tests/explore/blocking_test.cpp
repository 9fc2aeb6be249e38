// SPDX-License-Identifier: Apache-2.0
// Locks, sleep, time, polling, plain data, and how failures are reported and replayed.
#include <doctest/doctest.h>

#include <memory>
#include <random>
#include <set>
#include <string>

#include "fuzz/explore/explore.hpp"
#include "fuzz/explore/waiter.hpp"
#include "scmi/sync.hpp"

namespace {

using explore::Options;
using explore::Program;
using explore::Result;
using scmi::Duration;
using scmi::Instant;
using scmi::sync::MutexLock;
using std::memory_order_acquire;
using std::memory_order_relaxed;
using std::memory_order_release;

bool contains(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

struct Counter {
  scmi::sync::Mutex mutex;
  explore::var<int> value{0};
};

TEST_CASE("mutex: excludes, and orders plain data") {
  const Result r = explore::explore([](Program& p) {
    auto s = std::make_shared<Counter>();
    for (const char* name : {"first", "second", "third"}) {
      p.thread(name, [s] {
        const MutexLock hold(s->mutex);
        s->value.set(s->value.get() + 1);
      });
    }
    p.finally([s] { explore::check(s->value.get() == 3, "three increments"); });
  });
  CHECK_MESSAGE(r.proved(), r.text());
  CHECK(r.schedules == 6);
}

TEST_CASE("plain data: an increment without the lock is a data race, whoever runs first") {
  const Result r = explore::explore([](Program& p) {
    auto s = std::make_shared<Counter>();
    explore::name(&s->value, "counter");
    p.thread("locked", [s] {
      const MutexLock hold(s->mutex);
      s->value.set(s->value.get() + 1);
    });
    p.thread("bare", [s] { s->value.set(5); });
  });
  CHECK(r.failure == Result::Failure::data_race);
  CHECK(contains(r.message, "counter"));
  CHECK(contains(r.message, "blocking_test.cpp:"));
}

TEST_CASE("deadlock: two mutexes in opposite order") {
  struct Two {
    scmi::sync::Mutex a;
    scmi::sync::Mutex b;
  };
  const auto body = [](Program& p) {
    auto s = std::make_shared<Two>();
    explore::name(&s->a, "a");
    explore::name(&s->b, "b");
    p.thread("forth", [s] {
      const MutexLock first(s->a);
      const MutexLock second(s->b);
    });
    p.thread("back", [s] {
      const MutexLock first(s->b);
      const MutexLock second(s->a);
    });
  };
  const Result r = explore::explore(body);
  CHECK(r.failure == Result::Failure::deadlock);
  CHECK(contains(r.message, "forth waits for b held by back; back waits for a held by forth;"));
  Options again;
  again.replay = r.schedule;
  const Result replayed = explore::explore(body, again);
  CHECK(replayed.failure == Result::Failure::deadlock);
  CHECK(replayed.message == r.message);
  CHECK(replayed.steps == r.steps);
}

TEST_CASE("replay: a schedule that does not fit the program is refused") {
  const auto body = [](Program& p) { p.thread("only", [] {}); };
  Options options;
  options.replay = std::string("ab");
  CHECK(explore::explore(body, options).failure == Result::Failure::misuse);
  options.replay = std::string("!");
  CHECK(explore::explore(body, options).failure == Result::Failure::misuse);
  options.replay = std::string("a");
  CHECK(explore::explore(body, options).failure == Result::Failure::none);
}

struct Sleeper {
  explore::Waiter waiter;
  explore::TimeSource time;
  scmi::WaitPoint point;
  scmi::sync::atomic<int> ready{0};
};

// A waiter that looks at `ready` before it takes the word's value misses a wake-up in between.
Result sleep_and_wake(bool planted, Instant deadline = scmi::never) {
  return explore::explore([=](Program& p) {
    auto s = std::make_shared<Sleeper>();
    explore::name(&s->point.word, "word");
    explore::name(&s->ready, "ready");
    p.thread("sleeper", [=] {
      for (;;) {
        if (planted && s->ready.load(memory_order_acquire) != 0) return;
        const std::uint32_t seen = s->point.word.load(memory_order_acquire);
        if (!planted && s->ready.load(memory_order_acquire) != 0) return;
        s->waiter.wait(s->point, seen, deadline, {});
        if (deadline != scmi::never && s->time.now() >= deadline) return;
      }
    });
    p.thread("waker", [s] {
      s->ready.store(1, memory_order_release);
      s->point.word.fetch_add(1, memory_order_release);
      s->waiter.wake(s->point);
    });
  });
}

TEST_CASE("wake-up: none is lost when the word is read before the condition") {
  const Result r = sleep_and_wake(false);
  CHECK_MESSAGE(r.proved(), r.text());
}

TEST_CASE("wake-up: one that is lost shows as a deadlock, a deadline ends the sleep") {
  const Result r = sleep_and_wake(true);
  CHECK(r.failure == Result::Failure::deadlock);
  CHECK(contains(r.message, "sleeper sleeps on word, nobody wakes it"));
  CHECK(contains(r.steps, "fetch") == false);
  CHECK(contains(r.steps, "modify release"));
  const Result timed = sleep_and_wake(true, Instant(Duration(50)));
  CHECK_MESSAGE(timed.proved(), timed.text());
}

TEST_CASE("time: a deadline and a reply are tried in every order") {
  std::set<std::pair<bool, bool>> outcomes;  // ready was seen, the deadline had come
  const Instant deadline{Duration(100)};
  const Result r = explore::explore([&](Program& p) {
    auto s = std::make_shared<Sleeper>();
    p.thread("caller", [s, &outcomes, deadline] {
      for (;;) {
        const std::uint32_t seen = s->point.word.load(memory_order_acquire);
        const bool ready = s->ready.load(memory_order_acquire) != 0;
        const bool late = s->time.now() >= deadline;
        if (ready || late) {
          outcomes.insert({ready, late});
          return;
        }
        s->waiter.wait(s->point, seen, deadline, {});
      }
    });
    p.thread("replier", [s] {
      s->ready.store(1, memory_order_release);
      s->point.word.fetch_add(1, memory_order_release);
      s->waiter.wake(s->point);
    });
  });
  CHECK_MESSAGE(r.proved(), r.text());
  CHECK(outcomes == std::set<std::pair<bool, bool>>{{true, false}, {true, true}, {false, true}});
}

TEST_CASE("time: a declared instant passes between any two looks at the clock") {
  std::set<std::pair<std::int64_t, std::int64_t>> outcomes;
  const Result r = explore::explore([&](Program& p) {
    auto s = std::make_shared<Sleeper>();
    p.instant(10);
    p.instant(20);
    p.thread("clock reader", [s, &outcomes] {
      const Instant first = s->time.now();
      outcomes.insert({first.time_since_epoch().count(), s->time.now().time_since_epoch().count()});
    });
  });
  CHECK(r.proved());
  CHECK(outcomes ==
        std::set<std::pair<std::int64_t, std::int64_t>>{{0, 0}, {0, 10}, {0, 20}, {10, 10}, {10, 20}, {20, 20}});
}

TEST_CASE("polling: a loop ends when the store comes, however often it might have polled") {
  const Result r = explore::explore([](Program& p) {
    auto s = std::make_shared<Sleeper>();
    p.thread("poller", [s] {
      while (s->ready.load(memory_order_acquire) < 2) scmi::sync::cpu_relax();
    });
    p.thread("setter", [s] {
      s->ready.store(1, memory_order_relaxed);
      s->ready.store(2, memory_order_release);
    });
  });
  CHECK_MESSAGE(r.proved(), r.text());
}

TEST_CASE("polling: for something that never comes is a deadlock") {
  const Result r = explore::explore([](Program& p) {
    auto s = std::make_shared<Sleeper>();
    p.thread("poller", [s] {
      while (s->ready.load(memory_order_acquire) < 2) scmi::sync::cpu_relax();
    });
    p.thread("setter", [s] { s->ready.store(1, memory_order_release); });
  });
  CHECK(r.failure == Result::Failure::deadlock);
  CHECK(contains(r.message, "poller polls for ever"));
}

TEST_CASE("polling: a spin lock by exchange ends") {
  struct State {
    scmi::sync::atomic<int> held{0};
    explore::var<int> value{0};
  };
  const Result r = explore::explore([](Program& p) {
    auto s = std::make_shared<State>();
    for (const char* name : {"first", "second"}) {
      p.thread(name, [s] {
        while (s->held.exchange(1, memory_order_acquire) != 0) scmi::sync::cpu_relax();
        s->value.set(s->value.get() + 1);
        s->held.store(0, memory_order_release);
      });
    }
    p.finally([s] { explore::check(s->value.get() == 2, "two increments"); });
  });
  CHECK_MESSAGE(r.proved(), r.text());
}

// The message is plain data; the flag's order decides whether reading it is a race.
Result message_and_flag(std::memory_order publish) {
  struct State {
    explore::var<int> message{0};
    scmi::sync::atomic<int> flag{0};
  };
  return explore::explore([publish](Program& p) {
    auto s = std::make_shared<State>();
    p.thread("writer", [s, publish] {
      s->message.set(42);
      s->flag.store(1, publish);
    });
    p.thread("reader", [s] {
      if (s->flag.load(memory_order_acquire) == 1) explore::check(s->message.get() == 42, "the message is there");
    });
  });
}

TEST_CASE("plain data: a relaxed store where release is needed is a data race") {
  CHECK(message_and_flag(memory_order_release).proved());
  const Result r = message_and_flag(memory_order_relaxed);
  CHECK(r.failure == Result::Failure::data_race);
}

TEST_CASE("report: names the threads, the objects, the orders, the values and the lines") {
  const Result r = explore::explore([](Program& p) {
    auto s = std::make_shared<Sleeper>();
    explore::name(&s->ready, "ready");
    p.thread("writer", [s] { s->ready.store(7, memory_order_release); });
    p.thread("reader", [s] {
      const int seen = s->ready.load(memory_order_relaxed);
      explore::note("saw", static_cast<std::uint64_t>(seen));
      explore::check(seen == 0, "nothing yet");
    });
  });
  CHECK(r.failure == Result::Failure::check);
  CHECK(contains(r.message, "check failed: nothing yet (blocking_test.cpp:"));
  CHECK(contains(r.steps, "writer       ready            store release"));
  CHECK(contains(r.steps, "reader       ready            load relaxed"));
  CHECK(contains(r.steps, "-- saw 7"));
  CHECK(contains(r.text(), "schedule: abab"));
}

TEST_CASE("misuse: an atomic that another thread has destroyed") {
  struct State {
    std::shared_ptr<scmi::sync::atomic<int>> cell = std::make_shared<scmi::sync::atomic<int>>(0);
    scmi::sync::atomic<int>* raw = cell.get();
    std::shared_ptr<scmi::sync::atomic<int>> keeps_memory;
  };
  // The memory itself stays valid: only the object's life ends.
  const Result r = explore::explore([](Program& p) {
    auto s = std::make_shared<State>();
    p.thread("owner", [s] { std::destroy_at(s->raw); });
    p.thread("user", [s] { s->raw->store(1, memory_order_relaxed); });
    p.finally([s] { std::construct_at(s->raw, 0); });
  });
  CHECK(r.failure == Result::Failure::misuse);
  CHECK(contains(r.message, "destroyed atomic"));
}

TEST_CASE("bounds: a bound on preemptions, steps or schedules is never called complete") {
  const auto body = [](Program& p) {
    auto s = std::make_shared<Sleeper>();
    for (const char* name : {"first", "second"}) {
      p.thread(name, [s] {
        for (int i = 0; i < 3; ++i) s->ready.fetch_add(1, memory_order_relaxed);
      });
    }
  };
  Options options;
  options.preemption_bound = 1;
  const Result bounded = explore::explore(body, options);
  CHECK(!bounded.complete);
  CHECK(bounded.failure == Result::Failure::none);
  options.preemption_bound = -1;
  options.max_schedules = 5;
  CHECK(!explore::explore(body, options).complete);
  options = {};
  options.max_steps = 4;
  const Result cut = explore::explore(body, options);
  CHECK(!cut.complete);
  CHECK(cut.cut > 0);
  const Result all = explore::explore(body);
  CHECK(all.complete);
  CHECK(all.schedules == 20);
}

TEST_CASE("choose: every choice is explored") {
  std::set<unsigned> seen;
  const Result r = explore::explore(
      [&](Program& p) { p.thread("chooser", [&seen] { seen.insert(10 * explore::choose(3) + explore::choose(2)); }); });
  CHECK(r.proved());
  CHECK(r.schedules == 6);
  CHECK(seen == std::set<unsigned>{0, 1, 10, 11, 20, 21});
}

TEST_CASE("early return: a wait may return for no reason when asked for") {
  unsigned most = 0;
  const auto body = [&most](Program& p) {
    auto s = std::make_shared<Sleeper>();
    p.thread("sleeper", [s, &most] {
      unsigned turns = 0;
      while (s->point.word.load(memory_order_acquire) == 0) {
        ++turns;
        s->waiter.wait(s->point, 0, scmi::never, {});
      }
      most = std::max(most, turns);
    });
    p.thread("waker", [s] {
      s->point.word.store(1, memory_order_release);
      s->waiter.wake(s->point);
    });
  };
  CHECK(explore::explore(body).proved());
  CHECK(most == 2);  // A wake-up orders nothing: the next load may still see the old value, and the next wait not.
  Options options;
  options.spurious_wakeups = 2;
  CHECK(explore::explore(body, options).proved());
  CHECK(most == 4);
}

// As in reduction_test.cpp, with locks, sleeps, wakes and the clock.
struct Blocking {
  explore::Waiter waiter;
  explore::TimeSource time;
  scmi::WaitPoint points[2];
  scmi::sync::Mutex mutexes[2];
  int guarded[2] = {0, 0};
  int results[3] = {0, 0, 0};
};

// The analysis takes the two mutexes of an array for one.
void act(Blocking& b, std::size_t thread, unsigned what) SCMI_NO_THREAD_SAFETY_ANALYSIS {
  const std::size_t which = what / 8 % 2;
  int seen = 0;
  switch (what % 8) {
    case 0:
    case 1: {
      const MutexLock hold(b.mutexes[which]);
      seen = b.guarded[which]++;
      if (what % 8 == 1) b.points[which].word.fetch_add(1, memory_order_relaxed);
      break;
    }
    case 2: {
      const MutexLock outer(b.mutexes[0]);
      const MutexLock inner(b.mutexes[1]);
      seen = b.guarded[0] + 3 * b.guarded[1]++;
      break;
    }
    case 3:
      b.points[which].word.fetch_add(1, memory_order_release);
      b.waiter.wake(b.points[which]);
      break;
    case 4:
    case 5: {
      const Instant deadline{Duration(what % 8 == 4 ? 10 : 20)};
      b.waiter.wait(b.points[which], b.points[which].word.load(memory_order_acquire), deadline, {});
      break;
    }
    case 6: seen = static_cast<int>(b.time.now().time_since_epoch().count()); break;
    default: seen = static_cast<int>(b.points[which].word.load(memory_order_relaxed)); break;
  }
  b.results[thread] = b.results[thread] * 31 + seen;
}

TEST_CASE("reduction: generated programs that block have the same outcomes with and without it") {
  std::mt19937 random(7);
  unsigned compared = 0;
  for (int i = 0; i < 150; ++i) {
    std::vector<std::vector<unsigned>> code(2 + random() % 2);
    for (auto& thread : code) {
      for (unsigned n = 1 + static_cast<unsigned>(random()) % 3; n > 0; --n) {
        thread.push_back(static_cast<unsigned>(random()));
      }
    }
    std::array<std::set<std::vector<int>>, 2> outcomes;
    std::array<Result, 2> results;
    for (std::size_t mode = 0; mode < 2; ++mode) {
      Options options;
      options.reduction = mode == 0;
      options.max_schedules = 4'000;
      results[mode] = explore::explore(
          [&](Program& p) {
            auto s = std::make_shared<Blocking>();
            for (std::size_t t = 0; t < code.size(); ++t) {
              p.thread("thread", [s, t, &code] {
                for (const unsigned what : code[t]) act(*s, t, what);
              });
            }
            p.finally([s, &outcomes, mode] {
              outcomes[mode].insert({s->results[0], s->results[1], s->results[2], s->guarded[0], s->guarded[1]});
            });
          },
          options);
    }
    if (!results[1].complete) continue;
    ++compared;
    CHECK_MESSAGE(results[0].proved(), results[0].text());
    CHECK_MESSAGE(outcomes[0] == outcomes[1], "program " << i);
  }
  CHECK(compared > 80);
}

}  // namespace
