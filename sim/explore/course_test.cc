// Rounds: however many make the executions of an exploration, they make the same ones.
#include "sim/explore/course.h"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "sim/explore/tally.h"
#include "sim/explore/test_programs.h"

namespace sim::test {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

// Tasks, locks and plain time; more traces than a few rounds go through.
Coro<> many_takers() {
  Counted counted;
  co_await gather(counted.take(2), counted.take(3), counted.take(2), counted.take(1));
}

// Now and then there is another task, and another variable, that the head may not have shown.
Coro<> grows() {
  Shared<int> x{0};
  std::vector<std::unique_ptr<Shared<int>>> more;
  const auto write = [&](int value) -> Coro<> {
    for (int i = 0; i < 3; ++i) {
      co_await yield();
      x.set(value);
    }
  };
  const auto look = [&]() -> Coro<> {
    for (int i = 0; i < 6; ++i) {
      co_await yield();
      if (x.get() != 3) continue;
      more.push_back(std::make_unique<Shared<int>>(i));
      co_await create_task(write(i));
      more.back()->set(1);
    }
  };
  co_await gather(write(1), write(2), write(3), look());
}

ExploreOptions exploring(const char* strategy, std::uint64_t executions) {
  ExploreOptions options;
  options.strategy = Strategy::parse(strategy);
  options.max_executions = executions;
  options.max_failures = 0;
  options.check_determinism = false;
  return options;
}

// One of those who share an exploration, in this process.
struct Sharer {
  Sharer(const Body& body, const ExploreOptions& options, const Part& part)
      : course(options, part), execution(body, run_options(options)) {}
  // Makes what is its own of the executions below `end`.
  void make(std::uint64_t end, std::vector<Made>& all, Tally* feedback) {
    while (DecisionSource* source = course.next(end)) {
      const std::uint64_t number = course.at();
      try {
        const ExecutionResult& result = execution.run(*source);
        all.push_back(made(number, result, course.search()));
        course.ended(result, feedback != nullptr && feedback->add(all.back()));
      } catch (const NotSuited&) {
        ASSERT_TRUE(course.gave_up());
      }
    }
  }
  Course course;
  Execution execution;
};

struct SharedOut {
  std::vector<Made> all;
  Report report;
};

// `workers` and one who makes what cannot be skipped.
SharedOut shared_by(std::uint32_t workers, const Body& body, const ExploreOptions& options) {
  std::vector<std::unique_ptr<Sharer>> sharers;
  const bool divides = workers > 1;
  for (std::uint32_t i = 0; i < workers; ++i) {
    const Part part{i, workers, !divides, true};
    sharers.push_back(std::make_unique<Sharer>(body, options, part));
  }
  if (divides) {
    sharers.insert(sharers.begin(),
                   std::make_unique<Sharer>(body, options, Part{0, workers, true, false}));
  }
  SharedOut shared;
  const std::uint64_t head = std::min(kHead, options.max_executions);
  Tally counts(options);
  for (auto& sharer : sharers) {
    Tally of_head(options);
    shared.all.clear();
    sharer->make(head, shared.all, &of_head);
    sharer->course.begin_rounds();
  }
  for (const Made& each : shared.all) counts.add(each);
  for (std::uint64_t from = head; from < options.max_executions;) {
    const std::uint64_t end = std::min(end_of_round(from), options.max_executions);
    std::vector<Made> round;
    for (auto& sharer : sharers) sharer->make(end, round, nullptr);
    std::ranges::sort(round, {}, &Made::number);
    for (const Made& each : round) counts.add(each);
    shared.all.insert(shared.all.end(), round.begin(), round.end());
    Lesson lesson = counts.take_lesson();
    lesson.alone = sharers.front()->course.search().alone_progress();
    for (auto& sharer : sharers) sharer->course.learn(lesson);
    from = end;
  }
  shared.report = counts.finish(sharers.front()->course.search().alone_progress());
  return shared;
}

bool same(const Made& a, const Made& b) {
  return a.number == b.number && a.trace == b.trace && a.steps == b.steps && a.member == b.member &&
         std::string(a.sampler) == b.sampler;
}

struct Case {
  const char* name;
  const char* strategy;
  Body body;
  std::uint32_t cancellations;

