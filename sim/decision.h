// DecisionSource: where every choice of a run comes from.
//
// Which ready handle runs next, which of several timers due at one instant fires first, how long an
// executor takes, what choose() returns: each is one call of pick(). Index 0 is what plain asyncio
// would do, so a source that always answers 0 is the default run, and a schedule is the sparse list
// of its other answers. A source is asked only where there are two choices or more.
#pragma once

#include <cstdint>
#include <string_view>

namespace sim {

class EventLoop;

namespace internal {
class Watcher;
}

// Which orders of the ready queue are explored.
enum class Order : std::uint8_t {
  fifo,  // asyncio's: the head of the queue runs next; the other choices are free
  any,   // any ready handle may run next, as on an executor that promises no order
};

// How freely timers fire.
enum class Time : std::uint8_t {
  strict,       // the clock advances only when nothing is ready
  slow_loop,    // timers may also fire while tasks are ready: late, never early, never overtaking
  adversarial,  // any pending timer may fire at any time; what this finds may be a false alarm
};

enum class DecisionKind : std::uint8_t {
  ready,      // which ready handle runs next
  timer_tie,  // which of the timers due at one instant joins the ready queue next
  choose,     // what choose() returns
  executor,   // how long a function given to an executor takes to run: one of four latencies
  cancel,     // which suspended or woken task is cancelled now: none, or the i-th
  timer,      // which timer fires although tasks are ready: none, or the i-th by its deadline
};
inline constexpr int kDecisionKinds = static_cast<int>(DecisionKind::timer) + 1;

struct DecisionContext {
  const EventLoop* loop;
  std::string_view label;  // what choose() was given, else empty
};

class DecisionSource {
 public:
  virtual ~DecisionSource() = default;
  // An index in 0..n-1; n is at least 2.
  virtual std::uint32_t pick(DecisionKind kind, std::uint32_t n,
                             const DecisionContext& context) = 0;
  // Who is shown each step of the runs of this source, and each access in it; null for nobody.
  // Asked once, before the run begins.
  virtual internal::Watcher* watcher() { return nullptr; }
};

// asyncio's order: index 0 always. A loop without a source does the same without asking.
class FifoSource final : public DecisionSource {
 public:
  std::uint32_t pick(DecisionKind, std::uint32_t, const DecisionContext&) override { return 0; }
};

}  // namespace sim
