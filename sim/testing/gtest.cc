#include "sim/testing/gtest.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <optional>
#include <stdexcept>
#include <vector>

#include "gtest/gtest-spi.h"
#include "sim/testing/environment.h"
#include "sim/testing/named_bodies.h"

namespace sim::internal {

namespace {

// While it lives, what fails in GoogleTest's assertions is a finding of the execution that runs,
// and GoogleTest does not hear of it.
class Assertions final : public testing::ScopedFakeTestPartResultReporter {
 public:
  Assertions() : ScopedFakeTestPartResultReporter(INTERCEPT_ONLY_CURRENT_THREAD, nullptr) {
    latest_ = this;
  }
  ~Assertions() override { latest_ = nullptr; }

  void ReportTestPartResult(const testing::TestPartResult& result) override {
    if (result.skipped()) skipped_ = result.message();
    if (result.skipped() || result.fatally_failed()) ++ends_;
    if (!result.failed()) return;
    std::string text = "a GoogleTest assertion failed";
    if (result.file_name() != nullptr) {
      text += std::string(" at ") + result.file_name() + ":" +
              std::to_string(result.line_number());
    }
    std::string_view message = result.summary();
    while (message.ends_with('\n')) message.remove_suffix(1);
    report_finding({FindingKind::assertion, text + "\n" + std::string(message), {}, {}});
  }

  // How often a body would have to end: ASSERT_* and GTEST_SKIP() in functions that it calls.
  int ends() const { return ends_; }
  // What GTEST_SKIP() said last.
  const std::optional<std::string>& skipped() const { return skipped_; }

  // Null where nothing is explored.
  static Assertions* latest() { return latest_; }

 private:
  static inline Assertions* latest_ = nullptr;
  int ends_ = 0;
  std::optional<std::string> skipped_;
};

std::string replay_command(const ExploredTest& test) {
  const std::string name = test.full_name();
  std::string command = "SIM_REPLAY=TOKEN ";
  command += program_invocation_name;
  command += " --gtest_filter=" + name;
  if (name.find("DISABLED_") != std::string::npos) command += " --gtest_also_run_disabled_tests";
  return command;
}

// All tests that are explored, and what the environment asks of them.
class Explored final : public testing::Environment {
 public:
  // GoogleTest owns it.
  static Explored& instance() {
    static Explored* const explored = [] {
      auto* made = new Explored;
      testing::AddGlobalTestEnvironment(made);
      testing::UnitTest::GetInstance()->listeners().Append(new Listener(*made));
      return made;
    }();
    return *explored;
  }

  void add(ExploredTest test, const Suite& suite) {
    Registered& added = tests_.emplace_back(std::move(test));
    added.info = testing::internal::MakeAndRegisterTestInfo(
        added.test.suite, added.test.name, nullptr, nullptr,
        testing::internal::CodeLocation(added.test.file, added.test.line), suite.fixture,
        suite.set_up, suite.tear_down, new Factory(*this, added));
  }

  void SetUp() override {
    replayed_ = false;
    owners_.clear();
    try {
      environment_ = internal::Environment(&std::getenv);
    } catch (const std::invalid_argument& error) {
      GTEST_FAIL_AT("environment", -1) << error.what();
    }
    if (!environment_.token()) return;
    for (const Registered& each : tests_) {
      if (may_own_token(each)) owners_.push_back(&each);
    }
    if (owners_.empty()) {
      GTEST_FAIL_AT("environment", -1)
          << "SIM_REPLAY=" << *environment_.token() << ": the token belongs to no test of "
          << program_invocation_name;
    }
  }

  void TearDown() override {
    if (owners_.empty() || replayed_) return;
    const auto elsewhere = [](const Registered* each) { return each->info->is_in_another_shard(); };
    if (std::ranges::any_of(owners_, elsewhere)) return;
    ADD_FAILURE_AT("environment", -1)
        << "SIM_REPLAY=" << *environment_.token() << ": the token belongs to " << owner_names()
        << ", which did not run";
  }

 private:
  struct Registered {
    explicit Registered(ExploredTest of) : test(std::move(of)) {}
    ExploredTest test;
    const testing::TestInfo* info = nullptr;
  };

  // What GoogleTest makes and runs.
  class Shell final : public testing::Test {
   public:
    Shell(Explored& explored, const Registered& test) : explored_(explored), test_(test) {}
    void TestBody() override { explored_.run(test_); }

