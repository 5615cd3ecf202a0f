// Shutdown: what a loop has to bring to an end besides its tasks before it closes: asynchronous
// generators that have begun and not ended, and functions that an executor has not run yet.
#pragma once

#include <cstddef>
#include <string>

namespace sim {

template <class T>
class Coro;

namespace internal {

class Shutdown;

// Stands in its loop's list, in the order of beginning, as long as it is open.
class OpenGenerator {
 public:
  OpenGenerator(const OpenGenerator&) = delete;
  OpenGenerator& operator=(const OpenGenerator&) = delete;

  // Ends it where it stands. The coroutine keeps the generator alive.
  virtual Coro<void> close() = 0;
  virtual std::string describe() const = 0;

 protected:
  OpenGenerator() = default;
  ~OpenGenerator() { closed(); }
  // In the list of the loop that runs.
  void opened();
  void closed() noexcept;

 private:
  friend Shutdown;
  Shutdown* list_ = nullptr;
  OpenGenerator* previous_ = nullptr;
  OpenGenerator* next_ = nullptr;
};

class Shutdown {
 public:
  Shutdown() = default;
  Shutdown(const Shutdown&) = delete;
  Shutdown& operator=(const Shutdown&) = delete;
  ~Shutdown() { reset(); }

  // Takes the generator that began first out of the list; null if none is open.
  OpenGenerator* take_generator() noexcept;

  // Throws std::runtime_error once the executor has been shut down.
  void call_began();
  void call_ended() noexcept;
  std::size_t calls() const { return calls_; }
  // From now on nothing is given to the executor; the loop stops when the last call has ended.
  void shut_down_executor() { executor_shut_down_ = true; }

  // As after construction. Generators that are still open stand in no list any more.
  void reset() noexcept;

 private:
  friend OpenGenerator;
  OpenGenerator* first_ = nullptr;
  OpenGenerator* last_ = nullptr;
  std::size_t calls_ = 0;
  bool executor_shut_down_ = false;
};

}  // namespace internal
}  // namespace sim
