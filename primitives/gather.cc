#include "primitives/gather.h"

#include <stdexcept>

namespace sim::internal {

Gathering::Gathering(FutureState& outer, std::size_t count, Mode mode)
    : outer_(outer), children_(std::make_unique<Child[]>(count)), count_(count), mode_(mode) {}

Gathering::~Gathering() = default;

void Gathering::begin() {
  if (count_ == 0) return succeed();
  for (Child* child : std::exchange(ended_before_, {})) child_done(*child);
}

bool Gathering::Child::watch(Gathering& gathering, Ref<FutureState> future) {
  future_ = std::move(future);
  word_ = reinterpret_cast<std::uintptr_t>(&gathering);
  future_->note_look();
  if (future_->done()) return false;
  require_own<std::invalid_argument>("gather", *future_);
  future_->add_callback(Entry::runnable(this));
  word_ |= kRegistered;
  return true;
}

void Gathering::Child::unwatch() noexcept {
  if ((word_ & kRegistered) == 0) return;
  future_->remove_callback(Entry::runnable(this));
}

// The first exception answers for those that come later, too.
void Gathering::Child::not_needed() {
  if ((word_ & (kRegistered | kHolds)) != kRegistered) return;
  future_->note_look();
  unwatch();
  word_ &= ~kRegistered;
  future_->mark_retrieved();
}

bool Gathering::Child::scheduled(FutureState& future) {
  const bool counts =
      future.status() == FutureState::Status::value || gathering().mode_ == Mode::settled;
  const bool held = (word_ & kHolds) != 0;
  current_scheduler->relate(gathering().joint_, counts ? Relation::adds : Relation::looks);
  if (counts && !held && current_scheduler->order() == Order::any && gathering().counts_only()) {
    word_ = (word_ & ~kRegistered) | kCounts;
    return false;
  }
  word_ = (word_ & ~kRegistered) | kHolds | (counts ? kCounts : 0);
  if (held) [[unlikely]] {
    future_ = Ref<FutureState>(&future);
  } else {
    gathering().outer_.retain();
  }
  return true;
}

void Gathering::Child::hold_gathering() {
  if ((word_ & kRegistered) == 0) return;
  word_ |= kHolds;
  gathering().outer_.retain();
  future_ = {};  // where it was the last reference, drop() follows
}

void Gathering::Child::run() {
  const auto keep = Ref<FutureState>::adopt(&gathering().outer_);
  word_ &= ~kHolds;
  gathering().note_end(*this);
  gathering().child_done(*this);
}

// It makes no difference which child was the last of those that are counted only.
std::uint64_t Gathering::Child::identity() const {
  const std::uint64_t outer = gathering().outer_.identity();
  return only_counts() || !future_ ? outer + 2 : mix(future_->identity(), outer);
}

void Gathering::Child::drop() noexcept {
  const bool held = (word_ & kHolds) != 0;
  word_ &= ~(kRegistered | kHolds);
  if (held) gathering().outer_.release();
}

// One that fails may end the gathering alone; else what ends is counted, and the last one goes on.
void Gathering::note_end(const Child& child) {
  Scheduler& scheduler = *current_scheduler;
  if (outer_.done()) return scheduler.note_late(joint_);
  if (!child.only_counts()) return scheduler.relate(joint_, Relation::changes);
  if (finished_ + 1 == count_) scheduler.relate(joint_, Relation::joins);
}

// A child has ended and only counts, and is not the last. True if that is so, and done.
bool Gathering::counts_only() {
  if (!outer_.done() && finished_ + 1 == count_) return false;
  ++finished_;
  return true;
}

void Gathering::child_done(const Child& child) {
  ++finished_;
  const bool outer_done = outer_.done();
  if (!child.only_counts() && (outer_done || mode_ == Mode::first_exception)) {
    FutureState& future = child.future();
    if (outer_done) {
      if (!future.cancelled()) future.mark_retrieved();
    } else if (future.status() != FutureState::Status::value) {
      return fail_with(future);
    }
  }
  if (outer_done || finished_ < count_) return;
  if (!cancel_requested_) return succeed();
  for (std::size_t i = 0; i < count_; ++i) children_[i].future().mark_retrieved();
  const std::exception_ptr error = child.future().cancelled() ? child.future().error() : nullptr;
  fail(error != nullptr ? error : std::make_exception_ptr(CancelledError()));
}

void Gathering::fail_with(FutureState& child) {
  for (std::size_t i = 0; i < count_; ++i) children_[i].not_needed();
  if (child.failed()) return fail(child.exception());
  const std::exception_ptr error = child.error();
  fail(error != nullptr ? error : std::make_exception_ptr(CancelledError()));
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
  for (std::size_t i = 0; i < count_; ++i) any |= children_[i].future().cancel(message);
  cancel_requested_ |= any;
  return any;
}

// As in asyncio, where the callbacks of the children refer to it. That it lets go of the children
// keeps a future that nobody can end any more from holding both for ever.
bool Gathering::held_by_children() noexcept {
  if (outer_.done() || std::exchange(dropped_, true)) return false;
  const Ref<FutureState> keep(&outer_);
  for (std::size_t i = 0; i < count_; ++i) children_[i].hold_gathering();
  return true;
}

std::string Gathering::describe_children() const { return "gather of " + std::to_string(count_); }

void Gathering::children(std::vector<const FutureState*>& into) const {
  for (std::size_t i = 0; i < count_; ++i) into.push_back(&children_[i].future());
}

}  // namespace sim::internal
