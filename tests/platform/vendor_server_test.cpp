// SPDX-License-Identifier: Apache-2.0
//
// Vendor protocols on the platform: chosen by the description's vendor strings, answered like any other, and the i.MX
// ones row by row.
#include "platform/vendor_server.hpp"

#include "platform/vendor/imx/imx_servers.hpp"
#include "scmi/common_messages.hpp"
#include "tests/platform/platform_bench.hpp"

using namespace scmi;
using namespace scmi::platform;
using namespace scmi::platform::test;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

constexpr std::uint8_t lmm = 0x80;
constexpr std::uint8_t bbm = 0x81;
constexpr std::uint8_t cpu = 0x82;
constexpr std::uint8_t fusa = 0x83;
constexpr std::uint8_t misc = 0x84;

constexpr Edit nxp{"vendor = \"acme\"\nsub_vendor = \"edge\"", "vendor = \"nxp\"\nsub_vendor = \"IMX\""};
constexpr Edit only_misc{"name = \"bare\"", "name = \"bare\"\nvendor_protocols = [0x84]"};

VendorServers imx_servers() {
  VendorServers servers;
  REQUIRE(imx::add_to(servers));
  return servers;
}

struct ImxBench : Bench {
  explicit ImxBench(std::initializer_list<Edit> edits = {nxp, only_misc}) : Bench(edge_soc(edits), imx_servers()) {}
};

void check_imx(std::initializer_list<EdgeCase> cases) {
  for (const EdgeCase& c : cases) {
    CAPTURE(c.row);
    ImxBench t;
    const Reply r = t.ask(c.agent, c.protocol, c.message, c.parameters);
    CHECK_MESSAGE(r.status == c.status, "status is ", name(r.status), ", not ", name(c.status));
    if (r.status != Status::success) CHECK(r.words.empty());
    if (r.status == Status::success && c.status == Status::success && !c.any_reply) CHECK(r.words == c.reply);
  }
}

/// A protocol of the test's own: adds two numbers, and takes its time for it.
constexpr ProtocolId sum_id{0x90};
struct Sum {
  static constexpr MessageInfo info{sum_id, MessageId(0x3), "sum.sum"};
  std::uint32_t a = 0;
  std::uint32_t b = 0;
  struct Reply {
    std::uint32_t sum = 0;
    template <class Self, class V>
    static constexpr void fields(Self& m, V& v) {
      v.u32("sum", m.sum);
    }
  };
  template <class Self, class V>
  static constexpr void fields(Self& m, V& v) {
    v.u32("a", m.a);
    v.u32("b", m.b);
  }
};
class SumServer final : public VendorServer {
 public:
  explicit SumServer(std::uint32_t offset) : offset_(offset) {}
  [[nodiscard]] Version version() const noexcept override { return Version(0x20003); }
  [[nodiscard]] std::span<const VendorRow> rows() const noexcept override {
    static constexpr std::array all = {vendor_row<SumServer, Sum, &SumServer::sum>()};
    return all;
  }

 private:
  Status sum(VendorCall& call, const Sum& command, Sum::Reply& reply) {
    if (command.b > 1000) return Status::out_of_range;
    reply.sum = command.a + command.b + offset_;
    call.not_before = call.now + microseconds(7);
    return Status::success;
  }
  std::uint32_t offset_;
};
MakeVendorServer sums(std::uint32_t offset) {
  return [offset](VendorHost&) { return std::make_unique<SumServer>(offset); };
}

}  // namespace

