#include "sim/explore/relinearization.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <utility>

#include "sim/event_loop.h"
#include "sim/explore/pending.h"
#include "sim/explore/replay_source.h"
#include "sim/object.h"

namespace sim {

namespace {

using internal::Entry;
using internal::Scheduler;

// Whose step it is, whatever the schedule; 0 for callbacks, whose steps keep their order.
std::uint64_t owner_of(const Scheduler& scheduler, Entry entry) {
  const internal::TaskState* task = internal::task_of(scheduler, entry);
  return task != nullptr ? task->origin().identity : 0;
}

struct Step {
  std::uint64_t owner;
  std::vector<std::size_t> after;  // earlier steps that conflict with it
};

// The value of each choose(), and of each latency, by the task that it was made in.
using Values = std::map<std::uint64_t, std::vector<std::uint32_t>>;

std::uint64_t running(const DecisionContext& context) {
  const internal::TaskState* task = context.loop->scheduler().current();
  return task != nullptr ? task->origin().identity : 0;
}
bool is_value(DecisionKind kind) {
  return kind == DecisionKind::choose || kind == DecisionKind::executor;
}

struct Record {
  std::vector<Step> steps;
  Values values;
  bool depends_on_order = false;
};

class Recorder final : public DecisionSource, private internal::Watcher {
 public:
  explicit Recorder(const std::vector<Deviation>& deviations) : replay_(deviations) {}
  internal::Watcher* watcher() override { return this; }
  Record take() { return std::move(record_); }

 private:
  struct Users {
    std::size_t writer = kNone;
    std::vector<std::size_t> readers;  // since
  };
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

  std::uint32_t pick(DecisionKind kind, std::uint32_t n, const DecisionContext& context) override {
    const std::uint32_t index = replay_.pick(kind, n, context);
    if (is_value(kind)) record_.values[running(context)].push_back(index);
    record_.depends_on_order |= index != 0 && kind != DecisionKind::ready && !is_value(kind);
    return index;
  }
  void on_step(const Scheduler& scheduler, Entry entry) override {
    record_.steps.push_back({owner_of(scheduler, entry), {}});
  }
  void on_access(const Scheduler&, const internal::Object& object,
                 const internal::Access& access) override {
    if (record_.steps.empty()) return;
    const std::size_t step = record_.steps.size() - 1;
    Users& users = users_[object.identity()];
    add(users.writer);
    if (access.write) {
      for (const std::size_t reader : users.readers) add(reader);
      users.readers.clear();
      users.writer = step;
    } else {
      users.readers.push_back(step);
    }
  }
  void add(std::size_t earlier) {
    Step& step = record_.steps.back();
    if (earlier == kNone || earlier + 1 == record_.steps.size()) return;
    if (std::ranges::find(step.after, earlier) == step.after.end()) step.after.push_back(earlier);
  }

  ReplaySource replay_;
  Record record_;
  std::map<std::uint64_t, Users> users_;
};

class Follower final : public DecisionSource, private internal::Watcher {
 public:
  explicit Follower(Record record) : record_(std::move(record)), done_(record_.steps.size()) {
    for (std::size_t i = 0; i < record_.steps.size(); ++i) {
      owners_[record_.steps[i].owner].steps.push_back(i);
    }
  }
  internal::Watcher* watcher() override { return this; }

 private:
  struct Owner {
    std::vector<std::size_t> steps;
    std::size_t next = 0;
    std::size_t next_value = 0;
  };

  std::uint32_t pick(DecisionKind kind, std::uint32_t n, const DecisionContext& context) override {
    if (is_value(kind)) return value(running(context), n);
    if (kind != DecisionKind::ready) return 0;
    const Scheduler& scheduler = context.loop->scheduler();
    for (std::uint32_t i = 0; i < n; ++i) {
      if (may_run(owner_of(scheduler, scheduler.ready().at(i)))) return i;
    }
    return 0;
  }
  std::uint32_t value(std::uint64_t owner, std::uint32_t n) {
    const std::vector<std::uint32_t>& values = record_.values[owner];
    std::size_t& next = owners_[owner].next_value;
    return next < values.size() ? std::min(values[next++], n - 1) : 0;
  }
  bool may_run(std::uint64_t of) {
    const Owner& owner = owners_[of];
    if (owner.next == owner.steps.size()) return true;
    return std::ranges::all_of(record_.steps[owner.steps[owner.next]].after,
                               [&](std::size_t earlier) { return done_[earlier]; });
  }
  void on_step(const Scheduler& scheduler, Entry entry) override {
    Owner& owner = owners_[owner_of(scheduler, entry)];
    if (owner.next < owner.steps.size()) done_[owner.steps[owner.next++]] = true;
  }
  void on_access(const Scheduler&, const internal::Object&, const internal::Access&) override {}

  Record record_;
  std::vector<bool> done_;
  std::map<std::uint64_t, Owner> owners_;
};

}  // namespace

std::vector<Deviation> relinearize(Execution& execution, const std::vector<Deviation>& deviations,
                                   const std::function<bool(const ExecutionResult&)>& fails) {
  Recorder recorder(deviations);
  execution.run(recorder);
  Record record = recorder.take();
  if (record.depends_on_order) return deviations;
  Follower follower(std::move(record));
  const ExecutionResult& result = execution.run(follower);
  const bool better = fails(result) && result.tape.deviations().size() < deviations.size();
  return better ? result.tape.deviations() : deviations;
}

}  // namespace sim
