// SPDX-License-Identifier: Apache-2.0
// The memory model: for each litmus test the exact set of outcomes. See litmus.hpp.
#include "tests/explore/litmus.hpp"

#include <doctest/doctest.h>

#include <string>

namespace {

using namespace litmus;

explore::Options plain_search() {
  explore::Options options;
  options.reduction = false;
  return options;
}

std::string text(const Outcomes& outcomes) {
  std::string out;
  for (const Outcome& outcome : outcomes) {
    out += "(";
    for (const int value : outcome) out += std::to_string(value) + " ";
    out += ") ";
  }
  return out;
}

void expect(const std::vector<Thread>& threads, const std::function<Outcome(const Cells&)>& observe,
            const Outcomes& expected) {
  const Run reduced = run(threads, observe);
  const Run full = run(threads, observe, plain_search());
  CHECK_MESSAGE(reduced.result.proved(), reduced.result.text());
  CHECK_MESSAGE(full.result.proved(), full.result.text());
  CHECK(text(reduced.outcomes) == text(expected));
  CHECK(text(full.outcomes) == text(expected));
  CHECK(reduced.result.schedules + reduced.result.pruned <= full.result.schedules);
}

Outcome two_results(const Cells& c) { return {c.r[0], c.r[1]}; }

std::vector<Thread> store_buffering(memory_order store, memory_order load) {
  return {[=](Cells& c) {
            c.x.store(1, store);
            c.r[0] = c.y.load(load);
          },
          [=](Cells& c) {
            c.y.store(1, store);
            c.r[1] = c.x.load(load);
          }};
}

TEST_CASE("store buffering: both may read 0 unless all is seq_cst") {
  const Outcomes all{{0, 0}, {0, 1}, {1, 0}, {1, 1}};
  expect(store_buffering(relaxed, relaxed), two_results, all);
  expect(store_buffering(release, acquire), two_results, all);
  expect(store_buffering(seq_cst, acquire), two_results, all);
  expect(store_buffering(release, seq_cst), two_results, all);
  expect(store_buffering(seq_cst, seq_cst), two_results, {{0, 1}, {1, 0}, {1, 1}});
}

std::vector<Thread> message_passing(memory_order store, memory_order load) {
  return {[=](Cells& c) {
            c.x.store(1, relaxed);
            c.y.store(1, store);
          },
          [=](Cells& c) {
            c.r[0] = c.y.load(load);
            c.r[1] = c.x.load(relaxed);
          }};
}

TEST_CASE("message passing: the flag without the message only where release or acquire is missing") {
  const Outcomes ordered{{0, 0}, {0, 1}, {1, 1}};
  const Outcomes all{{0, 0}, {0, 1}, {1, 0}, {1, 1}};
  expect(message_passing(relaxed, relaxed), two_results, all);
  expect(message_passing(release, relaxed), two_results, all);
  expect(message_passing(relaxed, acquire), two_results, all);
  expect(message_passing(release, acquire), two_results, ordered);
  expect(message_passing(seq_cst, seq_cst), two_results, ordered);
}

TEST_CASE("load buffering: a load never reads from a store that is later in program order and time") {
  // C++ allows (1 1) for relaxed; no machine is built from promises here, see docs/explorer.md.
  expect({[](Cells& c) {
            c.r[0] = c.y.load(relaxed);
            c.x.store(1, relaxed);
          },
          [](Cells& c) {
            c.r[1] = c.x.load(relaxed);
            c.y.store(1, relaxed);
          }},
         two_results, {{0, 0}, {0, 1}, {1, 0}});
}

TEST_CASE("coherence: reads of one object never go backwards") {
  Outcomes expected;
  for (int a = 0; a <= 2; ++a) {
    for (int b = a; b <= 2; ++b) expected.insert({a, b});
  }
  expect({[](Cells& c) {
            c.x.store(1, relaxed);
            c.x.store(2, relaxed);
          },
          [](Cells& c) {
            c.r[0] = c.x.load(relaxed);
            c.r[1] = c.x.load(relaxed);
          }},
         two_results, expected);
}

TEST_CASE("coherence: two readers agree on the order of two stores") {
  const Run r = run({[](Cells& c) { c.x.store(1, relaxed); }, [](Cells& c) { c.x.store(2, relaxed); },
                     [](Cells& c) {
                       c.r[0] = c.x.load(relaxed);
                       c.r[1] = c.x.load(relaxed);
                     },
                     [](Cells& c) {
                       c.r[2] = c.x.load(relaxed);
                       c.r[3] = c.x.load(relaxed);
                     }},
                    [](const Cells& c) { return Outcome{c.r[0], c.r[1], c.r[2], c.r[3]}; });
  CHECK(r.result.proved());
  CHECK(r.outcomes.count({1, 2, 1, 2}) == 1);
  CHECK(r.outcomes.count({2, 1, 2, 1}) == 1);
  CHECK(r.outcomes.count({1, 2, 2, 1}) == 0);
  CHECK(r.outcomes.count({2, 1, 1, 2}) == 0);
}

TEST_CASE("coherence: a thread reads its own store or a later one") {
  expect({[](Cells& c) {
            c.x.store(1, relaxed);
            c.r[0] = c.x.load(relaxed);
          },
          [](Cells& c) {
            c.x.store(2, relaxed);
            c.r[1] = c.x.load(relaxed);
          }},
         two_results, {{1, 1}, {1, 2}, {2, 2}});
}

TEST_CASE("2+2W: stores to two objects may settle in opposite orders unless they are seq_cst") {
  const auto threads = [](memory_order order) {
    return std::vector<Thread>{[=](Cells& c) {
                                 c.x.store(1, order);
                                 c.y.store(2, order);
                               },
                               [=](Cells& c) {
                                 c.y.store(1, order);
                                 c.x.store(2, order);
                               }};
  };
  const auto last = [](const Cells& c) { return Outcome{c.x.load(), c.y.load()}; };
  const Outcomes ordered{{1, 2}, {2, 1}, {2, 2}};
  const Outcomes all{{1, 1}, {1, 2}, {2, 1}, {2, 2}};
  expect(threads(relaxed), last, all);
  expect(threads(release), last, all);
  expect(threads(seq_cst), last, ordered);
  explore::Options options;
  options.reorder_stores = false;
  CHECK(text(run(threads(relaxed), last, options).outcomes) == text(ordered));
}

TEST_CASE("read-modify-writes are atomic in every order") {
  for (const memory_order order : {relaxed, acq_rel, seq_cst}) {
    expect({[=](Cells& c) { c.r[0] = c.x.fetch_add(1, order); }, [=](Cells& c) { c.r[1] = c.x.fetch_add(1, order); },
            [=](Cells& c) { c.r[2] = c.x.fetch_add(1, order); }},
           [](const Cells& c) { return Outcome{c.r[0], c.r[1], c.r[2], c.x.load()}; },
           {{0, 1, 2, 3}, {0, 2, 1, 3}, {1, 0, 2, 3}, {1, 2, 0, 3}, {2, 0, 1, 3}, {2, 1, 0, 3}});
  }
}

TEST_CASE("compare_exchange: one of two claims wins") {
  const auto claim = [](int who) {
    return [=](Cells& c) {
      int expected = 0;
      c.r[static_cast<std::size_t>(who - 1)] = c.x.compare_exchange_strong(expected, who, acq_rel) ? 1 : expected + 10;
    };
  };
  expect({claim(1), claim(2)}, [](const Cells& c) { return Outcome{c.r[0], c.r[1], c.x.load()}; },
         {{1, 11, 1}, {12, 1, 2}});
}

TEST_CASE("a claim by load and store lets both win") {
  const auto claim = [](int who) {
    return [=](Cells& c) {
      if (c.x.load(acquire) == 0) {
        c.x.store(who, release);
        c.r[static_cast<std::size_t>(who - 1)] = 1;
      }
    };
  };
  expect({claim(1), claim(2)}, two_results, {{0, 1}, {1, 0}, {1, 1}});
}

TEST_CASE("release sequence: an acquire of a relaxed read-modify-write synchronises with the release before it") {
  const auto observe = [](const Cells& c) { return Outcome{c.r[0], c.r[1]}; };
  // y: 0, 1 (release), 2 (relaxed, by another thread).
  const auto reader = [](Cells& c) {
    c.r[0] = c.y.load(acquire);
    c.r[1] = c.x.load(relaxed);
  };
  const auto writer = [](Cells& c) {
    c.x.store(1, relaxed);
    c.y.store(1, release);
  };
  const auto through_rmw = [](Cells& c) {
    int expected = 1;
    c.y.compare_exchange_strong(expected, 2, relaxed, relaxed);
  };
  expect({writer, through_rmw, reader}, observe, {{0, 0}, {0, 1}, {1, 1}, {2, 1}});
  const auto through_store = [](Cells& c) {
    if (c.y.load(relaxed) == 1) c.y.store(2, relaxed);
  };
  expect({writer, through_store, reader}, observe, {{0, 0}, {0, 1}, {1, 1}, {2, 0}, {2, 1}});
}

TEST_CASE("IRIW: two readers may disagree with acquire, not with seq_cst") {
  const auto threads = [](memory_order store, memory_order load) {
    return std::vector<Thread>{[=](Cells& c) { c.x.store(1, store); }, [=](Cells& c) { c.y.store(1, store); },
                               [=](Cells& c) {
                                 c.r[0] = c.x.load(load);
                                 c.r[1] = c.y.load(load);
                               },
                               [=](Cells& c) {
                                 c.r[2] = c.y.load(load);
                                 c.r[3] = c.x.load(load);
                               }};
  };
  const auto observe = [](const Cells& c) { return Outcome{c.r[0], c.r[1], c.r[2], c.r[3]}; };
  Outcomes all;
  for (int i = 0; i < 16; ++i) all.insert({i & 1, i >> 1 & 1, i >> 2 & 1, i >> 3 & 1});
  Outcomes agreed = all;
  agreed.erase({1, 0, 1, 0});
  expect(threads(release, acquire), observe, all);
  expect(threads(relaxed, relaxed), observe, all);
  expect(threads(seq_cst, seq_cst), observe, agreed);
}

TEST_CASE("write to read causality: acquire and release carry over a third thread") {
  const auto threads = [](memory_order load, memory_order store) {
    return std::vector<Thread>{[](Cells& c) { c.x.store(1, relaxed); },
                               [=](Cells& c) {
                                 c.r[0] = c.x.load(relaxed);
                                 c.y.store(1, store);
                               },
                               [=](Cells& c) {
                                 c.r[1] = c.y.load(load);
                                 c.r[2] = c.x.load(relaxed);
                               }};
  };
  const auto observe = [](const Cells& c) { return Outcome{c.r[0], c.r[1], c.r[2]}; };
  CHECK(run(threads(acquire, release), observe).outcomes.count({1, 1, 0}) == 0);
  CHECK(run(threads(relaxed, relaxed), observe).outcomes.count({1, 1, 0}) == 1);
  expect(threads(acquire, release), observe,
         {{0, 0, 0}, {0, 0, 1}, {0, 1, 0}, {0, 1, 1}, {1, 0, 0}, {1, 0, 1}, {1, 1, 1}});
}

TEST_CASE("S and R: seq_cst stores and loads of different objects keep one order") {
  // R: x=1 y=1 || y=2 r=x. With seq_cst, y ending as 2 and r reading 0 is impossible.
  const auto threads = [](memory_order store, memory_order load) {
    return std::vector<Thread>{[=](Cells& c) {
                                 c.x.store(1, store);
                                 c.y.store(1, store);
                               },
                               [=](Cells& c) {
                                 c.y.store(2, store);
                                 c.r[0] = c.x.load(load);
                               }};
  };
  const auto observe = [](const Cells& c) { return Outcome{c.y.load(), c.r[0]}; };
  expect(threads(release, acquire), observe, {{1, 0}, {1, 1}, {2, 0}, {2, 1}});
  expect(threads(seq_cst, seq_cst), observe, {{1, 0}, {1, 1}, {2, 1}});
}

}  // namespace
