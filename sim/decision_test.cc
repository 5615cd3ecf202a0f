// Where choices are made, and that nothing else decides about the order of a run.
#include "sim/decision.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "primitives/primitives.h"
#include "sim/internal/test_support.h"

namespace {

using namespace std::chrono_literals;
using sim::Coro;
using sim::create_task;
using sim::DecisionContext;
using sim::DecisionKind;
using sim::DecisionSource;
using sim::Order;
using sim::RunOptions;
using sim::test::Log;
using testing::ElementsAre;

struct Question {
  DecisionKind kind;
  std::uint32_t n;
  std::string label;
  friend bool operator==(const Question&, const Question&) = default;
};

// Answers from a sparse list of deviations, by the number of the question; 0 elsewhere.
using Answers = std::map<std::size_t, std::uint32_t>;

class Deviations final : public DecisionSource {
 public:
  explicit Deviations(Answers answers = {}) : answers_(std::move(answers)) {}
  std::uint32_t pick(DecisionKind kind, std::uint32_t n, const DecisionContext& context) override {
    EXPECT_EQ(context.loop, &sim::running_loop());
    const auto answer = answers_.find(asked.size());
    asked.push_back({kind, n, std::string(context.label)});
    return answer != answers_.end() ? answer->second : 0;
  }
  std::vector<Question> asked;

