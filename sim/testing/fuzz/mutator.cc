#include "sim/testing/fuzz/mutator.h"

#include <algorithm>

#include "sim/testing/bytes_source.h"

namespace sim::fuzz {

namespace {

using Choice = Schedule::Choice;
using Choices = std::vector<Choice>;

constexpr std::uint32_t kBeyond = 16;      // how far past what is known a deviation may be put
constexpr std::uint64_t kFarthest = 1u << 31;

std::uint32_t bounded(std::int64_t decision) {
  return static_cast<std::uint32_t>(
      std::clamp<std::int64_t>(decision, 0, static_cast<std::int64_t>(kFarthest)));
}

// Mostly the next in line: in many programs there is no other.
std::uint32_t draw_index(Rng& rng) {
  std::uint32_t index = 1;
  while (index < 64 && rng.below(4) == 0) index += 1 + static_cast<std::uint32_t>(rng.below(3));
  return index;
}

// From -4 to 4, not 0; near more often than far.
std::int64_t draw_step(Rng& rng) {
  const auto step = static_cast<std::int64_t>(1 + std::min(rng.below(4), rng.below(4)));
  return rng.below(2) == 0 ? step : -step;
}

void insert(Choices& choices, std::uint32_t horizon, Rng& rng) {
  const std::uint64_t last = choices.empty() ? 0 : choices.back().decision;
  const std::uint64_t room = std::max<std::uint64_t>(horizon, last + kBeyond);
  choices.push_back({bounded(static_cast<std::int64_t>(rng.below(room))), draw_index(rng)});
}

void insert_near(Choices& choices, Rng& rng) {
  const Choice& near = choices[rng.below(choices.size())];
  choices.push_back({bounded(std::int64_t{near.decision} + draw_step(rng)), draw_index(rng)});
}

void erase(Choices& choices, Rng& rng) {
  choices.erase(choices.begin() + static_cast<std::ptrdiff_t>(rng.below(choices.size())));
}

void move_one(Choices& choices, Rng& rng) {
  Choice& moved = choices[rng.below(choices.size())];
  moved.decision = bounded(std::int64_t{moved.decision} + draw_step(rng));
}

// What follows a change of the schedule often happens as before, a few decisions later.
void move_rest(Choices& choices, Rng& rng) {
  const std::int64_t step = draw_step(rng);
  for (std::size_t i = rng.below(choices.size()); i < choices.size(); ++i) {
    choices[i].decision = bounded(std::int64_t{choices[i].decision} + step);
  }
}

void choose_other(Choices& choices, Rng& rng) {
  choices[rng.below(choices.size())].index = draw_index(rng);
}

void cut(Choices& choices, Rng& rng) { choices.resize(rng.below(choices.size())); }

// What a loop did once it may have to do again, as far from the last time as that from the one
// before.
void repeat_last(Choices& choices) {
  const Choice last = choices.back();
  const std::int64_t before = choices.size() > 1 ? choices[choices.size() - 2].decision : -1;
  choices.push_back({bounded(2 * std::int64_t{last.decision} - before), last.index});
}

void change(Choices& choices, std::uint32_t horizon, Rng& rng) {
  if (choices.empty()) return insert(choices, horizon, rng);
  switch (rng.below(12)) {
    case 0:
    case 1:
    case 2: return insert(choices, horizon, rng);
    case 3:
    case 4: return insert_near(choices, rng);
    case 5: return erase(choices, rng);
    case 6:
    case 7: return move_one(choices, rng);
    case 8: return move_rest(choices, rng);
    case 9: return choose_other(choices, rng);
    case 10: return cut(choices, rng);
    default: return repeat_last(choices);
  }
}

void put_in_order(Choices& choices) {
  std::ranges::stable_sort(choices, {}, &Choice::decision);
  const auto same = [](const Choice& a, const Choice& b) { return a.decision == b.decision; };
  choices.erase(std::unique(choices.begin(), choices.end(), same), choices.end());
}

Bytes fitted(Schedule schedule, std::size_t most) {
  Bytes bytes = bytes_of_schedule(schedule);
  while (bytes.size() > most) {
    schedule.choices.pop_back();
    bytes = bytes_of_schedule(schedule);
  }
  return bytes;
}

}  // namespace

Bytes mutate(std::span<const std::uint8_t> input, std::size_t most, std::uint32_t horizon,
             Rng& rng) {
  Schedule schedule = schedule_of_bytes(input);
  do {
    change(schedule.choices, horizon, rng);
    put_in_order(schedule.choices);
  } while (rng.below(2) == 0);
  return fitted(std::move(schedule), most);
}

Bytes splice(std::span<const std::uint8_t> first, std::span<const std::uint8_t> second,
             std::size_t most, Rng& rng) {
  Schedule joined = schedule_of_bytes(first);
  const Schedule rest = schedule_of_bytes(second);
  const Schedule& longer = joined.choices.size() > rest.choices.size() ? joined : rest;
  if (longer.choices.empty()) return {};
  const std::uint32_t at = longer.choices[rng.below(longer.choices.size())].decision;
  std::erase_if(joined.choices, [&](const Choice& choice) { return choice.decision >= at; });
  for (const Choice& choice : rest.choices) {
    if (choice.decision >= at) joined.choices.push_back(choice);
  }
  return fitted(std::move(joined), most);
}

}  // namespace sim::fuzz
