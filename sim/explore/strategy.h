// Strategy: which schedules an exploration visits, and in what order; as text, "pct:3".
//
//   sim::Strategy::parse("portfolio")
//   sim::Strategy::pct(3).name()        // "pct:3"
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "sim/explore/search.h"

namespace sim {

class Profile;

class Strategy {
 public:
  enum class Kind : std::uint8_t {
    fifo,          // asyncio's order
    run_to_block,  // a task runs until it blocks
    lifo,          // what became ready last runs next
    random,        // a uniform random walk
    pct,           // random priorities and a few changes of them
    pos,           // random priorities for each step, redrawn after conflicts
    urw,           // a random walk that is uniform among interleavings
    surw,          // the same for the accesses to one object
    delay,         // run to block, with a few tasks passed over
    dfs,           // every schedule
    dpor,          // every trace
    sweep,         // every schedule with one deviation from another
    portfolio,     // all that helps, in turn
  };
  static constexpr std::uint32_t kMostDepth = 100;

  static Strategy fifo() { return Strategy(Kind::fifo); }
  static Strategy run_to_block() { return Strategy(Kind::run_to_block); }
  static Strategy lifo() { return Strategy(Kind::lifo); }
  static Strategy random() { return Strategy(Kind::random); }
  // Bugs that need at most `depth` ordering constraints. Throws std::invalid_argument for a depth
  // that is not 1..kMostDepth; so does delay().
  static Strategy pct(std::uint32_t depth = 3) { return Strategy(Kind::pct, depth); }
  static Strategy pos() { return Strategy(Kind::pos); }
  static Strategy urw() { return Strategy(Kind::urw); }
  static Strategy surw() { return Strategy(Kind::surw); }
  static Strategy delay(std::uint32_t delays = 3) { return Strategy(Kind::delay, delays); }
  static Strategy dfs() { return Strategy(Kind::dfs); }
  static Strategy dpor() { return Strategy(Kind::dpor); }
  static Strategy sweep() { return Strategy(Kind::sweep); }
  static Strategy portfolio() { return Strategy(Kind::portfolio); }

  // What name() gives; "pct" and "delay" alone have their default depth. Throws
  // std::invalid_argument with one line that says which part is wrong and what would be right.
  static Strategy parse(std::string_view text);
  std::string name() const;

  Kind kind() const { return kind_; }
  // Of pct and delay; else 0.
  std::uint32_t depth() const { return depth_; }
  friend bool operator==(const Strategy&, const Strategy&) = default;

 private:
  explicit Strategy(Kind kind) : kind_(kind) {}
  Strategy(Kind kind, std::uint32_t depth);

  Kind kind_;
  std::uint32_t depth_ = 0;
};

// The search of a strategy. Samplers learn into `profile`; null gives them one of their own.
// `reducible` says that dpor is sound for the options of the executions: then the portfolio has it.
std::unique_ptr<Search> make_search(const Strategy& strategy, std::uint64_t seed,
                                    std::shared_ptr<Profile> profile = nullptr,
                                    bool reducible = false);

}  // namespace sim
