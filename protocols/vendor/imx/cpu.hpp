// SPDX-License-Identifier: Apache-2.0
//
// The i.MX CPU protocol (NXP vendor protocol 0x82) as methods.
#pragma once

#include "protocols/vendor/imx/cpu_messages.hpp"
#include "protocols/vendor/imx/imx_client.hpp"

namespace scmi::imx {

enum class RunMode : std::uint32_t { run = 0, hold = 1, stop = 2, sleep = 3 };
enum class SleepMode : std::uint32_t { run = 0, wait = 1, stop = 2, suspend = 3 };

/// What CPU_ATTRIBUTES and CPU_INFO_GET say about a core.
struct CpuInfo {
  std::uint32_t id = 0;
  std::string name;
  std::string short_name;  ///< The same: names are short here.
};
struct CpuState {
  RunMode run_mode{};
  SleepMode sleep_mode{};
  std::uint64_t vector = 0;  ///< Where it starts.
};

/// When a reset vector counts; at least one.
struct VectorUse {
  bool resume = false;
  bool start = false;
  bool boot = false;
};

/// See Lmm about threads, errors and lifetime.
class Cpu {
 public:
  /// See Lmm::open.
  static Result<Cpu> open(const Agent& agent, const CallOptions& options = {});

  [[nodiscard]] Version version() const noexcept { return link_.version(); }
  [[nodiscard]] const ProtocolLink& link() const noexcept { return link_; }
  /// Cores have the numbers 0 to count()-1.
  [[nodiscard]] std::uint32_t count() const noexcept { return count_; }

  [[nodiscard]] Result<CpuInfo> describe(std::uint32_t cpu, const CallOptions& options = {}) const;
  [[nodiscard]] Result<std::vector<CpuInfo>> list(const CallOptions& options = {}) const;
  /// Goes through list(). Errors: not_found, ambiguous.
  [[nodiscard]] Result<std::uint32_t> by_name(std::string_view name, const CallOptions& options = {}) const;
  [[nodiscard]] Result<CpuState> state(std::uint32_t cpu, const CallOptions& options = {}) const;

  [[nodiscard]] Result<void> start(std::uint32_t cpu, const CallOptions& options = {}) const;
  [[nodiscard]] Result<void> stop(std::uint32_t cpu, const CallOptions& options = {}) const;
  [[nodiscard]] Result<void> reset_vector_set(std::uint32_t cpu, std::uint64_t vector, VectorUse use,
                                              const CallOptions& options = {}) const;
  [[nodiscard]] Result<void> sleep_mode_set(std::uint32_t cpu, SleepMode mode, bool irq_mux,
                                            const CallOptions& options = {}) const;
  /// Interrupts that wake the core: 32 in each word, from word `mask_index` on.
  [[nodiscard]] Result<void> irq_wake_set(std::uint32_t cpu, std::uint32_t mask_index,
                                          std::span<const std::uint32_t> mask, const CallOptions& options = {}) const;
  [[nodiscard]] Result<void> non_irq_wake_set(std::uint32_t cpu, std::uint32_t mask_index,
                                              std::span<const std::uint32_t> mask,
                                              const CallOptions& options = {}) const;
  [[nodiscard]] Result<void> power_domain_settings_set(std::uint32_t cpu,
                                                       std::vector<cpu_protocol::PowerDomainSetting> settings,
                                                       const CallOptions& options = {}) const;
  [[nodiscard]] Result<void> peripheral_settings_set(std::uint32_t cpu,
                                                     std::vector<cpu_protocol::PeripheralSetting> settings,
                                                     const CallOptions& options = {}) const;

 private:
  explicit Cpu(ProtocolLink link) : link_(std::move(link)) {}

  ProtocolLink link_;
  std::uint32_t count_ = 0;
};

}  // namespace scmi::imx
