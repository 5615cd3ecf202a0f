// The errors of the runtime and its vocabulary, named after asyncio's.
//
// Misuse that asyncio answers with RuntimeError throws std::runtime_error here, and ValueError is
// std::invalid_argument; the rest have types of their own.
#pragma once

#include <stdexcept>
#include <string>
#include <utility>

namespace sim {

// Thrown into a task that is cancelled. Derives from nothing, as asyncio's is no Exception, so that
// `catch (const std::exception&)` lets it pass.
class CancelledError {
 public:
  CancelledError() = default;
  explicit CancelledError(std::string message) : message_(std::move(message)) {}
  const std::string& message() const noexcept { return message_; }

 private:
  std::string message_;
};

class TimeoutError : public std::runtime_error {
 public:
  TimeoutError() : std::runtime_error("timed out") {}
  explicit TimeoutError(const std::string& what) : std::runtime_error(what) {}
};

// An operation does not fit the state of its future: a result set twice, read too early, moved out.
class InvalidStateError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Nothing can ever run again and the main task has not ended. what() is the wait-for report.
class DeadlockError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class QueueEmpty : public std::runtime_error {
 public:
  QueueEmpty() : std::runtime_error("the queue is empty") {}
  explicit QueueEmpty(const std::string& what) : std::runtime_error(what) {}
};

class QueueFull : public std::runtime_error {
 public:
  QueueFull() : std::runtime_error("the queue is full") {}
  explicit QueueFull(const std::string& what) : std::runtime_error(what) {}
};

class QueueShutDown : public std::runtime_error {
 public:
  QueueShutDown() : std::runtime_error("the queue has been shut down") {}
  explicit QueueShutDown(const std::string& what) : std::runtime_error(what) {}
};

// A Barrier was reset or aborted while a task waited for it, or has been aborted.
class BrokenBarrierError : public std::runtime_error {
 public:
  BrokenBarrierError() : std::runtime_error("the barrier is broken") {}
  explicit BrokenBarrierError(const std::string& what) : std::runtime_error(what) {}
};

// Thrown into an asynchronous generator by aclose(), at the co_yield it stands at. Derives from
// nothing: a generator lets it pass.
class GeneratorExit {};

namespace internal {

// Ends the execution at a failed SIM_CHECK. The finding has been recorded before it is thrown.
class CheckFailure {};

}  // namespace internal
}  // namespace sim
