// The objects of a running parity program: simloop's primitives, by their number.
#pragma once

#include <concepts>
#include <deque>
#include <stdexcept>
#include <type_traits>
#include <variant>
#include <vector>

#include "primitives/primitives.h"
#include "tools/simrun/parity/program.h"

namespace simrun::parity {

using Object = std::variant<sim::Lock, sim::Semaphore, sim::BoundedSemaphore, sim::Event,
                            sim::Condition, sim::Barrier, sim::Queue<std::int64_t>,
                            sim::PriorityQueue<std::int64_t>, sim::LifoQueue<std::int64_t>,
                            sim::Future<Value>>;

// What operations work on.
template <class T>
concept LockObject = requires(T& t) { t.acquire(); };
template <class T>
concept QueueObject = requires(T& t) { t.get_nowait(); };
template <class T>
concept WaitedObject = std::same_as<T, sim::Event> || std::same_as<T, sim::Condition>;

class Objects {
 public:
  // To be called inside the run.
  void make(const std::vector<ObjectSpec>& specs);

  // Calls f with the object. The parser has seen to it that f takes its type.
  template <class R, class F>
  R use(std::size_t object, F f) {
    return std::visit(
        [&f](auto& primitive) -> R {
          if constexpr (std::is_invocable_v<F&, decltype(primitive)>) {
            return f(primitive);
          } else {
            throw std::logic_error("an operation on an object of another type");
          }
        },
        objects_[object]);
  }
  template <class T>
  T& get(std::size_t object) {
    return std::get<T>(objects_[object]);
  }

 private:
  std::deque<Object> objects_;  // they cannot be moved
};

}  // namespace simrun::parity
