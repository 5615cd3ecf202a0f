// A store keeps what it is given, whatever happens to it in between, and says what is wrong with a
// file that is none.
#include "tools/simrun/campaign/store.h"

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "sim/rng.h"
#include "tools/simrun/campaign/in_test.h"
#include "tools/simrun/campaign/process.h"
#include "tools/simrun/campaign/schema.h"

namespace simrun::campaign {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

// A store with something in each table, closed again.
void fill(const std::string& path) {
  auto store = taken(Store::open(path));
  const CampaignRun run = begun(*store);
  for (int i = 0; i < 20; ++i) {
    const Slice slice = made_up_slice(absl::StrCat("scenario_", i % 3));
    Entry entry =
        entry_of({made_up(slice.scenario, absl::StrCat("message ", i, std::string(80, 'x')))});
    entry.slice = &slice;
    taken(store->add(run, entry));
  }
  EXPECT_TRUE(store->end(run).ok());
}

TEST(Store, KeepsWhatItWasGiven) {
  const Folder folder;
  const std::string kWhy("why\0not\n", 8);
  {
    auto store = taken(Store::open(folder / "a.db"));
    const CampaignRun run = begun(*store);
    const Slice slice = made_up_slice("bank");
    Entry entry = entry_of({made_up("bank", "lost money")});
    entry.seen[0].schedule.explanation = kWhy;
    entry.slice = &slice;
    EXPECT_THAT(taken(store->add(run, entry)), ElementsAre(State::found));
  }
  auto store = taken(Store::open(folder / "a.db"));
  const std::vector<Stored> findings = taken(store->findings());
  ASSERT_THAT(findings, SizeIs(1));
  EXPECT_EQ(findings[0].id, made_up("bank", "lost money").signature.id());
  EXPECT_EQ(findings[0].signature.pattern, "lost money");
  ASSERT_THAT(findings[0].schedules, SizeIs(1));
  EXPECT_EQ(findings[0].schedules[0].explanation, kWhy);
  EXPECT_EQ(taken(store->seeds_used(made_up_slice("bank"), 0)), 8u);
  EXPECT_EQ(taken(store->seeds_used(made_up_slice("bank"), 1)), 0u);
}

TEST(Store, SurvivesARelativeNameThatLooksLikeSomethingElse) {
  const Folder folder;
  const std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::current_path(folder / "");
  EXPECT_TRUE(Store::open(":memory:").ok());
  EXPECT_TRUE(std::filesystem::exists(":memory:"));
  std::filesystem::current_path(before);
}

TEST(Store, SaysWhatBecameOfAFinding) {
  auto store = taken(Store::in_memory());
  const Seen seen = made_up("bank", "lost money");
  const std::string id = seen.signature.id();
  const CampaignRun first = begun(*store, "one");
  const auto see = [&](const CampaignRun& run) {
    return taken(store->add(run, entry_of({seen})))[0];
  };
  const auto fix = [&](const CampaignRun& run) {
    Entry entry;
    entry.fixed = {id};
    taken(store->add(run, entry));
  };
  EXPECT_EQ(see(first), State::found);
  EXPECT_EQ(see(first), State::known);
  fix(first);
  EXPECT_EQ(taken(store->findings())[0].state, State::fixed);
  EXPECT_EQ(see(first), State::known) << "this run was wrong about it: another schedule shows it";
  fix(first);
  const CampaignRun second = begun(*store, "two");
  EXPECT_EQ(see(second), State::returned);
  EXPECT_EQ(see(second), State::known);
  EXPECT_THAT(taken(store->news_of(second)), ElementsAre(testing::Pair(id, State::returned)));
}

TEST(Store, TheLastSightingCountsAlsoWhereAClockIsBehind) {
  auto store = taken(Store::in_memory());
  const Seen seen = made_up("bank", "lost money");
  const CampaignRun run = begun(*store);
  taken(store->add(run, entry_of({seen})));
  ASSERT_TRUE(store->database().execute("UPDATE sightings SET at = at + 3600000").ok());
  Entry entry;
  entry.fixed = {seen.signature.id()};
  taken(store->add(begun(*store), entry));
  EXPECT_EQ(taken(store->findings())[0].state, State::fixed);
}

TEST(Store, AJobThatIsRunAgainAtTheSameCommitHasTheSameNews) {
  auto store = taken(Store::in_memory());
  const CampaignRun first = begun(*store, "one");
  taken(store->add(first, entry_of({made_up("bank", "lost money")})));
  EXPECT_THAT(taken(store->news_of(begun(*store, "one"))), SizeIs(1));
  EXPECT_THAT(taken(store->news_of(begun(*store, "two"))), IsEmpty());
  const CampaignRun nameless = begun(*store);
  taken(store->add(nameless, entry_of({made_up("bank", "found money")})));
  EXPECT_THAT(taken(store->news_of(begun(*store))), IsEmpty()) << "of no commit nothing is known";
}

TEST(Store, KeepsASmallerScheduleAndOneInPlaceOfThoseThatAreStale) {
  auto store = taken(Store::in_memory());
  const CampaignRun run = begun(*store);
  const auto tokens = [&] {
    std::vector<std::string> all;
    const std::vector<Stored> findings = taken(store->findings());
    for (const Schedule& each : findings[0].schedules) all.push_back(each.token);
    return all;
  };
  taken(store->add(run, entry_of({made_up("bank", "m", "four", 4)})));
  taken(store->add(run, entry_of({made_up("bank", "m", "four_again", 4)})));
  EXPECT_THAT(tokens(), ElementsAre("four"));
  taken(store->add(run, entry_of({made_up("bank", "m", "one", 1)})));
  EXPECT_THAT(tokens(), testing::UnorderedElementsAre("four", "one"));
  Entry stale;
  stale.stale = {made_up("bank", "m").signature.id()};
  taken(store->add(run, stale));
  taken(store->add(run, entry_of({made_up("bank", "m", "nine", 9)})));
  EXPECT_THAT(tokens(), testing::UnorderedElementsAre("four", "one", "nine"));
}

TEST(Store, ContinuesARunWhoseProcessIsGone) {
  auto store = taken(Store::in_memory());
  CampaignRun run;
  run.arguments = "all";
  run.process = this_process();
  const CampaignRun alive = taken(store->begin(run));
  EXPECT_NE(taken(store->begin(run)).id, alive.id) << "its process is there";
  run.arguments = "some";
  run.process = this_process() + "1";  // the same number, started at another time
  const CampaignRun killed = taken(store->begin(run));
  const Slice slice = made_up_slice("bank");
  Entry entry;
  entry.slice = &slice;
  taken(store->add(killed, entry));
  run.process = this_process();
  run.arguments = "others";
  EXPECT_NE(taken(store->begin(run)).id, killed.id) << "other arguments";
  run.arguments = "some";
  const CampaignRun again = taken(store->begin(run));
  EXPECT_EQ(again.id, killed.id);
  EXPECT_THAT(taken(store->slices_of(again)), SizeIs(1));
  EXPECT_TRUE(store->end(again).ok());
  EXPECT_NE(taken(store->begin(run)).id, killed.id) << "it has ended";
  run.arguments = "a few";
  run.process = this_process() + "1";
  const CampaignRun ended = taken(store->begin(run));
  EXPECT_TRUE(store->end(ended).ok());
  EXPECT_NE(taken(store->begin(run)).id, ended.id) << "it had ended before its process was gone";
}

TEST(Store, BringsEveryOlderVersionToThisOne) {
  for (int version = 1; version < schema_version(); ++version) {
    const Folder folder;
    const std::string path = folder / "old.db";
    {
      auto database = taken(Database::open(path, Database::Access::create));
      ASSERT_TRUE(create_schema(*database, version).ok());
      const absl::Status filled = database->execute(
          "INSERT INTO runs(run, ended, started, commit_hash, arguments, seed, shard, shards, "
          "version) VALUES('r', 0, 5, 'abc', 'all', '0', 0, 1, '0.1.0');"
          "INSERT INTO findings VALUES('0123456789abcdef', 'bank', '', 'assertion', '', '', 'm');"
          "INSERT INTO sightings VALUES('r', 1, '0123456789abcdef', 'found', 6, 'abc');");
      ASSERT_TRUE(filled.ok()) << filled.message();
    }
    auto store = taken(Store::open(path));
    ASSERT_NE(store, nullptr);
    EXPECT_EQ(taken(store->database().number("PRAGMA user_version")), schema_version());
    EXPECT_THAT(taken(store->findings()), SizeIs(1));
    EXPECT_THAT(taken(store->dump()), testing::Contains(HasSubstr("runs|r|0|5|abc")));
  }
}

struct NoStore {
  const char* name;
  void (*make)(const std::string& path);
  const char* why;
};

const NoStore kNoStores[] = {
    {"text", [](const std::string& path) { write_file(path, std::string(5000, 'x')); },
     "it is no SQLite database"},
    {"another",
     [](const std::string& path) {
       auto database = taken(Database::open(path, Database::Access::create));
       EXPECT_TRUE(database->execute("CREATE TABLE people(name)").ok());
     },
     "it is an SQLite database of another program"},
    {"newer",
     [](const std::string& path) {
       fill(path);
       auto database = taken(Database::open(path, Database::Access::existing));
       EXPECT_TRUE(database->execute("PRAGMA user_version = 99").ok());
     },
     "it has version 99 and this simrun knows only 3; a newer simrun wrote it"},
    {"without_slices",
     [](const std::string& path) {
       fill(path);
       auto database = taken(Database::open(path, Database::Access::existing));
       EXPECT_TRUE(database->execute("DROP TABLE slices").ok());
     },
     "it is damaged: it has no 'slices'"},
    {"with_another_view",
     [](const std::string& path) {
       fill(path);
       auto database = taken(Database::open(path, Database::Access::existing));
       EXPECT_TRUE(database
                       ->execute("DROP VIEW overview; "
                                 "CREATE VIEW overview AS SELECT 1 AS signature, 2 AS state")
                       .ok());
     },
     "it is damaged: 'overview' is another"},
    {"with_a_page_of_nothing",
     [](const std::string& path) {
       fill(path);
       std::string bytes = read_file(path);
       bytes.replace(bytes.size() - 4096, 4096, 4096, '\0');
       write_file(path, bytes);
     },
     "it is damaged: "},
    {"folder", [](const std::string& path) { std::filesystem::create_directory(path); },
     "it is a folder"},
    {"nowhere/a.db", [](const std::string&) {}, "No such file or directory"},
    {"cut",
     [](const std::string& path) {
       fill(path);
       write_file(path, read_file(path).substr(0, 6000));
     },
     "it is damaged"},
};

TEST(Store, SaysInOneLineWhyAFileIsNoStore) {
  for (const NoStore& each : kNoStores) {
    const Folder folder;
    const std::string path = folder / each.name;
    each.make(path);
    const std::string before = std::filesystem::is_directory(path) ? "" : read_file(path);
    const auto store = Store::open(path);
    ASSERT_FALSE(store.ok()) << each.name;
    EXPECT_THAT(std::string(store.status().message()),
                testing::StartsWith(absl::StrCat("the store '", path, "': ", each.why)));
    if (std::filesystem::is_directory(path)) continue;
    EXPECT_EQ(read_file(path), before) << each.name << ": it is left as it was";
  }
}

// Does all that a campaign does with a store. What comes of it is no matter.
void use(const std::string& path) {
  auto store = Store::open(path);
  if (!store.ok()) {
    EXPECT_THAT(std::string(store.status().message()), HasSubstr(path));
    return;
  }
  // Nobody waits for the disk here.
  EXPECT_TRUE((*store)->database().execute("PRAGMA synchronous = OFF").ok());
  CampaignRun run;
  run.arguments = "all";
  run.process = this_process();
  const auto begun_run = (*store)->begin(run);
  if (begun_run.ok()) {
    const Slice slice = made_up_slice("scenario_1");
    Entry entry = entry_of({made_up("scenario_1", "message 7"), made_up("bank", "new")});
    entry.slice = &slice;
    (*store)->add(*begun_run, entry).IgnoreError();
    (*store)->slices_of(*begun_run).IgnoreError();
    (*store)->news_of(*begun_run).IgnoreError();
  }
  (*store)->findings().IgnoreError();
  auto copy = taken(Store::in_memory());
  copy->unite(**store).IgnoreError();
}

int flips() { return std::getenv("SIMLOOP_LONG") != nullptr ? 20'000 : 300; }

void flip_a_bit(std::string& in, std::size_t at, sim::Rng& rng) {
  in[at] = static_cast<char>(in[at] ^ (1 << rng.below(8)));
}

TEST(Store, NeverFailsWorseThanWithALineWhereBytesAreDamaged) {
  const Folder folder;
  fill(folder / "good.db");
  const std::string good = read_file(folder / "good.db");
  ASSERT_GT(good.size(), 20'000u);
  sim::Rng rng(1);
  for (int i = 0; i < flips(); ++i) {
    std::string bad = good;
    // The head of the file and of each page are small and matter most.
    const std::size_t page = rng.below(good.size() / 4096) * 4096;
    flip_a_bit(bad, i % 2 == 0 ? page + rng.below(100) : rng.below(good.size()), rng);
    const Folder own;
    write_file(own / "bad.db", bad);
    use(own / "bad.db");
  }
}

TEST(Store, NeverFailsWorseThanWithALineWhereItsLogIsDamaged) {
  const Folder folder;
  const std::string path = folder / "good.db";
  fill(path);
  // While it is open, what was added last is in the log.
  const auto store = taken(Store::open(path));
  taken(store->add(begun(*store), entry_of({made_up("bank", "lost money")})));
  const std::string good = read_file(path);
  const std::string log = read_file(path + "-wal");
  ASSERT_GT(log.size(), 1000u);
  sim::Rng rng(2);
  for (int i = 0; i < flips() / 4; ++i) {
    std::string bad = log;
    flip_a_bit(bad, i % 2 == 0 ? rng.below(100) : rng.below(log.size()), rng);
    if (i % 8 == 7) bad.resize(rng.below(bad.size()));
    const Folder own;
    write_file(own / "bad.db", good);
    write_file(own / "bad.db-wal", bad);
    use(own / "bad.db");
  }
}

TEST(Store, SaysThatTheDiskIsFullAndKeepsWhatItHad) {
  const Folder folder;
  auto store = taken(Store::open(folder / "a.db"));
  const CampaignRun run = begun(*store);
  taken(store->add(run, entry_of({made_up("bank", "lost money")})));
  const auto pages = taken(store->database().number("PRAGMA page_count"));
  ASSERT_TRUE(store->database().execute(absl::StrCat("PRAGMA max_page_count = ", pages)).ok());
  Seen large = made_up("bank", "more");
  large.schedule.explanation.assign(100'000, 'x');
  const auto added = store->add(run, entry_of({large}));
  EXPECT_EQ(added.status().message(),
            absl::StrCat("the store '", folder / "a.db", "': the disk is full"));
  EXPECT_THAT(taken(store->findings()), SizeIs(1));
  store.reset();
  EXPECT_THAT(taken(taken(Store::open(folder / "a.db"))->findings()), SizeIs(1));
}

TEST(Store, KeepsAllOfAnEntryOrNothing) {
  auto store = taken(Store::in_memory());
  const CampaignRun run = begun(*store);
  ASSERT_TRUE(store->database().execute("DROP TABLE schedules").ok());
  EXPECT_FALSE(store->add(run, entry_of({made_up("bank", "lost money")})).ok());
  EXPECT_EQ(taken(store->database().number("SELECT count(*) FROM findings")), 0);
}

TEST(Store, UnitedWithAnotherItHoldsWhatBothHold) {
  const Folder folder;
  fill(folder / "a.db");
  auto early = taken(Store::copy(folder / "a.db"));
  auto late = taken(Store::open(folder / "a.db"));
  const CampaignRun run = begun(*early, "x");
  taken(early->add(run, entry_of({made_up("bank", "lost money")})));
  taken(late->unite(*early));
  EXPECT_EQ(taken(late->dump()), taken(early->dump()));
  EXPECT_EQ(taken(late->unite(*early)), 0) << "a second time adds nothing";
  EXPECT_TRUE(late->end(run).ok());
  taken(late->add(begun(*late), entry_of({made_up("bank", "found money")})));
  auto other_way = taken(Store::in_memory());
  taken(other_way->unite(*late));
  taken(other_way->unite(*early));
  EXPECT_EQ(taken(other_way->dump()), taken(late->dump())) << "in any order: the run has ended";
  taken(early->unite(*late));
  EXPECT_EQ(taken(early->dump()), taken(late->dump()));
}

TEST(Store, AWriterWaitsForAnotherProcess) {
  const Folder folder;
  auto store = taken(Store::open(folder / "a.db"));
  const CampaignRun run = begun(*store);
  std::array<int, 2> ends;
  ASSERT_EQ(pipe(ends.data()), 0);
  const pid_t child = fork();
  if (child == 0) {
    auto database = Database::open(folder / "a.db", Database::Access::existing);
    if (!database.ok() || !(*database)->execute("BEGIN IMMEDIATE").ok()) _exit(1);
    if (write(ends[1], "x", 1) != 1) _exit(1);
    usleep(50'000);
    _exit((*database)->execute("COMMIT").ok() ? 0 : 1);
  }
  char begun_there = 0;
  ASSERT_EQ(read(ends[0], &begun_there, 1), 1);
  const auto added = store->add(run, entry_of({made_up("bank", "m")}));
  EXPECT_TRUE(added.ok()) << added.status().message();
  int status = -1;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  close(ends[0]);
  close(ends[1]);
}

// Two campaigns that make one store at the same moment meet here.
TEST(Store, OpensBesideAnotherProcessThatWritesItsRollbackJournal) {
  const Folder folder;
  fill(folder / "a.db");
  auto writer = taken(Database::open(folder / "a.db", Database::Access::existing));
  const auto execute = [&](const char* sql) { EXPECT_TRUE(writer->execute(sql).ok()) << sql; };
  execute("PRAGMA journal_mode = DELETE");
  execute("BEGIN IMMEDIATE");
  const auto store = taken(Store::open(folder / "a.db"));
  ASSERT_NE(store, nullptr);
  EXPECT_EQ(taken(store->database().number("PRAGMA synchronous")), 3);
  execute("COMMIT");
  taken(store->add(begun(*store), entry_of({made_up("bank", "m")})));
  const auto again = taken(Store::open(folder / "a.db"));
  auto mode = again->database().prepare("PRAGMA journal_mode");
  ASSERT_TRUE(mode.ok() && taken(mode->step()));
  EXPECT_EQ(mode->text(0), "wal");
}

TEST(Store, TwoWritersWaitForEachOther) {
  const Folder folder;
  auto one = taken(Store::open(folder / "a.db"));
  auto other = taken(Store::open(folder / "a.db"));
  const CampaignRun first = begun(*one);
  const CampaignRun second = begun(*other);
  EXPECT_THAT(taken(one->add(first, entry_of({made_up("bank", "m")}))), ElementsAre(State::found));
  EXPECT_THAT(taken(other->add(second, entry_of({made_up("bank", "m")}))),
              ElementsAre(State::known));
}

}  // namespace
}  // namespace simrun::campaign
