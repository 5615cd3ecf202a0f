// Operation<A, Args...>: what acquire(), get() or sleep() return: something to be awaited once. It
// carries the arguments of the awaiter A, which is made when it is awaited, in its place.
//
// asyncio's operations are coroutines and warn when they are dropped; these have no frame, and
// carry one flag instead: one that is destroyed before it was awaited is the finding never_awaited,
// under the name A::kOperation.
#pragma once

#include <tuple>
#include <utility>

namespace sim::internal {

void report_unawaited(const char* operation);
[[noreturn]] void throw_reused(const char* operation);

template <class A, class... Args>
class [[nodiscard("co_await it")]] Operation {
 public:
  explicit Operation(Args... arguments) : arguments_(std::move(arguments)...) {}
  Operation(Operation&& other)
      : arguments_(std::move(other.arguments_)), awaited_(std::exchange(other.awaited_, true)) {}
  Operation& operator=(Operation&&) = delete;
  ~Operation() {
    if (!awaited_) [[unlikely]] report_unawaited(A::kOperation);
  }

  // For those who decline to await what they were given: no finding.
  void decline() { awaited_ = true; }
  // Throws std::runtime_error the second time.
  A make_awaiter() {
    if (std::exchange(awaited_, true)) [[unlikely]] throw_reused(A::kOperation);
    return std::apply([](Args&... arguments) { return A(std::move(arguments)...); }, arguments_);
  }

 private:
  [[no_unique_address]] std::tuple<Args...> arguments_;
  bool awaited_ = false;
};

template <class A, class... Args>
A make_awaiter(Operation<A, Args...>&& operation) {
  return operation.make_awaiter();
}

}  // namespace sim::internal
