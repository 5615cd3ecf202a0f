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

Report replay_token(const Body& body, std::string_view text, ExploreOptions options,
                    const Jobs& jobs, bool shrink) {
  const Token token = Token::parse(text);
  options.seed = token.seed;
  constexpr Crew::Slot kSlot = 1;
  Crew crew(body, options, jobs, kSlot);
  CrashTeller teller(crew, kSlot, [] {});
  const ReplayOrder order{std::string(text), shrink};
  crew.setup().makes_head = false;
  crew.start_zygote();
  Report report;
  report.strategy = shrink ? "shrink" : "replay";
  report.executions = 1;
  report.distinct_traces = 1;
  for (int tries = 0;; ++tries) {
    if (crew.start(kSlot, Command::replay, to_bytes(order))) break;
    // Asyncio's order ends the zygote, which is not what was asked for.
    if (tries > 0) throw JobsUnavailable("worker processes do not live");
    if (crew.is_alive(Crew::kZygote)) crew.bury(Crew::kZygote);
    crew.setup().beforehand_crashed = true;
    crew.start_zygote();
  }
  const auto answer = teller.wait_for_answer();
  const Death death = crew.bury(kSlot);
  if (answer && static_cast<Answer>(answer->kind) == Answer::refused) {
    std::uint64_t number = 0;
    std::string why;
    read(answer->bytes, number, why);
    throw std::invalid_argument(why);
  }
  if (answer && from_bytes(answer->bytes, report)) return report;
  const Area& area = crew.area(kSlot);
  const Crash crash{death, 1, shown_deviations(area), area.tape.count.load() <= ShownTape::kMost,
                    crew.said(kSlot)};
  if (auto failure = teller.tell(crash, token.shape, shrink)) {
    report.failures.push_back(*std::move(failure));
  }
  return report;
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

}  // namespace sim
