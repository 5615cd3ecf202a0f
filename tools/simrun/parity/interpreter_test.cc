// Programs and what CPython 3.13 prints for them.
#include "tools/simrun/parity/interpreter.h"

#include "gmock/gmock.h"
#include "nlohmann/json.hpp"
#include "tools/simrun/parity/parser.h"

namespace {

using simrun::parity::check_program;
using simrun::parity::read_json;
using simrun::parity::run_program;

struct Golden {
  const char* name;
  const char* program;
  const char* transcript;

  friend void PrintTo(const Golden& golden, std::ostream* stream) { *stream << golden.name; }
};

const Golden kGolden[] = {
    {"TheProgramOfTheReadme",
     R"({"objects": {"l": {"type": "lock"}, "s": {"type": "semaphore", "value": 2}},
 "main": [["spawn", "a", [["with", "l", [["sleep", 5]]]]], ["sleep", 2], ["cancel", "a"],
          ["try", [["await", "a"]], "Cancelled", [["log", "gone"]], []]]})",
     R"(0 main spawn
0 a enter l
2 main sleep
2 main cancel = 1
2 a sleep ! Cancelled
2 a ends Cancelled
2 main await ! Cancelled
2 main caught Cancelled
2 main log = gone
2 main returns none
2 end done
)"},
    {"Nothing", R"({"main": []})",
     R"(0 main returns none
0 end done
)"},
    {"TasksOfNames",
     R"({"main": [
  ["await", "a"], ["cancel", "a"], ["done", "a"], ["shield", "a"],
  ["try", [["gather_tasks", ["a"], false]], "KeyError", [], []],
  ["try", [["wait_tasks", ["a"], "ALL_COMPLETED", null]], "any", [], []],
  ["try", [["wait_tasks", [], "ALL_COMPLETED", null]], "ValueError", [], []],
  ["try", [["wait_for_task", "a", 1]], "KeyError", [], []],
  ["spawn", "a", [["sleep", 1], ["return", 7]]], ["done", "a"], ["await", "a"], ["done", "a"],
  ["cancel", "a"], ["shield", "a"], ["spawn", "a", [["raise", "E1"]]],
  ["wait_tasks", ["a", "a"], "FIRST_EXCEPTION", 3], ["gather_tasks", ["a", "a"], true],
  ["wait_for_task", "a", null]]})",
     R"(0 main await
0 main cancel
0 main done
0 main shield
0 main gather_tasks ! KeyError
0 main caught KeyError
0 main wait_tasks ! KeyError
0 main caught KeyError
0 main wait_tasks ! ValueError
0 main caught ValueError
0 main wait_for_task ! KeyError
0 main caught KeyError
0 main spawn
0 main done = 0
1 a sleep
1 a returns 7
1 main await = 7
1 main done = 1
1 main cancel = 0
1 main shield = 7
1 main spawn
1 a raise ! E1
1 a ends E1
1 main wait_tasks = [1,1]
1 main gather_tasks = [E1,E1]
1 main wait_for_task ! E1
1 main ends E1
1 end done
)"},
    {"Locks",
     R"({"objects": {"l": {"type": "lock"}, "s": {"type": "semaphore", "value": 1},
   "b": {"type": "bounded_semaphore", "value": 1}, "c": {"type": "condition"}},
 "main": [
  ["spawn", "a", [["acquire", "l"], ["with", "c", [["wait", "c"], ["locked", "c"]]]]],
  ["spawn", "b", [["with", "l", [["log", "never"]]]]],
  ["try", [["release", "l"]], "RuntimeError", [], []],
  ["try", [["release", "b"]], "ValueError", [], []],
  ["acquire", "s"], ["locked", "s"], ["release", "s"], ["sleep", 1],
  ["try", [["notify", "c", 1]], "any", [], []],
  ["with", "c", [["notify", "c", 1], ["notify_all", "c"]]], ["cancel", "b"], ["sleep", 0],
  ["release", "l"], ["try", [["with", "l", [["release", "l"]]]], "any", [], []],
  ["with", "b", [["return", 3]]], ["log", "never"]]})",
     R"(0 main spawn
0 main spawn
0 main release ! RuntimeError
0 main caught RuntimeError
0 main release ! ValueError
0 main caught ValueError
0 main acquire
0 main locked = 1
0 main release
0 a acquire
0 a enter c
1 main sleep
1 main notify ! RuntimeError
1 main caught RuntimeError
1 main enter c
1 main notify
1 main notify_all
1 main exit c
1 main cancel = 1
1 a wait
1 a locked = 1
1 a exit c
1 a returns none
1 b ends Cancelled
1 main sleep
1 main release
1 main enter l
1 main release
1 main caught RuntimeError
1 main enter b
1 main returns 3
1 end done
)"},
    {"Signals",
     R"({"objects": {"e": {"type": "event"}, "b": {"type": "barrier", "parties": 2},
   "f": {"type": "future"}, "g": {"type": "future"}, "h": {"type": "future"}},
 "main": [
  ["spawn", "a", [["wait", "e"], ["barrier", "b"], ["future", "f"]]],
  ["spawn", "b", [["try", [["future", "g"]], "E1", [["future", "h"]], [["log", "last"]]]]],
  ["is_set", "e"], ["sleep", 0], ["set", "e"], ["clear", "e"], ["barrier", "b"],
  ["future_set", "f", 5], ["future_raise", "g", "E1"], ["sleep", 1], ["future_cancel", "h"],
  ["future_cancel", "h"], ["try", [["future_set", "f", null]], "InvalidStateError", [], []],
  ["try", [["await", "b"]], "Cancelled", [], []], ["future", "f"]]})",
     R"(0 main spawn
