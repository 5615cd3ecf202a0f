#include "tools/simrun/campaign/keeper.h"

#include <algorithm>
#include <cstdlib>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"

namespace simrun::campaign {

namespace {

// Memory alone is left: there is nothing to go on with.
std::unique_ptr<Store> memory_store() {
  auto store = Store::in_memory();
  if (!store.ok()) std::abort();
  return *std::move(store);
}

}  // namespace

Keeper::Keeper(std::string path, std::function<void(const std::string&)> tell)
    : path_(std::move(path)), tell_(std::move(tell)) {
  auto opened = Store::open(path_);
  if (opened.ok()) {
    store_ = *std::move(opened);
    return;
  }
  // What cannot be written may be read.
  if (absl::IsPermissionDenied(opened.status())) {
    if (auto copy = Store::copy(path_); copy.ok()) store_ = *std::move(copy);
  }
  fall_back(opened.status());
}

void Keeper::fall_back(const absl::Status& why) {
  trouble_ = std::string(why.message());
  tell_(absl::StrCat(trouble_, "; what is found stands only here"));
  std::unique_ptr<Store> memory = memory_store();
  // What it held is known all the same, where it can still be read.
  if (store_ && !memory->unite(*store_).ok()) memory = memory_store();
  store_ = std::move(memory);
}

template <class F>
auto Keeper::keep(F f) {
  auto result = f(*store_);
  if (!result.ok()) {
    fall_back(result.status());
    result = f(*store_);
    if (!result.ok()) std::abort();
  }
  return *std::move(result);
}

CampaignRun Keeper::begin(const CampaignRun& run) {
  CampaignRun begun = keep([&](Store& store) { return store.begin(run); });
  news_at_first_ = keep([&](Store& store) { return store.news_of(begun); });
  return begun;
}

std::vector<Slice> Keeper::slices_of(const CampaignRun& run) {
  return keep([&](Store& store) { return store.slices_of(run); });
}

std::uint64_t Keeper::seeds_used(const Slice& slice, std::uint64_t seed) {
  std::uint64_t& used = seeds_[{slice.scenario, slice.parameters}];
  used = std::max(used, keep([&](Store& store) { return store.seeds_used(slice, seed); }));
  return used;
}

std::set<std::string> Keeper::fixed_by(const CampaignRun& run) {
  return keep([&](Store& store) { return store.fixed_by(run); });
}

std::vector<Stored> Keeper::findings() {
  std::vector<Stored> all = keep([](Store& store) { return store.findings(); });
  std::set<std::string> there;
  for (const Stored& each : all) {
    there.insert(each.id);
    known_.insert_or_assign(each.id, each);
  }
  if (trouble_.empty()) return all;
  for (const auto& [id, stored] : known_) {
    if (!there.contains(id)) all.push_back(stored);
  }
  std::ranges::sort(all, {}, [](const Stored& each) {
    return std::tie(each.signature.scenario, each.id);
  });
  return all;
}

std::optional<State> Keeper::state_of(const std::string& signature) const {
  const auto known = known_.find(signature);
  if (known == known_.end()) return std::nullopt;
  return known->second.state;
}

State Keeper::remember(const Seen& seen, State state) {
  const std::string id = seen.signature.id();
  const auto [at, is_first] = known_.try_emplace(id, Stored{id, seen.signature, state, {}});
  Stored& known = at->second;
  if (!is_first && state == State::found) {
    state = known.state == State::fixed ? State::returned : State::known;
    if (state == State::known) no_news_.insert(id);
  }
  known.state = state;
  if (known.schedules.empty()) known.schedules.push_back(seen.schedule);
  return state;
}

std::vector<State> Keeper::add(const CampaignRun& run, const Entry& entry) {
  std::vector<State> states = keep([&](Store& store) { return store.add(run, entry); });
  for (std::size_t i = 0; i < states.size(); ++i) states[i] = remember(entry.seen[i], states[i]);
  for (const auto& [ids, state] :
       {std::pair(&entry.fixed, State::fixed), std::pair(&entry.stale, State::stale)}) {
    for (const std::string& id : *ids) {
      if (const auto at = known_.find(id); at != known_.end()) at->second.state = state;
    }
  }
  if (entry.slice != nullptr) {
    std::uint64_t& used = seeds_[{entry.slice->scenario, entry.slice->parameters}];
    used = std::max(used, entry.slice->seed - run.seed + 1);
  }
  return states;
}

std::map<std::string, State> Keeper::news_of(const CampaignRun& run) {
  auto news = keep([&](Store& store) { return store.news_of(run); });
  for (const std::string& id : no_news_) news.erase(id);
  if (!trouble_.empty() && !run.commit.empty()) {
    news.insert(news_at_first_.begin(), news_at_first_.end());
  }
  return news;
}

void Keeper::end(const CampaignRun& run) {
  keep([&](Store& store) -> absl::StatusOr<bool> {
    if (absl::Status status = store.end(run); !status.ok()) return status;
    return true;
  });
  if (trouble_.empty()) return;
  // The disk may have room again by now.
  auto file = Store::open(path_);
  if (!file.ok() || !(*file)->unite(*store_).ok()) return;
  // It may be another file by now, without what memory has not.
  const auto there = (*file)->findings();
  if (!there.ok()) return;
  const auto is_there = [&](const auto& known) {
    return std::ranges::find(*there, known.first, &Stored::id) != there->end();
  };
  if (!std::ranges::all_of(known_, is_there)) return;
  tell_(absl::StrCat("the store '", path_, "': everything has been stored after all"));
  trouble_.clear();
}

}  // namespace simrun::campaign
