// What the tests of the runtime share: an observer that keeps what it is told, a counter of loop
// iterations, and a log that programs write to.
//
//   sim::test::Findings findings;
//   sim::run(forgetful(), sim::test::observed_by(findings));
//   EXPECT_THAT(findings.kinds(), ElementsAre(sim::FindingKind::never_awaited));
#pragma once

#include <cstdlib>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "sim/sim.h"

namespace sim::test {

class Findings final : public Observer {
 public:
  void on_finding(const Finding& finding) override { all_.push_back(finding); }
  const std::vector<Finding>& all() const { return all_; }
  std::vector<FindingKind> kinds() const {
    std::vector<FindingKind> kinds;
    for (const Finding& finding : all_) kinds.push_back(finding.kind);
    return kinds;
  }

 private:
  std::vector<Finding> all_;
};

inline RunOptions observed_by(Observer& observer) {
  RunOptions options;
  options.observer = &observer;
  return options;
}

// Whether the long variants of tests were asked for.
inline bool long_run() { return std::getenv("SIMLOOP_LONG") != nullptr; }

using Log = std::vector<std::string>;

// Counts loop iterations: a chain of callbacks, each scheduling the next, of which one runs in
// every iteration. Start it before what is measured schedules anything; then its callback is the
// first of each iteration, and count() in a task is the number of iterations since. Virtual time
// stands still meanwhile, as something is always ready.
class IterationCounter {
 public:
  IterationCounter() = default;
  IterationCounter(const IterationCounter&) = delete;
  IterationCounter& operator=(const IterationCounter&) = delete;
  ~IterationCounter() { next_.cancel(); }

  void start() { next_ = running_loop().call_soon([this] { tick(); }); }
  void stop() { next_.cancel(); }
  int count() const { return count_; }

 private:
  void tick() {
    ++count_;
    start();
  }
  Handle next_;
  int count_ = 0;
};

// How many iterations pass while a task awaits what operation() gives, be its end what it may.
template <class F>
Coro<int> iterations(F operation) {
  IterationCounter counter;
  counter.start();
  auto ended = co_await settle(operation());
  static_cast<void>(ended);
  co_return counter.count();
}

template <class T = void>
Future<T> make_future() {
  return running_loop().create_future<T>();
}

// The message of the CancelledError that f() throws; "(none)" if it throws nothing.
template <class F>
std::string cancel_message_of(F f) {
  try {
    f();
  } catch (const CancelledError& cancelled) {
    return cancelled.message();
  }
  return "(none)";
}

// Awaits `awaitable`; what its CancelledError says, else "(none)".
template <class X>
Coro<std::string> cancellation_of(X awaitable) {
  auto ended = co_await settle(std::move(awaitable));
  if (!ended.cancelled()) co_return "(none)";
  co_return internal::cancel_message(ended.exception());
}

}  // namespace sim::test
