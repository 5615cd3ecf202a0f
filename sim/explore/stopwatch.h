// Stopwatch: real time, for budgets alone. Nothing that it shows reaches a run.
#pragma once

#include <chrono>

namespace sim {

class Stopwatch {
 public:
  std::chrono::nanoseconds elapsed() const { return std::chrono::steady_clock::now() - began_; }

 private:
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
};

}  // namespace sim
