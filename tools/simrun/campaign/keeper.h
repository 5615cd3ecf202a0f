// Keeper: what puts things into the store and never loses them. When the store fails, it says so in
// one line and goes on in memory, with what could still be read, and else with what it remembers of
// the findings; at the end it tries once more.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
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
  // As it was last read or put down; nothing for what is not known.
  std::optional<State> state_of(const std::string& signature) const;
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
  // Puts down what became of what was seen; a store that was lost makes no news of what is known.
  State remember(const Seen& seen, State state);

  std::string path_;
  std::function<void(const std::string&)> tell_;
  std::unique_ptr<Store> store_;  // never null behind the constructor
  std::string trouble_;
  // For when the store can no longer be read.
  std::map<std::string, Stored> known_;        // signatures
  std::map<std::string, State> news_at_first_;  // of the commit
  std::set<std::string> no_news_;              // though the store in memory says so
  std::map<std::pair<std::string, std::string>, std::uint64_t> seeds_;  // scenario, parameters
};

}  // namespace simrun::campaign