0 main spawn
0 main is_set = 0
0 main sleep
0 main set
0 main clear
0 a wait
0 a barrier = 1
0 main barrier = 0
0 main future_set
0 main future_raise
0 a future = 5
0 a returns none
0 b future ! E1
0 b caught E1
1 main sleep
1 main future_cancel = 1
1 main future_cancel = 0
1 main future_set ! InvalidStateError
1 main caught InvalidStateError
1 b future ! Cancelled
1 b log = last
1 b ends Cancelled
1 main await ! Cancelled
1 main caught Cancelled
1 main future = 5
1 main returns none
1 end done
)"},
    {"Queues",
     R"({"objects": {"q": {"type": "queue", "maxsize": 1},
   "p": {"type": "priority_queue", "maxsize": 0}, "l": {"type": "lifo_queue", "maxsize": 0}},
 "main": [
  ["spawn", "a", [["put", "q", 1], ["put", "q", 2], ["try", [["put", "q", 3]], "any", [], []]]],
  ["spawn", "b", [["join", "q"]]],
  ["sleep", 0], ["try", [["put_nowait", "q", 9]], "QueueFull", [], []], ["get", "q"],
  ["try", [["get", "q"]], "any", [], []], ["task_done", "q"], ["qsize", "q"],
  ["put", "p", 3], ["put", "p", 1], ["put", "l", 3], ["put", "l", 1], ["get_nowait", "p"],
  ["get_nowait", "p"], ["get_nowait", "l"], ["get_nowait", "l"],
  ["try", [["get_nowait", "l"]], "QueueEmpty", [], []], ["sleep", 0], ["shutdown", "q", true],
  ["try", [["get", "q"]], "QueueShutDown", [], []],
  ["try", [["task_done", "q"]], "ValueError", [], []], ["await", "b"]]})",
     R"(0 main spawn
0 main spawn
0 a put
0 main sleep
0 main put_nowait ! QueueFull
0 main caught QueueFull
0 main get = 1
0 a put
0 main get = 2
0 main task_done
0 main qsize = 0
0 main put
0 main put
0 main put
0 main put
0 main get_nowait = 1
0 main get_nowait = 3
0 main get_nowait = 1
0 main get_nowait = 3
0 main get_nowait ! QueueEmpty
0 main caught QueueEmpty
0 a put
0 a returns none
0 main sleep
0 main shutdown
0 main get ! QueueShutDown
0 main caught QueueShutDown
0 main task_done
0 b join
0 b returns none
0 main await
0 main returns none
0 end done
)"},
    {"Together",
     R"({"main": [
  ["gather", [[["sleep", 1], ["return", 1]], [["call", [["return", 2]]]]], false],
  ["gather", [[["raise", "E1"]], [["return", null]]], true],
  ["try", [["gather", [[["raise", "E1"]], [["sleep", 1]]], false]], "E1", [], []],
  ["as_completed", [[["sleep", 2], ["return", 1]], [["sleep", 1], ["return", 2]]]],
  ["try", [["as_completed", [[["sleep", 1], ["raise", "E2"]]]]], "E2", [], []],
  ["gather", [], false], ["as_completed", []],
  ["try", [["task_group", [["a", [["sleep", 1], ["raise", "E1"]]], ["b", [["sleep", 5]]]],
            [["sleep", 9]]]], "Group", [["log", "x"]], []],
  ["try", [["task_group", [["a", [["raise", "E1"]]]], [["raise", "E2"]]]], "Group", [], []],
  ["task_group", [["a", [["sleep", 1]]]], [["return", 4]]]]})",
     R"(0 main.1.call returns 2
