// simrun eval as it is called: what it prints, that this does not depend on the number of
// processes, the page it writes, and what it says to bad input.
#include <algorithm>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "nlohmann/json.hpp"
#include "tools/simrun/in_test.h"
#include "tools/simrun/test_shell.h"

namespace {

using simrun::shell;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

nlohmann::json eval_json(const std::string& options) {
  return nlohmann::json::parse(shell("\"$simrun\" eval --json " + options).out);
}

std::vector<std::string> names_in(const nlohmann::json& list) {
  std::vector<std::string> names;
  for (const nlohmann::json& each : list) names.push_back(each["name"]);
  return names;
}

TEST(Eval, PrintsTheSchedulesToTheFirstBugBesideWhatIsPublished) {
  const std::string options =
      " --programs reorder_3,twostage,pingpong_2 --strategies fifo,random,pos --trials 2"
      " --executions 1";
  EXPECT_THAT(
      shell("\"$simrun\" eval" + options).out,
      testing::StartsWith("Schedules to the first bug\n\n"
                          "  program         fifo  random  publ.   pos  publ.  best publ.\n"
                          "  reorder_3          -       -      -     -   85.0         7.3\n"
                          "  twostage           -       -    464     -   15.1         7.5\n"
                          "  pingpong_2         -       -            -\n"
                          "  geometric mean  >1.0    >1.0         >1.0                7.4\n"));
}

TEST(Eval, FindsWhatAsynciosOrderShowsInTheFirstExecution) {
  const nlohmann::json json = eval_json("--programs deadlock01 --strategies portfolio --trials 3");
  const nlohmann::json& found = json["programs"][0]["strategies"]["portfolio"];
  EXPECT_EQ(found,
            nlohmann::json::parse(R"({"trials":3,"hits":3,"mean":1.0,"at_least":1.0,"most":1})"));
  EXPECT_EQ(json["geometric_means"]["portfolio"]["value"], 1.0);
}

TEST(Eval, PrintsTheSameBytesWhateverTheNumberOfProcesses) {
  const std::string options =
      " --programs 'stack*,reorder_20,lock_bpo*' --trials 2 --executions 300 --jobs ";
  for (const char* json : {"", " --json"}) {
    const std::string one = shell("\"$simrun\" eval" + options + "1" + json).out;
    EXPECT_THAT(one, HasSubstr("reorder_20"));
    EXPECT_EQ(shell("\"$simrun\" eval" + options + "2" + json).out, one);
    EXPECT_EQ(shell("\"$simrun\" eval" + options + "7" + json).out, one);
  }
}

TEST(Eval, MeasuresThePortfolioInMoreTrialsWhereItIsToldTo) {
  const nlohmann::json json = eval_json(
      "--programs overdraw --strategies portfolio,random --trials 2 --portfolio-trials 5");
  const nlohmann::json& found = json["programs"][0]["strategies"];
  EXPECT_EQ(found["portfolio"]["trials"], 5);
  EXPECT_EQ(found["random"]["trials"], 2);
}

TEST(Eval, GivesEachTrialASeedOfItsOwnBehindTheOneItIsGiven) {
  const std::string options = "--programs reorder_5 --strategies random --trials 1 --seed ";
  const auto mean = [&](const char* seed) {
    return eval_json(options + seed)["programs"][0]["strategies"]["random"]["mean"].get<double>();
  };
  const nlohmann::json both =
      eval_json("--programs reorder_5 --strategies random --trials 2 --seed 6");
  EXPECT_EQ(both["programs"][0]["strategies"]["random"]["mean"], (mean("6") + mean("7")) / 2);
}

TEST(Eval, SaysWhereAStrategyIsNotForAProgram) {
  const std::string options = " --programs redis_2624 --strategies dpor,fifo --trials 1";
  EXPECT_THAT(shell("\"$simrun\" eval" + options).out, HasSubstr("  refused"));
}

TEST(Eval, ComparesExecutionsOfDporWithWhatIsPublishedOrWithAllSchedules) {
  const nlohmann::json programs = eval_json(
      "--programs lastzero_5,lockinc_3,wronglock_3 --strategies fifo --trials 1")["programs"];
  ASSERT_EQ(names_in(programs),
            (std::vector<std::string>{"wronglock_3", "lastzero_5", "lockinc_3"}));
  EXPECT_EQ(programs[1]["all_traces"]["executions"], 64);
  EXPECT_EQ(programs[1]["all_traces"]["expected"], 64);
  EXPECT_EQ(programs[2]["all_traces"]["executions"], programs[2]["all_traces"]["expected"]);
  EXPECT_TRUE(programs[0]["all_traces"]["exhausted"]);
  EXPECT_TRUE(programs[0]["all_traces"]["expected"].is_null());  // more schedules than one visits
}

TEST(Eval, HasARowForEachFaultyOrCorrectScenarioOfItsFolders) {
  const nlohmann::json listed = nlohmann::json::parse(shell("\"$simrun\" list --json").out);
  const nlohmann::json measured =
      eval_json("--programs '*bpo*,*_gh_*,*_fixed' --strategies fifo --trials 1 --executions 1");
  const std::vector<std::string> rows = names_in(measured["programs"]);
  for (const std::string& name : names_in(listed["scenarios"])) {
    const bool is_meant = name.find("_bpo") != std::string::npos ||
                          name.find("_gh_") != std::string::npos || name.ends_with("_fixed");
    if (!is_meant) continue;
    EXPECT_THAT(rows, Contains(name));
  }
}

TEST(Eval, KnowsTheBestOfThePublishedFigures) {
  const nlohmann::json json = eval_json(
      "--programs 'account,blue*,circular_b*,dead*,reorder*,stack*,twostage*,wronglock*'"
      " --strategies fifo --trials 1 --executions 1");
  EXPECT_NEAR(json["geometric_mean_of_the_best_published"].get<double>(), 9.6, 0.05);
  EXPECT_EQ(std::ranges::count_if(json["programs"],
                                  [](const auto& each) { return each.contains("published"); }),
            17);
}

TEST(Eval, WritesAPageWithTheCommandThatMakesIt) {
  const simrun::Ended ended = shell(
      "page=$(mktemp); \"$simrun\" eval --programs stack --strategies fifo,random --trials 1"
      " --executions 9 --seed 3 --jobs 1 --write \"$page\" >/dev/null && cat \"$page\";"
      " echo \"at $page.\"; rm \"$page\"");
  const std::size_t at = ended.out.rfind("at ");
  const std::string page = ended.out.substr(at + 3, ended.out.size() - at - 5);
  EXPECT_THAT(ended.out,
              AllOf(testing::StartsWith("# How well bugs are found\n"),
                    HasSubstr("\n./simrun eval --programs 'stack' --strategies fifo,random"
                              " --trials 1 --executions 9 --seed 3 --write " +
                              page + "\n"),
                    HasSubstr("| program | fifo | random | publ. | best publ. |\n"
                              "|---|---:|---:|---:|---:|\n| stack | - | ")));
}

TEST(Eval, WritesAPageAlsoUnderJson) {
  EXPECT_THAT(shell("page=$(mktemp); \"$simrun\" eval --json --programs stack --strategies fifo"
                    " --trials 1 --write \"$page\" >/dev/null; cat \"$page\"; rm \"$page\"")
                  .out,
              HasSubstr("| stack | - |"));
}

TEST(Eval, SaysBeforeItMeasuresThatThePageCannotBeWritten) {
  const simrun::Ended ended = shell("\"$simrun\" eval --write /no/such/folder/page.md 2>&1");
  EXPECT_EQ(ended.code, 2);
  EXPECT_EQ(ended.out,
            "simrun: cannot write the page to '/no/such/folder/page.md': No such file or "
            "directory\n");
}

TEST(Eval, HasNoProgressLineInAPipe) {
  EXPECT_EQ(shell("\"$simrun\" eval --programs stack --trials 2 2>&1 >/dev/null").out, "");
}

struct BadEval {
  const char* name;
  std::vector<std::string> arguments;
  std::string error;

