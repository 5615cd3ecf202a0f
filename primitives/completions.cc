#include "primitives/completions.h"

#include <memory>
#include <utility>

#include "absl/container/flat_hash_set.h"

namespace sim::internal {

// Lives until the callbacks that are scheduled have run, which may be after the iteration.
class Completions::Watch final : public Runnable {
 public:
  Watch(Completions& owner, std::vector<Ref<FutureState>> futures)
      : owner_(&owner), count_(futures.size()), nodes_(std::make_unique<Node[]>(futures.size())) {
    absl::flat_hash_set<const FutureState*> seen;  // never iterated
    for (std::size_t i = 0; i < count_; ++i) {
      nodes_[i].watch = this;
      nodes_[i].future = std::move(futures[i]);
      nodes_[i].awaited = seen.insert(nodes_[i].future.get()).second;
      if (nodes_[i].awaited) ++pending_;
    }
  }
  void retain() { ++refs_; }
  void release() {
    if (--refs_ == 0) delete this;
  }
  std::size_t pending() const { return pending_; }

  void begin(std::optional<Duration> timeout) {
    Scheduler& scheduler = Scheduler::here();
    for (std::size_t i = 0; i < count_; ++i) {
      Node& node = nodes_[i];
      if (!node.awaited) continue;
      node.future->note_look();
      if (node.future->done()) {
        node.scheduled(*node.future);
        scheduler.push(Entry::runnable(&node));
      } else {
        node.future->add_callback(Entry::runnable(&node));
        node.is_registered = true;
      }
    }
    if (pending_ == 0 || !timeout) return;
    const TimePoint when = after(now(), *timeout);
    timer_ = scheduler.timers().add(when.time_since_epoch().count(), Entry::runnable(this));
  }
  void end() {
    relate(joint_, Relation::changes);
    owner_ = nullptr;
    unwatch();
    disarm();
  }
  // The time is up.
  void run() override {
    timer_ = TimerQueue::kNoSlot;
    relate(joint_, Relation::changes);
    unwatch();
    for (; pending_ > 0; --pending_) owner_->ended_.put_nowait(kTimedOut);
  }
  void drop() noexcept override { timer_ = TimerQueue::kNoSlot; }
  std::uint64_t identity() const override { return joint_.identity; }
  void describe(std::vector<const FutureState*>& pending) const {
    for (std::size_t i = 0; i < count_; ++i) {
      if (nodes_[i].awaited) pending.push_back(nodes_[i].future.get());
    }
  }

 private:
  struct Node final : Runnable {
    void run() override {
      const auto keep = Ref<Watch>::adopt(watch);
      is_scheduled = false;
      watch->completed(*this);
    }
    void drop() noexcept override {
      is_registered = false;
      if (std::exchange(is_scheduled, false)) watch->release();
    }
    bool scheduled(FutureState&) override {
      is_registered = false;
      is_scheduled = true;
      watch->retain();
      return true;
    }
    std::uint64_t identity() const override {
      return mix(future->identity(), watch->joint_.identity);
    }
    Watch* watch = nullptr;
    Ref<FutureState> future;
    bool is_registered = false;
    bool is_scheduled = false;
    bool awaited = false;  // and not completed
  };

  void completed(Node& node) {
    if (pending_ == 0 || owner_ == nullptr) return current_scheduler->note_late(joint_);
    relate(joint_, Relation::changes);
    node.awaited = false;
    if (--pending_ == 0) disarm();
    owner_->ended_.put_nowait(static_cast<std::size_t>(&node - nodes_.get()));
  }
  void unwatch() {
    for (std::size_t i = 0; i < count_; ++i) {
      Node& node = nodes_[i];
      node.future->note_look();
      if (!std::exchange(node.is_registered, false)) continue;
      node.future->remove_callback(Entry::runnable(&node));
    }
  }
  void disarm() {
    if (timer_ == TimerQueue::kNoSlot) return;
    current_scheduler->disarm(std::exchange(timer_, TimerQueue::kNoSlot), joint_.identity);
  }

  Joint joint_;
  Completions* owner_;
  std::size_t count_;
  std::size_t pending_ = 0;
  std::unique_ptr<Node[]> nodes_;
  TimerQueue::Slot timer_ = TimerQueue::kNoSlot;
  std::uint32_t refs_ = 0;
};

Completions::Completions(std::vector<Ref<FutureState>> futures, std::optional<Duration> timeout,
                         std::source_location place)
    : ended_(place), watch_(new Watch(*this, std::move(futures))), left_(watch_->pending()) {
  watch_->begin(timeout);
}

Completions::~Completions() { watch_->end(); }

bool NextCompletion::ready() {
  at_end_ = of_->left_ == 0;
  relate(of_->taking_, at_end_ ? Relation::looks : Relation::changes);
  if (at_end_) return true;
  --of_->left_;
  return Getting::ready();
}

std::optional<std::size_t> NextCompletion::resume() {
  if (at_end_) return std::nullopt;
  const std::size_t index = Getting::resume();
  if (index == Completions::kTimedOut) throw TimeoutError();
  return index;
}

void NextCompletion::describe(WaitDescription& description) const {
  if (list() == nullptr) {
    description.what = "an as_completed that was destroyed";
    return;
  }
  description.what = "the next of " + of_->ended_.describe();
  of_->watch_->describe(description.futures);
}

}  // namespace sim::internal
