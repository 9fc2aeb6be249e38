// SPDX-License-Identifier: Apache-2.0
#include "protocols/voltage.hpp"

#include <algorithm>
#include <array>

namespace scmi {

using namespace voltage_protocol;

namespace {

constexpr std::array<Version, 3> known_versions{version_2_1, version_2_0, version_1_0};

/// The bounds of the pages of a list. `remaining` is what follows the page; some platforms count the page itself in,
/// and end with a page of nothing. Which of the two it is, the pages after the first tell.
class LevelPages {
 public:
  explicit LevelPages(ErrorContext context) noexcept : context_(context) {}

  [[nodiscard]] std::uint32_t next() const noexcept { return next_; }
  /// True if there is another page to ask for. Error: malformed_reply.
  [[nodiscard]] Result<bool> take(std::uint32_t returned, std::uint32_t remaining) noexcept {
    if (next_ == 0) {
      total_ = returned + remaining;
      total_of_inclusive_ = remaining;
    }
    exclusive_ = exclusive_ && next_ + returned + remaining == total_;
    inclusive_ = inclusive_ && next_ + remaining == total_of_inclusive_ && returned <= remaining;
    const bool stuck = returned == 0 && remaining != 0;
    if (stuck || !(exclusive_ || inclusive_)) {
      ErrorContext context = context_;
      context.detail = next_;
      return Error::local(LocalError::malformed_reply, context);
    }
    next_ += returned;
    const bool all_here = !exclusive_ && next_ == total_of_inclusive_;
    return remaining != 0 && !all_here;
  }

 private:
  ErrorContext context_;
  std::uint32_t next_ = 0;
  std::uint32_t total_ = 0;
  std::uint32_t total_of_inclusive_ = 0;
  bool exclusive_ = true;
  bool inclusive_ = true;
};

}  // namespace

bool VoltageLevels::contains(std::int32_t level_uv) const noexcept {
  if (!is_range) return std::ranges::binary_search(discrete_uv, level_uv);
  if (level_uv < lowest_uv || level_uv > highest_uv) return false;
  return step_uv <= 0 || (std::int64_t{level_uv} - lowest_uv) % step_uv == 0;
}

Result<std::int32_t> PendingVoltage::wait() {
  const auto complete = call_.wait();
  if (!complete) return complete.error();
  if (complete->domain_id != domain_) {
    return Error::local(LocalError::malformed_reply,
                        {protocol::voltage.value, LevelSet::info.message.value, Step::none, complete->domain_id.value});
  }
  return complete->voltage_level_uv;
}

Result<VoltageDomains> VoltageDomains::open(const Agent& agent, const CallOptions& options) {
  auto opened = open_protocol(agent, protocol::voltage, known_versions, options);
  if (!opened) return opened.error();
  VoltageDomains domains(std::move(opened->link), opened->reported);
  const auto reply = call(domains.link_, ProtocolAttributes{}, options);
  if (!reply) return reply.error().at(Step::protocol_attributes);
  domains.count_ = ProtocolAttributes::Reply::num_domains.get(reply->attributes);
  return Result<VoltageDomains>(std::move(domains));
}

Result<VoltageDomainInfo> VoltageDomains::describe(DomainId domain, const CallOptions& options) const {
  using Reply = DomainAttributes::Reply;
  const auto reply = call(link_, DomainAttributes{domain}, options);
  if (!reply) return reply.error();
  const auto has = [&](const BitField& b) { return version() >= b.since && b.test(reply->attributes); };
  const auto name = detail::full_name(link_, DomainNameGet{domain}, reply->name, has(Reply::extended_name), options);
  if (!name) return name.error();
  return VoltageDomainInfo{.id = domain,
                           .name = *name,
                           .short_name = std::string(reply->name.view()),
                           .async_level_set = has(Reply::async_level_set)};
}

Result<std::vector<VoltageDomainInfo>> VoltageDomains::list(const CallOptions& options) const {
  return detail::list_all<VoltageDomainInfo>(count_, [&](std::uint32_t i) { return describe(DomainId(i), options); });
}

Result<DomainId> VoltageDomains::by_name(std::string_view name, const CallOptions& options) const {
  const auto all = list(options);
  if (!all) return all.error();
  return find_by_name(*all, name);
}

Result<VoltageLevels> VoltageDomains::levels(DomainId domain, const CallOptions& options) const {
  using Reply = DescribeLevels::Reply;
  const ErrorContext context = detail::context_of<DescribeLevels>(link_);
  LevelPages pages(context);
  VoltageLevels levels;
  for (bool more = true; more;) {
    const bool first = pages.next() == 0;
    const auto page = call(link_, DescribeLevels{domain, pages.next()}, options);
    if (!page) return page.error();
    if (Reply::format.test(page->flags)) {
      // A range is whole in one page, whatever its `remaining` says.
      if (!first || page->levels_uv.size() != 3) return Error::local(LocalError::malformed_reply, context);
      levels.is_range = true;
      levels.lowest_uv = page->levels_uv[0];
      levels.highest_uv = page->levels_uv[1];
      levels.step_uv = page->levels_uv[2];
      return Result<VoltageLevels>(std::move(levels));
    }
    const auto judged =
        pages.take(static_cast<std::uint32_t>(page->levels_uv.size()), Reply::remaining.get(page->flags));
    if (!judged) return judged.error();
    levels.discrete_uv.insert(levels.discrete_uv.end(), page->levels_uv.begin(), page->levels_uv.end());
    more = *judged;
  }
  // Ascending is promised, and costs nothing where it holds.
  std::ranges::sort(levels.discrete_uv);
  return Result<VoltageLevels>(std::move(levels));
}

Result<std::int32_t> VoltageDomains::level_get(DomainId domain, const CallOptions& options) const {
  const auto reply = call(link_, LevelGet{domain}, options);
  if (!reply) return reply.error();
  return reply->voltage_level_uv;
}

Result<void> VoltageDomains::level_set(DomainId domain, std::int32_t level_uv, const CallOptions& options) const {
  return detail::order(link_, LevelSet{domain, 0, level_uv}, options);
}

Result<PendingVoltage> VoltageDomains::level_set_async(DomainId domain, std::int32_t level_uv,
                                                       PendingOptions options) const {
  if (version() < version_2_0) return Error::local(LocalError::unsupported, detail::context_of<LevelSet>(link_));
  auto started = start_delayed(link_, LevelSet{domain, LevelSet::async.put(1), level_uv}, std::move(options));
  if (!started) return started.error();
  return PendingVoltage(std::move(*started), domain);
}

Result<VoltageConfig> VoltageDomains::config_get(DomainId domain, const CallOptions& options) const {
  const auto reply = call(link_, ConfigGet{domain}, options);
  if (!reply) return reply.error();
  const std::uint32_t mode = config_mode.get(reply->config);
  return VoltageConfig{.mode = mode, .enabled = (mode & mode_on) != 0};
}

Result<void> VoltageDomains::config_set(DomainId domain, std::uint32_t mode, const CallOptions& options) const {
  if (mode > config_mode.max()) {
    return Error::local(LocalError::invalid_argument, detail::context_of<ConfigSet>(link_));
  }
  return detail::order(link_, ConfigSet{domain, mode}, options);
}
Result<void> VoltageDomains::enable(DomainId domain, const CallOptions& options) const {
  return config_set(domain, mode_on, options);
}
Result<void> VoltageDomains::disable(DomainId domain, const CallOptions& options) const {
  return config_set(domain, mode_off, options);
}

}  // namespace scmi
