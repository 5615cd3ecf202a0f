#include "sim/run.h"

#include "sim/wait_report.h"

namespace sim {

namespace {

using internal::Scheduler;
using internal::TaskState;

// The loop of the last run on this thread: its memory is warm, and its addresses repeat.
thread_local std::unique_ptr<EventLoop> spare_loop;

EventLoop& open_loop(const std::unique_ptr<EventLoop>& loop) {
  if (loop == nullptr) throw std::runtime_error("the runner is closed");
  return *loop;
}

EventLoop& free_loop(const std::unique_ptr<EventLoop>& loop) {
  if (internal::current_scheduler != nullptr) {
    throw std::runtime_error("run() cannot be called from a running event loop");
  }
  return open_loop(loop);
}

// Stops the loop in the iteration after the one that main ended in, as run_until_complete does.
// Belongs to main's callbacks, then to the ready queue, where the end of the run may leave it
// behind.
class StopWhenDone final : public internal::Runnable {
 public:
  static void* operator new(std::size_t bytes) { return internal::Arena::allocate_here(bytes); }
  static void operator delete(void* block, std::size_t bytes) noexcept {
    internal::Arena::deallocate(block, bytes);
  }
  StopWhenDone(TaskState& main, std::uint64_t run) : run_(run) {
    main.add_callback(internal::Entry::runnable(this));
  }
  void run() override {
    Scheduler& scheduler = Scheduler::here();
    if (scheduler.run_number() == run_) scheduler.stop();
    delete this;
  }
  void drop() noexcept override { delete this; }

