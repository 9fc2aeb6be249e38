// SPDX-License-Identifier: Apache-2.0
//
// How every kind of resource of a SoC description is read. References may point forwards, so entries of all kinds are
// read and named first, then linked: a kind is a ResourceReader. Internal to the reader.
#pragma once

#include <fmt/core.h>

#include <functional>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "platform/soc_config_parts.hpp"

namespace scmi::platform::parts {

inline constexpr std::int64_t count_max = 65'535;  // 16 bits hold the number of domains in the protocols' attributes.
inline constexpr std::uint32_t latency_us_max = 60'000'000;

/// One entry as read, before it is repeated and linked.
template <class Config>
struct Entry {
  TableReader table;
  std::uint64_t count = 1;  ///< Key `count`.
  Config config;
  std::vector<NameRef> references;  ///< In an order each kind knows.
};

[[nodiscard]] inline NameRef read_reference(TableReader& table, std::string_view key) {
  return {table.text(key, {}, name_length_max), table.line_of(key)};
}

/// One kind of resource.
class ResourceReader {
 public:
  virtual ~ResourceReader() = default;
  /// Reads and names all entries.
  virtual void read(TableReader& root, SocConfig& soc, AllNames& names, ConfigDiagnostics& diagnostics) = 0;
  /// Follows their references, once everything has a name.
  virtual void link(TableReader& root, SocConfig& soc, const AllNames& names, ConfigDiagnostics& diagnostics) = 0;
};

/// What the kinds have in common: entries that stand for `count` copies each. A kind says how one entry is read
/// (read_entry: all but count and name) and how one copy is linked (link_copy).
template <class Config>
class EntryReader : public ResourceReader {
 public:
  EntryReader(ServedProtocol protocol, std::vector<Config> SocConfig::* list)
      : key_(row_of(protocol).resource),
        names_of_([protocol](auto& all) -> auto& { return all[protocol]; }),
        list_(list) {}
  EntryReader(std::string_view key, Names AllNames::* names, std::vector<Config> SocConfig::* list)
      : key_(key), names_of_([names](auto& all) -> auto& { return all.*names; }), list_(list) {}

  void read(TableReader& root, SocConfig& soc, AllNames& names, ConfigDiagnostics& diagnostics) final {
    for (TableReader& table : root.tables(key_)) {
      Entry<Config> entry{std::move(table), 1, {}, {}};
      entry.count = static_cast<std::uint64_t>(entry.table.integer("count", 1, 1, count_max));
      entry.config.name = entry.table.required_text("name", name_length_max);
      read_entry(entry);
      entry.table.finish();
      entries_.push_back(std::move(entry));
    }
    for (const auto& entry : entries_) {
      if ((soc.*list_).size() + entry.count > count_max) {
        diagnostics.report(entry.table.line(), entry.table.path(), fmt::format("there are more than {}", count_max));
        break;
      }
      for (std::uint64_t i = 0; i < entry.count; ++i) {
        Config config = entry.config;
        config.name = expand(entry.config.name, i);
        names_of_(names).add(config.name, entry.table.line_of("name"), entry.table.path("name"), diagnostics);
        (soc.*list_).push_back(std::move(config));
      }
    }
  }

  void link(TableReader& root, SocConfig& soc, const AllNames& names, ConfigDiagnostics& diagnostics) final {
    std::size_t next = 0;
    for (const auto& entry : entries_) {
      for (std::uint64_t i = 0; i < entry.count && next < (soc.*list_).size(); ++i) {
        link_copy(entry, (soc.*list_)[next++], Resolver{entry, i, names, diagnostics});
      }
    }
    check(root, soc, diagnostics);
  }

 protected:
  /// Follows the references of one copy.
  struct Resolver {
    const Entry<Config>& entry;
    std::uint64_t copy;
    const AllNames& names;
    ConfigDiagnostics& diagnostics;

    /// The position a reference names, `no_index` for none. `key` is where an error is reported.
    [[nodiscard]] Index operator()(std::size_t reference, ServedProtocol kind, std::string_view key) const {
      return (*this)(reference, names[kind], key);
    }
    [[nodiscard]] Index operator()(std::size_t reference, const Names& of, std::string_view key) const {
      const NameRef& ref = entry.references[reference];
      return of.resolve({expand(ref.name, copy), ref.line}, entry.table.path(key), diagnostics);
    }
    /// Finds the parts of a value of this copy; `reference` is the first of them, and goes on to what follows.
    void operator()(ValueSource& source, std::size_t& reference) const {
      for (Index& part : source.of) part = (*this)(reference++, names.parts, "source");
    }
    void report(std::string_view key, std::string message) const {
      diagnostics.report(entry.table.line_of(key), entry.table.path(key), std::move(message));
    }
  };

 private:
  virtual void read_entry(Entry<Config>& entry) = 0;
  virtual void link_copy(const Entry<Config>& entry, Config& config, const Resolver& resolve) = 0;
  /// What can only be judged when everything is linked.
  virtual void check(TableReader&, const SocConfig&, ConfigDiagnostics&) {}

  std::string_view key_;
  std::function<Names&(AllNames&)> names_of_;
  std::vector<Config> SocConfig::* list_;
  std::vector<Entry<Config>> entries_;
};

[[nodiscard]] std::unique_ptr<ResourceReader> power_domain_reader();
[[nodiscard]] std::unique_ptr<ResourceReader> performance_domain_reader();
[[nodiscard]] std::unique_ptr<ResourceReader> clock_reader();
[[nodiscard]] std::unique_ptr<ResourceReader> sensor_reader();
[[nodiscard]] std::unique_ptr<ResourceReader> reset_domain_reader();
[[nodiscard]] std::unique_ptr<ResourceReader> voltage_domain_reader();
[[nodiscard]] std::unique_ptr<ResourceReader> part_reader();
[[nodiscard]] std::unique_ptr<ResourceReader> pin_reader();
[[nodiscard]] std::unique_ptr<ResourceReader> pin_group_reader();
[[nodiscard]] std::unique_ptr<ResourceReader> powercap_reader();
[[nodiscard]] std::unique_ptr<ResourceReader> telemetry_reader();

}  // namespace scmi::platform::parts
