// simrun in worker processes: the same report for any number, crashes told, Ctrl-C, limits.
#include <cstdlib>
#include <string>

#include "gmock/gmock.h"
#include "primitives/primitives.h"
#include "sim/scenario.h"
#include "tools/simrun/in_test.h"
#include "tools/simrun/test_shell.h"

namespace {

using simrun::call;
using simrun::Called;
using simrun::Ended;
using simrun::shell;
using testing::AllOf;
using testing::HasSubstr;

// Aborts where the two tasks do not run in asyncio's order.
SIM_SCENARIO(jobs_abort, "one other order aborts") {
  sim::Shared<int> x{0};
  const auto sets = [&]() -> sim::Coro<> {
    x.set(1);
    co_return;
  };
  const auto needs = [&]() -> sim::Coro<> {
    if (x.get() == 0) std::abort();
    co_return;
  };
  co_await sim::gather(sets(), needs());
}

std::string token_behind(const std::string& text, const std::string& before) {
  const std::size_t at = text.find(before);
  if (at == std::string::npos) return {};
  const std::string rest = text.substr(at + before.size());
  return rest.substr(0, rest.find('\n'));
}

TEST(SimrunJobs, TellACrashWithATokenThatTellsItAgain) {
  const Called called = call({"explore", "jobs_abort"});
  EXPECT_EQ(called.code, 1);
  EXPECT_THAT(called.out,
              AllOf(HasSubstr("\ncrash: SIGABRT in step 2"), HasSubstr("FAILED: 1 bug")));
  const std::string token = token_behind(called.out, "replay: ./simrun replay jobs_abort ");
  ASSERT_NE(token, "");
  for (const char* command : {"replay", "shrink"}) {
    const Called again = call({command, "jobs_abort", token});
    EXPECT_EQ(again.code, 1);
    EXPECT_THAT(again.out, HasSubstr("\ncrash: SIGABRT in step 2"));
    EXPECT_EQ(token_behind(again.out, "replay: ./simrun replay jobs_abort "), token);
  }
}

TEST(SimrunJobs, ReportTheSameWhateverTheirNumber) {
  const std::string explore = "\"$simrun\" explore web_scraper --executions 1500 --json --jobs ";
  const std::string in_process = shell(explore + "0").out;
  EXPECT_THAT(in_process, HasSubstr("\"executions\":1500"));
  EXPECT_EQ(shell(explore + "1").out, in_process);
  EXPECT_EQ(shell(explore + "3").out, in_process);
}

TEST(SimrunJobs, EndWithCtrlCAndLeaveNoProcess) {
  const std::string run =
      "s=777; timeout --preserve-status -s INT 1 \"$simrun\" explore web_scraper --jobs 2 "
      "--executions 1000000000 --seed=${s}1 2>&1; sleep 0.2; pgrep -f -- --seed=777[1]";
  const Ended ended = shell(run);
  EXPECT_EQ(ended.code, 1) << "pgrep finds none";
  EXPECT_THAT(ended.out, HasSubstr("INTERRUPTED: no bug in "));
}

TEST(SimrunJobs, GoWithTheirParentWhereThatIsKilled) {
  const std::string run =
      "s=777; timeout -s KILL 1 \"$simrun\" explore web_scraper --jobs 2 --executions 1000000000 "
      "--seed=${s}2 >/dev/null 2>&1; sleep 0.5; pgrep -f -- --seed=777[2]";
  EXPECT_EQ(shell(run).code, 1) << "pgrep finds none";
}

TEST(SimrunJobs, AreDoneWithoutWhereThereCanBeNone) {
#if defined(__SANITIZE_ADDRESS__)
  GTEST_SKIP() << "AddressSanitizer needs the address space";
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
  GTEST_SKIP() << "AddressSanitizer needs the address space";
#endif
#endif
  const std::string explore = "ulimit -v 150000; \"$simrun\" explore web_scraper ";
  const Ended unasked = shell(explore + "2>&1");
  EXPECT_EQ(unasked.code, 0);
  EXPECT_THAT(unasked.out, AllOf(HasSubstr("simrun: no memory to share with worker processes"),
                                 HasSubstr("; without workers\n"), HasSubstr("PASSED: ")));
  const Ended asked = shell(explore + "--jobs 2 2>&1");
  EXPECT_EQ(asked.code, 2);
  EXPECT_THAT(asked.out, AllOf(HasSubstr("simrun: no memory to share"), HasSubstr("Cannot")));
}

TEST(SimrunJobs, RefuseBadLimits) {
  EXPECT_THAT(call({"explore", "jobs_abort", "--jobs", "1001"}).err, HasSubstr("more than 1000"));
  EXPECT_THAT(call({"explore", "jobs_abort", "--jobs", "many"}).err, HasSubstr("--jobs"));
  EXPECT_THAT(call({"explore", "jobs_abort", "--step-limit", "1ms"}).err,
              HasSubstr("from 100ms to 24h"));
  for (const char* size : {"2", "0GB", "-1MB", "GB", "99999999999999999999GB", "17179869184GB"}) {
    EXPECT_THAT(call({"explore", "jobs_abort", "--memory-limit", size}).err,
                HasSubstr("is not a size"));
  }
  EXPECT_THAT(call({"explore", "jobs_abort", "--jobs=0", "--memory-limit=1GB"}).err,
              HasSubstr("--jobs 0 has none"));
}

}  // namespace
