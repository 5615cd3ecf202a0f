// Rng: a small deterministic generator; the same seed gives the same numbers with every compiler
// and library. rng() is the running task's own stream, derived from the run's seed and the task's
// identity, so that what one task draws does not depend on what others do. Drawing is no decision
// of the schedule.
//
//   co_await sim::sleep(sim::rng().uniform(5ms, 50ms));
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <type_traits>
#include <utility>

namespace sim {

namespace internal {

// Mixes two words into one (the finaliser of MurmurHash3 over their combination).
constexpr std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
  std::uint64_t x = a * 0x9e3779b97f4a7c15 + b;
  x = (x ^ (x >> 33)) * 0xff51afd7ed558ccd;
  x = (x ^ (x >> 33)) * 0xc4ceb9fe1a85ec53;
  return x ^ (x >> 33);
}

}  // namespace internal

// SplitMix64 (Steele, Lea, Flood 2014). Meets UniformRandomBitGenerator.
class Rng {
 public:
  using result_type = std::uint64_t;
  explicit constexpr Rng(std::uint64_t seed) : state_(seed) {}

  static constexpr result_type min() { return 0; }
  static constexpr result_type max() { return std::numeric_limits<result_type>::max(); }
  constexpr result_type operator()() {
    state_ += 0x9e3779b97f4a7c15;
    std::uint64_t x = state_;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
    x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
    return x ^ (x >> 31);
  }

  // A number in 0..n-1, each as likely (Lemire 2019). n must not be 0.
  constexpr std::uint64_t below(std::uint64_t n) {
    using Wide = unsigned __int128;
    Wide product = Wide{(*this)()} * n;
    if (static_cast<std::uint64_t>(product) < n) {
      const std::uint64_t threshold = (0 - n) % n;
      while (static_cast<std::uint64_t>(product) < threshold) product = Wide{(*this)()} * n;
    }
    return static_cast<std::uint64_t>(product >> 64);
  }

  // A whole number in lo..hi, both included. Throws std::invalid_argument if hi < lo.
  template <class T>
    requires std::is_integral_v<T>
  constexpr T uniform(T lo, T hi) {
    if (hi < lo) throw std::invalid_argument("Rng::uniform: the upper bound is below the lower");
    const std::uint64_t span = static_cast<std::uint64_t>(hi) - static_cast<std::uint64_t>(lo);
    const std::uint64_t drawn = span == max() ? (*this)() : below(span + 1);
    return static_cast<T>(static_cast<std::uint64_t>(lo) + drawn);
  }
  // A real number in [lo, hi).
  constexpr double uniform(double lo, double hi) {
    if (hi < lo) throw std::invalid_argument("Rng::uniform: the upper bound is below the lower");
    return lo + (hi - lo) * real();
  }
  // A duration in lo..hi, in steps of the finer of the two units.
  template <class R1, class P1, class R2, class P2>
    requires std::is_integral_v<R1> && std::is_integral_v<R2>
  constexpr auto uniform(std::chrono::duration<R1, P1> lo, std::chrono::duration<R2, P2> hi) {
    using Common = std::common_type_t<std::chrono::duration<R1, P1>, std::chrono::duration<R2, P2>>;
    return Common(uniform(Common(lo).count(), Common(hi).count()));
  }
  // A real number in [0, 1), of 53 random bits.
  constexpr double real() { return static_cast<double>((*this)() >> 11) * 0x1.0p-53; }
  // True with probability p.
  constexpr bool bernoulli(double p) { return real() < p; }
  // Permutes a random access range, each order as likely (Fisher and Yates).
  template <class Range>
  constexpr void shuffle(Range& range) {
    using std::swap;
    for (std::uint64_t left = std::size(range); left > 1; --left) {
      swap(range[left - 1], range[below(left)]);
    }
  }

 private:
  std::uint64_t state_;
};

// The running task's stream; in a callback, the loop's. Throws std::runtime_error outside a run.
Rng& rng();

}  // namespace sim
