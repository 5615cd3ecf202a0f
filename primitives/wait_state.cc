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
    std::uint64_t identity() const override { return mix(future->identity(), state->identity); }
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
    relate(identity, !alone ? Relation::adds : wakes ? Relation::changes : Relation::looks);
    if (!wakes || (left != 0 && !alone)) return;
    if (alone) current_scheduler->note_event(woken_by, future.identity());
    waiter->satisfied(!alone);
  }

  std::uint64_t identity = new_identity();
  ReturnWhen return_when;
  std::size_t count;
  std::size_t left = 0;
  std::unique_ptr<Node[]> nodes;
  Wait* waiter = nullptr;
  std::uint64_t woken_by = 0;
  std::uint32_t refs = 0;
};

WaitSet::WaitSet(std::vector<Ref<FutureState>> futures, ReturnWhen when)
    : state_(new State(std::move(futures), when)) {
  note_unrelated("wait()");
  absl::flat_hash_set<const FutureState*> seen;  // never iterated
  for (std::size_t i = 0; i < state_->count; ++i) {
    state_->nodes[i].repeated = !seen.insert(state_->nodes[i].future.get()).second;
    if (!state_->nodes[i].repeated) ++state_->left;
  }
}

WaitSet::~WaitSet() { state_->unwatch(); }

bool WaitSet::seen_before(std::size_t index) const { return state_->nodes[index].repeated; }

WaitSet::Wait::~Wait() {
  if (status_ == WaitStatus::waiting) timer_.disarm(*task_);
}

void WaitSet::Wait::suspend(PromiseBase& at) {
  park(at);
  if (timeout_) timer_.arm(*task_, *timeout_);
  state_.waiter = this;
  state_.watch();
}

void WaitSet::Wait::satisfied(bool by_all) {
  timer_.disarm(*task_);
  by_all_ = by_all;
  wake();
}

void WaitSet::Wait::resume() {
  timer_.disarm(*task_);
  state_.waiter = nullptr;
  relate(state_.identity, by_all_ ? Relation::joins : Relation::looks);
  resumed();
}

void WaitSet::Wait::describe(WaitDescription& description) const {
  description.what = "a wait of " + std::to_string(state_.count);
  for (std::size_t i = 0; i < state_.count; ++i) {
    description.futures.push_back(state_.nodes[i].future.get());
  }
}

}  // namespace sim::internal
