#include "tools/simrun/campaign/explorer.h"

namespace simrun::campaign {

namespace {

// Calls f(body) for a scenario with the defaults of its parameters.
template <class F>
sim::Report with_body(const sim::ScenarioInfo& info, F f) {
  sim::Scenario scenario(info, {}, {});
  return f([&] { return info.body(scenario); });
}

// Seeds of different shares lie so far apart that no campaign comes from one to the next.
constexpr std::uint64_t kSeedsOfAShare = std::uint64_t{1} << 40;

}  // namespace

Explorer explorer_here() {
  return {
      .explore =
          [](const sim::ScenarioInfo& info, const sim::ExploreOptions& options,
             const Share& share) {
            sim::ExploreOptions own = options;
            own.seed += share.index * kSeedsOfAShare;
            return with_body(info, [&](const sim::Body& body) { return sim::explore(body, own); });
          },
      .replay =
          [](const sim::ScenarioInfo& info, const std::string& token,
             const sim::ExploreOptions& options) {
            return with_body(
                info, [&](const sim::Body& body) { return sim::replay(body, token, options); });
          },
      .shrink =
          [](const sim::ScenarioInfo& info, const std::string& token,
             const sim::ExploreOptions& options) {
            return with_body(info, [&](const sim::Body& body) {
              return sim::shrink_token(body, token, options);
            });
          },
  };
}

}  // namespace simrun::campaign
