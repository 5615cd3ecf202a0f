// run(): the entry point, as asyncio.run. Runs a coroutine on a new loop under virtual time, then
// cancels what it left behind and waits for that to end.
//
//   int main() { sim::run(scrape()); }
//   int answer = sim::run(compute(), {.seed = 42, .order = sim::Order::any});
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

#include "sim/event_loop.h"
#include "sim/run_options.h"
#include "sim/task.h"

namespace sim {

// What a run came to.
struct RunStats {
  std::uint64_t steps = 0;
  std::uint64_t tasks = 0;
  Duration virtual_time{};
  std::uint64_t trace_hash = 0;      // 0 without a trace
  std::uint64_t canonical_hash = 0;  // of all schedules that are the same trace; 0 if not asked for
};

// Several runs on one loop, whose clock goes on from one to the next, and so does the context: it
// begins as a copy of the one the runner is made in, and what a main sets in it the next one sees.
// Source: asyncio.Runner.
class Runner {
 public:
  explicit Runner(RunOptions options = {});
  // close()s, without throwing.
  ~Runner();
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;

  // Runs `main` as a task until it has ended and returns its result or throws its exception. Throws
  // DeadlockError when nothing can run any more, and std::runtime_error inside a running loop or
  // after close(). A failed SIM_CHECK ends the run with an exception of a type of its own. Tasks
  // that main left behind stay for the next run.
  template <class T>
  T run(Coro<T> main) {
    const Scope scope(*this);
    Task<T> task(internal::make_task(loop_->scheduler(), main));
    run_until_done(*task.state());
    task.state()->mark_retrieved();
    if constexpr (std::is_void_v<T>) {
      task.state()->result().take();
    } else {
      return task.state()->result().take();
    }
  }

  // Shuts the loop down in asyncio's order: cancels the tasks that are left in the order of their
  // creation and runs until they have ended; closes the asynchronous generators that are still
  // open; lets the functions given to executors run. Then closes the loop. What fails among them
  // goes to the exception handler; a failed SIM_CHECK throws. No effect the second time. Throws
  // std::runtime_error inside one of its own runs.
  void close();
  // Instead of close(): destroys what is left where it stands, without running any of it. For runs
  // whose end is the end of everything.
  void abandon();
  EventLoop& get_loop();
  RunStats stats() const;
  const Trace& trace() const;

 private:
  struct Scope {
    explicit Scope(Runner& runner);
    internal::Running running;
  };
  friend class Execution;
  // For an execution: run() and close() in one, without results and without throwing. What goes
  // wrong is reported.
  void run_execution(const std::function<Coro<>()>& body);
  enum class MainEnded { done, stopped, deadlock, check_failed };
  // Runs `main` until it has ended or cannot go on, and reports what went wrong.
  MainEnded run_main(internal::TaskState& main);
  void run_until_done(internal::TaskState& main);
  void end_what_is_left();
  bool close_generators();
  bool finish_executor();
  void close_loop();

  RunOptions options_;
  std::unique_ptr<EventLoop> loop_;  // kept for the next runner of this thread when it closes
  RunStats final_stats_;
  Trace final_trace_;
  bool main_succeeded_ = false;
  bool broken_ = false;  // a deadlock or a failed check: nothing runs any more
};

// One run on a loop of its own. Source: asyncio.run.
template <class T>
T run(Coro<T> main, RunOptions options = {}) {
  Runner runner(options);
  if constexpr (std::is_void_v<T>) {
    runner.run(std::move(main));
    runner.close();
  } else {
    T result = runner.run(std::move(main));
    runner.close();
    return result;
  }
}

}  // namespace sim
