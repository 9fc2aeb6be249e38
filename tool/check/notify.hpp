// SPDX-License-Identifier: Apache-2.0
//
// Cases that all `*_NOTIFY` commands of the form {entity, notify_enable} share, where an attribute bit of the entity
// (the first word of its *_ATTRIBUTES, message 0x3) says whether there is such an event.
#pragma once

#include "scmi/fields.hpp"
#include "tool/check/trial.hpp"

namespace scmi::tool::check {

/// The attributes word of an entity; 0 fails the case if the platform does not tell.
[[nodiscard]] std::uint32_t attributes_of(Trial& t, std::uint32_t entity);

/// Adds "NAME.available" and "NAME.bad_enable" for one command.
void add_notify_cases(Cases& cases, const MessageInfo& notify, const BitField& available);

}  // namespace scmi::tool::check
