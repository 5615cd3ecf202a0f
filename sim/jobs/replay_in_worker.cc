#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "sim/explore/token.h"
#include "sim/jobs/crashes.h"
#include "sim/jobs/crew.h"
#include "sim/jobs/explore_jobs.h"

namespace sim {

namespace jobs {

namespace {

constexpr Crew::Slot kReplayer = 1;

// The shape of the test, of a zygote that stands ready.
std::uint16_t start_zygote(Crew& crew) {
  crew.setup().makes_head = false;
  crew.start_zygote();
  for (;;) {
    constexpr int kWait = 50;
    const auto event = crew.wait(kWait);
    if (!event) continue;
    std::uint16_t shape = 0;
    if (event->message) {
      read(event->message->bytes, shape);
      return shape;
    }
    // Asyncio's order ends the zygote, which is not what was asked for.
    crew.bury(Crew::kZygote);
    if (crew.setup().beforehand_crashed) throw JobsUnavailable("worker processes do not live");
    crew.setup().beforehand_crashed = true;
    crew.start_zygote();
  }
}

// What a worker makes of the order; a crash of its own is told with the shape.
Report replay_order(Crew& crew, const ReplayOrder& order, std::uint16_t shape, const char* what) {
  CrashTeller teller(crew, kReplayer, [] {});
  Report report;
  report.strategy = what;
  report.executions = 1;
  report.distinct_traces = 1;
  if (!crew.start(kReplayer, Command::replay, to_bytes(order))) {
    throw JobsUnavailable("worker processes do not live");
  }
  const auto answer = teller.wait_for_answer();
  const Death death = crew.bury(kReplayer);
  if (answer && static_cast<Answer>(answer->kind) == Answer::refused) {
    std::uint64_t number = 0;
    std::string why;
    read(answer->bytes, number, why);
    throw std::invalid_argument(why);
  }
  if (answer && from_bytes(answer->bytes, report)) return report;
  const Crash crash = crash_in(crew, kReplayer, death, 1);
  if (auto failure = teller.tell(crash, shape, order.shrink)) {
    report.failures.push_back(*std::move(failure));
  }
  return report;
}

Report replay_token(const Body& body, std::string_view text, ExploreOptions options,
                    const Jobs& jobs, bool shrink) {
  const Token token = Token::parse(text);
  options.seed = token.seed;
  Crew crew(body, options, jobs, kReplayer);
  start_zygote(crew);
  return replay_order(crew, {std::string(text), shrink}, token.shape,
                      shrink ? "shrink" : "replay");
}

Report replay_source(const Body& body, DecisionSource& source, const ExploreOptions& options,
                     const Jobs& jobs) {
  Crew crew(body, options, jobs, kReplayer);
  crew.setup().schedule = &source;
  const std::uint16_t shape = start_zygote(crew);
  return replay_order(crew, {{}, options.shrink}, shape, "one schedule");
}

}  // namespace

}  // namespace jobs

Report replay_in_worker(Body body, std::string_view token, const ExploreOptions& options,
                        const Jobs& jobs) {
  return jobs::replay_token(body, token, options, jobs, false);
}

Report shrink_in_worker(Body body, std::string_view token, const ExploreOptions& options,
                        const Jobs& jobs) {
  return jobs::replay_token(body, token, options, jobs, true);
}

Report run_schedule_in_worker(Body body, DecisionSource& source, const ExploreOptions& options,
                              const Jobs& jobs) {
  return jobs::replay_source(body, source, options, jobs);
}

}  // namespace sim
