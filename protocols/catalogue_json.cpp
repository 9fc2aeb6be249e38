// SPDX-License-Identifier: Apache-2.0
//
// Messages as JSON. The only file here that includes the JSON library, which is slow to compile.
#include <nlohmann/json.hpp>

#include "protocols/catalogue_entry.hpp"

namespace scmi::catalogue {
namespace {

using Json = nlohmann::ordered_json;

[[nodiscard]] Json fields_of(const std::vector<FieldValue>& fields);

[[nodiscard]] Json value_of(const FieldValue& field) {
  switch (field.kind) {
    case FieldKind::text: return field.text;
    case FieldKind::record: return fields_of(field.parts);
    case FieldKind::status: return static_cast<std::int64_t>(field.number);
    case FieldKind::list: {
      Json list = Json::array();
      for (const FieldValue& part : field.parts) list.push_back(value_of(part));
      return list;
    }
    case FieldKind::word: {
      if (field.parts.empty()) return field.number;
      Json word = {{"raw", field.number}};
      word.update(fields_of(field.parts));
      return word;
    }
    case FieldKind::number: break;
  }
  if (field.is_flag) return field.number != 0;
  if (field.is_signed) return static_cast<std::int64_t>(field.number);
  return field.number;
}

Json fields_of(const std::vector<FieldValue>& fields) {
  Json object = Json::object();
  for (const FieldValue& field : fields) {
    object[field.key()] = value_of(field);
    if (!field.value_name.empty()) object[field.name + "_name"] = field.value_name;
  }
  return object;
}

[[nodiscard]] Json head_of(ProtocolId protocol, std::string_view protocol_name, MessageId message, Kind kind) {
  return {{"protocol", protocol.value},
          {"protocol_name", protocol_name},
          {"message_id", message.value},
          {"kind", name(kind)}};
}

[[nodiscard]] Json known(const Entry& entry, Kind kind, const Decoded& decoded) {
  Json object = {{"message", entry.name()}};
  object.update(head_of(entry.protocol, entry.protocol_name, entry.info->message, kind));
  if (decoded.status) {
    object["status"] = static_cast<std::int32_t>(*decoded.status);
    object["status_name"] = name(*decoded.status);
  }
  object["fields"] = fields_of(decoded.fields);
  if (decoded.trailing_bytes != 0) object["trailing_bytes"] = decoded.trailing_bytes;
  return object;
}

/// Names come from the wire: what is no UTF-8 is replaced, never an exception.
[[nodiscard]] std::string text_of(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

std::string to_json(const Entry& entry, Kind kind, const Decoded& decoded) {
  return text_of(known(entry, kind, decoded));
}

std::string message_to_json(MessageHeader header, Kind kind, std::span<const std::byte> payload, Version version) {
  return detail::json_as(find(header.protocol, kind, header.message), protocol_name(header.protocol), header, kind,
                         payload, version);
}

std::string detail::json_as(const Entry* entry, std::string_view protocol_name, MessageHeader header, Kind kind,
                            std::span<const std::byte> payload, Version version) {
  if (entry != nullptr) {
    if (const auto decoded = decode(*entry, kind, payload, version)) return text_of(known(*entry, kind, *decoded));
  }
  Json object = {{"message", entry != nullptr ? Json(entry->name()) : Json(nullptr)}};
  object.update(head_of(header.protocol, protocol_name, header.message, kind));
  object["malformed"] = entry != nullptr;
  Json bytes = Json::array();
  for (const std::byte b : payload) bytes.push_back(std::to_integer<unsigned>(b));
  object["payload"] = bytes;
  return text_of(object);
}

}  // namespace scmi::catalogue
