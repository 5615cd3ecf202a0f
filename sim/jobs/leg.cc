#include "sim/jobs/leg.h"

#include <algorithm>
#include <span>
#include <utility>

#include "sim/jobs/wire.h"
#include "sim/jobs/worker.h"

namespace sim::jobs {

void EventLog::note(const Message& message) {
  std::uint64_t number = 0;
  std::string bytes;
  AloneProgress progress;
  switch (static_cast<Answer>(message.kind)) {
    case Answer::warning: {
      Finding finding{};
      read(message.bytes, number, bytes);
      if (from_bytes(bytes, finding)) events_[number].warnings.push_back(std::move(finding));
      return;
    }
    case Answer::failure: {
      Found found;
      read(message.bytes, number, bytes, progress);
      if (!from_bytes(bytes, found)) return;
      events_[number].failure = std::move(found);
      events_[number].behind_failure = progress;
      return;
    }
    case Answer::differs: {
      Failure failure;
      read(message.bytes, number, bytes, progress);
      if (!from_bytes(bytes, failure)) return;
      events_[number].differs = std::move(failure);
      events_[number].behind_failure = progress;
      return;
    }
    case Answer::not_repeated:
      read(message.bytes, number, bytes);
      events_[number].not_repeated = std::move(bytes);
      return;
    case Answer::refused:
      read(message.bytes, number, bytes);
      events_[number].refused = std::move(bytes);
      return;
    default:
      return;
  }
}

void EventLog::keep_crashes() {
  std::map<std::uint64_t, Events> crashes;
  for (auto& [number, events] : events_) {
    if (events.crash) crashes[number].crash = std::move(events.crash);
  }
  events_ = std::move(crashes);
}

Events* EventLog::find(std::uint64_t number) {
  while (!events_.empty() && events_.begin()->first < number) events_.erase(events_.begin());
  if (events_.empty() || events_.begin()->first != number) return nullptr;
  return &events_.begin()->second;
}

void Leg::collect(Records& records) {
  const std::size_t count = std::min<std::size_t>(records.count.load(), kLongestRound);
  for (const Made& each : std::span(records.made, count)) {
    if (each.number >= begin && each.number < end) made[each.number - begin] = each;
  }
  records.count.store(0);
}

std::uint64_t Leg::executions() const {
  return static_cast<std::uint64_t>(
      std::ranges::count_if(made, [](const auto& each) { return each.has_value(); }));
}

}  // namespace sim::jobs