 private:
  Answers answers_;
};

RunOptions decided_by(DecisionSource& source, Order order) {
  RunOptions options;
  options.source = &source;
  options.order = order;
  return options;
}

auto note(Log& log, std::string word) {
  return [&log, word] { log.push_back(word); };
}

// Three callbacks that are ready at once.
Log three_ready(DecisionSource& source, Order order) {
  Log log;
  const auto body = [&]() -> Coro<> {
    for (const char* word : {"a", "b", "c"}) sim::running_loop().call_soon(note(log, word));
    co_await sim::yield();
  };
  sim::run(body(), decided_by(source, order));
  return log;
}

// Three timers due at one instant and one that is due later.
Log three_ties(DecisionSource& source, Order order) {
  Log log;
  const auto body = [&]() -> Coro<> {
    for (const char* word : {"a", "b", "c"}) sim::running_loop().call_later(1s, note(log, word));
    sim::running_loop().call_later(2s, note(log, "later"));
    co_await sim::sleep(3s);
  };
  sim::run(body(), decided_by(source, order));
  return log;
}

TEST(Decision, TheFifoSourceGivesAsynciosOrder) {
  sim::FifoSource fifo;
  for (const Order order : {Order::fifo, Order::any}) {
    EXPECT_THAT(three_ready(fifo, order), ElementsAre("a", "b", "c"));
    EXPECT_THAT(three_ties(fifo, order), ElementsAre("a", "b", "c", "later"));
  }
}

TEST(Decision, UnderFifoTheOrderOfWhatIsReadyIsNoChoice) {
  Deviations source(Answers{{0, 1}, {1, 1}});
  EXPECT_THAT(three_ready(source, Order::fifo), ElementsAre("a", "b", "c"));
  EXPECT_TRUE(source.asked.empty());
}

TEST(Decision, UnderFifoTheOrderOfTimersOfOneInstantIsAChoice) {
  Deviations asking;
  EXPECT_THAT(three_ties(asking, Order::fifo), ElementsAre("a", "b", "c", "later"));
  EXPECT_EQ(asking.asked, (std::vector<Question>{{DecisionKind::timer_tie, 3, ""},
                                                 {DecisionKind::timer_tie, 2, ""}}));
  Deviations last_first(Answers{{0, 2}});
  EXPECT_THAT(three_ties(last_first, Order::fifo), ElementsAre("c", "a", "b", "later"));
  Deviations reversed(Answers{{0, 2}, {1, 1}});
  EXPECT_THAT(three_ties(reversed, Order::fifo), ElementsAre("c", "b", "a", "later"));
}

TEST(Decision, ACancelledTimerIsNoTie) {
  Deviations source;
  const auto body = []() -> Coro<> {
    const sim::Handle cancelled = sim::running_loop().call_later(1s, [] {});
    sim::running_loop().call_later(1s, [] {});
    cancelled.cancel();
    co_await sim::sleep(2s);
  };
  sim::run(body(), decided_by(source, Order::fifo));
  EXPECT_TRUE(source.asked.empty());
}

TEST(Decision, UnderAnyEachStepIsAChoiceOfAllThatIsReady) {
  Deviations asking;
  EXPECT_THAT(three_ready(asking, Order::any), ElementsAre("a", "b", "c"));
  // main is ready too, behind the three; then it ends, and so does the run
  EXPECT_EQ(asking.asked, (std::vector<Question>{{DecisionKind::ready, 4, ""},
                                                 {DecisionKind::ready, 3, ""},
                                                 {DecisionKind::ready, 2, ""}}));
  Deviations second_first(Answers{{0, 1}});
  EXPECT_THAT(three_ready(second_first, Order::any), ElementsAre("b", "a", "c"));
  Deviations reversed(Answers{{0, 2}, {1, 1}});
  EXPECT_THAT(three_ready(reversed, Order::any), ElementsAre("c", "b", "a"));
}

TEST(Decision, UnderAnyWhatIsScheduledNowMayOvertakeWhatIsReady) {
  Log log;
  Deviations source(Answers{{0, 0}, {1, 1}});
  const auto body = [&]() -> Coro<> {
    sim::running_loop().call_soon([&] {
      log.push_back("a");
      sim::running_loop().call_soon(note(log, "scheduled by a"));
    });
    sim::running_loop().call_soon(note(log, "b"));
    co_await sim::running_loop().create_future<>();
  };
  EXPECT_THROW(sim::run(body(), decided_by(source, Order::any)), sim::DeadlockError);
  EXPECT_THAT(log, ElementsAre("a", "scheduled by a", "b"));
}

TEST(Decision, OneReadyHandleIsNoChoice) {
  Deviations source;
  const auto body = []() -> Coro<> {
    for (int i = 0; i < 10; ++i) co_await sim::yield();
    for (int i = 0; i < 10; ++i) co_await sim::sleep(1s);
  };
  sim::run(body(), decided_by(source, Order::any));
  EXPECT_TRUE(source.asked.empty());
}

TEST(Decision, AnAnswerBeyondTheChoicesIsRefused) {
  Deviations source(Answers{{0, 4}});
  EXPECT_THROW(three_ready(source, Order::any), std::out_of_range);
}

TEST(Choose, AsksForOneOfN) {
  Deviations source(Answers{{0, 2}, {2, 1}});
  std::vector<int> chosen;
  const auto body = [&]() -> Coro<> {
    chosen.push_back(sim::choose(3));
    chosen.push_back(sim::choose(5, "what to drop"));
    chosen.push_back(sim::choose(10, 20, 30));
    chosen.push_back(sim::choose(1));
    co_return;
  };
  sim::run(body(), decided_by(source, Order::fifo));
  EXPECT_THAT(chosen, ElementsAre(2, 0, 20, 0));
  EXPECT_EQ(source.asked, (std::vector<Question>{{DecisionKind::choose, 3, ""},
                                                 {DecisionKind::choose, 5, "what to drop"},
                                                 {DecisionKind::choose, 3, ""}}));
}

TEST(Choose, IsTheFirstChoiceWithoutASource) {
  const auto body = []() -> Coro<> {
    EXPECT_EQ(sim::choose(3), 0);
    EXPECT_EQ(sim::choose(1.5, 2), 1.5);
    EXPECT_THROW(sim::choose(0), std::invalid_argument);
    EXPECT_THROW(sim::choose(-1), std::invalid_argument);
    co_return;
  };
  sim::run(body());
  EXPECT_THROW(sim::choose(2), std::runtime_error);
}

// A program with choices of every kind, and its transcript.
Coro<> choosy(Log& log) {
  const auto worker = [&log](std::string name) -> Coro<> {
    for (int i = 0; i < 3; ++i) {
      co_await sim::sleep(sim::choose(2) == 0 ? 10ms : 20ms);
      log.push_back(name + std::to_string(sim::uptime() / 1ms));
    }
  };
  co_await sim::gather(worker("a"), worker("b"), worker("c"));
}

struct Walk {
  Log log;
  std::uint64_t hash;
  friend bool operator==(const Walk&, const Walk&) = default;
};

Walk walk(DecisionSource* source, Order order) {
  Walk walked;
  RunOptions options;
  options.source = source;
  options.order = order;
  options.trace = true;
  sim::Runner runner(options);
  runner.run(choosy(walked.log));
  walked.hash = runner.stats().trace_hash;
  return walked;
}

TEST(RandomSource, TheSameSeedGivesTheSameRunAndTheSameHash) {
  for (const Order order : {Order::fifo, Order::any}) {
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
      sim::RandomSource first(seed);
      sim::RandomSource second(seed);
      EXPECT_EQ(walk(&first, order), walk(&second, order));
    }
  }
}

