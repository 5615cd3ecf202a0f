#include "tools/simrun/campaign/keeper.h"

#include <filesystem>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "tools/simrun/campaign/in_test.h"

namespace simrun::campaign {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

Entry lost_money() {
  Entry entry;
  entry.seen = {made_up("bank", "lost money")};
  return entry;
}

TEST(Keeper, StoresAfterAllWhatItCouldNotStoreBefore) {
  const Folder folder;
  const std::string path = folder / "later/a.db";
  std::vector<std::string> said;
  Keeper keeper(path, [&](const std::string& line) { said.push_back(line); });
  EXPECT_THAT(said, ElementsAre("the store '" + path +
                                "': No such file or directory; what is found stands only here"));
  const CampaignRun run = keeper.begin({});
  EXPECT_THAT(keeper.add(run, lost_money()), ElementsAre(State::found));
  EXPECT_THAT(keeper.add(run, lost_money()), ElementsAre(State::known)) << "memory keeps it";
  std::filesystem::create_directory(folder / "later");
  keeper.end(run);
  EXPECT_THAT(keeper.trouble(), IsEmpty());
  EXPECT_THAT(said, SizeIs(2));
  const auto store = taken(Store::open(path));
  EXPECT_THAT(taken(store->findings()), SizeIs(1));
}

TEST(Keeper, GoesOnWhenTheStoreIsSpoiltMeanwhile) {
  const Folder folder;
  const std::string path = folder / "a.db";
  {
    const auto store = taken(Store::open(path));
    taken(store->add(taken(store->begin({})), lost_money()));
  }
  std::vector<std::string> said;
  Keeper keeper(path, [&](const std::string& line) { said.push_back(line); });
  const CampaignRun run = keeper.begin({});
  // Another program has taken the table away; so nothing more can be added.
  ASSERT_TRUE(taken(Store::open(path))->database().execute("DROP TABLE slices").ok());
  EXPECT_THAT(keeper.add(run, lost_money()), ElementsAre(testing::_));
  EXPECT_THAT(said, SizeIs(1));
  keeper.end(run);
  EXPECT_THAT(keeper.trouble(), testing::HasSubstr("no such table"));
}

}  // namespace
}  // namespace simrun::campaign
