// simrun --guard, --virtualize and --check-determinism: what they print, and the exit code.
#include "tools/simrun/guard_flags.h"

#include <sys/random.h>
#include <unistd.h>

#include <string>

#include "gmock/gmock.h"
#include "primitives/primitives.h"
#include "sim/scenario.h"
#include "tools/simrun/in_test.h"

namespace {

using simrun::call;
using simrun::Called;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

SIM_SCENARIO(guard_nap, "a step takes a nap") {
  co_await sim::yield();
  usleep(1);
}

// How many steps there are is drawn outside.
SIM_SCENARIO(guard_draw, "the number of steps is drawn by getrandom") {
  co_await sim::yield();
  std::uint32_t drawn = 0;
  SIM_CHECK_EQ(getrandom(&drawn, sizeof drawn, 0), ssize_t{sizeof drawn});
  for (std::uint32_t i = 0; i < drawn % 1000; ++i) co_await sim::yield();
}

SIM_SCENARIO(guard_nothing, "a step that asks nobody") { co_await sim::yield(); }

SIM_SCENARIO(guard_fails_virtually, "an assertion about what a nap takes") {
  co_await sim::yield();
  usleep(1000);
  SIM_CHECK(sim::uptime() == sim::Duration::zero());
}

const std::vector<std::vector<std::string>> kSubcommands = {{}, {"explore"}, {"verify"}};

Called call_with(std::vector<std::string> subcommand, const std::vector<std::string>& rest) {
  subcommand.insert(subcommand.end(), rest.begin(), rest.end());
  return call(subcommand);
}

TEST(GuardFlags, ByDefaultACallIsAWarning) {
  for (const auto& subcommand : kSubcommands) {
    const Called called = call_with(subcommand, {"guard_nap"});
    EXPECT_EQ(called.code, 0);
    EXPECT_THAT(called.out, HasSubstr("warning: outside_call: usleep was called by main, in the "
                                      "step that began at tools/simrun/guard_flags_test.cc:"));
  }
}

TEST(GuardFlags, GuardFailMakesItAFailureWithTheExitCodeOfWhatIsNotDeterministic) {
  for (const auto& subcommand : kSubcommands) {
    const Called called = call_with(subcommand, {"guard_nap", "--guard", "fail"});
    EXPECT_EQ(called.code, 3);
    EXPECT_THAT(called.out,
                AllOf(HasSubstr("outside_call: usleep was called by main"), HasSubstr("FAILED"),
                      HasSubstr("--guard fail"), Not(HasSubstr("warning: outside_call"))));
  }
}

TEST(GuardFlags, GuardOffIsSilent) {
  for (const auto& subcommand : kSubcommands) {
    const Called called = call_with(subcommand, {"guard_nap", "--guard=off"});
    EXPECT_EQ(called.code, 0);
    EXPECT_THAT(called.out, Not(HasSubstr("outside_call")));
  }
}

TEST(GuardFlags, VirtualizeAnswersInTheRun) {
  for (const auto& subcommand : kSubcommands) {
    const Called called = call_with(
        subcommand, {"guard_draw", "--virtualize", "--guard=fail", "--check-determinism"});
    EXPECT_EQ(called.code, 0) << called.out;
  }
  const Called once = call({"--seed", "1", "guard_draw", "--virtualize"});
  EXPECT_EQ(once, call({"--seed", "1", "guard_draw", "--virtualize"}));
}

TEST(GuardFlags, TheReplayLineHasThem) {
  const Called called = call({"explore", "guard_fails_virtually", "--virtualize"});
  EXPECT_EQ(called.code, 1);
  const std::size_t at = called.out.find("./simrun replay guard_fails_virtually --virtualize A");
  ASSERT_NE(at, std::string::npos) << called.out;
  const std::size_t end = called.out.find('\n', at);
  const std::size_t blank = called.out.rfind(' ', end);
  const std::string text = called.out.substr(blank + 1, end - blank - 1);
  EXPECT_EQ(call({"replay", "guard_fails_virtually", "--virtualize", text}).code, 1);
  EXPECT_EQ(call({"replay", "guard_fails_virtually", text}).code, 0);
}

TEST(GuardFlags, CheckDeterminismFindsTwoRunsThatDiffer) {
  const Called once = call({"guard_draw", "--guard=off", "--check-determinism"});
  EXPECT_EQ(once.code, 3);
  EXPECT_THAT(once.out, HasSubstr("not_deterministic: two runs of the same decisions differ at "));
  EXPECT_THAT(once.out, HasSubstr("\nFAILED: "));
  EXPECT_THAT(once.out, HasSubstr(" --seed 0 guard_draw --guard off --check-determinism\n"));
  const Called as_json = call({"guard_draw", "--guard=off", "--check-determinism", "--json"});
  EXPECT_EQ(as_json.code, 3);
  EXPECT_THAT(as_json.out, HasSubstr("\"verdict\":\"FAILED\""));
  EXPECT_THAT(as_json.out, HasSubstr("\"kind\":\"not_deterministic\""));
  const Called explored = call({"explore", "guard_draw", "--guard=off", "--check-determinism"});
  EXPECT_EQ(explored.code, 3);
  EXPECT_THAT(explored.out, HasSubstr("not_deterministic: two runs"));
}

TEST(GuardFlags, CheckDeterminismFindsNothingWhereThereIsNothing) {
  for (const auto& subcommand : kSubcommands) {
    const Called called = call_with(subcommand, {"guard_nothing", "--check-determinism"});
    EXPECT_EQ(called.code, 0) << called.out << called.err;
  }
}

TEST(GuardFlags, OfAnotherValueAreRefused) {
  const Called called = call({"guard_nap", "--guard", "loud"});
  EXPECT_EQ(called.code, 2);
  EXPECT_EQ(called.err, "simrun: bad value for --guard: 'loud' is not warn, fail or off\n");
  EXPECT_EQ(call({"explore", "guard_nap", "--guard"}).code, 2);
  EXPECT_EQ(call({"explore", "guard_nap", "--virtualize=1"}).code, 2);
}

}  // namespace
