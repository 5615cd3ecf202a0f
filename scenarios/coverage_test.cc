// The printed limit of what a sampler has not seen, against the truth: for programs all of whose
// schedules are known the probability of each trace under a random walk is the sum over its
// schedules of what the walk chooses them with.
#include <map>
#include <ostream>

#include "scenarios/test_exploration.h"
#include "sim/explore/coverage.h"
#include "sim/explore/trace_counts.h"

namespace {

using namespace test_exploration;

struct KnownProgram {
  std::string scenario;
  Parameters parameters;

  friend void PrintTo(const KnownProgram& program, std::ostream* out) { *out << program.scenario; }
};

// Hands on the choices of another source, and counts how probable a random walk makes them.
class Weighing final : public sim::DecisionSource {
 public:
  explicit Weighing(sim::DecisionSource& of) : of_(of) {}
  std::uint32_t pick(sim::DecisionKind kind, std::uint32_t n,
                     const sim::DecisionContext& context) override {
    probability_ /= n;
    return of_.pick(kind, n, context);
  }
  double probability() const { return probability_; }

 private:
  sim::DecisionSource& of_;
  double probability_ = 1;
};

// Of each trace.
std::map<std::uint64_t, double> probabilities(Subject& subject) {
  std::map<std::uint64_t, double> of;
  sim::Dfs dfs;
  while (sim::DecisionSource* source = dfs.next()) {
    Weighing weighing(*source);
    const std::uint64_t trace = subject.run(weighing).stats.canonical_hash;
    of[trace] += weighing.probability();
  }
  return of;
}

class PrintedBound : public testing::TestWithParam<KnownProgram> {};

TEST_P(PrintedBound, HoldsInNinetyFiveOfAHundredTrials) {
  constexpr int kTrials = 1'000;
  Subject subject(scenario_named(GetParam().scenario), GetParam().parameters);
  const std::map<std::uint64_t, double> truth = probabilities(subject);
  double all = 0;
  for (const auto& [trace, probability] : truth) all += probability;
  ASSERT_NEAR(all, 1, 1e-9);
  for (const int executions : {10, 50, 200}) {
    int held = 0;
    for (int trial = 0; trial < kTrials; ++trial) {
      sim::RandomWalk walk(static_cast<std::uint64_t>(executions * kTrials + trial));
      sim::TraceCounts counts;
      std::set<std::uint64_t> seen;
      for (int i = 0; i < executions; ++i) {
        const std::uint64_t trace = subject.run(*walk.next()).stats.canonical_hash;
        counts.add(trace);
        seen.insert(trace);
      }
      double unseen = 1;
      for (const std::uint64_t trace : seen) unseen -= truth.at(trace);
      held += unseen <= sim::estimate_coverage("random", counts).bound + 1e-9;
    }
    EXPECT_GE(held, 950) << executions << " executions of " << truth.size() << " traces";
  }
}

const KnownProgram kKnown[] = {
    {"overdraw", {}},       {"cache_fill", {{"n", 3}}}, {"counter_race", {{"n", 3}}},
    {"pingpong", {{"n", 3}}}, {"fib_bench", {{"n", 2}}},  {"casrot", {{"n", 4}}},
    {"lastzero", {{"n", 4}}}, {"readers", {{"n", 5}}},
};
INSTANTIATE_TEST_SUITE_P(Programs, PrintedBound, testing::ValuesIn(kKnown),
                         [](const auto& info) { return info.param.scenario; });

}  // namespace
