// Worker: what runs in the processes of an exploration: the zygote, which makes the head and is
// then forked from, and those that it forks, which make the executions of rounds, tell failures,
// and run schedules that may end them.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "sim/explore/explore.h"
#include "sim/explore/rounds.h"
#include "sim/jobs/area.h"
#include "sim/jobs/explore_jobs.h"
#include "sim/jobs/wire.h"

namespace sim::jobs {

// What the parent says.
enum class Command : std::uint32_t {
  // To the zygote:
  fork,  // ForkOrder, then two descriptors: the socket and stderr of the new one
  bury,  // a pid: waits until that has ended
  // To what was forked, the first one with ForkOrder:
  work,     // WorkOrder: executions of rounds
  round,    // RoundOrder: the next round
  tell,     // TellOrder
  retrace,  // RetraceOrder: runs a schedule that may be the end
  certify,  // CertifyOrder: runs those with fewer deviations, of which some may be
  narrate,  // NarrateOrder: tells one that will be
  replay,   // ReplayOrder
};

// What the parent is told.
enum class Answer : std::uint32_t {
  shape,              // uint16_t: of tokens
  forked,             // a pid, negative if there is none
  buried,             // a status
  warning,            // the number of the execution, Finding
  failure,            // the same, Found, AloneProgress behind it
  told,               // Failure
  not_repeated,       // the number, text
  differs,            // the number, Failure, AloneProgress behind it
  refused,            // the number, text: std::invalid_argument
  not_deterministic,  // Failure: asyncio's order
  leg_done,           // LegDone
  survived,           // the schedule did not end the process
  certified,          // none did: how many, and whether they are all there are
  report,             // Report
};

struct LegDone {
  std::uint64_t at;  // behind the last execution, or where the search is over
  bool is_over;
  AloneProgress alone;
};

struct WorkOrder {
  Part part;
  std::vector<Lesson> lessons;  // of the rounds that are over
  std::uint64_t skip_to = 0;    // in the round that goes on
  bool give_up_alone = false;
  std::uint64_t end = 0;  // of that round
};
struct RoundOrder {
  Lesson lesson;  // of the one before
  std::uint64_t end;
};
struct TellOrder {
  Found found;
  bool check = true;  // runs it twice
  bool shrink = true;
};
struct RetraceOrder {
  std::vector<Deviation> deviations;
};
struct CertifyOrder {
  std::uint64_t deviations = 0;  // fewer than so many
};
struct NarrateOrder {
  Found found;  // shrunk
  Minimality minimality;
  std::uint64_t step = 0;  // that ends the process
};
struct ReplayOrder {
  std::string token;
  bool shrink = false;
};

template <class Archive>
void transfer(Archive& at, WorkOrder& order) {
  at(order.part)(order.lessons)(order.skip_to)(order.give_up_alone)(order.end);
}
template <class Archive>
void transfer(Archive& at, TellOrder& order) {
  transfer(at, order.found);
  at(order.check)(order.shrink);
}
template <class Archive>
void transfer(Archive& at, RetraceOrder& order) {
  at(order.deviations);
}
template <class Archive>
void transfer(Archive& at, CertifyOrder& order) {
  at(order.deviations);
}
template <class Archive>
void transfer(Archive& at, NarrateOrder& order) {
  transfer(at, order.found);
  at(order.minimality)(order.step);
}
template <class Archive>
void transfer(Archive& at, ReplayOrder& order) {
  at(order.token)(order.shrink);
}

// A fork that is asked for: which area is its own, and its first order.
struct ForkOrder {
  std::uint32_t slot = 0;
  Command command = Command::work;
  std::string bytes;
};
template <class Archive>
void transfer(Archive& at, ForkOrder& order) {
  at(order.slot)(order.command)(order.bytes);
}

// What all of them know from the parent, whose memory they begin with.
struct Setup {
  const Body* body;
  ExploreOptions options;
  DecisionSource* schedule = nullptr;  // to be replayed where the order has no token
  Jobs jobs;
  Common* common;
  std::vector<Area*> areas;  // the first is the zygote's
  bool makes_head = true;
  std::set<std::uint64_t> crashed;  // of the head, which are not to be made again
  bool beforehand_crashed = false;  // so does asyncio's order
};

// What the zygote does until the parent closes the socket.
[[noreturn]] void run_zygote(Setup setup, int socket);

}  // namespace sim::jobs
