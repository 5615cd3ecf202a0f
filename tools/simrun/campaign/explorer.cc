#include "tools/simrun/campaign/explorer.h"

#include <memory>
#include <utility>

namespace simrun::campaign {

namespace {

// Calls f(body) for a scenario with the defaults of its parameters.
template <class F>
sim::Report with_body(const sim::ScenarioInfo& info, F f) {
  sim::Scenario scenario(info, {}, {});
  return f([&] { return info.body(scenario); });
}

// Calls f(jobs) in workers, or g() here once there can be none.
class Workers {
 public:
  Workers(const sim::Jobs& jobs, std::function<void(const std::string&)> without)
      : jobs_(jobs), without_(std::move(without)) {}

  template <class F, class G>
  sim::Report call(F f, G g) {
    if (available_) {
      try {
        return f(jobs_);
      } catch (const sim::JobsUnavailable& why) {
        if (!without_) throw;
        without_(why.what());
        available_ = false;
      }
    }
    return g();
  }

 private:
  sim::Jobs jobs_;
  std::function<void(const std::string&)> without_;
  bool available_ = true;
};

}  // namespace

Explorer explorer_in_workers(const sim::Jobs& jobs,
                             std::function<void(const std::string&)> without) {
  const auto workers = std::make_shared<Workers>(jobs, std::move(without));
  const Explorer here = explorer_here();
  return {
      .explore =
          [=](const sim::ScenarioInfo& info, const sim::ExploreOptions& options) {
            const auto in_workers = [&](const sim::Jobs& limits) {
              return with_body(info, [&](const sim::Body& body) {
                return sim::explore_jobs(body, options, limits);
              });
            };
            return workers->call(in_workers, [&] { return here.explore(info, options); });
          },
      .replay =
          [=](const sim::ScenarioInfo& info, const std::string& token,
              const sim::ExploreOptions& options) {
            const auto in_workers = [&](const sim::Jobs& limits) {
              return with_body(info, [&](const sim::Body& body) {
                return sim::replay_in_worker(body, token, options, limits);
              });
            };
            return workers->call(in_workers, [&] { return here.replay(info, token, options); });
          },
      .shrink =
          [=](const sim::ScenarioInfo& info, const std::string& token,
              const sim::ExploreOptions& options) {
            const auto in_workers = [&](const sim::Jobs& limits) {
              return with_body(info, [&](const sim::Body& body) {
                return sim::shrink_in_worker(body, token, options, limits);
              });
            };
            return workers->call(in_workers, [&] { return here.shrink(info, token, options); });
          },
  };
}

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