  friend void PrintTo(const Case& each, std::ostream* out) { *out << each.name; }
};
const Case kCases[] = {
    {"portfolio", "portfolio", many_takers, 0},
    {"portfolio_grows", "portfolio", grows, 0},
    {"portfolio_cancels", "portfolio", lost_updates, 1},
    {"random_cancels", "random", lost_updates, 1},
    {"pos_grows", "pos", grows, 0},
    {"surw_grows", "surw", grows, 0},
    {"urw_grows", "urw", grows, 0},
    {"pct", "pct:3", many_takers, 0},
    {"delay", "delay:3", many_takers, 0},
};

class Rounds : public testing::TestWithParam<Case> {};

TEST_P(Rounds, AreTheSameHoweverManyShareThem) {
  const std::uint64_t longest = std::string(GetParam().strategy) == "portfolio" ? 4'500 : 1'300;
  for (const std::uint64_t executions : {std::uint64_t{511}, kHead, kHead + 1, longest}) {
    ExploreOptions options = exploring(GetParam().strategy, executions);
    options.cancellations = GetParam().cancellations;
    const SharedOut by_one = shared_by(1, GetParam().body, options);
    ASSERT_EQ(by_one.all.size(), executions);
    for (const std::uint32_t workers : {2, 3, 5}) {
      const SharedOut by_many = shared_by(workers, GetParam().body, options);
      ASSERT_EQ(by_many.all.size(), executions) << workers;
      const auto differs = std::ranges::mismatch(by_one.all, by_many.all, same);
      EXPECT_EQ(differs.in1 - by_one.all.begin(), static_cast<std::ptrdiff_t>(executions))
          << workers;
      EXPECT_EQ(by_many.report.to_json(), by_one.report.to_json()) << workers;
    }
    options.ignore = {FindingKind::assertion, FindingKind::stale_read};
    EXPECT_EQ(explore(GetParam().body, options).distinct_traces, by_one.report.distinct_traces);
  }
}
INSTANTIATE_TEST_SUITE_P(Cases, Rounds, testing::ValuesIn(kCases),
                         [](const auto& each) { return std::string(each.param.name); });

TEST(Rounds, GrowTo8192Executions) {
  std::vector<std::uint64_t> ends;
  for (std::uint64_t end = 0; end < 30'000;) ends.push_back(end = end_of_round(end));
  EXPECT_THAT(ends, testing::ElementsAre(512, 1024, 2048, 4096, 8192, 16384, 24576, 32768));
}

TEST(Rounds, EachWorkerHasAsManyExecutions) {
  constexpr std::uint32_t kWorkers = 4;
  std::vector<int> count(kWorkers);
  for (std::uint32_t worker = 0; worker < kWorkers; ++worker) {
    Deal deal({}, {worker, kWorkers});
    for (std::uint64_t i = 0; i < 1000; ++i) {
      const bool is_alone = i % 8 == 0;
      // A worker that is not the first makes none of them.
      count[worker] += deal.is_mine(i, is_alone) && (!is_alone || worker == 0);
    }
  }
  EXPECT_THAT(count, testing::Each(250));
}

TEST(Shares, TogetherMakeWhatOneMakes) {
  const ExploreOptions whole = exploring("random", 3'000);
  const Report one = explore(many_takers, whole);
  std::uint64_t executions = 0;
  std::uint64_t steps = 0;
  std::uint64_t distinct = 0;
  for (std::uint32_t index = 0; index < 4; ++index) {
    ExploreOptions share = whole;
    share.share = {index, 4};
    const Report report = explore(many_takers, share);
    EXPECT_EQ(report.executions, 750u);
    executions += report.executions;
    steps += report.steps;
    distinct += report.distinct_traces;
  }
  EXPECT_EQ(executions, one.executions);
  EXPECT_EQ(steps, one.steps);
  EXPECT_GE(distinct, one.distinct_traces);
}

// No two shares make the same execution behind the head, those of dpor and dfs included.
TEST(Shares, OfThePortfolioMakeEachExecutionOnce) {
  const ExploreOptions options = exploring("portfolio", 3'000);
  std::vector<std::uint64_t> numbers;
  for (std::uint32_t index = 0; index < 3; ++index) {
    ExploreOptions share = options;
    share.share = {index, 3};
    Sharer sharer(many_takers, share, {});
    Tally tally(share);
    std::vector<Made> head;
    sharer.make(kHead, head, &tally);
    sharer.course.begin_rounds();
    std::vector<Made> rest;
    for (std::uint64_t end = 2 * kHead; end <= options.max_executions; end = end_of_round(end)) {
      sharer.make(end, rest, &tally);
      sharer.course.learn({});
    }
    for (const Made& each : rest) numbers.push_back(each.number);
  }
  std::ranges::sort(numbers);
  ASSERT_EQ(numbers.size(), 2048 - kHead);
  for (std::size_t i = 0; i < numbers.size(); ++i) ASSERT_EQ(numbers[i], kHead + i);
}

TEST(Shares, RefuseWhatCannotBeShared) {
  for (const char* strategy : {"dfs", "dpor"}) {
    ExploreOptions options = exploring(strategy, 10);
    options.share = {1, 2};
    EXPECT_THAT([&] { explore(lost_update, options); },
                ThrowsMessage<std::invalid_argument>(HasSubstr(" cannot be shared")));
  }
  ExploreOptions options = exploring("random", 10);
  options.share = {2, 2};
  EXPECT_THAT([&] { explore(lost_update, options); },
              ThrowsMessage<std::invalid_argument>("there is no share 2 of 2"));
}

}  // namespace
}  // namespace sim::test
