// Stores that are merged show the same in whatever order and however often it is done; and whatever
// a command line, an environment or a message holds, it is taken or refused.
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "rapidcheck.h"
#include "rapidcheck/gtest.h"
#include "tools/simrun/campaign/process.h"
#include "tools/simrun/campaign/shard.h"
#include "tools/simrun/campaign/signature.h"
#include "tools/simrun/campaign/store.h"

namespace {

using namespace simrun::campaign;

template <class T>
T value_of(absl::StatusOr<T> from) {
  if (!from.ok()) RC_FAIL(std::string(from.status().message()));
  return *std::move(from);
}

// What a store may hold: few scenarios, messages and commits, so that stores have much in common.
Seen any_seen() {
  Seen seen;
  const int which = *rc::gen::inRange(0, 6);
  seen.signature = {
      absl::StrCat("scenario_", which % 2), "", "assertion", "x.cc", "f", absl::StrCat("m", which)};
  seen.schedule.token = absl::StrCat("t", *rc::gen::inRange(0, 4));
  seen.schedule.order = *rc::gen::element(std::string("any"), std::string("fifo"));
  seen.schedule.timers = "strict";
  seen.schedule.deviations = *rc::gen::inRange<std::uint64_t>(0, 4);
  seen.schedule.message = *rc::gen::arbitrary<std::string>();
  seen.schedule.explanation = absl::StrCat("because of ", *rc::gen::inRange(0, 9));
  return seen;
}

Entry any_entry(const Slice& slice) {
  Entry entry;
  if (*rc::gen::arbitrary<bool>()) entry.slice = &slice;
  for (int i = *rc::gen::inRange(0, 4); i > 0; --i) {
    Seen seen = any_seen();
    bool twice = false;
    for (const Seen& each : entry.seen) {
      twice = twice || each.signature.id() == seen.signature.id();
    }
    if (!twice) entry.seen.push_back(std::move(seen));
  }
  if (*rc::gen::arbitrary<bool>()) {
    const std::string id = any_seen().signature.id();
    bool seen_too = false;
    for (const Seen& each : entry.seen) seen_too = seen_too || each.signature.id() == id;
    if (!seen_too) (*rc::gen::arbitrary<bool>() ? entry.fixed : entry.stale).push_back(id);
  }
  return entry;
}

void go_on(Store& store) {
  CampaignRun run;
  run.arguments = absl::StrCat("arguments ", *rc::gen::inRange(0, 2));
  run.commit = *rc::gen::element(std::string(), std::string("one"), std::string("two"));
  // Killed or not, so that a run may be continued in two copies of a store.
  run.process = *rc::gen::arbitrary<bool>() ? this_process() : this_process() + "0";
  run = value_of(store.begin(run));
  for (int i = *rc::gen::inRange(0, 5); i > 0; --i) {
    Slice slice;
    slice.scenario = absl::StrCat("scenario_", *rc::gen::inRange(0, 2));
    slice.executions = *rc::gen::inRange<std::uint64_t>(0, 1000);
    slice.seconds = *rc::gen::inRange(0, 100) / 7.0;
    value_of(store.add(run, any_entry(slice)));
  }
  if (*rc::gen::arbitrary<bool>()) RC_ASSERT(store.end(run).ok());
}

std::unique_ptr<Store> united(const std::vector<Store*>& stores) {
  auto all = value_of(Store::in_memory());
  for (Store* each : stores) value_of(all->unite(*each));
  return all;
}

// Everything that a person or the next campaign is shown.
std::vector<std::string> shown(Store& store) {
  std::vector<std::string> lines = value_of(store.dump());
  for (const Stored& each : value_of(store.findings())) {
    std::string line = absl::StrCat(each.id, " ", std::string(to_string(each.state)));
    for (const Schedule& schedule : each.schedules) {
      absl::StrAppend(&line, " ", schedule.token, " ", schedule.explanation);
    }
    lines.push_back(line);
  }
  return lines;
}

RC_GTEST_PROP(CampaignStores, MergeTheSameInAnyOrderAndAgain, ()) {
  auto a = value_of(Store::in_memory());
  go_on(*a);
  // The other two begin as copies of the first, as stores of shards do, or with nothing.
  auto b = *rc::gen::arbitrary<bool>() ? united({a.get()}) : value_of(Store::in_memory());
  auto c = *rc::gen::arbitrary<bool>() ? united({a.get()}) : value_of(Store::in_memory());
  for (Store* each : {a.get(), b.get(), c.get()}) {
    for (int i = *rc::gen::inRange(0, 3); i > 0; --i) go_on(*each);
  }
  const auto all = united({a.get(), b.get(), c.get()});
  const std::vector<std::string> wanted = shown(*all);
  RC_ASSERT(shown(*united({c.get(), b.get(), a.get()})) == wanted);
  RC_ASSERT(shown(*united({b.get(), a.get(), c.get(), b.get()})) == wanted);
  const auto some = united({b.get(), c.get()});
  RC_ASSERT(shown(*united({a.get(), some.get()})) == wanted);
  RC_ASSERT(value_of(all->unite(*b)) == 0);
  RC_ASSERT(shown(*all) == wanted);
}

// Text near to what is right, which gets further than any other.
std::string any_text() {
  if (*rc::gen::arbitrary<bool>()) return *rc::gen::string<std::string>();
  std::string text;
  for (int i = *rc::gen::inRange(0, 8); i > 0; --i) {
    text += *rc::gen::element(std::string("1"), std::string("/"), std::string("0"),
                              std::string("-"), std::string("4294967296"), std::string("'"),
                              std::string("0x"), std::string(" failed at "),
                              std::string("), with "), std::string("("), std::string("a.cc:3"));
  }
  return text;
}

RC_GTEST_PROP(CampaignShards, AreTakenOrRefused, ()) {
  std::map<std::string, std::string> variables;
  for (const char* name : {"SLURM_ARRAY_TASK_ID", "SLURM_ARRAY_TASK_COUNT", "SLURM_ARRAY_TASK_MIN",
                           "SLURM_ARRAY_TASK_MAX", "SLURM_ARRAY_TASK_STEP", "JOB_COMPLETION_INDEX",
                           "GTEST_SHARD_INDEX", "GTEST_TOTAL_SHARDS", "TEST_SHARD_INDEX",
                           "TEST_TOTAL_SHARDS", "CI_NODE_INDEX", "CI_NODE_TOTAL"}) {
    if (*rc::gen::inRange(0, 3) == 0) variables[name] = any_text();
    if (*rc::gen::inRange(0, 3) == 0) variables[name] = absl::StrCat(*rc::gen::inRange(0, 5));
  }
  const std::string flag = any_text();
  const auto share = read_share(*rc::gen::arbitrary<bool>() ? &flag : nullptr,
                                [&](const char* name) -> const char* {
                                  const auto at = variables.find(name);
                                  return at == variables.end() ? nullptr : at->second.c_str();
                                });
  const bool sound = share.ok() ? share->index < share->of : !share.status().message().empty();
  RC_ASSERT(sound);
}

RC_GTEST_PROP(CampaignSignatures, OfWhateverMessageAreTheSameAgain, ()) {
  const std::string message = any_text();
  const std::string pattern = message_pattern(message);
  RC_ASSERT(pattern.find('\n') == std::string::npos);
  RC_ASSERT(pattern == message_pattern(message));
  const std::string name = bare_function(message);
  RC_ASSERT(name.find('(') == std::string::npos);
}

}  // namespace