  friend void PrintTo(const BadEval& bad, std::ostream* stream) { *stream << bad.name; }
};

const BadEval kBadEvals[] = {
    {"NoPrograms",
     {},
     "eval measures the programs that ship with simloop, and this simrun has none"},
    {"NearFlag", {"--trails", "3"}, "unknown option '--trails' for eval; did you mean '--trials'?"},
    {"UnknownFlag",
     {"--zebra"},
     "unknown option '--zebra' for eval; 'simrun --help' shows what it takes"},
    {"ProgramWithoutFlag",
     {"account"},
     "eval takes no 'account'; programs are chosen with --programs account"},
    {"Order", {"--order", "fifo"}, "eval measures order any and takes no --order"},
    {"SeedIsNoNumber",
     {"--seed", "lucky"},
     "bad seed 'lucky': a seed is a whole number from 0 to 18446744073709551615, decimal or 0x and "
     "hexadecimal"},
    {"ProgramsMissing",
     {"--programs"},
     "--programs needs a value: names of programs, like account or 'reorder_*,stack'"},
    {"StrategiesMissing",
     {"--strategies"},
     "--strategies needs a value: strategies, like portfolio,random,pct:3"},
    {"StrategyUnknown",
     {"--strategies", "random,radnom"},
     "bad value for --strategies: there is no strategy 'radnom'; did you mean 'random'?"},
    {"StrategyTwice",
     {"--strategies=pct,pct:3"},
     "bad value for --strategies: 'pct:3' stands there twice"},
    {"TrialsZero",
     {"--trials", "0"},
     "bad value for --trials: '0' is not a whole number from 1 to 10000"},
    {"TrialsTwice", {"--trials", "1", "--trials=2"}, "--trials is given twice"},
    {"PortfolioTrialsTooMany",
     {"--portfolio-trials", "10001"},
     "bad value for --portfolio-trials: '10001' is not a whole number from 1 to 10000"},
    {"ExecutionsNegative",
     {"--executions", "-1"},
     "bad value for --executions: '-1' is not a whole number from 1 to 18446744073709551615"},
    {"JobsIsNoNumber",
     {"--jobs=all"},
     "bad value for --jobs: 'all' is not a whole number from 1 to 1000"},
    {"PageEmpty", {"--write="}, "--write needs a value: a file for the page"},
    {"PageMissing",
     {"--write"},
     "--write needs a value: a file for the page, like docs/bug_finding.md"},
};

class BadEvalInput : public testing::TestWithParam<BadEval> {};

TEST_P(BadEvalInput, IsOneLineAndExitCode2) {
  std::vector<std::string> arguments = GetParam().arguments;
  arguments.insert(arguments.begin(), "eval");
  const std::string line = "simrun: " + GetParam().error + "\n";
  EXPECT_EQ(simrun::call(arguments), (simrun::Called{2, "", line}));
}

INSTANTIATE_TEST_SUITE_P(Eval, BadEvalInput, testing::ValuesIn(kBadEvals),
                         [](const auto& bad) { return std::string(bad.param.name); });

TEST(Eval, NamesTheNearestOfAProgramThatIsNotThere) {
  EXPECT_EQ(shell("\"$simrun\" eval --programs account,stak 2>&1").out,
            "simrun: bad value for --programs: no program is called 'stak'; did you mean "
            "'stack'?\n");
  EXPECT_EQ(shell("\"$simrun\" eval --programs 'zebra*' 2>&1").out,
            "simrun: bad value for --programs: no program is called 'zebra*'; "
            "docs/bug_finding.md lists them\n");
}

}  // namespace
