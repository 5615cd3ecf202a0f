// Campaigns as processes: killed at any moment, on disks that are full or cannot be written, two at
// a time.
#include "tools/simrun/campaign/process.h"

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "sim/rng.h"
#include "tools/simrun/campaign/in_test.h"
#include "tools/simrun/test_shell.h"

namespace simrun::campaign {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

// A campaign whose output is read as it comes.
class Child {
 public:
  explicit Child(const std::vector<std::string>& arguments) {
    std::array<int, 2> ends{};
    if (pipe(ends.data()) != 0) return;
    process_ = fork();
    if (process_ == 0) {
      dup2(ends[1], STDOUT_FILENO);
      close(ends[0]);
      close(ends[1]);
      std::vector<char*> argv = {const_cast<char*>(SIMLOOP_SIMRUN)};
      for (const std::string& each : arguments) argv.push_back(const_cast<char*>(each.c_str()));
      argv.push_back(nullptr);
      execv(argv[0], argv.data());
      _exit(127);
    }
    close(ends[1]);
    from_ = ends[0];
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() { close(from_); }

  // Reads until there are so many events, or the output ends.
  void read_events(std::size_t count) {
    while (events().size() < count && read_some()) {
    }
  }
  // Kills it and reads what it had said. Whether it was there to be killed.
  bool end(int signal) {
    kill(process_, signal);
    while (read_some()) {
    }
    int status = 0;
    waitpid(process_, &status, 0);
    return WIFSIGNALED(status);
  }
  // Signatures of the findings that it said are there.
  std::vector<std::string> events() const {
    std::vector<std::string> found;
    const std::vector<std::string> lines = absl::StrSplit(said_, '\n');
    for (std::size_t i = 0; i + 1 < lines.size(); ++i) {  // the last one may be cut
      if (!lines[i].starts_with("NEW  ") && !lines[i].starts_with("known  ")) continue;
      const std::vector<std::string> parts = absl::StrSplit(lines[i], "  ");
      if (parts.size() > 2) found.push_back(parts[2]);
    }
    return found;
  }
  const std::string& said() const { return said_; }

 private:
  bool read_some() {
    std::array<char, 65536> buffer;
    const ssize_t count = read(from_, buffer.data(), buffer.size());
    if (count > 0) said_.append(buffer.data(), static_cast<std::size_t>(count));
    return count > 0;
  }

  pid_t process_ = -1;
  int from_ = -1;
  std::string said_;
};

struct Kills {
  int killed = 0;
  int continued = 0;
  std::size_t found = 0;
};

// Kills so many campaigns, ten on each store, and looks for what they had said in the store. One
// that ends before does not count.
Kills kill_campaigns(int times, std::uint64_t seed) {
  constexpr int kOnOneStore = 10;
  sim::Rng rng(seed);
  Kills kills;
  for (int tries = 0; kills.killed < times && tries < 3 * times;) {
    const Folder folder;
    const std::string path = folder / "a.db";
    std::set<std::string> said;
    const std::string jobs = absl::StrCat(tries / kOnOneStore % 2);  // without workers and with one
    for (int i = 0; i < kOnOneStore && kills.killed < times; ++i, ++tries) {
      Child child({"campaign", "*", "--executions", "20000", "--jobs", jobs, "--store", path});
      const std::size_t events = rng.below(4);
      child.read_events(events == 0 ? 0 : said.size() + events);
      usleep(static_cast<useconds_t>(rng.below(events == 0 ? 30'000 : 4'000)));
      if (child.end(SIGKILL)) ++kills.killed;
      if (child.said().starts_with("continuing the campaign that was killed: ")) ++kills.continued;
      for (const std::string& id : child.events()) said.insert(id);

      if (!std::filesystem::exists(path)) continue;  // it did not come that far
      const auto store = Store::open(path);
      if (!store.ok()) {
        ADD_FAILURE() << store.status().message();
        return kills;
      }
      std::set<std::string> kept;
      const std::vector<Stored> findings = taken((*store)->findings());
      for (const Stored& each : findings) kept.insert(each.id);
      for (const std::string& id : said) EXPECT_TRUE(kept.contains(id)) << id << " is lost";
    }
    kills.found += said.size();
  }
  return kills;
}

TEST(CampaignKills, LoseNothingThatWasSaid) {
  const Kills kills = kill_campaigns(20, 1);
  EXPECT_EQ(kills.killed, 20);
  EXPECT_GE(kills.continued, 5);
  EXPECT_GE(kills.found, 10u);
}

TEST(CampaignKillsLongRun, AThousandLoseNothingThatWasSaid) {
  const Kills kills = kill_campaigns(1000, 2);
  EXPECT_EQ(kills.killed, 1000);
  EXPECT_GE(kills.continued, 300);
  EXPECT_GE(kills.found, 1000u);
}

TEST(CampaignProcess, AnInterruptedOneSaysWhatItFound) {
  const Folder folder;
  Child child({"campaign", "*", "--budget", "1h", "--store", folder / "a.db"});
  child.read_events(2);
  EXPECT_FALSE(child.end(SIGINT)) << "it ends by itself";
  EXPECT_THAT(child.said(), HasSubstr("then interrupted\n"));
  EXPECT_THAT(child.said(), HasSubstr("FAILED: "));
}

TEST(CampaignProcess, TwoShareAStore) {
  const Folder folder;
  const std::string campaign =
      "\"$simrun\" campaign account overdraw --executions 2000 --store '" + (folder / "a.db") + "'";
  const Ended ended = shell("{ " + campaign + " & " + campaign + " --seed 1 & wait; } 2>&1");
  EXPECT_THAT(ended.out, Not(HasSubstr("simrun: ")));
  const auto store = taken(Store::open(folder / "a.db"));
  EXPECT_THAT(taken(store->findings()), testing::SizeIs(3));
  EXPECT_EQ(taken(store->database().number("SELECT count(*) FROM runs WHERE ended > 0")), 2);
  EXPECT_EQ(taken(store->database().number("SELECT sum(executions) FROM slices")), 4000);
}

TEST(CampaignProcess, WithoutRoomTheFindingsStandOnTheTerminal) {
  const Folder folder;
  const Ended ended = shell(
      "trap '' XFSZ; ulimit -f 128; \"$simrun\" campaign '*' --jobs 0 --executions 20000 --store "
      "'" +
      (folder / "a.db") + "' 2>&1");
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.out,
              AllOf(HasSubstr("simrun: the store '" + (folder / "a.db") + "': "),
                    HasSubstr("; what is found stands only here\n"), HasSubstr("FAILED: ")));
  const std::size_t trouble = ended.out.find("what is found stands only here");
  EXPECT_NE(ended.out.find("\nNEW  ", trouble), std::string::npos) << "it goes on";
  EXPECT_THAT(taken(taken(Store::open(folder / "a.db"))->findings()), Not(IsEmpty()))
      << "what was stored before";
}

// Runs a line in a mount namespace of its own, where $folder is a file system of these options.
// Nothing where that is not allowed.
std::optional<Ended> on_mount(const std::string& folder, const std::string& options,
                              const std::string& line) {
  const std::string mount = "mount -t tmpfs -o " + options + " none '" + folder + "'";
  if (shell("unshare -m sh -c \"" + mount + "\" 2>/dev/null").code != 0) return std::nullopt;
  return shell("export simrun folder='" + folder + "'; unshare -m sh -c '" + "mount -t tmpfs -o " +
               options + " none \"$folder\"; " + line + "' 2>&1");
}

TEST(CampaignProcess, AFullDiskIsSaidInOneLine) {
  const Folder folder;
  const auto ended = on_mount(folder / "", "size=160k",
                              "\"$simrun\" campaign \"*\" --jobs 0 --executions 20000 --store "
                              "\"$folder/a.db\"; echo code $?");
  if (!ended) GTEST_SKIP() << "no mount namespaces here";
  EXPECT_THAT(ended->out, HasSubstr("the disk is full; what is found stands only here\n"));
  EXPECT_THAT(ended->out, HasSubstr("FAILED: "));
  EXPECT_THAT(ended->out, HasSubstr("code 1\n"));
}

TEST(CampaignProcess, AFolderThatCannotBeWrittenIsSaidInOneLine) {
  const Folder folder;
  const auto ended = on_mount(
      folder / "", "ro",
      "\"$simrun\" campaign account --executions 100 --store \"$folder/a.db\"; echo code $?");
  if (!ended) GTEST_SKIP() << "no mount namespaces here";
  EXPECT_THAT(ended->out, HasSubstr("': Read-only file system; what is found stands only here\n"));
  EXPECT_THAT(ended->out, AllOf(HasSubstr("NEW  account  "), HasSubstr("code 1\n")));
}

TEST(CampaignProcess, AStoreOnAReadOnlyDiskIsSaidInOneLine) {
  const Folder folder;
  const std::string campaign =
      "\"$simrun\" campaign account --executions 100 --store \"$folder/a.db\"";
  const auto ended =
      on_mount(folder / "", "size=1m",
               campaign + " >/dev/null; mount -o remount,ro \"$folder\"; " + campaign);
  if (!ended) GTEST_SKIP() << "no mount namespaces here";
  EXPECT_THAT(ended->out, testing::StartsWith("simrun: the store '"));
  EXPECT_THAT(ended->out,
              HasSubstr("/a.db': Read-only file system; what is found stands only here"));
  EXPECT_THAT(ended->out, HasSubstr("\nknown  account  ")) << "what cannot be written is read";
}

TEST(CampaignProcess, IsKnownByItsHostNumberAndStart) {
  EXPECT_FALSE(has_ended(this_process()));
  EXPECT_TRUE(has_ended(this_process() + "0"));
  // One that was killed and not yet waited for is there, but does nothing any more.
  std::array<int, 2> ends{};
  ASSERT_EQ(pipe(ends.data()), 0);
  const pid_t child = fork();
  if (child == 0) {
    const std::string name = this_process();
    const bool wrote = write(ends[1], name.data(), name.size()) > 0;
    _exit(wrote ? 0 : 1);
  }
  std::array<char, 512> name{};
  ASSERT_GT(read(ends[0], name.data(), name.size() - 1), 0);
  siginfo_t info;
  ASSERT_EQ(waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT), 0);
  EXPECT_TRUE(has_ended(name.data()));
  ASSERT_EQ(waitpid(child, nullptr, 0), child);
  EXPECT_TRUE(has_ended(name.data()));
  close(ends[0]);
  close(ends[1]);
  EXPECT_FALSE(has_ended("another.host 1 1")) << "of other hosts nothing is known";
  EXPECT_FALSE(has_ended(""));
  EXPECT_FALSE(has_ended("a b c d"));
}

}  // namespace
}  // namespace simrun::campaign
