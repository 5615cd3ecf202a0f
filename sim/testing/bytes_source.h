// BytesSource: a schedule from bytes, as fuzzers make them. Any bytes are one; none are asyncio's
// order. simloop::fuzz_main is made of it, and `simrun replay SCENARIO FILE` reads such a file.
//
//   extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
//     sim::BytesSource source({data, size});
//     const sim::Report report = sim::run_schedule(lost_update, source);
//     if (report.ok()) return 0;
//     std::fputs(report.failures[0].explanation().c_str(), stderr);
//     std::abort();
//   }
//
// The bytes are the sparse list of deviations, as in a token. Each is two numbers: the decisions
// since the deviation before it, and the choice that is taken less 1. A number has 7 bits a byte,
// the lowest first, and goes on where the highest bit is set, up to five bytes. So a small schedule
// is two bytes a deviation, and bytes that are cut off or put together are schedules too. A choice
// beyond what there is counts from the first again, asyncio's left out. What the bytes do not say
// is how many choices there were: that the run says.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "sim/decision.h"
#include "sim/testing/schedule.h"

namespace sim {

// The deviations in such bytes, one after the other.
class ScheduleReader {
 public:
  // The bytes outlive it.
  explicit ScheduleReader(std::span<const std::uint8_t> bytes) : left_(bytes) {}

  // Nothing at the end, where a deviation is cut off, and past the last decision that can be
  // counted.
  std::optional<Schedule::Choice> next() {
    const std::optional<std::uint32_t> gap = number();
    const std::optional<std::uint32_t> choice = number();
    const bool fits = gap && choice && next_decision_ + *gap < kMost && *choice < kMost;
    if (!fits) {
      left_ = {};
      return std::nullopt;
    }
    const auto decision = static_cast<std::uint32_t>(next_decision_ + *gap);
    next_decision_ = std::uint64_t{decision} + 1;
    return Schedule::Choice{decision, *choice + 1};
  }

 private:
  static constexpr std::uint64_t kMost = std::numeric_limits<std::uint32_t>::max();

  std::optional<std::uint32_t> number() {
    std::uint32_t value = 0;
    for (int shift = 0; shift < 35 && !left_.empty(); shift += 7) {
      const std::uint8_t byte = left_.front();
      left_ = left_.subspan(1);
      value |= static_cast<std::uint32_t>(byte & 0x7f) << shift;
      if (byte < 0x80 || shift == 28) return value;
    }
    return std::nullopt;
  }

  std::span<const std::uint8_t> left_;
  std::uint64_t next_decision_ = 0;
};

inline Schedule schedule_of_bytes(std::span<const std::uint8_t> bytes) {
  Schedule schedule;
  ScheduleReader reader(bytes);
  while (const auto choice = reader.next()) schedule.choices.push_back(*choice);
  return schedule;
}

// The bytes of a schedule whose indices are not 0.
inline std::vector<std::uint8_t> bytes_of_schedule(const Schedule& schedule) {
  std::vector<std::uint8_t> bytes;
  const auto put = [&](std::uint32_t value) {
    for (; value >= 0x80; value >>= 7) bytes.push_back(static_cast<std::uint8_t>(value | 0x80));
    bytes.push_back(static_cast<std::uint8_t>(value));
  };
  std::uint32_t next = 0;
  for (const Schedule::Choice& choice : schedule.choices) {
    put(choice.decision - next);
    put(choice.index - 1);
    next = choice.decision + 1;
  }
  return bytes;
}

class BytesSource final : public DecisionSource {
 public:
  // The bytes outlive it.
  explicit BytesSource(std::span<const std::uint8_t> bytes)
      : reader_(bytes), next_(reader_.next()) {}

  std::uint32_t pick(DecisionKind, std::uint32_t n, const DecisionContext&) override {
    const std::uint32_t decision = decision_++;
    if (!next_ || next_->decision != decision) return 0;
    const std::uint32_t index = (next_->index - 1) % (n - 1) + 1;
    next_ = reader_.next();
    return index;
  }

  // How many it was asked for.
  std::uint32_t decisions() const { return decision_; }

 private:
  ScheduleReader reader_;
  std::optional<Schedule::Choice> next_;
  std::uint32_t decision_ = 0;
};

}  // namespace sim
