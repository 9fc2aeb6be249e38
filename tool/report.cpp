// SPDX-License-Identifier: Apache-2.0
//
// Reports as tables. Three shapes: single things are lines "key  value", a list of records is a table under a line of
// headings, and a nested record is lines whose keys start with its own.
#include "tool/report.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace scmi::tool {
namespace {

struct Cell {
  std::string text;
  bool right = false;
};
using Line = std::vector<Cell>;

template <class... F>
struct Overload : F... {
  using F::operator()...;
};
template <class... F>
Overload(F...) -> Overload<F...>;

[[nodiscard]] std::string number_text(std::uint64_t number, const Item& item) {
  if (item.style == Style::hex) return fmt::format("{:#x}", number);
  return readable(number, item.measure);
}

[[nodiscard]] std::string named_text(const Named& named, const Item& item) {
  const std::string number = item.style == Style::hex ? fmt::format("{:#x}", static_cast<std::uint64_t>(named.number))
                                                      : fmt::format("{}", named.number);
  if (named.name.empty()) return number;
  return named.number == 0 ? named.name : fmt::format("{} ({})", named.name, number);
}

[[nodiscard]] Cell cell_of(const Value& value, const Item& item) {
  return std::visit(Overload{[](std::monostate) { return Cell{"-"}; }, [](bool v) { return Cell{v ? "yes" : "no"}; },
                             [&](std::int64_t v) { return Cell{readable_signed(v, item.measure), true}; },
                             [&](std::uint64_t v) { return Cell{number_text(v, item), true}; },
                             [](const std::string& v) { return Cell{v.empty() ? "-" : printable(v)}; },
                             [&](const Named& v) { return Cell{printable(named_text(v, item))}; },
                             [](const Decimal& v) { return Cell{plain(v), true}; },
                             [](const Record& v) {
                               std::string text;
                               for (const Item& part : v) {
                                 if (!text.empty()) text += ' ';
                                 text += part.key + '=' + cell_of(part.value, part).text;
                               }
                               return Cell{text.empty() ? "-" : text};
                             },
                             [&](const List& v) {
                               std::string text;
                               for (const Value& part : v) {
                                 if (!text.empty()) text += ", ";
                                 text += cell_of(part, item).text;
                               }
                               return Cell{text.empty() ? "-" : text};
                             }},
                    value.data);
}

[[nodiscard]] std::string spaced(std::string key) {
  std::replace(key.begin(), key.end(), '_', ' ');
  return key;
}

[[nodiscard]] std::string heading(std::string key) {
  for (char& c : key) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return spaced(std::move(key));
}

[[nodiscard]] std::string aligned(const std::vector<Line>& lines) {
  std::vector<std::size_t> widths;
  for (const Line& line : lines) {
    widths.resize(std::max(widths.size(), line.size()));
    for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], line[i].text.size());
  }
  std::string out;
  for (const Line& line : lines) {
    std::string text;
    for (std::size_t i = 0; i < line.size(); ++i) {
      if (i != 0) text += "  ";
      text += line[i].right ? fmt::format("{:>{}}", line[i].text, widths[i])
                            : fmt::format("{:<{}}", line[i].text, widths[i]);
    }
    text.erase(text.find_last_not_of(' ') + 1);
    out += text + '\n';
  }
  return out;
}

/// The records of a list that has nothing else in it; empty for other values.
[[nodiscard]] std::vector<const Record*> rows_of(const Value& value) {
  std::vector<const Record*> rows;
  const auto* list = std::get_if<List>(&value.data);
  if (list == nullptr) return rows;
  for (const Value& entry : *list) {
    const auto* record = std::get_if<Record>(&entry.data);
    if (record == nullptr) return {};
    rows.push_back(record);
  }
  return rows;
}

[[nodiscard]] std::string table(const std::vector<const Record*>& rows) {
  std::vector<Line> lines(1);
  for (const Record* row : rows) {
    Line line;
    for (const Item& item : *row) {
      if (item.style != Style::document) line.push_back(cell_of(item.value, item));
    }
    lines.push_back(std::move(line));
  }
  // A heading stands over its column: right over numbers.
  for (const Item& item : *rows.front()) {
    if (item.style == Style::document) continue;
    const std::size_t i = lines.front().size();
    const bool right =
        std::any_of(lines.begin() + 1, lines.end(), [&](const Line& line) { return i < line.size() && line[i].right; });
    for (Line& line : lines) {
      if (i < line.size()) line[i].right = right;
    }
    lines.front().push_back({heading(item.key), right});
  }
  return aligned(lines);
}

/// Collects lines of single things; writes them out before each table.
class Page {
 public:
  void add(const Record& items, const std::string& prefix) {
    for (const Item& item : items) {
      if (item.shown) continue;
      if (const auto* record = std::get_if<Record>(&item.value.data)) {
        add(*record, prefix + item.key + '.');
      } else if (const auto rows = rows_of(item.value); !rows.empty()) {
        flush();
        separate();
        if (!prefix.empty()) out_ += prefix + item.key + '\n';
        out_ += table(rows);
      } else if (const auto* list = std::get_if<List>(&item.value.data); list != nullptr && list->empty()) {
        flush();
        out_ += fmt::format("no {}\n", spaced(item.key));
      } else {
        lines_.push_back({{prefix.empty() ? spaced(item.key) : prefix + item.key}, {cell_of(item.value, item).text}});
      }
    }
  }
  [[nodiscard]] std::string finish() {
    flush();
    return std::move(out_);
  }

 private:
  void separate() {
    if (!out_.empty()) out_ += '\n';
  }
  void flush() {
    if (lines_.empty()) return;
    separate();
    out_ += aligned(lines_);
    lines_.clear();
  }

  std::string out_;
  std::vector<Line> lines_;
};

}  // namespace

void Report::add_table(std::string key, std::vector<Record> rows) {
  List list;
  list.reserve(rows.size());
  for (Record& row : rows) list.emplace_back(std::move(row));
  add(std::move(key), std::move(list));
}

void Report::add_events(std::string key, std::vector<Record> events) {
  add_table(std::move(key), std::move(events));
  items_.back().shown = true;
}

std::string plain(Decimal decimal) {
  const bool negative = decimal.raw < 0;
  const auto bits = static_cast<std::uint64_t>(decimal.raw);
  std::string digits = fmt::format("{}", negative ? 0 - bits : bits);
  if (decimal.exponent > 0 && decimal.raw != 0) digits.append(static_cast<std::size_t>(decimal.exponent), '0');
  if (decimal.exponent < 0) {
    const auto places = static_cast<std::size_t>(-decimal.exponent);
    if (digits.size() <= places) digits.insert(0, places + 1 - digits.size(), '0');
    digits.insert(digits.size() - places, 1, '.');
  }
  return (negative ? "-" : "") + digits;
}

std::string to_line(const Record& event) { return cell_of(Value(event), {}).text; }

std::string to_table(const Report& report) {
  Page page;
  page.add(report.items(), "");
  return page.finish();
}

}  // namespace scmi::tool