TEST_CASE("platform vendor servers: the best fitting key serves, a key twice is refused") {
  VendorServers servers;
  REQUIRE(servers.add({sum_id, "ACME"}, sums(100)));
  REQUIRE(servers.add({sum_id, "ACME", "Edge"}, sums(200)));
  REQUIRE(servers.add({sum_id, "ACME", "Edge", 0x01020304}, sums(300)));
  REQUIRE(servers.add({sum_id, "Other"}, sums(400)));
  CHECK(servers.add({sum_id, "acme", "EDGE"}, sums(0)).error().is(LocalError::ambiguous));
  Bench exact(edge_soc(), servers);
  CHECK(exact.ask(1, 0x90, 0x3, {1, 2}).words == Words{303});
  Bench version(edge_soc({Edit{"0x01020304", "0x01020305"}}), servers);
  CHECK(version.ask(1, 0x90, 0x3, {1, 2}).words == Words{203});
  Bench vendor(edge_soc({Edit{"\"edge\"", "\"corner\""}}), servers);
  CHECK(vendor.ask(1, 0x90, 0x3, {1, 2}).words == Words{103});
  Bench none(edge_soc({nxp}), servers);
  CHECK(none.ask(1, 0x90, 0x3, {1, 2}).status == Status::not_supported);
  CHECK(none.ask(1, 0x90, 0x0).status == Status::not_supported);
}

TEST_CASE("platform vendor servers: a program's own is checked and answered as the standard ones are") {
  VendorServers servers;
  REQUIRE(servers.add({sum_id, "ACME"}, sums(0)));
  Bench t(edge_soc(), servers);
  CHECK(t.ask(1, 0x90, 0x0).words == Words{0x20003});
  CHECK(t.ask(1, 0x90, 0x2, {0x3}).words == Words{0});
  CHECK(t.ask(1, 0x90, 0x2, {0x10}).words == Words{0});
  CHECK(t.ask(1, 0x90, 0x2, {0x4}).status == Status::not_found);
  CHECK(t.ask(1, 0x90, 0x2, {0x103}).status == Status::not_found);
  CHECK(t.ask(1, 0x90, 0x10, {0x20001}).status == Status::success);
  CHECK(t.ask(1, 0x90, 0x10, {0x20004}).status == Status::not_supported);
  CHECK(t.ask(1, 0x90, 0x10, {0x10000}).status == Status::not_supported);
  CHECK(t.ask(1, 0x90, 0x4).status == Status::not_found);
  CHECK(t.ask(1, 0x90, 0x3, {1}).status == Status::protocol_error);
  CHECK(t.ask(1, 0x90, 0x3, {1, 2, 3}).status == Status::success);
  CHECK(t.ask(1, 0x90, 0x3, {1, 1001}).status == Status::out_of_range);
  const Reply sum = t.ask(1, 0x90, 0x3, {1, 2});
  CHECK(sum.words == Words{3});
  CHECK(sum.not_before == t.time.at + microseconds(7));
  // Base lists it behind the standard ones and counts it.
  const Reply list = t.ask(1, base, 0x6, {0});
  CHECK(list.words.front() == (t.ask(1, base, 0x1).words.front() & 0xFF));
  CHECK((list.words.at(1 + (list.words.front() - 1) / 4) >> 8 * ((list.words.front() - 1) % 4) & 0xFF) == 0x90);
}

