#include "primitives/wait_state.h"

#include <memory>

#include "absl/container/flat_hash_set.h"

namespace sim::internal {

// Lives until the callbacks that are scheduled have run, which may be after the wait.
class WaitSet::State {
 public:
  State(std::vector<Ref<FutureState>> all, ReturnWhen when)
      : return_when(when), count(all.size()), nodes(std::make_unique<Node[]>(all.size())) {
    for (std::size_t i = 0; i < count; ++i) {
      nodes[i].state = this;
      nodes[i].future = std::move(all[i]);
    }
  }
  void retain() { ++refs; }
  void release() {
    if (--refs == 0) delete this;
  }

  struct Node final : Runnable {
    void run() override {
      const auto keep = Ref<State>::adopt(state);
      is_scheduled = false;
      state->completed(*future);
    }
    void drop() noexcept override {
      is_registered = false;
      if (std::exchange(is_scheduled, false)) state->release();
    }
    bool scheduled(FutureState&) override {
      is_registered = false;
      is_scheduled = true;
      state->retain();
      return true;
    }
    std::uint64_t identity() const override {
      return mix(future->identity(), state->joint.identity);
    }
    State* state = nullptr;
    Ref<FutureState> future;
    bool is_registered = false;
    bool is_scheduled = false;
    bool repeated = false;
  };

  void watch() {
    for (std::size_t i = 0; i < count; ++i) {
      Node& node = nodes[i];
      if (node.repeated) continue;
      node.future->note_look();
      if (node.future->done()) {
        node.scheduled(*node.future);
        current_scheduler->push(Entry::runnable(&node));
      } else {
        node.future->add_callback(Entry::runnable(&node));
        node.is_registered = true;
      }
    }
  }
  void unwatch() {
    waiter = nullptr;
    for (std::size_t i = 0; i < count; ++i) {
      Node& node = nodes[i];
      node.future->note_look();
      if (!std::exchange(node.is_registered, false)) continue;
      node.future->remove_callback(Entry::runnable(&node));
    }
  }
  void completed(FutureState& future) {
    --left;
    const bool raised = return_when == ReturnWhen::first_exception && future.failed();
    if (raised) future.mark_retrieved();
    const bool alone = return_when == ReturnWhen::first_completed || raised;
    const bool wakes = waiter != nullptr && waiter->status() == WaitStatus::waiting;
    if (!wakes) return current_scheduler->note_late(joint);
    relate(joint, alone ? Relation::changes : Relation::adds);
    if (left != 0 && !alone) return;
    waiter->satisfied(!alone);
  }

  Joint joint;
  Joint timer;
  ReturnWhen return_when;
  std::size_t count;
  std::size_t left = 0;
  std::unique_ptr<Node[]> nodes;
  Wait* waiter = nullptr;
  std::uint32_t refs = 0;
};

WaitSet::WaitSet(std::vector<Ref<FutureState>> futures, ReturnWhen when)
    : state_(new State(std::move(futures), when)) {
  absl::flat_hash_set<const FutureState*> seen;  // never iterated
  for (std::size_t i = 0; i < state_->count; ++i) {
    state_->nodes[i].repeated = !seen.insert(state_->nodes[i].future.get()).second;
    if (!state_->nodes[i].repeated) ++state_->left;
  }
}

WaitSet::~WaitSet() { state_->unwatch(); }

bool WaitSet::seen_before(std::size_t index) const { return state_->nodes[index].repeated; }

WaitSet::Wait::~Wait() {
  if (timer_ != TimerQueue::kNoSlot) disarm();
}

void WaitSet::Wait::suspend(PromiseBase& at) {
  park(at);
  if (timeout_) {
    const TimePoint when = after(now(), *timeout_);
    TimerQueue& timers = current_scheduler->timers();
    timer_ = timers.add(when.time_since_epoch().count(), Entry::runnable(this));
  }
  state_.waiter = this;
  state_.watch();
}

void WaitSet::Wait::satisfied(bool by_all) {
  disarm();
  by_all_ = by_all;
  wake();
}

void WaitSet::Wait::run() {
  timer_ = TimerQueue::kNoSlot;
  relate(state_.timer, Relation::changes);
  if (status_ != WaitStatus::waiting) return current_scheduler->note_late(state_.joint);
  relate(state_.joint, Relation::changes);
  wake();
}

void WaitSet::Wait::disarm() {
  if (timer_ == TimerQueue::kNoSlot || current_scheduler == nullptr) return;
  current_scheduler->disarm(std::exchange(timer_, TimerQueue::kNoSlot), identity());
}

std::uint64_t WaitSet::Wait::identity() const { return state_.timer.identity; }

Joint* WaitSet::Wait::joins_at() const { return &state_.joint; }

void WaitSet::Wait::resume() {
  if (status_ == WaitStatus::cancelled && timeout_) {
    relate(state_.timer, Relation::changes);
    disarm();
  }
  state_.waiter = nullptr;
  if (by_all_) relate(state_.joint, Relation::joins);
  resumed();
}

void WaitSet::Wait::describe(WaitDescription& description) const {
  description.what = "a wait of " + std::to_string(state_.count);
  for (std::size_t i = 0; i < state_.count; ++i) {
    description.futures.push_back(state_.nodes[i].future.get());
  }
}

}  // namespace sim::internal
