#include "sim/explore/coverage.h"

#include <algorithm>

namespace sim {

namespace {

// By Newton: the last place of libm's may differ between systems.
double square_root(double x) {
  double root = x < 1 ? 1 : x;
  for (int i = 0; i < 60; ++i) root = (root + x / root) / 2;
  return root;
}

}  // namespace

Coverage estimate_coverage(const char* sampler, const TraceCounts& counts) {
  Coverage coverage{.sampler = sampler, .executions = counts.executions()};
  if (counts.executions() == 0) return coverage;
  const auto n = static_cast<double>(counts.executions());
  const auto once = static_cast<double>(counts.singletons());
  const auto twice = static_cast<double>(counts.pairs());
  coverage.unseen = once / n;
  // The upper limit of a Poisson count of k is half a quantile of chi-square with 2(k + 1) degrees
  // of freedom. That of 97.5 %: where several traces are rare the chance that one of them has not
  // come is that of each, added up.
  constexpr double kNormal = 1.9599639845400545;
  const double k = once + 1;
  const double cube = 1 - 1 / (9 * k) + kNormal / (3 * square_root(k));
  const double limit = k * cube * cube * cube;
  const double widened = once + (limit - once) * square_root((k + 2 * twice) / k);
  coverage.bound = std::min(1.0, widened / n);
  return coverage;
}

}  // namespace sim
