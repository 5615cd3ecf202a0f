// What a campaign finds, keeps and says, on scenarios whose bug can be taken out and put back in.
#include "tools/simrun/campaign/campaign.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "nlohmann/json.hpp"
#include "primitives/primitives.h"
#include "sim/scenario.h"
#include "tools/simrun/campaign/in_test.h"
#include "tools/simrun/in_test.h"

namespace simrun::campaign {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;

enum class Bug { lost_update, corrected, none, none_and_no_choice, another };
Bug in_the_program = Bug::lost_update;

sim::Coro<> add_slowly(sim::Shared<int>& counter) {
  const int before = counter.get();
  const bool corrected = in_the_program == Bug::corrected;
  if (in_the_program == Bug::lost_update || corrected) co_await sim::yield();
  counter.set((corrected ? counter.get() : before) + 1);
}

sim::Coro<> add_later(sim::Shared<int>& counter) {
  co_await sim::yield();
  co_await sim::yield();
  counter.set(counter.get() + 1);
}

SIM_SCENARIO(campaign_counter, "loses an update in other orders than asyncio's") {
  sim::Shared<int> counter(0);
  if (in_the_program == Bug::none_and_no_choice) {
    co_await add_slowly(counter);
    co_await add_later(counter);
  } else {
    auto both = sim::gather(add_slowly(counter), add_later(counter));
    co_await std::move(both);
  }
  if (in_the_program == Bug::another) SIM_CHECK(counter.get() == 3);
  SIM_CHECK(counter.get() == 2);
}

SIM_SCENARIO(campaign_clean, "never fails") { co_await sim::yield(); }

SIM_SCENARIO(campaign_shown, "is there to show it", sim::expects(sim::FindingKind::assertion)) {
  SIM_CHECK(false);
  co_return;
}

// Two of its decisions matter.
SIM_SCENARIO(campaign_noisy, "decides more than it has to") {
  int matter = 0;
  for (int i = 0; i < 20; ++i) matter += sim::choose(4) == 3 && (i == 4 || i == 15) ? 1 : 0;
  SIM_CHECK(matter < 2);
  co_return;
}

SIM_SCENARIO(campaign_naps, "takes a nap of the library's") {
  co_await sim::yield();
  ::usleep(1);
}

int runs_so_far = 0;
SIM_SCENARIO(campaign_differs, "is not the same each time") {
  const int extra = ++runs_so_far == 12 ? 1 : 0;
  for (int i = 0; i < 3 + extra; ++i) co_await sim::yield();
}

SIM_SCENARIO(campaign_aborts, "ends its process") {
  co_await sim::yield();
  std::abort();
}

std::string store_to_spoil;

SIM_SCENARIO(campaign_spoils, "takes a table out of the store of its campaign") {
  co_await sim::yield();
  if (store_to_spoil.empty()) co_return;
  const auto store = Store::open(store_to_spoil);
  if (store.ok()) (*store)->database().execute("DROP TABLE slices").IgnoreError();
  store_to_spoil.clear();
}

// A campaign over these, on a store of its own; one a commit.
class CampaignTest : public testing::Test {
 protected:
  CampaignTest() { in_the_program = Bug::lost_update; }
  Called run(std::vector<std::string> more = {}) {
    std::vector<std::string> arguments = {"campaign", "campaign_counter", "campaign_clean",
                                          "--store", store()};
    bool limited = false;
    for (const std::string& each : more) {
      limited = limited || each == "--budget" || each == "--executions";
    }
    if (!limited) arguments.insert(arguments.end(), {"--executions", "400"});
    arguments.insert(arguments.end(), more.begin(), more.end());
    return call(arguments);
  }
  Called run_at(Bug bug, std::vector<std::string> more = {}) {
    in_the_program = bug;
    return run(std::move(more));
  }
  std::string store() const { return folder_ / "a.db"; }
  std::vector<Stored> stored() const { return taken(taken(Store::open(store()))->findings()); }

