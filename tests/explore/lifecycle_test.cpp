// SPDX-License-Identifier: Apache-2.0
// Ends and beginnings under the explorer: unsubscribing, admission, quarantine, re-opening and delayed responses run
// clean under every schedule, and find the bugs planted into them; and what is known to be wrong is found to be.
#include <doctest/doctest.h>

#include "fuzz/explore/programs/admission.hpp"
#include "fuzz/explore/programs/delayed.hpp"
#include "fuzz/explore/programs/known_bad.hpp"
#include "fuzz/explore/programs/pending_close.hpp"
#include "fuzz/explore/programs/quarantine.hpp"
#include "fuzz/explore/programs/reopen.hpp"
#include "fuzz/explore/programs/unsubscribe.hpp"
#include "tests/explore/expect.hpp"

namespace {

using namespace explore_test;  // NOLINT(google-build-using-namespace)
using programs::Guard;
using programs::QuarantineEnd;

TEST_CASE("unsubscribe: reception, dispatch and an unsubscribing leave one message delivered, or none") {
  expect_proved_or_sampled([](const Options& options) { return programs::unsubscribe({}, options); });
}
TEST_CASE("unsubscribe: two doorbells for one notification queue it once") {
  expect_proved(programs::unsubscribe({.second_doorbell = true, .leaver = false}));
}
TEST_CASE("unsubscribe: finds two receivers at one area") {
  expect_found(programs::unsubscribe({.second_doorbell = true, .leaver = false}, with("drain_p2a", Kind::torn)),
               Failure::check, "the notification is delivered");
}
TEST_CASE("unsubscribe: finds a dispatcher that does not tell whoever waits for its end") {
  expect_found(programs::unsubscribe({}, with("wake", Kind::skipped)), Failure::deadlock, "leaver sleeps");
}

TEST_CASE("admission: a deadline at the moment of admission leaves the channel to one, or to nobody") {
  expect_proved(programs::admission({}));
}
TEST_CASE("admission: a caller who has time is admitted behind one whose time runs out, up to one preemption") {
  Options options;
  options.preemption_bound = 1;
  const Result r = programs::admission({.another = true}, options);
  CHECK_MESSAGE(r.failure == Failure::none, r.text());
  CHECK(r.schedules > 1000);
}
TEST_CASE("admission: finds a release that no waiter is told of") {
  expect_found(programs::admission({.deadline = false}, with("wake", Kind::skipped)), Failure::deadlock,
               "caller sleeps");
}
TEST_CASE("admission: finds an admission by load and store") {
  expect_found(programs::admission({}, with("admit", Kind::torn)), Failure::check, "");
}
TEST_CASE("admission: finds a deadline that clears the queue's mark by load and store") {
  expect_found(programs::admission({}, with("wait_admission", Kind::torn)), Failure::check, "nobody is left");
}

TEST_CASE("quarantine: reaped at its horizon or ended by the late reply, once") {
  expect_proved(programs::quarantine(QuarantineEnd::horizon));
}
TEST_CASE("quarantine: ended by a new epoch or by the late reply, once") {
  expect_proved(programs::quarantine(QuarantineEnd::epoch));
}
TEST_CASE("quarantine: its end leaves the neighbours' marks alone") {
  expect_proved(programs::quarantine(QuarantineEnd::mark));
}
TEST_CASE("quarantine: finds a token that is marked, or unmarked, by load and store") {
  expect_found(programs::quarantine(QuarantineEnd::mark, with("unmark", Kind::torn)), Failure::check, "");
  expect_found(programs::quarantine(QuarantineEnd::mark, with("try_mark", Kind::torn)), Failure::check, "");
}

TEST_CASE("reopen: an old handle reaches the old use or nothing") { expect_proved(programs::reopen(false)); }
TEST_CASE("reopen: the same with a callback at any time") {
  expect_proved_or_sampled([](const Options& options) { return programs::reopen(true, options); });
}
TEST_CASE("reopen: finds an acquire that checks first and increments after") {
  CHECK(programs::reopen(false, with("try_acquire", Kind::torn)).failure != Failure::none);
}
TEST_CASE("reopen: finds a release that publishes nothing") {
  expect_found(programs::reopen(false, with("release", Kind::relaxed)), Failure::data_race, "area");
}

TEST_CASE("delayed: a delayed response against the deadline of its own synchronous reply ends the call once") {
  expect_proved(programs::delayed({}));
}
TEST_CASE("delayed: a delayed response against its own synchronous reply ends the call once") {
  expect_proved(programs::delayed({.deadline = false, .response = true}));
}
TEST_CASE("delayed: the same with the deadline as well") {
  expect_proved_or_sampled([](const Options& options) { return programs::delayed({.response = true}, options); });
}
TEST_CASE("delayed: finds a delayed response or a deadline that is claimed by load and store") {
  expect_found(programs::delayed({}, with("take_delayed", Kind::torn)), Failure::check, "");
  expect_found(programs::delayed({}, with("abandon", Kind::torn)), Failure::check, "");
}

TEST_CASE(
    "pending close: a call that is started, queued or launched while its channel closes ends once, up to two "
    "preemptions") {
  Options options;
  options.preemption_bound = 2;
  const Result r = programs::pending_close(options);
  CHECK_MESSAGE(r.failure == Failure::none, r.text());
  CHECK(r.schedules > 1000);
}
TEST_CASE("pending close: finds a queue that is entered by load and store") {
  expect_found(programs::pending_close(with("admit_pending", Kind::torn)), Failure::deadlock, "");
}

TEST_CASE("known bad: the guard itself is right") { expect_proved(programs::known_bad(Guard::right)); }
TEST_CASE("known bad: each of the four ways to get it wrong is found") {
  struct Case {
    Guard variant;
    const char* found;
  };
  for (const Case& c : {Case{Guard::increment_after_check, "data race on freed: user reads"},
                        {Guard::close_does_not_wait, "data race on freed: closer writes"},
                        {Guard::release_before_stop, "a transport is freed before it is stopped"},
                        {Guard::count_reused_after_zero, "data race on freed: user reads"}}) {
    const Result r = programs::known_bad(c.variant);
    CHECK_MESSAGE(r.message.find(c.found) != std::string::npos, r.text());
  }
}

}  // namespace