0 main.1 call = 2
0 main.1 returns none
1 main.0 sleep
1 main.0 returns 1
1 main gather = [1,none]
1 main.0 raise ! E1
1 main.0 ends E1
1 main.1 returns none
1 main gather = [E1,none]
1 main.0 raise ! E1
1 main.0 ends E1
1 main gather ! E1
1 main caught E1
2 main.1 sleep
2 main.1 returns none
2 main.1 sleep
2 main.1 returns 2
3 main.0 sleep
3 main.0 returns 1
3 main as_completed = [2,1]
4 main.0 sleep
4 main.0 raise ! E2
4 main.0 ends E2
4 main as_completed ! E2
4 main caught E2
4 main gather = []
4 main as_completed = []
5 a sleep
5 a raise ! E1
5 a ends E1
5 b sleep ! Cancelled
5 b ends Cancelled
5 main sleep ! Cancelled
5 main task_group ! Group(E1)
5 main caught Group(E1)
5 main log = x
5 main raise ! E2
5 main task_group ! Group(E2)
5 main caught Group(E2)
6 a sleep
6 a returns none
6 main returns 4
6 end done
)"},
    {"Limits",
     R"({"main": [
  ["try", [["wait_for", [["sleep", 2]], 1]], "Timeout", [], []],
  ["wait_for", [["return", 1]], 1], ["wait_for", [["return", 2]], null],
  ["try", [["wait_for", [["log", "never"]], 0]], "any", [], []],
  ["try", [["timeout", 1, [["timeout", 1, [["sleep", 5]]]]]], "Timeout", [["cancelling"]], []],
  ["timeout", null, [["sleep", 1]]],
  ["spawn", "a", [["loop", 2, [["try", [["sleep", 5]], "Cancelled",
                                [["cancelling"], ["uncancel"]], []]]]]],
  ["sleep", 0], ["cancel", "a"],
  ["try", [["wait_for_task", "a", 1]], "any", [], []],
  ["loop", 3, [["timeout", 1, [["return", 6]]]]]]})",
     R"(1 main.wf sleep ! Cancelled
1 main.wf ends Cancelled
1 main wait_for ! Timeout
1 main caught Timeout
1 main.wf returns 1
1 main wait_for = 1
1 main.wf returns 2
1 main wait_for = 2
1 main wait_for ! Timeout
1 main caught Timeout
2 main sleep ! Cancelled
2 main timeout ! Cancelled
2 main timeout ! Timeout
2 main caught Timeout
2 main cancelling = 0
3 main sleep
3 main timeout
3 main spawn
3 main sleep
3 main cancel = 1
3 a sleep ! Cancelled
3 a caught Cancelled
3 a cancelling = 1
3 a uncancel = 0
4 a sleep ! Cancelled
4 a caught Cancelled
4 a cancelling = 1
4 a uncancel = 0
4 a returns none
4 main wait_for_task
4 main returns 6
4 end done
)"},
    {"Callbacks",
     R"({"objects": {"e": {"type": "event"}}, "main": [
  ["call_later", 2, [["log", "late"], ["set", "e"]]],
  ["call_soon", [["log", "soon"], ["raise", "E1"], ["log", "never"]]],
  ["call_soon", [["spawn", "a", [["wait", "e"]]], ["call_soon", [["cancel", "a"], ["done", "a"]]]]],
  ["call_later", 0, [["log", "next"]]], ["sleep", 3]]})",
     R"(0 main call_later
0 main call_soon
0 main call_soon
0 main call_later
0 main.cb log = soon
0 main.cb raise ! E1
0 main.cb spawn
0 main.cb call_soon
0 main.cb log = next
0 main.cb.cb cancel = 1
0 main.cb.cb done = 0
0 a wait ! Cancelled
0 a ends Cancelled
2 main.cb log = late
2 main.cb set
3 main sleep
3 main returns none
3 end done
)"},
    {"ADeadlock",
     R"({"objects": {"l": {"type": "lock"}}, "main": [
  ["acquire", "l"], ["sleep", 3], ["try", [["acquire", "l"]], "any", [], [["log", "never"]]]]})",
     R"(0 main acquire
3 main sleep
3 end deadlock
)"},
    {"WhatIsLeftIsDropped",
     R"({"objects": {"l": {"type": "lock"}}, "main": [
  ["spawn", "a", [["with", "l", [["try", [["sleep", 9]], "any", [["log", "never"]],
                                         [["log", "never"]]]]]]],
  ["spawn", "b", [["sleep", 0], ["sleep", 0], ["sleep", 0]]], ["sleep", 0], ["return", 1]]})",
     R"(0 main spawn
0 main spawn
0 a enter l
0 main sleep
0 main returns 1
0 b sleep
0 end done
)"},
};

class ParityTranscript : public testing::TestWithParam<Golden> {};

TEST_P(ParityTranscript, IsThatOfCPython) {
  const auto program = check_program(read_json(GetParam().program).value());
  ASSERT_TRUE(program.ok()) << program.status().message();
  EXPECT_EQ(run_program(*program), GetParam().transcript);
  EXPECT_EQ(run_program(*program), GetParam().transcript) << "the second time, on the same loop";
}

INSTANTIATE_TEST_SUITE_P(Programs, ParityTranscript, testing::ValuesIn(kGolden),
                         [](const auto& golden) { return std::string(golden.param.name); });

// CPython's RecursionError; a transcript that nothing is compared with, and an end.
TEST(ParityInterpreter, SurvivesACancelledCycleOfWaits) {
  const char* text = R"({"main": [
    ["spawn", "a", [["sleep", 0], ["await", "b"]]], ["spawn", "b", [["await", "a"]]],
    ["sleep", 1], ["try", [["cancel", "a"]], "RuntimeError", [["log", "cycle"]], []]]})";
  EXPECT_THAT(run_program(check_program(read_json(text).value()).value()),
              testing::EndsWith("1 main log = cycle\n1 main returns none\n1 end done\n"));
}

}  // namespace
