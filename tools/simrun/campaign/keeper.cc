#include "tools/simrun/campaign/keeper.h"

#include <cstdlib>
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
  return keep([&](Store& store) { return store.begin(run); });
}

std::vector<Slice> Keeper::slices_of(const CampaignRun& run) {
  return keep([&](Store& store) { return store.slices_of(run); });
}

std::uint64_t Keeper::seeds_used(const Slice& slice, std::uint64_t seed) {
  return keep([&](Store& store) { return store.seeds_used(slice, seed); });
}

std::set<std::string> Keeper::fixed_by(const CampaignRun& run) {
  return keep([&](Store& store) { return store.fixed_by(run); });
}

std::vector<Stored> Keeper::findings() {
  return keep([](Store& store) { return store.findings(); });
}

std::vector<State> Keeper::add(const CampaignRun& run, const Entry& entry) {
  return keep([&](Store& store) { return store.add(run, entry); });
}

std::map<std::string, State> Keeper::news_of(const CampaignRun& run) {
  return keep([&](Store& store) { return store.news_of(run); });
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
  tell_(absl::StrCat("the store '", path_, "': everything has been stored after all"));
  trouble_.clear();
}

}  // namespace simrun::campaign
