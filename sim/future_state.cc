#include "sim/future_state.h"

#include <cxxabi.h>

#include <cstdlib>
#include <typeinfo>

#include "sim/event_loop.h"

namespace sim::internal {

bool FutureState::cancel(const std::string& message) {
  note_look();
  if (done()) {
    mark_retrieved();  // who asks no longer cares
    return false;
  }
  set_cancelled(make_cancelled_error(message));
  complete(Status::cancelled);
  return true;
}

void FutureState::schedule_callbacks() {
  Scheduler& scheduler = Scheduler::here();
  const CallbackList ended = std::move(callbacks_);
  ended.for_each([&](Entry entry) {
    if (entry.kind() != Entry::Kind::runnable || entry.as_runnable()->scheduled(*this)) {
      scheduler.push(entry);
    }
  });
}

bool FutureState::remove_callback(std::uint64_t id) noexcept {
  Runnable* found = nullptr;
  callbacks_.remove_if([&](Entry entry) {
    if (entry.kind() != Entry::Kind::runnable || entry.as_runnable()->id() != id) return false;
    found = entry.as_runnable();
    return true;
  });
  if (found != nullptr) found->drop();
  return found != nullptr;
}

void FutureState::drop_callbacks() noexcept {
  while (!callbacks_.empty()) {  // what is dropped may take others off the list
    const Entry entry = callbacks_.pop_back();
    if (entry.kind() == Entry::Kind::runnable) entry.as_runnable()->drop();
  }
}

namespace {

// A cancellation is no error, and a failed check is a finding of its own already.
bool ends_without_a_word(const std::exception_ptr& error) {
  return is_cancelled_error(error) || *error.__cxa_exception_type() == typeid(CheckFailure);
}

}  // namespace

bool FutureState::end_of_life() {
  if (!done() && lives_on()) return false;
  if (status_ == Status::exception && !retrieved_ && !ends_without_a_word(error())) [[unlikely]] {
    refs_ = 1;
    report_never_retrieved();
    if (--refs_ != 0) return false;  // the exception handler has kept it
  }
  drop_callbacks();
  return true;
}

void FutureState::report_never_retrieved() {
  mark_retrieved();  // it is told once
  report_finding({FindingKind::exception_never_retrieved,
                  describe() + " ended with an exception that nobody looked at: " +
                      describe_exception(error()),
                  {},
                  {}});
  if (current_scheduler == nullptr || current_scheduler->closing()) return;
  EventLoop& loop = current_scheduler->loop();
  if (!loop.has_exception_handler()) return;
  TaskState* const task = as_task();
  const std::string kind = task != nullptr ? "Task" : "Future";
  loop.call_exception_handler({.message = kind + " exception was never retrieved",
                               .exception = error(),
                               .task = AnyTask(task),
                               .future = AnyFuture(this)});
}

std::exception_ptr FutureState::exception() {
  note_look();
  if (!done()) throw InvalidStateError("the exception is not set yet");
  if (cancelled()) throw_error(ResultKind::cancelled, error());
  mark_retrieved();
  return error();
}

std::string describe_exception(const std::exception_ptr& error) {
  if (error == nullptr) return "none";
  const std::type_info* type = error.__cxa_exception_type();
  int status = 0;
  char* demangled = abi::__cxa_demangle(type->name(), nullptr, nullptr, &status);
  std::string text = status == 0 ? demangled : type->name();
  std::free(demangled);
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& e) {
    return text + ": " + e.what();
  } catch (const CancelledError& cancelled) {
    return cancelled.message().empty() ? text : text + ": " + cancelled.message();
  } catch (...) {
    return "an exception of type " + text;
  }
}

}  // namespace sim::internal
