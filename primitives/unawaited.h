// Unawaited: what lets an operation that nobody awaited be found. asyncio's operations are
// coroutines and warn when they are dropped; ours are awaiters without a frame, and carry one flag
// instead.
#pragma once

#include <utility>

namespace sim::internal {

class Unawaited {
 public:
  Unawaited() = default;
  Unawaited(Unawaited&& other) noexcept : awaited_(std::exchange(other.awaited_, true)) {}
  Unawaited& operator=(Unawaited&&) = delete;

  bool awaited_once() const { return awaited_; }
  void set_awaited() { awaited_ = true; }
  // For those who decline to await what they were given: no finding.
  void decline() { awaited_ = true; }
  static void report_unawaited(const char* operation);

 private:
  bool awaited_ = false;
};

}  // namespace sim::internal
