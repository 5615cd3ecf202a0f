#include "tools/simrun/campaign/keeper.h"

#include <sys/wait.h>
#include <unistd.h>

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

// In a store that another campaign has left.
void store_lost_money(const std::string& path) {
  const auto store = taken(Store::open(path));
  taken(store->add(taken(store->begin({})), lost_money()));
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
  store_lost_money(path);
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

TEST(Keeper, KnowsWhatAStoreHeldThatCanOnlyBeReadAnyMore) {
  const Folder folder;
  const std::string path = folder / "a.db";
  store_lost_money(path);
  std::vector<std::string> said;
  Keeper keeper(path, [&](const std::string& line) { said.push_back(line); });
  const CampaignRun run = keeper.begin({});
  const absl::Status refuses = taken(Store::open(path))->database().execute(
      "CREATE TRIGGER refuses BEFORE INSERT ON sightings BEGIN SELECT RAISE(ABORT, 'no'); END");
  ASSERT_TRUE(refuses.ok()) << refuses.message();
  EXPECT_THAT(keeper.add(run, lost_money()), ElementsAre(State::known));
  EXPECT_THAT(said, SizeIs(1));
}

// As somebody who may read the file and not write it.
TEST(Keeper, KnowsWhatAStoreHoldsThatIsReadOnly) {
  const Folder folder;
  const std::string path = folder / "a.db";
  store_lost_money(path);
  using std::filesystem::perms;
  std::filesystem::permissions(folder / "", perms::owner_all | perms::others_read |
                                                perms::others_exec | perms::group_all);
  std::filesystem::permissions(path, perms::owner_read | perms::group_read | perms::others_read);
  const pid_t child = fork();
  if (child == 0) {
    constexpr uid_t kNobody = 65534;
    if (geteuid() == 0 && setuid(kNobody) != 0) _exit(2);
    std::vector<std::string> said;
    Keeper keeper(path, [&](const std::string& line) { said.push_back(line); });
    const bool knows = keeper.findings().size() == 1 && said.size() == 1;
    _exit(knows && said[0].find("Permission denied") != std::string::npos ? 0 : 3);
  }
  int status = -1;
  waitpid(child, &status, 0);
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST(Keeper, RemembersWhatAStoreThatIsLostHeld) {
  const Folder folder;
  const std::string path = folder / "a.db";
  CampaignRun of_a_commit;
  of_a_commit.commit = "one";
  {
    const auto store = taken(Store::open(path));
    Entry entry = lost_money();
    entry.seen.push_back(made_up("bank", "found money"));
    taken(store->add(taken(store->begin({})), entry));
    Entry fixed;
    fixed.fixed = {entry.seen[1].signature.id()};
    taken(store->add(taken(store->begin({})), fixed));
    Entry news;
    news.seen = {made_up("bank", "news of the commit")};
    taken(store->add(taken(store->begin(of_a_commit)), news));
  }
  Keeper keeper(path, [](const std::string&) {});
  const CampaignRun run = keeper.begin(of_a_commit);
  EXPECT_THAT(keeper.findings(), SizeIs(3));
  Slice slice = made_up_slice("bank");
  Entry own;
  own.slice = &slice;
  own.seen = {made_up("bank", "made money")};
  EXPECT_THAT(keeper.add(run, own), ElementsAre(State::found));
  ASSERT_TRUE(taken(Store::open(path))->database().execute("DROP TABLE slices").ok());
  Entry known = lost_money();
  known.seen.push_back(made_up("bank", "found money"));
  EXPECT_THAT(keeper.add(run, known), ElementsAre(State::known, State::returned));
  EXPECT_THAT(keeper.findings(), SizeIs(4));
  EXPECT_EQ(keeper.state_of(own.seen[0].signature.id()), State::found);
  EXPECT_EQ(keeper.seeds_used(slice, run.seed), 8u) << "they are not explored again";
  const auto news = keeper.news_of(run);
  EXPECT_TRUE(news.contains(made_up("bank", "news of the commit").signature.id()));
  EXPECT_FALSE(news.contains(known.seen[0].signature.id()));
  // Another file, which is whole, has not what is only remembered.
  std::filesystem::rename(path, folder / "damaged.db");
  std::filesystem::remove(path + "-wal");
  std::filesystem::remove(path + "-shm");
  keeper.end(run);
  EXPECT_THAT(keeper.trouble(), testing::HasSubstr("no such table"));
}

}  // namespace
}  // namespace simrun::campaign
