// BytesSource: decisions from bytes, as fuzzers make them. Every input is a schedule; asyncio's
// order from where it ends, and where it is zero.
//
//   extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
//     sim::BytesSource source({data, size});
//     const sim::Report report = sim::run_schedule(lost_update, source);
//     if (report.ok()) return 0;
//     std::fputs(report.failures[0].explanation().c_str(), stderr);
//     std::abort();
//   }
//
// A decision takes one byte, two where there are more than 256 choices, and that number modulo the
// choices. So a mutation of one byte changes one decision, and libFuzzer's and AFL++'s way of
// making inputs shorter makes schedules simpler.
#pragma once

#include <cstdint>
#include <span>

#include "sim/decision.h"

namespace sim {

class BytesSource final : public DecisionSource {
 public:
  // The bytes outlive it.
  explicit BytesSource(std::span<const std::uint8_t> bytes) : left_(bytes) {}

  std::uint32_t pick(DecisionKind, std::uint32_t n, const DecisionContext&) override {
    std::uint32_t number = byte();
    if (n > 256) number = number << 8 | byte();
    return number % n;
  }

  // What no decision has taken yet.
  std::span<const std::uint8_t> left() const { return left_; }

 private:
  std::uint32_t byte() {
    if (left_.empty()) return 0;
    const std::uint8_t first = left_.front();
    left_ = left_.subspan(1);
    return first;
  }

  std::span<const std::uint8_t> left_;
};

}  // namespace sim
