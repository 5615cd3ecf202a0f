#include "sim/explore/strategy.h"
#include "sim/explore/dfs.h"
#include "sim/explore/portfolio.h"
#include "sim/explore/sweep.h"
#include "sim/explore/random_walk.h"
namespace sim {
namespace { class One : public Search { public: DecisionSource* next() override { if (done) return nullptr; done = true; return &f; } bool done=false; FifoSource f; }; }
std::unique_ptr<Search> make_search(const Strategy& s, std::uint64_t seed) {
  if (s.name() == "dfs") return std::make_unique<Dfs>();
  if (s.name() == "sweep") return std::make_unique<Sweep>();
  if (s.name() == "portfolio") return std::make_unique<Portfolio>(seed);
  if (s.name() == "fifo" || s.name() == "lifo" || s.name() == "run_to_block") return std::make_unique<One>();
  return std::make_unique<RandomWalk>(seed);
}
}