 private:
  std::uint64_t run_;
};

}  // namespace

Runner::Runner(RunOptions options)
    : options_(options), loop_(spare_loop != nullptr ? std::move(spare_loop)
                                                     : std::make_unique<EventLoop>()) {
  loop_->scheduler().configure(options_);
  loop_->arena().keep_freed(options_.detectors != nullptr);
  loop_->scheduler().exchange_context(internal::current_context());
}

Runner::~Runner() {
  if (loop_ != nullptr) close_loop();
}

Runner::Scope::Scope(Runner& runner) : running(free_loop(runner.loop_)) {
  if (runner.broken_) throw std::runtime_error("an earlier run of this runner broke off");
}

EventLoop& Runner::get_loop() { return open_loop(loop_); }

Runner::MainEnded Runner::run_main(TaskState& main) {
  Scheduler& scheduler = loop_->scheduler();
  scheduler.begin_run();
  main.set_main();
  scheduler.start(main);
  new StopWhenDone(main, scheduler.run_number());
  broken_ = true;  // unless it ends well
  const Scheduler::Ended ended = scheduler.run();
  if (const TaskState::Extra* extra = main.extra_if_any()) {
    scheduler.exchange_context(extra->context);  // what main has set the next run sees
  }
  if (ended == Scheduler::Ended::failed) {
    main.mark_retrieved();
    return MainEnded::check_failed;
  }
  if (main.done()) {
    broken_ = false;
    main_succeeded_ = main.status() == internal::FutureState::Status::value;
    main_succeeded_ ? scheduler.main_ended() : scheduler.report_unhandled(main);
    return MainEnded::done;
  }
  if (ended == Scheduler::Ended::stopped) {
    broken_ = false;
    main_succeeded_ = false;
    return MainEnded::stopped;
  }
  if (options_.observer != nullptr) {
    scheduler.report({FindingKind::deadlock, internal::wait_report(scheduler), {}, {}});
  }
  return MainEnded::deadlock;
}

void Runner::run_until_done(TaskState& main) {
  const MainEnded ended = run_main(main);
  if (ended == MainEnded::done) return;
  if (ended == MainEnded::stopped) {
    throw std::runtime_error("the event loop was stopped before main had ended");
  }
  Scheduler& scheduler = loop_->scheduler();
  const std::string report =
      ended == MainEnded::deadlock ? internal::wait_report(scheduler) : std::string();
  scheduler.close();
  if (ended == MainEnded::check_failed) throw internal::CheckFailure();
  throw DeadlockError(report);
}

void Runner::run_execution(const std::function<Coro<>()>& body) {
  {
    const Scope scope(*this);
    Coro<> main = body();
    const Task<> task(internal::make_task(loop_->scheduler(), main));
    const MainEnded ended = run_main(*task.state());
    task.state()->mark_retrieved();
    if (ended == MainEnded::stopped) {
      loop_->scheduler().report({FindingKind::unhandled_exception,
                                 "the event loop was stopped before main had ended",
                                 {},
                                 {}});
    }
    if (broken_) loop_->scheduler().close();
  }
  close_loop();
}

void Runner::end_what_is_left() {
  Scheduler& scheduler = loop_->scheduler();
  // asyncio.run() cancels what main left behind without a word; whoever observes a run is told.
  if (!scheduler.tasks().empty() && main_succeeded_ && options_.observer != nullptr) {
    scheduler.report({FindingKind::pending_at_end,
                      "main ended before what it had started\n" +
                          internal::pending_report(scheduler),
                      {},
                      {}});
  }
  const bool drained = scheduler.drain();
  const bool closed = drained && !scheduler.failed() && close_generators() && finish_executor();
  if (scheduler.failed() || scheduler.tasks().empty()) return;
  std::string message;
  if (!drained) {
    message = "still pending after it was cancelled at the end of the run\n" +
              internal::wait_report(scheduler);
  } else if (!closed) {
    message = "still pending when the loop shut down\n" + internal::wait_report(scheduler);
  } else {
    message = "created while the run was shut down, and left\n" +
              internal::pending_report(scheduler);
  }
  scheduler.report({FindingKind::pending_at_end, message, {}, {}});
}

// Closes all at once, as asyncio's loop.shutdown_asyncgens(). False if one never closes.
bool Runner::close_generators() {
  Scheduler& scheduler = loop_->scheduler();
  std::vector<internal::Ref<TaskState>> closing;
  std::vector<std::string> names;
  while (internal::OpenGenerator* generator = loop_->shutdown().take_generator()) {
    names.push_back(generator->describe());
    closing.emplace_back(create_task(generator->close(), "aclose").state());
  }
  if (!scheduler.run_until_ended(closing)) return false;
  for (std::size_t i = 0; i < closing.size(); ++i) {
    TaskState& task = *closing[i];
    if (!task.failed()) continue;
    loop_->call_exception_handler({.message = "closing of " + names[i] + " failed",
                                   .exception = task.exception(),
                                   .task = AnyTask(&task),
                                   .asyncgen = names[i]});
  }
  return true;
}

// Lets what was given to executors run, as asyncio's loop.shutdown_default_executor().
bool Runner::finish_executor() {
  Scheduler& scheduler = loop_->scheduler();
  loop_->shutdown().shut_down_executor();
  if (loop_->shutdown().calls() == 0) return scheduler.run_until_ended({});
  return scheduler.run() == Scheduler::Ended::stopped;
}

void Runner::close() {
  if (loop_ == nullptr) return;
  if (internal::current_scheduler == &loop_->scheduler()) {
    throw std::runtime_error("cannot close a running event loop");
  }
  const bool failed_before = broken_;
  close_loop();
  if (broken_ && !failed_before) throw internal::CheckFailure();
}

void Runner::abandon() {
  if (loop_ == nullptr) return;
  const internal::Running running(*loop_);
  loop_->scheduler().close();
  broken_ = true;
}

void Runner::close_loop() {
  {
    const internal::Running running(*loop_);
    if (!std::exchange(broken_, true)) {
      end_what_is_left();
      broken_ = loop_->scheduler().failed();
      if (!broken_) loop_->scheduler().run_ended();
    }
    loop_->scheduler().close();
    final_stats_ = stats();
    final_trace_ = loop_->scheduler().trace();
  }
  std::unique_ptr<EventLoop> loop = std::move(loop_);
  if (spare_loop == nullptr && loop->reset()) spare_loop = std::move(loop);
}

RunStats Runner::stats() const {
  if (loop_ == nullptr) return final_stats_;
  const Scheduler& scheduler = loop_->scheduler();
  RunStats stats;
  stats.steps = scheduler.steps();
  stats.tasks = scheduler.tasks_created();
  stats.virtual_time = Duration(scheduler.now());
  stats.trace_hash = scheduler.tracing() ? scheduler.trace().hash() : 0;
  stats.canonical_hash = scheduler.canonical_hash();
  return stats;
}

const Trace& Runner::trace() const {
  return loop_ == nullptr ? final_trace_ : loop_->scheduler().trace();
}

}  // namespace sim
