#include "sim/explore/strategy.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

#include "sim/explore/delay.h"
#include "sim/explore/dfs.h"
#include "sim/explore/dpor.h"
#include "sim/explore/lifo.h"
#include "sim/explore/pct.h"
#include "sim/explore/portfolio.h"
#include "sim/explore/pos.h"
#include "sim/explore/random_walk.h"
#include "sim/explore/run_to_block.h"
#include "sim/explore/single_order.h"
#include "sim/explore/surw.h"
#include "sim/explore/sweep.h"
#include "sim/explore/urw.h"

namespace sim {

namespace {

using Kind = Strategy::Kind;

struct Name {
  std::string_view name;
  Kind kind;
};

constexpr Name kStrategyNames[] = {
    {"fifo", Kind::fifo},     {"run_to_block", Kind::run_to_block},
    {"lifo", Kind::lifo},     {"random", Kind::random},
    {"pct", Kind::pct},       {"pos", Kind::pos},
    {"urw", Kind::urw},       {"surw", Kind::surw},
    {"delay", Kind::delay},   {"dfs", Kind::dfs},
    {"dpor", Kind::dpor},     {"sweep", Kind::sweep},
    {"portfolio", Kind::portfolio},
};

bool has_depth(Kind kind) { return kind == Kind::pct || kind == Kind::delay; }

std::string_view name_of(Kind kind) {
  return std::ranges::find(kStrategyNames, kind, &Name::kind)->name;
}

// How many characters have to be inserted, removed or replaced to make one of the other.
std::size_t edits_between(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] != b[j - 1]);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}

// "did you mean 'random'?", or all there are.
std::string suggestion_for(std::string_view wrong) {
  constexpr std::size_t kLongest = 32;
  const Name* nearest = nullptr;
  std::size_t fewest = std::max<std::size_t>(1, wrong.size() / 3) + 1;
  for (const Name& each : kStrategyNames) {
    const std::size_t edits = wrong.size() > kLongest ? fewest : edits_between(wrong, each.name);
    if (edits < fewest) {
      fewest = edits;
      nearest = &each;
    }
  }
  if (nearest != nullptr) return "did you mean '" + std::string(nearest->name) + "'?";
  std::string all = "it is one of ";
  for (const Name& each : kStrategyNames) {
    if (&each != kStrategyNames) all += ", ";
    all += std::string(each.name) + (has_depth(each.kind) ? ":D" : "");
  }
  return all;
}

[[noreturn]] void refuse_strategy(const std::string& why) { throw std::invalid_argument(why); }

[[noreturn]] void refuse_depth(Kind kind, std::string_view depth) {
  refuse_strategy("the number of '" + std::string(name_of(kind)) + ":D' is 1 to " +
         std::to_string(Strategy::kMostDepth) + ", not '" + std::string(depth) + "'");
}

std::optional<std::uint32_t> whole_number(std::string_view text) {
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

Strategy::Strategy(Kind kind, std::uint32_t depth) : kind_(kind), depth_(depth) {
  if (depth == 0 || depth > kMostDepth) refuse_depth(kind, std::to_string(depth));
}

Strategy Strategy::parse(std::string_view text) {
  const std::size_t colon = text.find(':');
  const std::string_view name = text.substr(0, colon);
  const auto* known = std::ranges::find(kStrategyNames, name, &Name::name);
  if (known == std::end(kStrategyNames)) {
    refuse_strategy("there is no strategy '" + std::string(name) + "'; " + suggestion_for(name));
  }
  const Kind kind = known->kind;
  if (colon == std::string_view::npos) {
    return kind == Kind::pct ? pct() : kind == Kind::delay ? delay() : Strategy(kind);
  }
  const std::string_view depth = text.substr(colon + 1);
  if (!has_depth(kind)) {
    refuse_strategy("the strategy '" + std::string(name) + "' takes no ':" + std::string(depth) +
                    "'");
  }
  const std::optional<std::uint32_t> number = whole_number(depth);
  if (!number) refuse_depth(kind, depth);
  return Strategy(kind, *number);
}

std::string Strategy::name() const {
  std::string name(name_of(kind_));
  if (has_depth(kind_)) name += ":" + std::to_string(depth_);
  return name;
}

std::unique_ptr<Search> make_search(const Strategy& strategy, std::uint64_t seed,
                                    std::shared_ptr<Profile> profile, bool reducible) {
  if (profile == nullptr) profile = std::make_shared<Profile>();
  switch (strategy.kind()) {
    case Kind::fifo:
      return std::make_unique<Fifo>();
    case Kind::run_to_block:
      return std::make_unique<RunToBlock>();
    case Kind::lifo:
      return std::make_unique<Lifo>();
    case Kind::random:
      return std::make_unique<RandomWalk>(seed);
    case Kind::pct:
      return std::make_unique<Pct>(seed, strategy.depth(), std::move(profile));
    case Kind::pos:
      return std::make_unique<Pos>(seed, std::move(profile));
    case Kind::urw:
      return std::make_unique<Urw>(seed, std::move(profile));
    case Kind::surw:
      return std::make_unique<Surw>(seed, std::move(profile));
    case Kind::delay:
      return std::make_unique<Delay>(seed, strategy.depth(), std::move(profile));
    case Kind::dfs:
      return std::make_unique<Dfs>();
    case Kind::sweep:
      return std::make_unique<Sweep>();
    case Kind::portfolio:
      return std::make_unique<Portfolio>(seed, reducible);
    case Kind::dpor:
      return std::make_unique<Dpor>();
  }
  __builtin_unreachable();
}

}  // namespace sim
