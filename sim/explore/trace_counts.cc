#include "sim/explore/trace_counts.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "absl/container/flat_hash_map.h"
#include "sim/rng.h"

namespace sim {

namespace {

constexpr std::size_t kExact = std::size_t{1} << 20;
constexpr int kRegisterBits = 14;
constexpr std::size_t kRegisters = std::size_t{1} << kRegisterBits;

}  // namespace

struct TraceCounts::Tables {
  absl::flat_hash_map<std::uint64_t, std::uint8_t> times;  // never iterated; how often, 3 at most
  std::array<std::uint8_t, kRegisters> registers = {};
  bool full = false;

  void note(std::uint64_t trace) {
    const std::uint64_t hash = internal::mix(trace, 0x6879706572);
    std::uint8_t& longest = registers[hash >> (64 - kRegisterBits)];
    const int zeros = std::countl_zero((hash << kRegisterBits) | (kRegisters - 1));
    longest = std::max(longest, static_cast<std::uint8_t>(zeros + 1));
  }
};

TraceCounts::TraceCounts() : tables_(std::make_unique<Tables>()) {}
TraceCounts::~TraceCounts() = default;
TraceCounts::TraceCounts(TraceCounts&&) noexcept = default;
TraceCounts& TraceCounts::operator=(TraceCounts&&) noexcept = default;

bool TraceCounts::add(std::uint64_t trace) {
  ++executions_;
  tables_->note(trace);
  auto& times = tables_->times;
  const auto at = times.find(trace);
  if (at != times.end()) {
    if (at->second < 3) {
      --seen_[at->second];
      ++seen_[++at->second];
    }
    return false;
  }
  if (times.size() == kExact) {
    tables_->full = true;
    return true;
  }
  times.emplace(trace, 1);
  ++seen_[1];
  return true;
}

bool TraceCounts::is_exact() const { return !tables_->full; }

std::uint64_t TraceCounts::distinct() const {
  if (is_exact()) return tables_->times.size();
  double sum = 0;
  for (const std::uint8_t longest : tables_->registers) sum += std::ldexp(1.0, -longest);
  const auto m = static_cast<double>(kRegisters);
  const double alpha = 0.7213 / (1 + 1.079 / m);
  return static_cast<std::uint64_t>(std::llround(alpha * m * m / sum));
}

}  // namespace sim
