#include "primitives/gather.h"

#include <stdexcept>

namespace sim::internal {

Gathering::~Gathering() {
  for (std::size_t i = 0; i < count_; ++i) {
    if (children_[i].node.next == nullptr) continue;
    children_[i].future->remove_callback(children_[i].node);
    // Who awaited it has had the first exception; it answers for those that come later too.
    if (outer_.done()) children_[i].future->mark_retrieved();
  }
}

void Gathering::watch(const std::vector<FutureState*>& children) {
  count_ = children.size();
  if (count_ == 0) return succeed();
  children_ = std::make_unique<Child[]>(count_);
  std::vector<FutureState*> done;
  for (std::size_t i = 0; i < count_; ++i) {
    Child& child = children_[i];
    child.gathering = this;
    child.future = children[i];
    child.node.entry = Entry::runnable(&child);
    if (child.future->done()) {
      done.push_back(child.future);
    } else {
      child.future->add_callback(child.node);
    }
  }
  for (FutureState* child : done) child_done(*child);
}

void Gathering::Child::scheduled(FutureState&) {
  is_scheduled = true;
  gathering->outer_.retain();
}

void Gathering::Child::run() {
  const auto keep = Ref<FutureState>::adopt(&gathering->outer_);
  is_scheduled = false;
  gathering->child_done(*future);
}

void Gathering::Child::drop() noexcept {
  if (std::exchange(is_scheduled, false)) gathering->outer_.release();
}

void Gathering::child_done(FutureState& child) {
  ++finished_;
  if (outer_.done()) {
    if (!child.cancelled()) child.mark_retrieved();
    return;
  }
  const auto cancelled_error = [&child] {
    std::exception_ptr error = child.cancelled() ? child.error() : nullptr;
    return error != nullptr ? error : std::make_exception_ptr(CancelledError());
  };
  if (mode_ == Mode::first_exception) {
    if (child.cancelled()) return fail(cancelled_error());
    if (child.failed()) return fail(child.exception());
  }
  if (finished_ < count_) return;
  if (!cancel_requested_) return succeed();
  for (std::size_t i = 0; i < count_; ++i) children_[i].future->mark_retrieved();
  fail(cancelled_error());
}

bool Gathering::cancel_children(const std::string& message) {
  if (cancelling_) {
    throw std::runtime_error("cancelled a cycle of tasks that wait for one another");
  }
  struct Scope {
    explicit Scope(bool& flag) : cancelling(flag) { cancelling = true; }
    ~Scope() { cancelling = false; }
    bool& cancelling;
  };
  const Scope scope(cancelling_);
  bool any = false;
  for (std::size_t i = 0; i < count_; ++i) any |= children_[i].future->cancel(message);
  cancel_requested_ |= any;
  return any;
}

std::string Gathering::describe_children() const { return "gather of " + std::to_string(count_); }

void Gathering::children(std::vector<const FutureState*>& into) const {
  for (std::size_t i = 0; i < count_; ++i) into.push_back(children_[i].future);
}

}  // namespace sim::internal