   private:
    Explored& explored_;
    const Registered& test_;
  };
  class Factory final : public testing::internal::TestFactoryBase {
   public:
    Factory(Explored& explored, const Registered& test) : explored_(explored), test_(test) {}
    testing::Test* CreateTest() override { return new Shell(explored_, test_); }

   private:
    Explored& explored_;
    const Registered& test_;
  };

  // Under SIM_REPLAY the other tests are skipped, also those that are not explored.
  class Listener final : public testing::EmptyTestEventListener {
   public:
    explicit Listener(Explored& explored) : explored_(explored) {}
    void OnTestStart(const testing::TestInfo& info) override {
      const auto is_this = [&](const Registered* each) { return each->info == &info; };
      if (explored_.owners_.empty() || std::ranges::any_of(explored_.owners_, is_this)) return;
      GTEST_SKIP() << "SIM_REPLAY: the token belongs to " << explored_.owner_names();
    }

   private:
    Explored& explored_;
  };

  ExploreOptions options_of(const ExploredTest& test) const {
    ExploreOptions options = test.options();
    environment_.apply(options);
    options.scenario_name = test.full_name();
    options.replay_command = replay_command(test);
    return options;
  }

  bool may_own_token(const Registered& each) const {
    try {
      return token_belongs(*environment_.token(), options_of(each.test));
    } catch (const std::invalid_argument&) {
      return false;  // of its options; it says so when it runs
    }
  }

  std::string owner_names() const {
    std::string names;
    for (const Registered* each : owners_) {
      names += (names.empty() ? "" : " or ") + each->test.full_name();
    }
    return names;
  }

  void run(const Registered& registered) {
    const ExploredTest& test = registered.test;
    Report report;
    std::optional<std::string> skipped;
    try {
      const ExploreOptions options = options_of(test);
      const Assertions assertions;
      if (!environment_.token()) {
        report = explore(test.body, options);
      } else if (owners_.size() == 1 ||
                 token_belongs(test.body, *environment_.token(), options)) {
        replayed_ = true;
        report = replay(test.body, *environment_.token(), options);
      } else {
        skipped = "SIM_REPLAY: the token is that of another test";
      }
      if (assertions.skipped()) skipped = assertions.skipped();
    } catch (const std::invalid_argument& error) {
      ADD_FAILURE_AT(test.file, test.line) << error.what();
      return;
    }
    tell(test, report);
    if (skipped && report.ok()) GTEST_SKIP() << *skipped;
    if (report.executions == 0) {
      ADD_FAILURE_AT(test.file, test.line) << "no execution ended within the time budget";
    }
  }

  void tell(const ExploredTest& test, const Report& report) const {
    testing::Test::RecordProperty("verdict", report.verdict());
    testing::Test::RecordProperty("executions", std::to_string(report.executions));
    for (const Finding& warning : report.warnings) {
      std::printf("warning: %s: %s\n", std::string(to_string(warning.kind)).c_str(),
                  warning.message.c_str());
    }
    for (const Failure& failure : report.failures) {
      ADD_FAILURE_AT(test.file, test.line) << failure.explanation();
    }
    if (report.ok() && replayed_) std::printf("SIM_REPLAY: that schedule shows no bug\n");
  }

  std::deque<Registered> tests_;
  internal::Environment environment_;
  std::vector<const Registered*> owners_;  // of the token of SIM_REPLAY
  bool replayed_ = false;
};

// Calls SetUp() and TearDown() through the base: a fixture may have made them private.
struct Phases : testing::Test {
  static void set_up(testing::Test& fixture) { (fixture.*(&Phases::SetUp))(); }
  static void tear_down(testing::Test& fixture) { (fixture.*(&Phases::TearDown))(); }
};

int ends() { return Assertions::latest() == nullptr ? 0 : Assertions::latest()->ends(); }

}  // namespace

bool register_test(ExploredTest test, const Suite& suite) {
  named_bodies().push_back({test.full_name(), test.body, test.options,
                            [] { return std::make_shared<Assertions>(); }});
  Explored::instance().add(std::move(test), suite);
  return true;
}

bool set_up(testing::Test& fixture) {
  const int before = ends();
  Phases::set_up(fixture);
  return ends() == before;
}

void tear_down(testing::Test& fixture) { Phases::tear_down(fixture); }

}  // namespace sim::internal
