#include "tools/simrun/campaign/explorer.h"

namespace simrun::campaign {

namespace {

// Calls f(body) for a scenario with the defaults of its parameters.
template <class F>
sim::Report with_body(const sim::ScenarioInfo& info, F f) {
  sim::Scenario scenario(info, {}, {});
  return f([&] { return info.body(scenario); });
}

}  // namespace

Explorer explorer_here() {
  return {
      .explore =
          [](const sim::ScenarioInfo& info, const sim::ExploreOptions& options) {
            return with_body(info,
                             [&](const sim::Body& body) { return sim::explore(body, options); });
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