  Folder folder_;
};

TEST_F(CampaignTest, TellsANewFindingOnceWithItsExplanation) {
  const Called first = run();
  EXPECT_EQ(first.code, kBugFound);
  EXPECT_THAT(first.out, StartsWith("NEW  campaign_counter  "));
  EXPECT_THAT(first.out, HasSubstr("replay: ./simrun replay campaign_counter "));
  EXPECT_THAT(first.out, HasSubstr("\nFAILED: 1 new in "));
  EXPECT_THAT(first.err, IsEmpty());
  const Called second = run();
  EXPECT_EQ(second.code, kNoBug) << "what is known fails nothing";
  EXPECT_THAT(second.out,
              AllOf(StartsWith("known  campaign_counter  "),
                    Not(HasSubstr("asyncio would not have")), HasSubstr("\nPASSED: 1 known in ")));
  EXPECT_EQ(run({"--fail-on", "any"}).code, kBugFound);
}

TEST_F(CampaignTest, SaysOnceAndInTheEndThatAFindingIsKnown) {
  run();
  const std::string out = run({"--executions", "40"}).out;  // in slices of five
  std::size_t times = 0;
  for (std::size_t at = 0; (at = out.find("known  campaign_", at)) != std::string::npos; ++at) {
    ++times;
  }
  EXPECT_EQ(times, 2u) << out;
}

TEST_F(CampaignTest, IsReported) {
  const std::string page = folder_ / "page.html";
  const std::string junit = folder_ / "junit.xml";
  const std::string sarif = folder_ / "a.sarif";
  const std::vector<std::string> reports = {"--html", page, "--junit", junit, "--sarif", sarif};
  EXPECT_EQ(run(reports).code, kBugFound);
  EXPECT_THAT(read_file(page), AllOf(HasSubstr("<span class=\"kind new\">new</span>"),
                                   HasSubstr("campaign_clean"), HasSubstr("class=\"curve\""),
                                   HasSubstr("id=\"failure-1\""), HasSubstr("Timeline")));
  EXPECT_THAT(read_file(junit), AllOf(HasSubstr("failures=\"1\""), HasSubstr("campaign_clean"),
                                    HasSubstr("simrun replay campaign_counter ")));
  EXPECT_THAT(read_file(sarif), HasSubstr("\"ruleIndex\": 0,\n     \"level\": \"error\""));
  EXPECT_EQ(run(reports).code, kNoBug) << "what is known is a warning";
  EXPECT_THAT(read_file(page), HasSubstr("<span class=\"kind known\">known</span>"));
  EXPECT_THAT(read_file(junit), HasSubstr("failures=\"0\""));
  EXPECT_THAT(read_file(sarif), HasSubstr("\"ruleIndex\": 0,\n     \"level\": \"warning\""));
}

TEST_F(CampaignTest, AReportThatCannotBeWrittenIsOneLineAndTheFindingIsTold) {
  const Called called = run({"--html", folder_ / "none/page.html"});
  EXPECT_EQ(called.code, kBugFound);
  EXPECT_THAT(called.out, StartsWith("NEW  campaign_counter  "));
  EXPECT_THAT(called.err, HasSubstr("simrun: cannot write "));
  EXPECT_EQ(run({"--junit", folder_ / "none/a.xml"}).code, kBadUsage);
}

TEST_F(CampaignTest, NoReportTakesThePlaceOfTheStore) {
  run();
  for (const std::string& name : {store(), folder_ / "./a.db"}) {
    const Called called = run({"--html", name});
    EXPECT_EQ(called.code, kBadUsage);
    EXPECT_THAT(called.err, AllOf(StartsWith("simrun: "), HasSubstr("which is the store\n")));
  }
  EXPECT_THAT(stored(), SizeIs(1));
}

TEST_F(CampaignTest, AStoreThatIsLostMeanwhileLosesNoFinding) {
  run({"--executions", "1"});  // makes the store
  ASSERT_THAT(stored(), IsEmpty());
  const std::string page = folder_ / "page.html";
  store_to_spoil = store();
  const std::vector<std::string> all = {"campaign_spoils", "--jobs",  "0",  "--executions",
                                        "20000",           "--html", page};
  const Called fresh = run(all);
  EXPECT_EQ(fresh.code, kBugFound);
  EXPECT_THAT(fresh.out, HasSubstr("\nFAILED: 1 new in "));
  EXPECT_THAT(fresh.err, HasSubstr("; what is found stands only here\n"));
  EXPECT_THAT(read_file(page), HasSubstr("<span class=\"kind new\">new</span>"));
  std::filesystem::remove(store());
  run();
  store_to_spoil = store();
  const Called known = run(all);
  EXPECT_EQ(known.code, kBadUsage) << "it could not be stored";
  EXPECT_THAT(known.out, HasSubstr("\nPASSED: 1 known in "));
}

TEST_F(CampaignTest, TheTokenThatItKeepsIsShrunkAndReplays) {
  run();
  ASSERT_THAT(stored(), SizeIs(1));
  const Schedule schedule = stored()[0].schedules.at(0);
  EXPECT_EQ(schedule.deviations, 2u);
  EXPECT_EQ(call({"replay", "campaign_counter", schedule.token}).code, kBugFound);
}

TEST_F(CampaignTest, OfAScheduleThatDecidesMuchItKeepsWhatMatters) {
  EXPECT_EQ(call({"campaign", "campaign_noisy", "--store", store(), "--executions", "400"}).code,
            kBugFound);
  ASSERT_THAT(stored(), SizeIs(1));
  EXPECT_EQ(stored()[0].schedules.at(0).deviations, 2u);
}

TEST_F(CampaignTest, WhatPassesUnderTheScheduleThatFailedIsFixed) {
  run();
  const Called fixed = run_at(Bug::corrected, {"--executions", "1"});
  EXPECT_THAT(fixed.out, StartsWith("fixed  campaign_counter  "));
  EXPECT_EQ(stored()[0].state, State::fixed);
}

TEST_F(CampaignTest, SlicesOfAnotherScenarioSettleNothing) {
  run();
  run_at(Bug::none, {"--executions", "4"});  // three slices of its own, and another's
  EXPECT_EQ(stored()[0].state, State::stale);
}

TEST_F(CampaignTest, SeesWhatIsFixedAndWhatReturns) {
  run_at(Bug::lost_update, {"--commit", "one"});
  const Called fixed = run_at(Bug::none, {"--commit", "two"});
  EXPECT_EQ(fixed.code, kNoBug);
  EXPECT_THAT(fixed.out, HasSubstr("1 fixed in "));
  EXPECT_EQ(stored()[0].state, State::fixed);
  EXPECT_THAT(run_at(Bug::none).out, Not(HasSubstr("fixed  campaign"))) << "that was said before";
  const Called returned = run_at(Bug::lost_update, {"--commit", "three"});
  EXPECT_EQ(returned.code, kBugFound);
  EXPECT_THAT(returned.out, StartsWith("RETURNED  campaign_counter  "));
  EXPECT_THAT(returned.out, HasSubstr("FAILED: 1 returned in "));
  EXPECT_EQ(run({"--commit", "three"}).code, kBugFound) << "the same commit fails again";
  EXPECT_EQ(run({"--commit", "four"}).code, kNoBug);
}

TEST_F(CampaignTest, LooksAgainWhereAScheduleDoesNotFitAnyMore) {
  run();
  const Called stale = run_at(Bug::none_and_no_choice, {"--executions", "1"});
  EXPECT_THAT(stale.out, StartsWith("stale  campaign_counter  "));
  EXPECT_EQ(stored()[0].state, State::stale);
  const Called settled = run_at(Bug::none_and_no_choice);
  EXPECT_THAT(settled.out, StartsWith("fixed  campaign_counter  "));
  EXPECT_EQ(stored()[0].state, State::fixed);
}

TEST_F(CampaignTest, WhatAsksTheWorldOutsideIsFoundAndKeptWithTheGuard) {
  const auto outside = [&](std::vector<std::string> more) {
    std::vector<std::string> all = {"campaign", "campaign_naps", "--store", store(),
                                    "--executions", "20"};
    all.insert(all.end(), more.begin(), more.end());
    return call(all);
  };
  EXPECT_EQ(outside({}).code, kNoBug);
  const Called failed = outside({"--guard", "fail"});
  EXPECT_EQ(failed.code, kBugFound);
  EXPECT_THAT(failed.out, HasSubstr("replay campaign_naps --guard fail "));
  ASSERT_THAT(stored(), SizeIs(1));
  EXPECT_EQ(stored()[0].schedules.at(0).outside, "--guard fail");
  EXPECT_THAT(outside({}).out, HasSubstr("1 known in ")) << "it is run as it was found";
  EXPECT_EQ(outside({"--guard", "fail", "--virtualize", "--fail-on", "any"}).code, kBugFound);
  EXPECT_EQ(outside({"--guard", "maybe"}).code, kBadUsage);
}

TEST_F(CampaignTest, EveryExecutionIsCheckedWhereThatIsAskedFor) {
  const auto differs = [&](std::vector<std::string> more) {
    std::vector<std::string> all = {"campaign", "campaign_differs", "--store", store(), "--jobs",
                                    "0", "--executions", "20"};
    all.insert(all.end(), more.begin(), more.end());
    runs_so_far = 0;
    return call(all);
  };
  EXPECT_EQ(differs({"--check-determinism"}).code, kBugFound);
  ASSERT_THAT(stored(), SizeIs(1));
  EXPECT_EQ(stored()[0].signature.kind, "not_deterministic");
}

TEST_F(CampaignTest, AStaleFindingThatIsSeenAgainIsKnownByItsNewSchedule) {
  run();
  run_at(Bug::none_and_no_choice, {"--executions", "1"});
  ASSERT_EQ(stored()[0].state, State::stale);
  EXPECT_EQ(run_at(Bug::lost_update).code, kNoBug);
  EXPECT_EQ(stored()[0].state, State::known);
}

TEST_F(CampaignTest, AnotherBugInThePlaceOfOneIsNew) {
  run();
  const Called another = run_at(Bug::another);
  EXPECT_EQ(another.code, kBugFound);
  EXPECT_THAT(another.out, HasSubstr("NEW  campaign_counter"));
  EXPECT_THAT(stored(), SizeIs(2));
}

// What is said without seconds.
std::string without_time(const std::string& out) { return out.substr(0, out.rfind(", ")); }

TEST_F(CampaignTest, UnderExecutionsEverythingRepeats) {
  const Called first = run();
  std::filesystem::remove(store());
  EXPECT_EQ(without_time(run().out), without_time(first.out));
}

TEST_F(CampaignTest, ATimeBudgetEndsIt) {
  const Called ended = run({"--budget", "100ms"});
  EXPECT_EQ(ended.code, kBugFound);
  EXPECT_THAT(ended.out, HasSubstr("of 2 scenarios"));
}

TEST_F(CampaignTest, WhatEndsAProcessIsAFindingAndTheOthersAreExplored) {
  const Called crashed = run({"campaign_aborts"});
  EXPECT_EQ(crashed.code, kBugFound);
  EXPECT_THAT(crashed.out, HasSubstr("NEW  campaign_aborts  "));
  EXPECT_THAT(crashed.out, HasSubstr("crash: SIGABRT"));
  EXPECT_THAT(crashed.out, HasSubstr("FAILED: 2 new in "));
  EXPECT_THAT(stored(), SizeIs(2));
  EXPECT_THAT(run({"campaign_aborts"}).out, HasSubstr("PASSED: 2 known in "));
}

TEST_F(CampaignTest, EndsAtSoManyFailures) {
  EXPECT_THAT(run({"campaign_shown", "--max-failures", "1"}).out, HasSubstr("FAILED: 1 new"));
}

TEST_F(CampaignTest, IsAnObjectForPrograms) {
  const Called called = run({"--json", "--commit", "abc"});
  const auto object = nlohmann::json::parse(called.out);
  EXPECT_EQ(object["ok"], false);
  EXPECT_EQ(object["trouble"], "");
  EXPECT_EQ(object["commit"], "abc");
  EXPECT_EQ(object["findings"].size(), 1u);
  EXPECT_EQ(object["findings"][0]["news"], "new");
  EXPECT_THAT(std::string(object["findings"][0]["explanation"]), HasSubstr("replay: "));
  EXPECT_EQ(object["scenarios"].size(), 2u);
}

TEST_F(CampaignTest, FindingsReachTheTerminalWhereTheStoreIsNone) {
  write_file(store(), "no database, but something somebody wants to keep");
  const Called called = run();
  EXPECT_EQ(called.code, kBugFound);
  EXPECT_EQ(called.err, "simrun: the store '" + store() +
                            "': it is no SQLite database; what is found stands only here\n");
  EXPECT_THAT(called.out, AllOf(StartsWith("NEW  "), HasSubstr("replay: ./simrun replay")));
  EXPECT_EQ(read_file(store()), "no database, but something somebody wants to keep");
  EXPECT_EQ(run_at(Bug::none).code, kBadUsage) << "nothing was found, but nothing was stored";
}

TEST_F(CampaignTest, WithoutNamesItExploresWhatIsThereToHold) {
  const auto all = choose(sim::registered_scenarios(), {});
  ASSERT_TRUE(all.ok());
  for (const sim::ScenarioInfo* each : *all) EXPECT_THAT(each->expects, IsEmpty()) << each->name;
  const auto named = choose(sim::registered_scenarios(), {"campaign_sh*"});
  ASSERT_TRUE(named.ok());
  EXPECT_THAT(*named, SizeIs(1));
  EXPECT_EQ(choose(sim::registered_scenarios(), {"campaign_cuonter"}).status().message(),
            "no scenario is called 'campaign_cuonter'; did you mean 'campaign_counter'?");
}

TEST_F(CampaignTest, AFindingIsReplayedByOneOfTheShards) {
  run();
  in_the_program = Bug::none;
  const std::string copy = folder_ / "b.db";
  int replayed = 0;
  for (const char* shard : {"0/3", "1/3", "2/3"}) {
    const auto overwrite = std::filesystem::copy_options::overwrite_existing;
    std::filesystem::copy_file(store(), copy, overwrite);
    const Called called = call(
        {"campaign", "campaign_counter", "--store", copy, "--executions", "8", "--shard", shard});
    if (called.out.find("\nstale  campaign_counter") != std::string::npos) ++replayed;
  }
  EXPECT_EQ(replayed, 1);
}

// Explores nothing and notes with which seeds it was asked to.
Explorer noting_seeds(std::multiset<std::uint64_t>& seeds) {
  Explorer explorer;
  explorer.explore = [&](const sim::ScenarioInfo&, const sim::ExploreOptions& options) {
    seeds.insert(options.seed);
    sim::Report report;
    report.executions = options.max_executions;
    return report;
  };
  return explorer;
}

TEST_F(CampaignTest, FourShardsExploreWhatOneOfFourTimesTheExecutionsDoes) {
  std::multiset<std::uint64_t> of_one;
  std::multiset<std::uint64_t> of_four;
  Options options;
  options.globs = {"campaign_c*", "campaign_shown"};
  options.seed = 100;
  std::FILE* nowhere = std::fopen("/dev/null", "w");
  Output output(nowhere);
  const auto run_with = [&](std::multiset<std::uint64_t>& seeds) {
    options.store = folder_ / absl::StrCat(of_one.size(), "_", of_four.size());
    const auto code = run_campaign(options, sim::registered_scenarios(), noting_seeds(seeds), {},
                                   false, output, nowhere);
    ASSERT_TRUE(code.ok());
  };
  options.executions = 480'000;
  run_with(of_one);
  options.executions = 120'000;
  for (std::uint32_t i = 0; i < 4; ++i) {
    options.share = {i, 4};
    run_with(of_four);
  }
  EXPECT_EQ(of_four, of_one);
  EXPECT_EQ(of_one.size(), 48u);
  std::fclose(nowhere);
}

TEST_F(CampaignTest, NoNightOfShardsRepeatsASeedOfAnother) {
  std::multiset<std::uint64_t> seeds;
  Options options;
  options.globs = {"campaign_clean"};
  options.executions = 4000;
  std::FILE* nowhere = std::fopen("/dev/null", "w");
  Output output(nowhere);
  const std::string all = folder_ / "all.db";
  const auto run_share = [&](const Share& share) {
    options.share = share;
    options.store = folder_ / absl::StrCat("share", share.index, "_", seeds.size());
    ASSERT_TRUE(taken(Store::open(options.store))->unite(*taken(Store::open(all))).ok());
    ASSERT_TRUE(run_campaign(options, sim::registered_scenarios(), noting_seeds(seeds), {}, false,
                             output, nowhere)
                    .ok());
  };
  for (const std::uint32_t of : {4u, 4u, 1u, 3u}) {
    std::vector<std::string> stores;
    for (std::uint32_t i = 0; i < of; ++i) {
      run_share({i, of});
      stores.push_back(options.store);
    }
    for (const std::string& store : stores) {
      ASSERT_TRUE(taken(Store::open(all))->unite(*taken(Store::copy(store))).ok());
    }
  }
  EXPECT_EQ(seeds.size(), 48u);
  EXPECT_EQ(std::set<std::uint64_t>(seeds.begin(), seeds.end()).size(), seeds.size());
  std::fclose(nowhere);
}

TEST_F(CampaignTest, TheNextCampaignGoesOnWithOtherSeeds) {
  std::multiset<std::uint64_t> seeds;
  Options options;
  options.globs = {"campaign_clean"};
  options.store = store();
  options.executions = 4000;
  std::FILE* nowhere = std::fopen("/dev/null", "w");
  Output output(nowhere);
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(run_campaign(options, sim::registered_scenarios(), noting_seeds(seeds), {}, false,
                             output, nowhere)
                    .ok());
  }
  EXPECT_THAT(seeds, ElementsAre(0, 1, 2, 3, 4, 5, 6, 7));
  std::fclose(nowhere);
}

TEST_F(CampaignTest, RunsASliceHoweverShortItsTime) {
  EXPECT_THAT(run({"--budget", "1ns"}).out, Not(HasSubstr(" in 0 executions")));
}

}  // namespace
}  // namespace simrun::campaign
