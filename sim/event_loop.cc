#include "sim/event_loop.h"

namespace sim {

EventLoop::EventLoop() : arena_(new internal::Arena), scheduler_(*this) {}

EventLoop::~EventLoop() {
  const internal::Running running(*this);
  scheduler_.close();
  handler_ = nullptr;
  arena_->abandon();
}

bool EventLoop::reset() {
  handler_ = nullptr;
  shutdown_.reset();
  if (arena_->live_blocks() != 0) return false;
  scheduler_.reset();
  arena_->reset();
  return true;
}

EventLoop& running_loop() { return internal::Scheduler::here().loop(); }

namespace {

// Makes a task's context the one of whoever runs.
class InContextOf {
 public:
  InContextOf(internal::Scheduler& scheduler, const AnyTask& task) {
    if (!task || task.state() == scheduler.current()) return;
    const internal::TaskState::Extra* extra = task.state()->extra_if_any();
    context_ = &scheduler.context();
    outer_ = std::exchange(*context_, extra != nullptr ? extra->context
                                                       : internal::Ref<internal::Context>());
  }
  InContextOf(const InContextOf&) = delete;
  InContextOf& operator=(const InContextOf&) = delete;
  ~InContextOf() {
    if (context_ != nullptr) *context_ = std::move(outer_);
  }

 private:
  internal::Ref<internal::Context>* context_ = nullptr;
  internal::Ref<internal::Context> outer_;
};

}  // namespace

void EventLoop::call_exception_handler(const ExceptionContext& context) {
  if (handler_ != nullptr) {
    try {
      const InContextOf scope(scheduler_, context.task);
      handler_(*this, context);
    } catch (...) {
      scheduler_.report({FindingKind::unhandled_exception,
                         "the exception handler itself threw " +
                             internal::describe_exception(std::current_exception()),
                         {},
                         {}});
    }
    return;
  }
  scheduler_.report({FindingKind::unhandled_exception,
                     context.message + ": " + internal::describe_exception(context.exception),
                     {},
                     {}});
}

namespace internal {

CallbackScope::CallbackScope() : origin_(Scheduler::here().origin().next()) {
  if (const Ref<Context>* context = current_scheduler->context_if_any()) context_ = *context;
}

void CallbackScope::callback_failed(CallbackState* callback) noexcept {
  if (current_scheduler->failed()) return;  // a failed SIM_CHECK, recorded already
  current_scheduler->loop().call_exception_handler({.message = "exception in callback",
                                                    .exception = std::current_exception(),
                                                    .handle = Handle(callback)});
}

void CallbackState::run() {
  current_scheduler->relate(identity(), Relation::looks);
  if (!cancelled_) {
    ran_ = true;
    scope_.call([this] { call(); }, this);
  }
  release();
}

void CallbackState::schedule_soon() {
  note_unrelated("callbacks of the loop");
  retain();
  Scheduler::here().push(Entry::runnable(this));
}

void CallbackState::schedule_at(std::int64_t when) {
  when_ = when;
  note_unrelated("callbacks of the loop");
  retain();
  slot_ = Scheduler::here().timers().add(when, Entry::runnable(this));
}

void CallbackState::cancel() {
  if (cancelled_ || ran_) return;
  relate(identity(), Relation::changes);
  cancelled_ = true;
  if (slot_ == TimerQueue::kNoSlot) return;
  Scheduler::here().timers().cancel(slot_);
  release();
}

}  // namespace internal
}  // namespace sim
