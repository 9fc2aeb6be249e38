// SPDX-License-Identifier: Apache-2.0
// The core under the explorer: each program runs clean under every schedule, and finds the bugs planted into it.
#include <doctest/doctest.h>

#include <string>

#include "fuzz/explore/programs/acquire_close.hpp"
#include "fuzz/explore/programs/claim.hpp"
#include "fuzz/explore/programs/observers.hpp"
#include "tests/explore/expect.hpp"

namespace {

using namespace explore_test;  // NOLINT(google-build-using-namespace)

TEST_CASE("acquire against close: nobody touches a closed channel, and it is closed once") {
  expect_proved(programs::acquire_close(false));
}
TEST_CASE("acquire against close: the same with a callback at any time") {
  expect_proved_or_sampled([](const Options& options) { return programs::acquire_close(true, options); });
}
TEST_CASE("acquire against close: finds an acquire that checks first and increments after") {
  const Options planted = with("try_acquire", Kind::torn);
  const Result r = programs::acquire_close(false, planted);
  expect_found(r, Failure::check, "a reference keeps the binding");
  Options again = planted;
  again.replay = r.schedule;
  CHECK(programs::acquire_close(false, again).message == r.message);
}
TEST_CASE("acquire against close: finds a release that publishes nothing") {
  expect_found(programs::acquire_close(false, with("release", Kind::relaxed)), Failure::data_race, "area.freed");
}
TEST_CASE("acquire against close: finds a last release that wakes nobody") {
  expect_found(programs::acquire_close(false, with("wake", Kind::skipped)), Failure::deadlock, "closer sleeps");
}

TEST_CASE("claim: the reply against the deadline ends a call once") {
  expect_proved(programs::claim({.deadline = true, .cancel = false}));
}
TEST_CASE("claim: the reply against a cancel ends a call once") {
  expect_proved(programs::claim({.deadline = false, .cancel = true}));
}
TEST_CASE("claim: the reply against the deadline against a cancel ends a call once") {
  expect_proved_or_sampled(
      [](const Options& options) { return programs::claim({.deadline = true, .cancel = true}, options); });
}
TEST_CASE("claim: finds a reply that is claimed by load and store") {
  expect_found(programs::claim({.deadline = true, .cancel = false}, with("deliver_area", Kind::torn)), Failure::check,
               "the handle and the completion agree");
}
TEST_CASE("claim: finds a deadline or a cancel that is claimed by load and store") {
  const Options planted = with("abandon", Kind::torn);
  expect_found(programs::claim({.deadline = true, .cancel = false}, planted), Failure::check, "agree");
  expect_found(programs::claim({.deadline = false, .cancel = true}, planted), Failure::check, "agree");
}

TEST_CASE("observers: a poller, a doorbell and the next sender make one reply of one FREE") {
  expect_proved_or_sampled([](const Options& options) { return programs::observers({}, options); });
}
TEST_CASE("observers: the same with a stray doorbell, up to one preemption") {
  Options options;
  options.preemption_bound = 1;
  const Result r = programs::observers({.stray_doorbell = true}, options);
  CHECK_MESSAGE(r.failure == Failure::none, r.text());
  CHECK(r.schedules > 1000);
}
TEST_CASE("observers: finds a reply that was read before the claim") {
  const Result r = programs::observers({.keeps_first_look = true});
  CHECK_MESSAGE(r.failure == Failure::check, r.text());
  CHECK(r.message.find("the next reply is not the request") != std::string::npos);
}
TEST_CASE("observers: finds a claim that does not acquire the published request") {
  expect_found(programs::observers({}, with("deliver_area", Kind::relaxed)), Failure::check,
               "the next reply is not the request");
}
TEST_CASE("observers: finds a reply completed without release") {
  expect_found(programs::observers({}, with("complete", Kind::relaxed)), Failure::data_race, "caller reads");
}
TEST_CASE("observers: finds a claim by load and store, on either side") {
  CHECK(programs::observers({}, with("deliver_area", Kind::torn)).failure != Failure::none);
  expect_found(programs::observers({}, with("exchange", Kind::torn)), Failure::data_race, "area_fetch");
}
TEST_CASE("observers: finds a completion that wakes nobody") {
  expect_found(programs::observers({}, with("wake", Kind::skipped)), Failure::deadlock, "caller sleeps");
}

}  // namespace
