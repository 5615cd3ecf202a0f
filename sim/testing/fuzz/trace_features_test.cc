#include "sim/testing/fuzz/trace_features.h"

#include <set>

#include "gmock/gmock.h"
#include "primitives/primitives.h"
#include "sim/explore/execution.h"
#include "sim/testing/bytes_source.h"

namespace {

using sim::fuzz::Feature;
using Seen = std::set<std::uint64_t>;

class Watched final : public sim::DecisionSource {
 public:
  Watched(std::span<const std::uint8_t> bytes, sim::fuzz::TraceFeatures& features)
      : bytes_(bytes), features_(features) {}
  std::uint32_t pick(sim::DecisionKind kind, std::uint32_t n,
                     const sim::DecisionContext& context) override {
    return bytes_.pick(kind, n, context);
  }
  sim::internal::Watcher* watcher() override { return &features_; }

 private:
  sim::BytesSource bytes_;
  sim::fuzz::TraceFeatures& features_;
};

// What each of the schedules shows, on one loop.
std::vector<Seen> features_of(const sim::Body& body, std::vector<std::vector<std::uint8_t>> inputs,
                              Feature which) {
  sim::RunOptions options;
  options.order = sim::Order::any;
  options.canonical = true;
  sim::Execution execution(body, options);
  std::vector<Seen> all;
  for (const std::vector<std::uint8_t>& input : inputs) {
    Seen seen;
    sim::fuzz::TraceFeatures features([&](Feature kind, std::uint64_t feature) {
      if (kind == which) seen.insert(feature);
    });
    Watched source(input, features);
    features.begin();
    const sim::ExecutionResult& result = execution.run(source);
    features.end(result.stats.canonical_hash);
    all.push_back(seen);
  }
  return all;
}

sim::Coro<> set_to(sim::Shared<int>& variable, int value) {
  co_await sim::yield();
  variable.set(value);
}

sim::Coro<> both_write_one() {
  sim::Shared<int> variable{0};
  co_await sim::gather(set_to(variable, 1), set_to(variable, 2));
}

sim::Coro<> each_writes_its_own() {
  sim::Shared<int> left{0};
  sim::Shared<int> right{0};
  co_await sim::gather(set_to(left, 1), set_to(right, 2));
}

TEST(TraceFeatures, OfOneScheduleAreTheSameEachTime) {
  const auto seen = features_of(both_write_one, {{}, {}}, Feature::pair);
  EXPECT_EQ(seen[0], seen[1]);
  EXPECT_FALSE(seen[0].empty());
}

TEST(TraceFeatures, TellTheOrderOfConflictingAccesses) {
  for (const Feature which : {Feature::pair, Feature::trace}) {
    const auto seen = features_of(both_write_one, {{}, {0, 0}}, which);
    EXPECT_NE(seen[0], seen[1]);
  }
}

TEST(TraceFeatures, DoNotTellTheOrderOfAccessesThatHaveNothingToDoWithEachOther) {
  for (const Feature which : {Feature::pair, Feature::trace}) {
    const auto seen = features_of(each_writes_its_own, {{}, {0, 0}}, which);
    EXPECT_EQ(seen[0], seen[1]);
  }
}

TEST(TraceFeatures, AreNoneOfOneTaskAlone) {
  const sim::Body alone = []() -> sim::Coro<> {
    sim::Shared<int> variable{0};
    variable.set(variable.get() + 1);
    co_return;
  };
  EXPECT_TRUE(features_of(alone, {{}}, Feature::pair)[0].empty());
}

}  // namespace
