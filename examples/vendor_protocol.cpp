// SPDX-License-Identifier: Apache-2.0
//
// Talks to a vendor protocol that the library does not know: describes one message of it, has it in the catalogue of
// this platform, and sends it. (The message is one of NXP's; a program of yours has its own here.)
//
//   vendor_protocol SOCKET
#include <cstdio>
#include <string>

#include "protocols/vendor_catalogue.hpp"
#include "scmi/call.hpp"
#include "transport/session.hpp"

namespace {

constexpr scmi::ProtocolId id{0x81};

struct RegisterGet {
  static constexpr scmi::MessageInfo info{id, scmi::MessageId(0x4), "mine.register_get"};
  std::uint32_t index = 0;

  struct Reply {
    std::uint32_t value = 0;
    template <class Self, class V>
    static constexpr void fields(Self& m, V& v) {
      v.u32({"value", scmi::Unit::none, scmi::Display::hex}, m.value);
    }
  };
  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("index", m.index);
  }
};

int fail(const char* doing, const std::string& why) {
  std::fprintf(stderr, "%s: %s\n", doing, why.c_str());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  std::string why;
  const auto session = scmi::transport::Session::connect(argc == 2 ? argv[1] : "", {}, &why);
  if (!session) return fail("connecting", why);
  scmi::Agent& agent = (*session)->agent();

  scmi::catalogue::VendorProtocols mine;
  const auto added = mine.add(scmi::catalogue::vendor_protocol<RegisterGet>(id, "mine", scmi::Version(0x10000)), "NXP");
  if (!added) return fail("adding the protocol", describe(added.error()));
  const scmi::catalogue::Catalogue all(mine, scmi::catalogue::identity_of(agent.base()));
  if (all.find_protocol(id) == nullptr) return fail("looking", "this platform is no NXP");

  const auto reply = call(agent.raw_link(id), RegisterGet{.index = 2});
  if (!reply) return fail("asking", describe(reply.error()));
  std::printf("%s is answered with 0x%x\n", all.find("mine.register_get")->name().c_str(), reply->value);
  return 0;
}