TEST(RandomSource, SeedsGiveDifferentOrdersWhereOrdersAreFree) {
  for (const Order order : {Order::fifo, Order::any}) {
    std::set<Log> logs;
    std::set<std::uint64_t> hashes;
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
      sim::RandomSource source(seed);
      const Walk walked = walk(&source, order);
      logs.insert(walked.log);
      hashes.insert(walked.hash);
    }
    EXPECT_GT(logs.size(), 90u);
    EXPECT_GE(hashes.size(), logs.size());
  }
}

TEST(RandomSource, ReachesEveryOrderOfThreeReadyHandles) {
  std::map<Log, int> seen;
  for (std::uint64_t seed = 0; seed < 600; ++seed) {
    sim::RandomSource source(seed);
    ++seen[three_ready(source, Order::any)];
  }
  for (auto log = seen.begin(); log != seen.end();) {  // main may have ended the run early
    log = log->first.size() == 3 ? std::next(log) : seen.erase(log);
  }
  EXPECT_EQ(seen.size(), 6u);
  for (const auto& [log, times] : seen) EXPECT_GT(times, 20);
}

TEST(RandomSource, HasKnownValues) {  // the same schedule with every compiler
  sim::RandomSource source(42);
  std::vector<std::uint32_t> drawn;
  for (int i = 0; i < 10; ++i) drawn.push_back(source.pick(DecisionKind::ready, 10, {}));
  EXPECT_THAT(drawn, ElementsAre(8, 1, 3, 0, 2, 1, 9, 4, 6, 0));
}

TEST(Deviation, TheEmptyListIsTheDefaultRun) {
  for (const Order order : {Order::fifo, Order::any}) {
    Deviations none;
    sim::FifoSource fifo;
    EXPECT_EQ(walk(&none, order), walk(&fifo, order));
    EXPECT_EQ(walk(&none, order).log, walk(nullptr, order).log);
  }
}

TEST(Deviation, OneDiffersFromTheDefaultRunFromThereOn) {
  Deviations none;
  const Walk plain = walk(&none, Order::any);
  std::set<std::uint64_t> hashes = {plain.hash};
  for (std::size_t at = 0; at < none.asked.size(); ++at) {
    Deviations one(Answers{{at, 1}});
    const Walk walked = walk(&one, Order::any);
    ASSERT_GT(one.asked.size(), at);
    for (std::size_t i = 0; i <= at; ++i) EXPECT_EQ(one.asked[i], none.asked[i]);
    hashes.insert(walked.hash);
  }
  EXPECT_EQ(hashes.size(), none.asked.size() + 1) << "each is another schedule";
}

TEST(Deviation, ARecordedTapeReplaysARandomRun) {
  class Recorder final : public DecisionSource {
   public:
    explicit Recorder(std::uint64_t seed) : random_(seed) {}
    std::uint32_t pick(DecisionKind kind, std::uint32_t n, const DecisionContext& at) override {
      const std::uint32_t answer = random_.pick(kind, n, at);
      if (answer != 0) deviations.emplace(count, answer);
      ++count;
      return answer;
    }
    std::map<std::size_t, std::uint32_t> deviations;
    std::size_t count = 0;

   private:
    sim::RandomSource random_;
  };
  for (const Order order : {Order::fifo, Order::any}) {
    Recorder recorder(7);
    const Walk recorded = walk(&recorder, order);
    Deviations replayer(recorder.deviations);
    EXPECT_EQ(walk(&replayer, order), recorded);
  }
}

}  // namespace
