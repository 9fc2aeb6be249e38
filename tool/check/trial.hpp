// SPDX-License-Identifier: Apache-2.0
//
// One case on its way: sends messages, keeps what was asked and what came, and collects the verdict. The first failure
// stands; what a case has changed is put back when the trial ends, however it ended.
#pragma once

#include <functional>
#include <initializer_list>
#include <string>
#include <vector>

#include "scmi/codec.hpp"
#include "tool/check/case.hpp"
#include "tool/check/subject.hpp"

namespace scmi::tool::check {

class Trial {
 public:
  Trial(Subject& subject, const Case& what);
  ~Trial();
  Trial(const Trial&) = delete;
  Trial& operator=(const Trial&) = delete;

  [[nodiscard]] Subject& subject() noexcept { return subject_; }
  [[nodiscard]] ProtocolId protocol() const noexcept { return case_.protocol; }
  [[nodiscard]] Version version() { return subject_.facts(case_.protocol).spoken; }
  [[nodiscard]] std::uint32_t entities() { return subject_.facts(case_.protocol).entities; }
  [[nodiscard]] bool offers(MessageId message) { return subject_.offers(case_.protocol, message); }

  /// Sends a command of the case's protocol.
  Answer ask(MessageId message, std::span<const std::byte> payload);
  Answer ask(MessageId message, const Words& words) { return ask(message, bytes_of(words)); }
  /// The delayed response, if the command succeeded.
  Answer ask_delayed(MessageId message, std::span<const std::byte> payload);
  template <Command C>
  Answer send(const C& command) {
    return ask(C::info.message, encoded(command));
  }
  template <DelayedCommand C>
  Answer send_delayed(const C& command) {
    return ask_delayed(C::info.message, encoded(command));
  }
  /// The reply of a command that has to succeed; otherwise the case fails.
  template <Command C>
  std::optional<typename C::Reply> read(const C& command) {
    return decoded<typename C::Reply>(send(command));
  }
  template <class R>
  std::optional<R> decoded(const Answer& answer) {
    if (!expect(answer, Status::success)) return std::nullopt;
    Result<R> reply = decode_reply<R>(answer.payload, version());
    if (!require(reply.has_value(), "a reply in the layout of its version")) return std::nullopt;
    return *std::move(reply);
  }
  /// Sends something when the trial ends.
  template <Command C>
  void put_back(const C& command) {
    put_back(C::info.message, encoded(command));
  }
  void put_back(MessageId message, std::vector<std::byte> payload);

  /// Notes a failure and answers false when it is one.
  bool expect(const Answer& answer, Status wanted) { return expect(answer, {wanted}); }
  bool expect(const Answer& answer, std::initializer_list<Status> wanted);
  bool require(bool holds, std::string expected);
  void fail(std::string expected);
  void warn(std::string expected);
  void skip(std::string reason);

  /// Forgets what came so far, and what comes in the meantime.
  void forget_events();
  /// The first notification with that number which `fits` and came since; waits for it as long as for a delayed
  /// response. Nothing came: fails the case with `expected`.
  std::optional<Event> await(MessageId notification, const std::function<bool(const Event&)>& fits,
                             std::string expected);
  /// True if no such notification has come behind the first `known` events, nor comes within the quiet time.
  [[nodiscard]] bool quiet_since(std::size_t known, MessageId notification);

  [[nodiscard]] bool failed() const noexcept { return finding_.verdict == Verdict::fail; }
  /// Puts back what is to be put back.
  [[nodiscard]] Finding finish();

 private:
  template <Command C>
  [[nodiscard]] std::vector<std::byte> encoded(const C& command) {
    std::vector<std::byte> bytes(encoded_size(command, version()));
    static_cast<void>(encode(command, version(), bytes));
    return bytes;
  }
  void note(MessageId message, std::span<const std::byte> payload, const Answer& answer, catalogue::Kind kind,
            const CounterSnapshot& before);
  void restore();

  Subject& subject_;
  const Case& case_;
  Finding finding_;
  std::vector<std::pair<MessageId, std::vector<std::byte>>> put_back_;
};

/// The word at that position of a notification's payload; 0 behind its end.
[[nodiscard]] std::uint32_t word_of(const Event& event, std::size_t position) noexcept;

}  // namespace scmi::tool::check
