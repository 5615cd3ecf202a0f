// Reports that simrun writes: each format, several at once, and files that cannot be written.
#include "tools/simrun/reports.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "nlohmann/json.hpp"
#include "primitives/primitives.h"
#include "sim/scenario.h"
#include "tools/simrun/in_test.h"

namespace {

using simrun::call;
using simrun::Called;
using testing::HasSubstr;

SIM_SCENARIO(reports_lost_update, "two tasks add to a number by a read and a write") {
  sim::Shared<int> sum(0);
  const auto add = [&]() -> sim::Coro<> {
    const int before = sum.get();
    co_await sim::yield();
    sum.set(before + 1);
  };
  co_await sim::gather(add(), add());
  SIM_CHECK_EQ(sum.get(), 2);
}

SIM_SCENARIO(reports_many_traces, "two tasks write one number after the other") {
  sim::Shared<int> last(0);
  const auto write = [&](int value) -> sim::Coro<> {
    for (int i = 0; i < 3; ++i) {
      co_await sim::yield();
      last.set(value);
    }
  };
  co_await sim::gather(write(1), write(2));
}

// A folder that goes with the test.
class SimrunReports : public testing::Test {
 protected:
  SimrunReports() {
    std::string name = std::filesystem::temp_directory_path().string() + "/reportsXXXXXX";
    folder_ = mkdtemp(name.data());
  }
  ~SimrunReports() override { std::filesystem::remove_all(folder_); }
  std::string path(const std::string& name) const { return folder_ + "/" + name; }
  std::string content(const std::string& name) const {
    std::ifstream stream(path(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
  }
  std::size_t files() const {
    using Iterator = std::filesystem::directory_iterator;
    return static_cast<std::size_t>(std::distance(Iterator(folder_), Iterator()));
  }

 private:
  std::string folder_;
};

TEST_F(SimrunReports, AreWrittenSeveralAtOnceAndChangeNothingOfTheText) {
  const Called plain = call({"explore", "reports_lost_update", "--jobs", "0"});
  const Called reported =
      call({"explore", "reports_lost_update", "--jobs", "0", "--html", path("a.html"), "--junit",
            path("a.xml"), "--sarif", path("a.sarif"), "--json-lines", path("a.jsonl"), "--trace",
            path("a.json")});
  EXPECT_EQ(reported, plain);
  EXPECT_EQ(reported.code, 1);
  EXPECT_EQ(files(), 5u) << "nothing else is left there";
  EXPECT_THAT(content("a.html"), HasSubstr("./simrun replay reports_lost_update "));
  EXPECT_THAT(content("a.xml"), HasSubstr("<failure type=\"assertion\""));
  const auto log = nlohmann::json::parse(content("a.sarif"));
  EXPECT_EQ(log["runs"][0]["results"][0]["ruleId"], "assertion");
  EXPECT_THAT(content("a.jsonl"), HasSubstr("\"record\":\"failure\""));
  EXPECT_FALSE(nlohmann::json::parse(content("a.json"))["traceEvents"].empty());
}

TEST_F(SimrunReports, AreTheSameOfWorkersAndOfOneProcess) {
  for (const char* jobs : {"0", "1"}) {
    call({"explore", "reports_lost_update", "--jobs", jobs, "--trace", path(jobs)});
  }
  EXPECT_EQ(content("0"), content("1"));
  EXPECT_THAT(content("1"), HasSubstr("\"ready\""));
}

TEST_F(SimrunReports, OfAPlainRunTellItsSteps) {
  const Called run = call({"--seed", "3", "reports_lost_update", "--order", "fifo", "--trace",
                           path("t.json"), "--json-lines", path("r.jsonl")});
  EXPECT_EQ(run.code, 1);
  const auto record = nlohmann::json::parse(content("r.jsonl"));
  EXPECT_EQ(record["record"], "run");
  EXPECT_EQ(record["seed"], 3);
  EXPECT_EQ(record["verdict"], "FAILED");
  EXPECT_THAT(content("t.json"), HasSubstr("reads Shared made at "));
  EXPECT_THAT(content("t.json"), HasSubstr(" = 0"));
}

TEST_F(SimrunReports, OfAReplayThatFailsSayWhichTraceItWas) {
  call({"explore", "reports_lost_update", "--jobs", "0", "--json-lines", path("e.jsonl")});
  const std::string explored = content("e.jsonl");
  const auto failure = nlohmann::json::parse(explored.substr(explored.find('\n') + 1));
  EXPECT_EQ(failure["record"], "failure");
  for (const char* jobs : {"0", "1"}) {
    call({"replay", "reports_lost_update", failure["token"], "--jobs", jobs, "--json-lines",
          path("r.jsonl")});
    const auto record = nlohmann::json::parse(content("r.jsonl"));
    EXPECT_EQ(record["record"], "run");
    EXPECT_TRUE(record["trace_hash"].is_string());
    EXPECT_EQ(record["trace_hash"], failure["trace_hash"]);
    EXPECT_TRUE(record["virtual_time_ns"].is_number());
  }
}

TEST_F(SimrunReports, OfWhatIsUndecidedDoNotCallItPassed) {
  const Called called = call({"verify", "reports_many_traces", "--jobs", "0", "--executions", "2",
                              "--html", path("a.html"), "--junit", path("a.xml")});
  EXPECT_EQ(called.code, 4);
  EXPECT_THAT(content("a.html"), HasSubstr("<title>reports_many_traces: undecided</title>"));
  EXPECT_THAT(content("a.xml"), HasSubstr("<skipped message=\"UNDECIDED: "));
  EXPECT_THAT(content("a.xml"), HasSubstr("skipped=\"1\""));
  call({"verify", "reports_many_traces", "--jobs", "0", "--junit", path("b.xml")});
  EXPECT_THAT(content("b.xml"), HasSubstr("skipped=\"0\""));
}

// The scenarios are those of guard_flags_test.cc.
TEST_F(SimrunReports, OfAPlainRunFailWhereItDoes) {
  EXPECT_EQ(call({"guard_nap", "--guard", "fail", "--junit", path("a.xml")}).code, 3);
  EXPECT_THAT(content("a.xml"), HasSubstr("<failure type=\"outside_call\""));
  EXPECT_EQ(call({"guard_nap", "--junit", path("b.xml")}).code, 0);
  EXPECT_THAT(content("b.xml"), HasSubstr("failures=\"0\""));
  const Called differs = call({"guard_draw", "--guard", "off", "--check-determinism", "--junit",
                               path("c.xml"), "--json-lines", path("c.jsonl")});
  EXPECT_EQ(differs.code, 3);
  EXPECT_THAT(content("c.jsonl"), HasSubstr("\"kind\":\"not_deterministic\""));
  EXPECT_THAT(content("c.xml"), HasSubstr("<failure type=\"not_deterministic\""));
}

TEST_F(SimrunReports, ThatCannotBeWrittenAreOneLineAndLoseNoText) {
  const Called lost = call({"explore", "reports_lost_update", "--jobs", "0", "--html",
                            path("no/such/folder.html"), "--junit", path("a.xml")});
  EXPECT_EQ(lost.code, 2);
  EXPECT_THAT(lost.out, HasSubstr("FAILED: 1 bug in "));
  EXPECT_THAT(lost.err, HasSubstr("simrun: cannot write "));
  EXPECT_EQ(std::count(lost.err.begin(), lost.err.end(), '\n'), 1);
  EXPECT_THAT(content("a.xml"), HasSubstr("</testsuites>")) << "the others are written";
  const Called full = call({"explore", "reports_lost_update", "--jobs", "0", "--html=/dev/full"});
  EXPECT_EQ(full.code, 2);
  EXPECT_THAT(full.err, HasSubstr("No space left on device"));
  const Called two = call({"explore", "reports_lost_update", "--jobs", "0", "--html=/dev/full",
                           "--junit", path("no/such.xml")});
  EXPECT_THAT(two.err, HasSubstr("cannot write /dev/full: No space left on device; cannot write "));
  EXPECT_EQ(std::count(two.err.begin(), two.err.end(), '\n'), 1);
}

TEST_F(SimrunReports, AreRefusedWhereTheyMakeNoSense) {
  const auto refused = [](const std::vector<std::string>& arguments, const char* why) {
    const Called called = call(arguments);
    EXPECT_EQ(called.code, 2);
    EXPECT_THAT(called.err, HasSubstr(why));
  };
  refused({"explore", "reports_lost_update", "--github", "--json"}, "one JSON object");
  refused({"explore", "reports_lost_update", "--html=x", "--sarif=x"}, "so is another report");
  refused({"explore", "reports_lost_update", "--html=x", "--sarif=./x"}, "so is another report");
  refused({"reports_lost_update", "--html="}, "--html needs a value");
  refused({"reports_lost_update", "--trace"}, "--trace needs a value");
  refused({"list", "--html", "x"}, "list takes no");
}

TEST_F(SimrunReports, AnnotateWorkflowsBehindTheText) {
  const Called called = call({"explore", "reports_lost_update", "--jobs", "0", "--github"});
  const std::size_t verdict = called.out.find("FAILED: 1 bug");
  EXPECT_NE(called.out.find("\n::error file=", verdict), std::string::npos);
}

}  // namespace
