// The two things that are measured, behind one set of names, so that a workload is written once.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "bench/limit.h"
#include "primitives/primitives.h"

namespace bench {

struct Limit {
  bool fetch = false;  // see limit::Wheel::set_fetch

  template <class T = void>
  using Coro = limit::Coro<T>;
  using Lock = limit::Lock;
  using Queue = limit::Queue<int, 16>;

  // Timers that nobody waits for, to be cancelled: as the limit has them, nodes in an array.
  class Timers {
   public:
    explicit Timers(std::size_t n) : nodes_(n) {}
    void arm(std::size_t i, std::uint64_t delay) {
      nodes_[i].when = limit::loop.timers.now() + delay;
      limit::loop.timers.insert(&nodes_[i]);
    }
    void cancel(std::size_t i) { limit::Wheel::cancel(&nodes_[i]); }

   private:
    std::vector<limit::Timer> nodes_;
  };

  void run(Coro<> main) const {
    limit::loop.timers.set_fetch(fetch);
    limit::run(std::move(main));
  }
  static auto yield() { return limit::yield(); }
  static auto sleep(std::uint64_t ns) { return limit::sleep(ns); }
  static auto gather(std::vector<Coro<>> children) { return limit::gather(std::move(children)); }
  template <class T>
  static auto create_task(Coro<T>&& coro) {
    return limit::create_task(std::move(coro));
  }
};

struct Simloop {
  bool trace;

  template <class T = void>
  using Coro = sim::Coro<T>;
  using Lock = sim::Lock;
  struct Queue : sim::Queue<int> {
    Queue() : sim::Queue<int>(16) {}
  };

  class Timers {
   public:
    explicit Timers(std::size_t n) : handles_(n) {}
    void arm(std::size_t i, std::uint64_t delay) {
      handles_[i] = sim::running_loop().call_later(std::chrono::nanoseconds(delay), [] {});
    }
    void cancel(std::size_t i) { handles_[i].cancel(); }

   private:
    std::vector<sim::Handle> handles_;
  };

  void run(Coro<> main) const { sim::run(std::move(main), sim::RunOptions{.trace = trace}); }
  static auto yield() { return sim::yield(); }
  static auto sleep(std::uint64_t ns) { return sim::sleep(std::chrono::nanoseconds(ns)); }
  static auto gather(std::vector<Coro<>> children) { return sim::gather(std::move(children)); }
  template <class T>
  static auto create_task(Coro<T>&& coro) {
    return sim::create_task(std::move(coro));
  }
};

}  // namespace bench