TEST_CASE("imx edges: each row of the table") {
  ImxBench t;
  CHECK(t.ask(1, 0x85, 0x0).status == Status::not_supported);
  CHECK(t.ask(3, lmm, 0x0).status == Status::denied);
  CHECK(t.ask(3, misc, 0x0).status == Status::success);
  check_imx({
      {"unknown message id", misc, 0x30, {}, Status::not_found},
      {"MESSAGE_ATTRIBUTES for an absent message", misc, 0x2, {0x30}, Status::not_found},
      {"MESSAGE_ATTRIBUTES", misc, 0x2, {0x22}, Status::success, {0}},
      {"NEGOTIATE same major, older minor", misc, 0x10, {0x10000}, Status::success},
      {"NEGOTIATE newer minor", misc, 0x10, {0x10002}, Status::not_supported},
      {"payload too short", lmm, 0x5, {2}, Status::protocol_error},
      {"bad lmid", lmm, 0x3, {4}, Status::not_found},
      {"bad lmid", lmm, 0x4, {4}, Status::not_found},
      {"bad lmid, notify", lmm, 0x9, {4, 1}, Status::not_found},
      {"bad lmid, reason", lmm, 0xA, {4}, Status::not_found},
      {"own machine's number where only 0x3 takes it", lmm, 0x4, {0xFFFF'FFFF}, Status::not_found},
      {"bad cpuid", cpu, 0x3, {8}, Status::not_found},
      {"bad cpuid", cpu, 0xC, {8}, Status::not_found},
      {"bad cpuid, reset vector of a machine", lmm, 0xC, {2, 8, 0, 0, 0}, Status::not_found},
      {"cpu of another machine", lmm, 0xC, {2, 2, 0, 0, 0}, Status::denied},
      {"cpu of that machine", lmm, 0xC, {2, 1, 0, 0, 0}, Status::success},
      {"bad ctrl id", misc, 0x4, {10}, Status::not_found},
      {"bad ctrl id of the board", misc, 0x4, {0x8004}, Status::not_found},
      {"bad RTC index", bbm, 0x5, {2}, Status::not_found},
      {"bad RTC index, time", bbm, 0x7, {2, 0}, Status::not_found},
      {"bad RTC index, notify", bbm, 0xA, {2, 1}, Status::not_found},
      {"bad register", bbm, 0x4, {8}, Status::not_found},
      {"num larger than fits", misc, 0x3, {1, 24}, Status::invalid_parameters},
      {"num larger than fits, action", misc, 0x5, {1, 0, 23}, Status::invalid_parameters},
      {"num larger than the payload sent", misc, 0x3, {1, 3, 5}, Status::protocol_error},
      {"num that just fits", misc, 0x3, Words{1, 23} + Words(23, 7), Status::success},
      {"no value", misc, 0x3, {1, 0}, Status::invalid_parameters},
      {"LMM command on the own machine", lmm, 0x4, {1}, Status::invalid_parameters},
      {"LMM command on the own machine", lmm, 0x5, {1, 0}, Status::invalid_parameters},
      {"LMM command on the own machine", lmm, 0x6, {1, 0}, Status::invalid_parameters},
      {"LMM command on the own machine", lmm, 0x7, {1}, Status::invalid_parameters},
      {"LMM command on the own machine", lmm, 0x8, {1}, Status::invalid_parameters},
      {"LMM command on the own machine", lmm, 0xB, {1}, Status::invalid_parameters},
      {"MISC 0xC not available", misc, 0xC, {}, Status::not_supported},
      {"LMM operation not permitted", lmm, 0x6, {0, 0}, Status::denied},
      {"LMM reserved flags", lmm, 0x6, {2, 2}, Status::invalid_parameters},
      {"CPU of another machine", cpu, 0x4, {1}, Status::denied},
      {"CPU vector for nothing", cpu, 0x6, {2, 0, 0, 0}, Status::invalid_parameters},
      {"CPU sleep mode unknown", cpu, 0x7, {2, 0, 4}, Status::invalid_parameters},
      {"CPU wake mask beyond the end", cpu, 0x8, {2, 11, 2, 1, 1}, Status::invalid_parameters},
      {"CPU setting unknown", cpu, 0xB, {2, 1, 9, 5}, Status::invalid_parameters},
      {"FUSA fault unknown", fusa, 0x8, {40}, Status::not_found},
      {"FUSA environment unknown", fusa, 0x6, {3}, Status::not_found},
      {"0x1 of LMM", lmm, 0x1, {}, Status::success, {4}},
      {"0x1 of BBM", bbm, 0x1, {}, Status::success, {0x0002'0008}},
      {"0x1 of CPU", cpu, 0x1, {}, Status::success, {8}},
      {"0x1 of FUSA", fusa, 0x1, {}, Status::success, {0x0028'0303, 0}},
      {"0x1 of MISC", misc, 0x1, {}, Status::success, {0x0406'000A}},
      {"own machine", lmm, 0x3, {0xFFFF'FFFF}, Status::success, Words{1, 0, 1, 0} + name_words("manager")},
  });
}

TEST_CASE("imx machines: their states, and who hears of them") {
  ImxBench t;
  const auto state = [&](std::uint32_t lm) { return t.ask(1, lmm, 0x3, {lm}).words.at(2); };
  CHECK(t.ask(1, lmm, 0x9, {2, 0xF}).status == Status::success);
  CHECK(t.ask(1, lmm, 0x6, {2, 1}).status == Status::success);
  CHECK(state(2) == 0);
  CHECK(t.ask(1, lmm, 0xB, {2}).status == Status::success);
  CHECK(state(2) == 3);
  CHECK(t.ask(1, lmm, 0x4, {2}).status == Status::success);
  CHECK(state(2) == 1);
  CHECK(t.ask(1, lmm, 0x8, {2}).status == Status::success);
  CHECK(state(2) == 2);
  CHECK(t.ask(1, lmm, 0x7, {2}).status == Status::success);
  CHECK(state(2) == 1);
  CHECK((t.ask(1, lmm, 0xA, {2}).words == Words{0x9100'0006, 0x9100'0006}));
  std::vector<Words> told;
  for (const Sent& s : t.take()) {
    CHECK(s.agent == 1);
    told.push_back(s.words);
  }
  CHECK(told == std::vector<Words>{{1, 2, 2}, {1, 2, 1}, {1, 2, 4}, {1, 2, 8}});
  t.platform.disconnect(AgentId(1));
  CHECK(t.ask(1, lmm, 0x6, {2, 0}).status == Status::success);
  CHECK(t.take().empty());
}

TEST_CASE("imx clocks: they go, their alarm rings, they roll over, and others hear when one is set") {
  ImxBench t;
  CHECK(t.ask(1, bbm, 0x6, {0, 0, 1000, 0}).status == Status::success);
  CHECK(t.ask(1, bbm, 0xA, {0, 7}).status == Status::success);
  CHECK(t.ask(1, bbm, 0x8, {0, 1, 1002, 0}).status == Status::success);
  CHECK(t.ask(1, bbm, 0x8, {0, 1, 999, 0}).status == Status::invalid_parameters);
  t.pass(seconds(1) + milliseconds(500));
  CHECK((t.ask(1, bbm, 0x7, {0, 0}).words == Words{1001, 0}));
  CHECK((t.ask(1, bbm, 0x7, {0, 1}).words == Words{1001 * 32768 + 16384, 0}));
  CHECK(t.take().empty());
  t.pass(milliseconds(500));
  const auto rang = t.take();
  REQUIRE(rang.size() == 1);
  CHECK(rang[0].words == Words{1});
  CHECK(MessageHeader::unpack(rang[0].header).protocol == ProtocolId(bbm));
  CHECK(t.ask(2, bbm, 0x6, {0, 0, 0xFFFF'FFFF, 0}).status == Status::success);
  t.pass(seconds(1));
  const auto later = t.take();
  REQUIRE(later.size() == 2);
  CHECK(later[0].words == Words{4});
  CHECK(later[1].words == Words{2});
  CHECK((t.ask(1, bbm, 0x7, {0, 0}).words == Words{0, 0}));
  CHECK(t.platform.next_event() > t.time.at + seconds(1'000'000));
}

TEST_CASE("imx button: pressed for a fifth of a second every five") {
  ImxBench t;
  CHECK(t.ask(1, bbm, 0xB, {1}).status == Status::success);
  CHECK(t.ask(1, bbm, 0x9).words == Words{0});
  t.pass(milliseconds(4800));
  CHECK(t.ask(1, bbm, 0x9).words == Words{1});
  t.pass(milliseconds(200));
  const auto told = t.take();
  REQUIRE(told.size() == 2);
  CHECK(told[0].words == Words{1});
  CHECK(told[1].words == Words{0});
  CHECK(t.ask(1, bbm, 0xB, {0}).status == Status::success);
  t.pass(seconds(10));
  CHECK(t.take().empty());
}

TEST_CASE("imx cores, faults and controls keep what they are told, and tell others") {
  ImxBench t;
  CHECK(t.ask(1, cpu, 0x6, {2, 0x4000'0000, 0x1000, 0x2}).status == Status::success);
  CHECK(t.ask(1, cpu, 0x7, {2, 1, 3}).status == Status::success);
  CHECK(t.ask(1, cpu, 0x5, {2}).status == Status::success);
  CHECK((t.ask(2, cpu, 0xC, {2}).words == Words{2, 3, 0x1000, 2}));
  CHECK((t.ask(2, fusa, 0xA, {4, 0xF, 0x3}).words == Words{4, 3}));
  CHECK(t.ask(1, fusa, 0x9, {5, 1}).status == Status::success);
  CHECK(t.ask(1, fusa, 0x9, {6, 1}).status == Status::success);
  CHECK(t.ask(2, fusa, 0x8, {5}).words == Words{1});
  CHECK(t.ask(2, misc, 0x8, {3, 0x10}).status == Status::success);
  CHECK(t.ask(1, misc, 0x3, {3, 2, 8, 9}).status == Status::success);
  CHECK((t.ask(2, misc, 0x4, {3}).words == Words{2, 8, 9}));
  const auto told = t.take();
  REQUIRE(told.size() == 2);
  CHECK(told[0].agent == 2);
  CHECK((told[0].words == Words{5, 1}));
  CHECK((told[1].words == Words{3, 0x10}));
  CHECK((t.ask(1, misc, 0xD, {0, 0}).words.front() == (17U << 20 | 23)));
  CHECK((t.ask(1, misc, 0xD, {0, 40}).words == Words{0}));
  CHECK(t.ask(1, misc, 0xD, {0, 41}).status == Status::invalid_parameters);
}

TEST_CASE("imx: the description that is shipped is served with all five protocols") {
  auto soc = load_soc_config(SCMI_SOCS_DIR "/imx95.toml");
  REQUIRE_MESSAGE(soc, (soc ? std::string() : describe(soc.error().front())));
  Bench t(std::move(*soc), imx_servers());
  for (const std::uint8_t protocol : {lmm, bbm, cpu, fusa, misc})
    CHECK(t.ask(2, protocol, 0x1).status == Status::success);
  CHECK((t.ask(2, lmm, 0x3, {0xFFFF'FFFF}).words == Words{2, 0, 1, 0} + name_words("M7")));
}

TEST_CASE("imx: a description leaves out single commands, and whole protocols") {
  ImxBench t{nxp, only_misc, Edit{"[behaviour]", "[disabled]\n\"0x84\" = [4]\n\"0x81\" = [16]\n[behaviour]"}};
  CHECK(t.ask(1, misc, 0x4, {3}).status == Status::not_supported);
  CHECK(t.ask(1, misc, 0x4, {}).status == Status::not_supported);
  CHECK(t.ask(1, misc, 0x2, {0x4}).status == Status::not_found);
  CHECK(t.ask(1, misc, 0x2, {0x3}).status == Status::success);
  CHECK(t.ask(1, bbm, 0x2, {0x4}).status == Status::success);
  CHECK(t.ask(1, bbm, 0x10, {0x10000}).status == Status::not_supported);
  CHECK(t.ask(1, misc, 0x10, {0x10000}).status == Status::success);

  ImxBench few{nxp, Edit{"profile = \"3.2\"", "profile = \"3.2\"\nvendor_protocols = [0x84]"}};
  CHECK(few.ask(1, misc, 0x0, {}).status == Status::success);
  CHECK(few.ask(1, bbm, 0x0, {}).status == Status::not_supported);
  ImxBench none{nxp, Edit{"profile = \"3.2\"", "profile = \"3.2\"\nvendor_protocols = []"}};
  CHECK(none.ask(1, misc, 0x0, {}).status == Status::not_supported);

  const auto reads = [](const std::string& disabled) {
    const std::string soc = "[soc]\nname = \"x\"\nvendor = \"NXP\"\nprofile = \"3.2\"\n[[agent]]\nname = \"a\"\n";
    return parse_soc_config(soc + "[disabled]\n" + disabled, "a.toml").has_value();
  };
  CHECK(reads("\"0x84\" = [4]"));
  CHECK(reads("\"132\" = [4]\nclock = [5]"));
  for (const char* bad : {"\"0x7F\" = [4]", "\"0x84\" = [1]", "\"0x184\" = [4]", "\"0x\" = [4]", "imx_misc = [4]"}) {
    CAPTURE(std::string(bad));
    CHECK_FALSE(reads(bad));
  }
}
