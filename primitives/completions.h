// Completions: the order in which some futures end, for who takes them one by one.
#pragma once

#include <cstddef>
#include <optional>
#include <source_location>
#include <vector>

#include "primitives/queue.h"
#include "sim/clock.h"
#include "sim/future_state.h"

namespace sim::internal {

class Completions {
 public:
  // A future that stands there twice counts once.
  Completions(std::vector<Ref<FutureState>> futures, std::optional<Duration> timeout,
              std::source_location place);
  ~Completions();
  Completions(const Completions&) = delete;
  Completions& operator=(const Completions&) = delete;

 private:
  friend class NextCompletion;
  static constexpr std::size_t kTimedOut = static_cast<std::size_t>(-1);

  // The indices of those that have ended and not been taken; kTimedOut for each that came too late.
  struct Ended : Queue<std::size_t> {
    explicit Ended(std::source_location place) : Queue("as_completed", 0, place) {
      set_no_depth_limit();
    }
    using Queue::describe;
  };
  class Watch;

  Ended ended_;
  Joint taking_;
  Ref<Watch> watch_;
  std::size_t left_;  // to be taken
};

// Waits for the next one to end.
class NextCompletion : public Queue<std::size_t>::Getting {
 public:
  static constexpr const char* kOperation = "as_completed.next";
  explicit NextCompletion(Completions& of) : Getting(&of.ended_), of_(&of) {}

  bool ready();
  // Its index; none if all have been taken. Throws TimeoutError for one that came too late.
  std::optional<std::size_t> resume();
  void describe(WaitDescription& description) const override;

 private:
  Completions* of_;
  bool at_end_ = false;
};

}  // namespace sim::internal
