#include "tools/simrun/campaign/signature.h"

#include <source_location>

#include "gtest/gtest.h"

namespace simrun::campaign {
namespace {

TEST(Signature, APatternLeavesOutWhatChangesFromRunToRun) {
  EXPECT_EQ(message_pattern("SIM_CHECK_EQ(balance, 100), with -1 and 100 failed at "
                            "scenarios/programs/account.cc:39"),
            "SIM_CHECK_EQ(balance, 100)");
  EXPECT_EQ(message_pattern("SIM_CHECK(n == 2) failed at x.cc:3"), "SIM_CHECK(n == 2)");
  EXPECT_EQ(message_pattern("SIM_CHECK_EQ(a, b), with one, two and three failed at x.cc:3"),
            message_pattern("SIM_CHECK_EQ(a, b), with four and five failed at x.cc:4"));
  EXPECT_EQ(message_pattern("std::out_of_range: no key 'alice'"),
            message_pattern("std::out_of_range: no key 'bob'"));
  EXPECT_EQ(message_pattern("at 0x7f3a after 1.5s, -3 left"), "at # after #s, # left");
  EXPECT_EQ(message_pattern("see /home/a/src/x.cc:12"), message_pattern("see /builds/x.cc:13"));
  EXPECT_EQ(message_pattern("first\nsecond"), "first");
  EXPECT_EQ(message_pattern("a lone ' and \" stay"), "a lone ' and \" stay");
  EXPECT_EQ(message_pattern(""), "");
}

TEST(Signature, AFunctionIsKnownByItsName) {
  EXPECT_EQ(bare_function("sim::Coro<> bank::transfer(int)"), "transfer");
  EXPECT_EQ(bare_function("auto transfer(int)::(anonymous class)::operator()() const"), "transfer");
  EXPECT_EQ(bare_function("transfer(int)::<lambda()>"), "transfer");
  EXPECT_EQ(bare_function("(anonymous namespace)::transfer(int)"), "transfer");
  EXPECT_EQ(bare_function("main"), "main");
  EXPECT_EQ(bare_function("("), "");
  EXPECT_EQ(bare_function(""), "");
}

std::string id_of(sim::FindingKind kind, const char* message,
                  std::source_location place = std::source_location()) {
  return signature_of("bank", "n=4", {kind, message, place, {}}).id();
}

TEST(Signature, OutlivesALineMoreAndAnotherSchedule) {
  const auto here = std::source_location::current();
  const auto there = std::source_location::current();
  ASSERT_NE(here.line(), there.line());
  using enum sim::FindingKind;
  EXPECT_EQ(id_of(assertion, "SIM_CHECK(a) failed at x.cc:3", here),
            id_of(assertion, "SIM_CHECK(a) failed at x.cc:4", there));
  EXPECT_NE(id_of(assertion, "SIM_CHECK(a) failed at x.cc:3", here),
            id_of(assertion, "SIM_CHECK(b) failed at x.cc:4", here));
  EXPECT_EQ(id_of(deadlock, "2 tasks wait\nmain waits"), id_of(deadlock, "1 task waits\nit waits"))
      << "who waits is told by the schedule";
  EXPECT_NE(id_of(deadlock, ""), id_of(livelock, ""));
}

TEST(Signature, KnowsAPlaceByItsFileAndFunction) {
  const auto here = std::source_location::current();
  const sim::Finding finding{sim::FindingKind::deadlock, "", here, {}};
  const Signature signature = signature_of("bank", "", finding);
  EXPECT_EQ(signature.file, "signature_test.cc");
  EXPECT_EQ(signature.function, "TestBody");
}

TEST(Signature, IsTheSameNextYear) {
  EXPECT_EQ((Signature{"bank", "n=4", "assertion", "bank.cc", "transfer", "CHECK(a)"}.id()),
            "7cb8b16cc7a640af");
  EXPECT_NE((Signature{"bank", "n=4", "", "", "", ""}.id()),
            (Signature{"bankn=4", "", "", "", "", ""}.id()));
}

}  // namespace
}  // namespace simrun::campaign
