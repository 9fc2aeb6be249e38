// SPDX-License-Identifier: Apache-2.0
#include "transport/shm_describe.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "transport/unique_fd.hpp"

namespace scmi::transport {
namespace {

using Json = nlohmann::ordered_json;

Json area_json(AreaPlace area) {
  if (area.size == 0) return nullptr;
  return {{"offset", area.offset}, {"size", area.size}};
}

Json window_json(const WindowLayout& window) {
  if (window.place.size == 0) return nullptr;
  return {{"address", window.address}, {"offset", window.place.offset}, {"size", window.place.size}};
}

/// Walks a document; the first thing that is wrong is kept, with the path to it, and everything after it is ignored.
class Parser {
 public:
  std::string wrong;

  const Json* member(const Json& object, const char* key, const std::string& at, bool optional = false) {
    if (!wrong.empty()) return nullptr;
    const auto found = object.is_object() ? object.find(key) : object.end();
    if (found == object.end() || (optional && found->is_null())) {
      if (!optional) wrong = at + key + " is missing";
      return nullptr;
    }
    return &*found;
  }
  std::uint32_t number(const Json& object, const char* key, const std::string& at, std::uint64_t max) {
    const Json* const value = member(object, key, at);
    return value == nullptr ? 0 : number(*value, at + key, max);
  }
  std::uint32_t number(const Json& value, const std::string& at, std::uint64_t max) {
    if (!value.is_number_unsigned() || value.get<std::uint64_t>() > max) {
      if (wrong.empty()) wrong = fmt::format("{} is not a number from 0 to {}", at, max);
      return 0;
    }
    return value.get<std::uint32_t>();
  }
  std::string text(const Json& object, const char* key, const std::string& at) {
    const Json* const value = member(object, key, at);
    if (value == nullptr) return {};
    if (!value->is_string()) {
      wrong = at + key + " is not a string";
      return {};
    }
    return value->get<std::string>();
  }
  const Json* list(const Json& object, const char* key, const std::string& at, std::size_t max) {
    const Json* const value = member(object, key, at);
    if (value == nullptr) return nullptr;
    if (!value->is_array() || value->size() > max) {
      wrong = fmt::format("{}{} is not a list of at most {}", at, key, max);
      return nullptr;
    }
    return value;
  }
  AreaPlace area(const Json& object, const char* key, const std::string& at, bool optional) {
    const Json* const value = member(object, key, at, optional);
    if (value == nullptr) return {};
    const std::string inside = at + key + ".";
    return {number(*value, "offset", inside, memory_size_max), number(*value, "size", inside, area_size_max)};
  }
  /// May be missing: descriptions of partners have none.
  WindowLayout window(const Json& object, const char* key, const std::string& at) {
    if (!object.is_object() || !object.contains(key)) return {};
    const Json* const value = member(object, key, at, true);
    if (value == nullptr) return {};
    const std::string inside = at + key + ".";
    WindowLayout window;
    const Json* const address = member(*value, "address", inside);
    if (address != nullptr && address->is_number_unsigned()) {
      window.address = address->get<std::uint64_t>();
    } else if (wrong.empty()) {
      wrong = inside + "address is not a number";
    }
    window.place = {number(*value, "offset", inside, memory_size_max), number(*value, "size", inside, window_size_max)};
    return window;
  }
};

}  // namespace

std::string shm_path(const std::string& name) {
  return name.find('/') == std::string::npos ? "/dev/shm/" + name : name;
}

std::string to_json(const ShmLayout& layout) {
  Json agents = Json::array();
  for (const AgentLayout& agent : layout.agents) {
    Json channels = Json::array();
    for (const ChannelLayout& channel : agent.channels) {
      Json protocols = Json::array();
      for (const ProtocolId protocol : channel.protocols) protocols.push_back(protocol.value);
      channels.push_back(
          {{"protocols", std::move(protocols)}, {"a2p", area_json(channel.a2p)}, {"p2a", area_json(channel.p2a)}});
    }
    agents.push_back({{"id", agent.id.value},
                      {"name", agent.name},
                      {"channels", std::move(channels)},
                      {"window", window_json(agent.window)}});
  }
  const Json file = layout.file.empty() ? Json(nullptr) : Json(layout.file);
  const Json document{{"file", file}, {"size", layout.size}, {"agents", std::move(agents)}};
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Result<ShmLayout> parse_describe(std::string_view text, std::string* why) {
  const Json document = Json::parse(text, nullptr, false);
  if (document.is_discarded() || !document.is_object()) {
    return fail(why, Error::local(LocalError::incompatible_peer), "the description is not a JSON object");
  }
  Parser parser;
  ShmLayout layout;
  layout.file = parser.text(document, "file", "");
  layout.size = parser.number(document, "size", "", memory_size_max);
  if (const Json* const agents = parser.list(document, "agents", "", agent_count_max)) {
    for (std::size_t a = 0; a < agents->size(); ++a) {
      const std::string at = fmt::format("agents[{}].", a);
      AgentLayout& agent = layout.agents.emplace_back();
      agent.id = AgentId(parser.number((*agents)[a], "id", at, UINT32_MAX));
      agent.name = parser.text((*agents)[a], "name", at);
      agent.window = parser.window((*agents)[a], "window", at);
      const Json* const channels = parser.list((*agents)[a], "channels", at, channel_count_max);
      for (std::size_t c = 0; channels != nullptr && c < channels->size(); ++c) {
        const std::string here = fmt::format("{}channels[{}].", at, c);
        ChannelLayout& channel = agent.channels.emplace_back();
        channel.a2p = parser.area((*channels)[c], "a2p", here, false);
        channel.p2a = parser.area((*channels)[c], "p2a", here, true);
        const Json* const protocols = parser.list((*channels)[c], "protocols", here, channel_protocols_max);
        for (std::size_t p = 0; protocols != nullptr && p < protocols->size(); ++p) {
          channel.protocols.emplace_back(
              static_cast<std::uint8_t>(parser.number((*protocols)[p], here + "protocols", UINT8_MAX)));
        }
      }
    }
  }
  if (!parser.wrong.empty()) {
    return fail(why, Error::local(LocalError::incompatible_peer), "the description: " + parser.wrong);
  }
  if (auto ok = check_layout(layout, why); !ok) return ok.error();
  return layout;
}

}  // namespace scmi::transport
