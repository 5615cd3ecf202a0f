// RunOptions: what a run is asked to do.
#pragma once

#include <cstdint>

#include "sim/clock.h"
#include "sim/decision.h"
#include "sim/finding.h"
#include "sim/outside.h"
#include "sim/tape.h"
#include "sim/watcher.h"

namespace sim {

// Bounds that a run reports as limit_exceeded when they are passed, once each.
struct Limits {
  std::size_t tasks = static_cast<std::size_t>(-1);        // that live at a time
  std::size_t ready = static_cast<std::size_t>(-1);        // ready handles at a time
  std::size_t queue_depth = static_cast<std::size_t>(-1);  // items in one Queue
  Duration step = std::chrono::milliseconds(100);          // virtual time that one step may take
  std::size_t overtaken = 1000;  // later arrivals served before one that waits: starvation
};

struct RunOptions {
  // Where rng() and, under a source made from it, the schedule come from.
  std::uint64_t seed = 0;
  // Which orders of the ready queue the source may choose.
  Order order = Order::fifo;
  // Who chooses; null is asyncio's order. Must outlive the run.
  DecisionSource* source = nullptr;
  // Who is told of findings; null prints them to standard error. Must outlive the run.
  Observer* observer = nullptr;
  // Whether the run records a trace and its hash.
  bool trace = false;
  // Bounds reported as limit_exceeded.
  Limits limits = {};
  // The run is a livelock after so many steps; 0 means never.
  std::uint64_t max_steps = 0;
  // When timers may fire; what differs from Time::strict is up to the source.
  Time time = Time::strict;
  // How many tasks the source may have cancelled, at any of their awaits.
  std::uint32_t cancellations = 0;
  // Where the decisions are noted, null for nowhere. Must outlive the run.
  Tape* tape = nullptr;
  // Whether the run finds out which trace it belongs to: RunStats::canonical_hash.
  bool canonical = false;
  // Who is shown each step; null for nobody. Must outlive the run.
  internal::Watcher* watcher = nullptr;
  // Whether steps that take real time are found, which is not the same twice: see BlockingSteps.
  bool detect_blocking = false;
  // Who looks for what is wrong while it runs; null for nobody. Must outlive the run.
  internal::Watcher* detectors = nullptr;
  // What becomes of calls that ask the world outside of the run.
  OutsideWorld outside = {};
};

}  // namespace sim
