// SPDX-License-Identifier: Apache-2.0
#include "transport/platform_endpoint.hpp"

namespace scmi::transport {

bool PlatformEndpoint::take(Request& request) noexcept {
  const std::span<AgentPort* const> all = ports();
  if (next_ >= all.size()) next_ = 0;
  std::size_t index = next_;
  for (std::size_t looked = 0; looked < all.size(); ++looked, index = index + 1 == all.size() ? 0 : index + 1) {
    if (!all[index]->take(request)) continue;
    next_ = index + 1;
    return true;
  }
  return false;
}

Result<void> PlatformEndpoint::respond(const Request& request, std::span<const std::byte> payload) noexcept {
  AgentPort* const port = find(request.port);
  if (port == nullptr) return Error::local(LocalError::stale_handle);
  return port->respond(request.channel, request.header, payload);
}

Result<void> PlatformEndpoint::respond_error(const Request& request) noexcept {
  AgentPort* const port = find(request.port);
  if (port == nullptr) return Error::local(LocalError::stale_handle);
  return port->respond_error(request.channel);
}

Result<void> PlatformEndpoint::post(const PortKey& key, std::uint32_t header, std::span<const std::byte> payload) {
  AgentPort* const port = find(key);
  if (port == nullptr) return Error::local(LocalError::stale_handle);
  return port->post(header, payload);
}

}  // namespace scmi::transport
