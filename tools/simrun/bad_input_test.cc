// Bad usage is one line on stderr that says what is wrong and what would be right, and exit code 2.
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "primitives/primitives.h"
#include "sim/scenario.h"
#include "tools/simrun/in_test.h"

namespace {

using namespace std::chrono_literals;

SIM_SCENARIO(bad_input_target, "takes one parameter of each type",
             sim::param("count", 5, "an int").at_least(1).at_most(10),
             sim::param("ratio", 0.5, "a double"), sim::param("fast", false, "a bool"),
             sim::param("host", "example.org", "a string"),
             sim::param("delay", 250ms, "a duration")) {
  co_return;
}

SIM_SCENARIO(bad_input_plain, "takes nothing") { co_return; }

struct Case {
  const char* name;
  std::vector<std::string> arguments;
  std::string error;

  friend void PrintTo(const Case& bad, std::ostream* stream) { *stream << bad.name; }
};

const Case kCases[] = {
    {"Nothing", {}, "no scenario given; 'simrun list' shows them, 'simrun --help' the usage"},
    {"OnlyASeed",
     {"--seed", "42"},
     "no scenario given; 'simrun list' shows them, 'simrun --help' the usage"},
    {"UnknownScenario", {"zebra"}, "unknown scenario 'zebra'; 'simrun list' shows them all"},
    {"NearScenario",
     {"bad_inptu_plain"},
     "unknown scenario 'bad_inptu_plain'; did you mean 'bad_input_plain'?"},
    {"BeginningOfAScenario",
     {"bad_input_t"},
     "unknown scenario 'bad_input_t'; did you mean 'bad_input_target'?"},
    {"NearSubcommand", {"lst"}, "unknown scenario 'lst'; did you mean 'list'?"},
    {"EmptyScenario", {""}, "unknown scenario ''; 'simrun list' shows them all"},
    {"LineEndInTheScenario", {"a\nb"}, "unknown scenario 'a\\nb'; 'simrun list' shows them all"},
    {"HelpOnUnknownScenario",
     {"help", "zebra"},
     "unknown scenario 'zebra'; 'simrun list' shows them all"},
    {"HelpOnTwo",
     {"help", "bad_input_plain", "bad_input_target"},
     "help is given of one scenario; 'bad_input_target' is too much"},
    {"TwoScenarios",
     {"bad_input_plain", "bad_input_target"},
     "unexpected argument 'bad_input_target' for bad_input_plain; a parameter is written "
     "--name=value"},
    {"ShardsOfDfs",
     {"explore", "bad_input_plain", "--strategy=dfs", "--shard=0/2"},
     "dfs goes from one schedule to the next and is not divided into shards; write --shard 0/1"},
    {"ShardsOfAReplay",
     {"replay", "bad_input_plain", "AAAA", "--shard=0/2"},
     "replay is not divided into shards; explore is"},
    {"CampaignWithoutAStore",
     {"campaign", "bad_input_plain", "--budget=1s"},
     "campaign needs --store and a file, like --store nightly.db"},
    {"CampaignWithoutALimit",
     {"campaign", "--store=a.db"},
     "campaign needs --budget, like 10m, or --executions, like 100000"},
    {"CampaignBudgetIsNone",
     {"campaign", "--store=a.db", "--budget", "soon"},
     "bad value for --budget: 'soon' is not a duration; write a number and a unit, like 10s or 5m"},
    {"CampaignOfAnUnknownScenario",
     {"campaign", "zebra*", "--store=a.db", "--executions=9"},
     "no scenario is called 'zebra*'; 'simrun list' shows them all"},
    {"CampaignUnknownOption",
     {"campaign", "--stoer=a.db", "--executions=9"},
     "unknown option '--stoer' for campaign; did you mean '--store'?"},
    {"CampaignShardIsNone",
     {"campaign", "--store=a.db", "--executions=9", "--shard=4/4"},
     "bad value for --shard: '4/4' is no share; write i/n with i from 0 to n - 1, like 0/4, or /n "
     "where the environment says which"},
    {"CampaignFailOnWhat",
     {"campaign", "--store=a.db", "--executions=9", "--fail-on=monday"},
     "bad value for --fail-on: 'monday' is neither new nor any"},
    {"CampaignStoreIsEmpty",
     {"campaign", "--store=", "--executions=9"},
     "--store needs a value: a file, like nightly.db"},
    {"MergeOfNothing",
     {"merge", "--store=a.db"},
     "merge takes the stores to unite: simrun merge --store all.db A.db B.db"},
    {"MergeToNowhere",
     {"merge", "a.db"},
     "merge needs --store and a file, like --store nightly.db"},
    {"MergeWithASeed",
     {"merge", "a.db", "--store=b.db", "--seed=1"},
     "merge runs nothing and takes no --seed"},

    {"SeedTwice",
     {"--seed", "1", "bad_input_plain", "--seed=2"},
     "--seed is given twice; a run has one seed"},
    {"SeedMissing",
     {"bad_input_plain", "--seed"},
     "--seed needs a value: a whole number, like --seed 42"},
    {"SeedMissingBeforeAnOption",
     {"--seed", "--json", "bad_input_plain"},
     "--seed needs a value: a whole number, like --seed 42"},
    {"SeedNegative",
     {"--seed", "-1", "bad_input_plain"},
     "bad seed '-1': a seed is a whole number from 0 to 18446744073709551615, decimal or 0x and "
     "hexadecimal"},
    {"SeedTooLarge",
     {"--seed", "18446744073709551616", "bad_input_plain"},
     "bad seed '18446744073709551616': a seed is a whole number from 0 to 18446744073709551615, "
     "decimal or 0x and hexadecimal"},
    {"SeedTooLargeInHexadecimal",
     {"--seed", "0x10000000000000000", "bad_input_plain"},
     "bad seed '0x10000000000000000': a seed is a whole number from 0 to 18446744073709551615, "
     "decimal or 0x and hexadecimal"},
    {"SeedIsNoNumber",
     {"--seed=lucky", "bad_input_plain"},
     "bad seed 'lucky': a seed is a whole number from 0 to 18446744073709551615, decimal or 0x and "
     "hexadecimal"},
    {"SeedIsAFraction",
     {"--seed", "1.5", "bad_input_plain"},
     "bad seed '1.5': a seed is a whole number from 0 to 18446744073709551615, decimal or 0x and "
     "hexadecimal"},
    {"SeedEmpty",
     {"--seed=", "bad_input_plain"},
     "bad seed '': a seed is a whole number from 0 to 18446744073709551615, decimal or 0x and "
     "hexadecimal"},
    {"SeedWithSpace",
     {"--seed", " 7", "bad_input_plain"},
     "bad seed ' 7': a seed is a whole number from 0 to 18446744073709551615, decimal or 0x and "
     "hexadecimal"},
    {"NearFlag",
     {"--sead", "42", "bad_input_plain"},
     "unknown option '--sead' for bad_input_plain; did you mean '--seed'?"},
    {"NearFlagAndNoScenario",
     {"--sede", "42"},
     "unknown option '--sede' and no scenario; did you mean '--seed'?"},

    {"OrderUnknown", {"--order", "lifo", "bad_input_plain"}, "bad order 'lifo': it is any or fifo"},
    {"OrderTwice",
     {"--order=any", "--order=any", "bad_input_plain"},
     "--order is given twice; it is any or fifo"},
    {"OrderMissing", {"bad_input_plain", "--order"}, "--order needs a value: any or fifo"},
    {"JsonWithValue", {"--json=yes", "bad_input_plain"}, "--json takes no value"},

    {"FlagOfALaterSubcommand",
     {"bad_input_plain", "--executions", "100"},
     "unknown option '--executions' for bad_input_plain; 'simrun bad_input_plain --help' shows "
     "what it takes"},
    {"NearParameter",
     {"bad_input_target", "--cuont=3"},
     "unknown option '--cuont' for bad_input_target; did you mean '--count'?"},
    {"ParameterOfAnother",
     {"bad_input_plain", "--count=3"},
     "unknown option '--count' for bad_input_plain; 'simrun bad_input_plain --help' shows what it "
     "takes"},
    {"ShortOption",
     {"bad_input_plain", "-x"},
     "unknown option '-x' for bad_input_plain; 'simrun bad_input_plain --help' shows what it "
     "takes"},
    {"ParameterTwice", {"bad_input_target", "--count=3", "--count", "4"}, "--count is given twice"},
    {"ParameterWithoutDashes",
     {"bad_input_target", "count=3"},
     "unexpected argument 'count=3' for bad_input_target; a parameter is written --name=value"},
    {"ValueMissing", {"bad_input_target", "--count"}, "--count needs a value: int, like --count=5"},
    {"ValueMissingBeforeAnOption",
     {"--delay", "--fast", "bad_input_target"},
     "--delay needs a value: duration, like --delay=250ms"},

    {"IntIsNoNumber",
     {"bad_input_target", "--count=many"},
     "bad value for --count: 'many' is not a whole number"},
    {"IntIsAFraction",
     {"bad_input_target", "--count=1.5"},
     "bad value for --count: '1.5' is not a whole number"},
    {"IntIsEmpty",
     {"bad_input_target", "--count="},
     "bad value for --count: '' is not a whole number"},
    {"IntOutOfRange",
     {"bad_input_target", "--count=99999999999"},
     "bad value for --count: '99999999999' is out of range; an int is at most 2147483647 either "
     "way"},
    {"IntTooSmall",
     {"bad_input_target", "--count", "-3"},
     "bad value for --count: '-3' is too small; the least is 1"},
    {"IntTooLarge",
     {"bad_input_target", "--count=11"},
     "bad value for --count: '11' is too large; the most is 10"},
    {"DoubleIsNoNumber",
     {"bad_input_target", "--ratio=half"},
     "bad value for --ratio: 'half' is not a number that is finite"},
    {"DoubleIsInfinite",
     {"bad_input_target", "--ratio=1e999"},
     "bad value for --ratio: '1e999' is not a number that is finite"},
    {"BoolIsNeither",
     {"bad_input_target", "--fast=maybe"},
     "bad value for --fast: 'maybe' is neither true nor false"},
    {"BoolWithDetachedValue",
     {"bad_input_target", "--fast", "false"},
     "unexpected argument 'false' for bad_input_target; a parameter is written --name=value"},
    {"DurationWithoutUnit",
     {"bad_input_target", "--delay=3"},
     "bad value for --delay: '3' is not a duration; write a number and a unit, like 250ms, 2s or "
     "1.5h"},
    {"DurationOutOfRange",
     {"bad_input_target", "--delay=9000000h"},
     "bad value for --delay: '9000000h' is out of range; virtual time ends after 292 years"},
    {"DurationOfManyDigits",
     {"bad_input_target", "--delay=99999999999999999999999s"},
     "bad value for --delay: '99999999999999999999999s' is out of range; virtual time ends after "
     "292 years"},
    {"DurationTooFine",
     {"bad_input_target", "--delay=1.5ns"},
     "bad value for --delay: '1.5ns' is not a whole number of nanoseconds"},

    {"ListWithSeed", {"list", "--seed", "1"}, "list runs nothing and takes no --seed"},
    {"ListWithMore", {"list", "bad_input_plain"}, "list takes no 'bad_input_plain', only --json"},
};

class BadInput : public testing::TestWithParam<Case> {};

TEST_P(BadInput, IsOneLineAndExitCode2) {
  const std::string line = "simrun: " + GetParam().error + "\n";
  EXPECT_EQ(simrun::call(GetParam().arguments), (simrun::Called{2, "", line}));
}

TEST_P(BadInput, IsTheSameUnderJson) {
  std::vector<std::string> arguments = GetParam().arguments;
  arguments.insert(arguments.begin(), "--json");
  const std::string line = "simrun: " + GetParam().error + "\n";
  EXPECT_EQ(simrun::call(arguments), (simrun::Called{2, "", line}));
}

INSTANTIATE_TEST_SUITE_P(Simrun, BadInput, testing::ValuesIn(kCases),
                         [](const auto& bad) { return std::string(bad.param.name); });

}  // namespace
