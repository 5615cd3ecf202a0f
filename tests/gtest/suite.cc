// A user's test program, run by sim/testing/gtest_test.cc: tests that pass, fail and are skipped.
#include "sim/testing/gtest.h"

using namespace std::chrono_literals;

namespace {

sim::Coro<> deposit(sim::Shared<int>& balance) {
  const int read = balance.get();
  co_await sim::yield();
  balance.set(read + 1);
}

sim::Coro<> deposit_locked(sim::Lock& lock, sim::Shared<int>& balance) {
  auto guard = co_await lock.guard();
  co_await deposit(balance);
}

SIM_TEST(Account, LosesADeposit) {
  sim::Shared<int> balance{0};
  co_await sim::gather(deposit(balance), deposit(balance));
  SIM_CHECK_EQ(balance.get(), 2);
}

SIM_TEST_WITH(Account, KeepsDepositsUnderALock,
              (sim::ExploreOptions{.strategy = sim::Strategy::dfs(), .max_executions = 500})) {
  sim::Lock lock;
  sim::Shared<int> balance{0};
  co_await sim::gather(deposit_locked(lock, balance), deposit_locked(lock, balance));
  SIM_CHECK_EQ(balance.get(), 2);
}

SIM_TEST(Account, IsOpen) { co_return; }

sim::Coro<> append(std::string& text, char letter) {
  co_await sim::yield();
  text += letter;
}

SIM_TEST(Expect, BecomesAFinding) {
  std::string text;
  co_await sim::gather(append(text, 'a'), append(text, 'b'));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(text, "ab") << "round " << i;
}

void require_order(const std::string& text) { ASSERT_EQ(text, "ab"); }

SIM_TEST(Expect, OfAFunctionThatAsserts) {
  std::string text;
  co_await sim::gather(append(text, 'a'), append(text, 'b'));
  require_order(text);
}

void skip() { GTEST_SKIP() << "not on this machine"; }

SIM_TEST(Expect, SkipIsPassedOn) {
  skip();
  co_return;
}

SIM_TEST(Cancelled, Escapes) {
  sim::running_loop().call_soon([main = sim::current_task()] { main.cancel("enough"); });
  co_await sim::sleep(1h);
}

SIM_TEST_WITH(Options, AreRefused,
              (sim::ExploreOptions{.ignore = {sim::FindingKind::stale_read},
                                   .scenario_name = "not the name of it"})) {
  throw std::invalid_argument("of the body");
  co_return;
}

int made = 0;
int set_up_once = 0;

class Fixture : public testing::Test {
 public:
  static void SetUpTestSuite() { ++set_up_once; }

 protected:
  Fixture() { ++made; }
  ~Fixture() override { --made; }
  int sum_ = 0;

 private:
  void SetUp() override { sum_ = 1; }
  void TearDown() override { EXPECT_GE(sum_, 1); }
};

SIM_TEST_F(Fixture, IsMadeAnew) {
  EXPECT_EQ(made, 1);
  EXPECT_EQ(set_up_once, 1);
  EXPECT_EQ(sum_, 1);
  co_await sim::sleep(1s);
  ++sum_;
}

SIM_TEST_F(Fixture, IsLookedAtInTearDown) {
  co_await sim::yield();
  sum_ = 0;
}

TEST_F(Fixture, CanAlsoBePlain) { EXPECT_EQ(sum_, 1); }

class NeverReady : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(false) << "no set-up"; }
};

SIM_TEST_F(NeverReady, BodyDoesNotRun) {
  ADD_FAILURE() << "the body ran";
  co_return;
}

TEST(Plain, Passes) {}

SIM_TEST(DISABLED_Account, LosesADeposit) {
  sim::Shared<int> balance{0};
  co_await sim::gather(deposit(balance), deposit(balance));
  SIM_CHECK_EQ(balance.get(), 2);
}

}  // namespace
