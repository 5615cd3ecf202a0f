#include "sim/explore/coverage.h"

#include <algorithm>

namespace sim {

Coverage estimate_coverage(const char* sampler, std::uint64_t singletons,
                           std::uint64_t executions) {
  Coverage coverage{.sampler = sampler, .executions = executions};
  if (executions == 0) return coverage;
  const auto n = static_cast<double>(executions);
  coverage.unseen = static_cast<double>(singletons) / n;
  // The upper limit of a Poisson count of k is half the 95 % quantile of chi-square with 2(k + 1)
  // degrees of freedom.
  constexpr double kNormal95 = 1.6448536269514722;
  const double k = static_cast<double>(singletons) + 1;
  double root = 1;  // the square root of k, by Newton: libm's may differ in the last place
  for (int i = 0; i < 60; ++i) root = (root + k / root) / 2;
  const double cube = 1 - 1 / (9 * k) + kNormal95 / (3 * root);
  coverage.bound = std::min(1.0, k * cube * cube * cube / n);
  return coverage;
}

}  // namespace sim
