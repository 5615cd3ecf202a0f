#include "tools/simrun/campaign/shard.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tools/simrun/campaign/in_test.h"
#include "tools/simrun/test_shell.h"

namespace simrun::campaign {
namespace {

using Variables = std::map<std::string, std::string>;

// "2/4", or the error.
std::string share_of(const Variables& variables, const char* flag = nullptr) {
  const std::string text = flag == nullptr ? "" : flag;
  const auto share =
      read_share(flag == nullptr ? nullptr : &text, [&](const char* name) -> const char* {
        const auto at = variables.find(name);
        return at == variables.end() ? nullptr : at->second.c_str();
      });
  if (!share.ok()) return std::string(share.status().message());
  return absl::StrCat(share->index, "/", share->of);
}

Variables slurm(const char* id, const char* count, const char* least, const char* most,
                const char* step = "1") {
  return {{"SLURM_ARRAY_TASK_ID", id},
          {"SLURM_ARRAY_TASK_COUNT", count},
          {"SLURM_ARRAY_TASK_MIN", least},
          {"SLURM_ARRAY_TASK_MAX", most},
          {"SLURM_ARRAY_TASK_STEP", step}};
}

TEST(Shard, IsAllOfItWhereNobodySaysOtherwise) {
  EXPECT_EQ(share_of({}), "0/1");
  EXPECT_EQ(share_of({{"CI_NODE_TOTAL", "1"}}), "0/1") << "what GitLab sets for every job";
  EXPECT_EQ(share_of({{"GTEST_SHARD_INDEX", ""}}), "0/1");
}

TEST(Shard, CountsFromWhereTheEnvironmentDoes) {
  EXPECT_EQ(share_of({{"GTEST_SHARD_INDEX", "3"}, {"GTEST_TOTAL_SHARDS", "4"}}), "3/4");
  EXPECT_EQ(share_of({{"TEST_SHARD_INDEX", "0"}, {"TEST_TOTAL_SHARDS", "4"}}), "0/4");
  EXPECT_EQ(share_of({{"CI_NODE_INDEX", "1"}, {"CI_NODE_TOTAL", "4"}}), "0/4");
  EXPECT_EQ(share_of({{"CI_NODE_INDEX", "4"}, {"CI_NODE_TOTAL", "4"}}), "3/4");
  EXPECT_EQ(share_of(slurm("0", "4", "0", "3")), "0/4");
  EXPECT_EQ(share_of(slurm("10", "3", "8", "10")), "2/3");
  EXPECT_EQ(share_of(slurm("7", "4", "1", "7", "2")), "3/4");
  EXPECT_EQ(share_of({{"JOB_COMPLETION_INDEX", "5"}}, "/8"), "5/8");
}

TEST(Shard, TheFlagGoesFirst) {
  EXPECT_EQ(share_of({}, "2/4"), "2/4");
  EXPECT_EQ(share_of({{"JOB_COMPLETION_INDEX", "5"}}, "0/1"), "0/1");
  EXPECT_EQ(share_of(slurm("1", "2", "1", "9"), "1/2"), "1/2");
  EXPECT_EQ(share_of(slurm("1", "2", "0", "1"), "/2"), "1/2");
}

TEST(Shard, TwoEnvironmentsMayAgree) {
  Variables both = slurm("1", "2", "0", "1");
  both["GTEST_SHARD_INDEX"] = "1";
  both["GTEST_TOTAL_SHARDS"] = "2";
  EXPECT_EQ(share_of(both), "1/2");
  both["GTEST_SHARD_INDEX"] = "0";
  EXPECT_EQ(share_of(both),
            "SLURM_ARRAY_TASK_ID says shard 1/2 and GTEST_SHARD_INDEX says 0/2; write which with "
            "--shard i/n");
  EXPECT_EQ(share_of(both, "1/2"), "1/2");
}

TEST(Shard, AsksForTheFlagWhereTheEnvironmentDoesNotSay) {
  EXPECT_EQ(share_of({{"JOB_COMPLETION_INDEX", "5"}}),
            "JOB_COMPLETION_INDEX is 5, and Kubernetes does not say of how many; write --shard /N "
            "with the completions of the job, or --shard 0/1 for all of it");
  EXPECT_EQ(share_of(slurm("6", "3", "1", "9", "4")),
            "the ids of this Slurm array do not count up evenly from 1 to 9; write --shard i/3, or "
            "submit --array=0-2");
  EXPECT_EQ(share_of(slurm("0", "0", "0", "0")),
            "SLURM_ARRAY_TASK_ID is 0 of 0, which is no share; write --shard i/n");
  EXPECT_EQ(share_of({{"GTEST_SHARD_INDEX", "4"}, {"GTEST_TOTAL_SHARDS", "4"}}),
            "GTEST_SHARD_INDEX is 4 of 4, which is no share; write --shard i/n");
  EXPECT_EQ(share_of({{"CI_NODE_INDEX", "0"}, {"CI_NODE_TOTAL", "4"}}),
            "CI_NODE_INDEX is 0 of 4, which is no share; write --shard i/n");
  EXPECT_EQ(share_of({{"TEST_SHARD_INDEX", "one"}, {"TEST_TOTAL_SHARDS", "4"}}),
            "TEST_SHARD_INDEX is 'one', which is no whole number; write --shard i/n");
  EXPECT_EQ(share_of({{"TEST_SHARD_INDEX", "1"}}),
            "TEST_TOTAL_SHARDS is '', which is no whole number; write --shard i/n");
  EXPECT_EQ(share_of({}, "/4"),
            "--shard /4 takes the index from the environment, and none of SLURM_ARRAY_TASK_ID, "
            "JOB_COMPLETION_INDEX, GTEST_SHARD_INDEX, TEST_SHARD_INDEX and CI_NODE_INDEX is set; "
            "write --shard i/4");
}

TEST(Shard, RefusesWhatIsNone) {
  for (const char* bad : {"", "/", "1", "4/4", "1/0", "-1/4", "1/-4", "a/b", "1/4/2", " 1/4",
                          "0x1/4", "1/99999999999", "1/1000001", "/0"}) {
    EXPECT_EQ(share_of({}, bad),
              absl::StrCat("bad value for --shard: '", bad, "' is no share; write i/n with i from ",
                           "0 to n - 1, like 0/4, or /n where the environment says which"));
  }
}

TEST(Shard, OfAnExplorationAddUpToTheWhole) {
  std::uint64_t executions = 0;
  for (const char* shard : {"0/3", "1/3", "2/3"}) {
    const Ended ended = shell(
        absl::StrCat("\"$simrun\" explore web_scraper --executions 2000 --json --shard ", shard));
    executions += nlohmann::json::parse(ended.out)["executions"].get<std::uint64_t>();
  }
  EXPECT_EQ(executions, 2000u);
}

TEST(Shard, TellsTheRunnerThatShardsAreKnown) {
  const Folder folder;
  const std::string path = folder / "status";
  announce_shards([&](const char* name) -> const char* {
    return std::string(name) == "TEST_SHARD_STATUS_FILE" ? path.c_str() : nullptr;
  });
  EXPECT_TRUE(std::filesystem::exists(path));
}

}  // namespace
}  // namespace simrun::campaign
