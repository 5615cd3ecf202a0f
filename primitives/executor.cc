#include "primitives/executor.h"

#include "sim/event_loop.h"

namespace sim::internal {

namespace {

using std::chrono_literals::operator""ms;

// What a function may take, the nominal latency first.
constexpr Duration kLatencies[] = {0ms, 1ms, 10ms, 100ms};

}  // namespace

ExecutorCall::ExecutorCall(Context context) {
  if (context == Context::empty) scope_.forget_context();
}

void ExecutorCall::submit() {
  Scheduler& scheduler = Scheduler::here();
  scheduler.note_unrelated("an executor");
  scheduler.loop().shutdown().call_began();
  const Duration latency =
      kLatencies[scheduler.decide(DecisionKind::executor, std::size(kLatencies))];
  if (latency == Duration::zero()) return scheduler.push(Entry::runnable(this));
  const TimePoint when = TimePoint(Duration(scheduler.now())) + latency;
  scheduler.timers().add(when.time_since_epoch().count(), Entry::runnable(this));
}

void ExecutorCall::run() {
  if (!std::exchange(called_, true)) {
    scope_.call([this] { call(); });
    current_scheduler->push(Entry::runnable(this));
    return;
  }
  deliver();
  current_scheduler->loop().shutdown().call_ended();
  delete this;
}

}  // namespace sim::internal
