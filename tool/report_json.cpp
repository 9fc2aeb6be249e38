// SPDX-License-Identifier: Apache-2.0
//
// Reports as JSON. The only file of the tool that includes the JSON library.
#include <cstring>
#include <nlohmann/json.hpp>

#include "tool/report.hpp"

namespace scmi::tool {
namespace {

using Json = nlohmann::ordered_json;

void put(Json& object, const Item& item);

[[nodiscard]] Json json_of(const Record& record) {
  Json object = Json::object();
  for (const Item& item : record) put(object, item);
  return object;
}

struct ToJson {
  Json operator()(std::monostate) const { return nullptr; }
  Json operator()(const Named& v) const { return v.number; }
  Json operator()(const Decimal& v) const { return Json::parse(plain(v)); }
  Json operator()(const Record& v) const { return json_of(v); }
  Json operator()(const List& v) const {
    Json list = Json::array();
    for (const Value& entry : v) list.push_back(std::visit(*this, entry.data));
    return list;
  }
  template <class T>
  Json operator()(const T& v) const {
    return v;
  }
};

void put(Json& object, const Item& item) {
  const std::string_view unit = suffix(item.measure);
  object[unit.empty() ? item.key : item.key + '_' + std::string(unit)] = std::visit(ToJson{}, item.value.data);
  if (const auto* named = std::get_if<Named>(&item.value.data)) {
    object[item.key + "_name"] = named->name.empty() ? Json(nullptr) : Json(named->name);
  }
}

[[nodiscard]] Json json_of(const Failure& failure) {
  Json object = {{"exit_code", static_cast<int>(failure.exit)},
                 {"kind", name(failure.exit)},
                 {"message", failure.message},
                 {"advice", failure.advice}};
  if (!failure.error) return object;
  const Error& error = *failure.error;
  object["origin"] = name(error.origin);
  switch (error.origin) {
    case Origin::platform:
      object["status"] = error.code;
      object["status_name"] = name(static_cast<Status>(error.code));
      break;
    case Origin::system:
      object["errno"] = error.code;
      object["errno_text"] = std::strerror(error.code);
      break;
    case Origin::local:
      object["local"] = error.code;
      object["local_name"] = name(static_cast<LocalError>(error.code));
      break;
  }
  if (error.context.protocol != 0) {
    object["protocol_id"] = error.context.protocol;
    object["message_id"] = error.context.message;
  }
  if (error.context.step != Step::none) object["step"] = name(error.context.step);
  return object;
}

}  // namespace

std::string to_json(const DocumentHead& head, const Report& report, const Failure* failure) {
  Json document = {{"schema_version", schema_version},
                   {"connection", head.connection.empty() ? Json(nullptr) : Json(head.connection)},
                   {"command", head.command.empty() ? Json(nullptr) : Json(head.command)}};
  for (const Item& item : report.items()) put(document, item);
  if (failure != nullptr) document["error"] = json_of(*failure);
  // Names come from outside: what is no UTF-8 is replaced, never an exception.
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace scmi::tool
