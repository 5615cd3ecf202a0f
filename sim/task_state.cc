#include "sim/task_state.h"

#include <sanitizer/asan_interface.h>

#include <algorithm>
#include <limits>
#include <stdexcept>

#include "sim/event_loop.h"

namespace sim::internal {

constinit thread_local KeptFrame kept_frame;

bool TaskState::cancel(const std::string& message) {
  note_look();
  if (done()) {
    mark_retrieved();  // who asks no longer cares
    return false;
  }
  TaskState* task = this;
  const TaskState* mark = this;  // Brent's cycle detection: the mark moves on after 2^k tasks
  std::uint64_t since_mark = 0;
  std::uint64_t limit = 1;
  const bool watched = current_scheduler != nullptr && current_scheduler->watching();
  for (;;) {
    if (watched) [[unlikely]] current_scheduler->note_cancel(*task);
    if (task->cancels_ != std::numeric_limits<std::uint16_t>::max()) ++task->cancels_;
    Waiter* waiter = task->waiter_;
    if (waiter != nullptr) {
      FutureState* awaited = waiter->awaited();
      if (awaited == nullptr) {
        if (waiter->status_ == WaitStatus::waiting) {
          waiter->status_ = WaitStatus::cancelled;
          task->remember_message(message);
          Scheduler::here().push(Entry::task(task));
          return true;
        }
      } else if (TaskState* inner = awaited->as_task(); inner != nullptr && !inner->done()) {
        if (inner == mark) {
          throw std::runtime_error("cancelled a cycle of tasks that wait for one another");
        }
        if (++since_mark == limit) {
          mark = inner;
          since_mark = 0;
          limit *= 2;
        }
        task = inner;
        continue;
      } else if (awaited->cancel(message)) {
        return true;
      }
    }
    const bool told = waiter != nullptr && waiter->status_ == WaitStatus::cancelled;
    if (!told) task->remember_message(message);
    task->must_cancel_ = true;
    return true;
  }
}

void TaskState::cancel_wait() {
  if (waiter_ == nullptr) return;  // it is ready already, and thrown out when it resumes
  if (FutureState* awaited = waiter_->awaited()) {
    try {
      must_cancel_ = !awaited->cancel(extra_ != nullptr ? extra_->cancel_message : "");
    } catch (const std::runtime_error&) {  // a cycle of waits
      Scheduler::here().loop().call_exception_handler(
          {"exception in a task that was cancelled", std::current_exception()});
    }
  } else if (waiter_->status_ == WaitStatus::waiting) {
    waiter_->status_ = WaitStatus::cancelled;
    must_cancel_ = false;
    Scheduler::here().push(Entry::task(this));
  }
}

void TaskState::remember_message(const std::string& message) {
  if (extra_ != nullptr || !message.empty()) extra().cancel_message = message;
}

std::uint32_t TaskState::seen_cancelling() const {
  if (current_scheduler != nullptr && current_scheduler->current() != this) {
    note_unrelated("cancelling() of another task");
  }
  return cancels_;
}

std::uint32_t TaskState::uncancel() {
  if (current_scheduler != nullptr && current_scheduler->current() != this) {
    note_unrelated("uncancel() of another task");
  }
  if (cancels_ > 0 && --cancels_ == 0) must_cancel_ = false;
  return cancels_;
}

void TaskState::throw_cancelled() {
  must_cancel_ = false;
  if (extra_ != nullptr && !extra_->cancel_message.empty()) {
    throw CancelledError(extra_->cancel_message);
  }
  throw CancelledError();
}

std::string TaskNaming::to_string() const {
  if (!given.empty()) return given;
  return function_name(function) + "-" + std::to_string(ordinal);
}

TaskNaming TaskState::naming() const {
  if (extra_ != nullptr && !extra_->name.empty()) return {.given = extra_->name};
  if (main_) return {.given = "main"};
  return {.given = {}, .function = function(), .ordinal = origin_.ordinal};
}

std::source_location TaskState::function() const {
  if (done()) return ended_function_;
  const PromiseBase* frame = leaf_;
  while (frame->parent != nullptr) frame = frame->parent;
  return frame->place;
}

void TaskState::destroy_root(PromiseBase& root) noexcept {
  const std::source_location function = root.place;
  const KeptFrame outer = std::exchange(kept_frame, {root.handle().address()});
  try {
    root.handle().destroy();
  } catch (...) {
    Scheduler::here().loop().call_exception_handler(
        {"exception while the parameters of " + function_name(function) + " were destroyed",
         std::current_exception()});
  }
  block_bytes_ = static_cast<std::uint32_t>(std::exchange(kept_frame, outer).block_bytes);
  if (extra_ != nullptr) extra_->kept.reset();
  ended_function_ = function;
}

void forbid_access([[maybe_unused]] void* frame, [[maybe_unused]] std::size_t bytes) noexcept {
  ASAN_POISON_MEMORY_REGION(frame, bytes);
}

void allow_access([[maybe_unused]] void* block, [[maybe_unused]] std::size_t bytes) noexcept {
  ASAN_UNPOISON_MEMORY_REGION(block, bytes);
}

std::string TaskState::stack() const {
  std::string text;
  for (const PromiseBase* frame = leaf(); frame != nullptr; frame = frame->parent) {
    text += "  at " + function_name(frame->place) + "  " + to_string(frame->place) +
            (started_ ? "\n" : " (not started)\n");
  }
  return text;
}

PromiseBase* destroy_down_to_root(PromiseBase* leaf) noexcept {
  while (PromiseBase* parent = leaf->parent) {
    leaf->result->set_frame_gone();
    leaf->handle().destroy();
    leaf = parent;
  }
  return leaf;
}

std::string function_name(const std::source_location& function) {
  std::string name = function.function_name();
  if (name.find("<lambda") != name.npos || name.find("(anonymous class)") != name.npos) {
    return "lambda";
  }
  for (const std::string_view unnamed : {"(anonymous namespace)::", "{anonymous}::"}) {
    for (auto at = name.find(unnamed); at != name.npos; at = name.find(unnamed)) {
      name.erase(at, unnamed.size());
    }
  }
  name.resize(std::min(name.find('('), name.size()));
  if (const auto end = name.rfind('>'); end != name.npos && end + 1 == name.size()) {  // f<int>
    int depth = 0;
    auto at = name.size();
    do {
      --at;
      depth += name[at] == '>' ? 1 : name[at] == '<' ? -1 : 0;
    } while (depth > 0 && at > 0);
    name.resize(at);
  }
  const auto start = name.find_last_of(": *&");
  return start == name.npos ? name : name.substr(start + 1);
}

}  // namespace sim::internal
