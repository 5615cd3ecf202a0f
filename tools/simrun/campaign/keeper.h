// Keeper: what puts things into the store and never loses them. When the store fails, it says so in
// one line and goes on in memory, with what could still be read; at the end it tries once more.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tools/simrun/campaign/store.h"

namespace simrun::campaign {

class Keeper {
 public:
  // `tell` is given the line about what is wrong.
  Keeper(std::string path, std::function<void(const std::string&)> tell);

  // Begins the run or continues one; see Store::begin().
  CampaignRun begin(const CampaignRun& run);
  std::vector<Slice> slices_of(const CampaignRun& run);
  std::uint64_t seeds_used(const Slice& slice, std::uint64_t seed);
  std::vector<Stored> findings();
  std::vector<State> add(const CampaignRun& run, const Entry& entry);
  std::map<std::string, State> news_of(const CampaignRun& run);
  std::set<std::string> fixed_by(const CampaignRun& run);
  void end(const CampaignRun& run);

  // The first thing that went wrong and was not made good; empty if nothing is missing.
  const std::string& trouble() const { return trouble_; }

 private:
  void fall_back(const absl::Status& why);
  // What f(store) gives, from the store in memory if the file fails.
  template <class F>
  auto keep(F f);

  std::string path_;
  std::function<void(const std::string&)> tell_;
  std::unique_ptr<Store> store_;  // never null behind the constructor
  std::string trouble_;
};

}  // namespace simrun::campaign
