// Program: a parity program, checked and compact. A parity program is a small asyncio program
// written as JSON, which CPython and simloop both run (tests/parity/README.md has the format); here
// it is a tree of operations whose names have become numbers, so that running it compares no text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "primitives/wait_state.h"

namespace simrun::parity {

// An integer, or nothing: what coroutines return, futures hold and queues carry; also a time.
class Value {
 public:
  Value() = default;
  explicit Value(std::int64_t number) : number_(number), is_none_(false) {}
  bool is_none() const { return is_none_; }
  std::int64_t number() const { return number_; }

 private:
  std::int64_t number_ = 0;
  bool is_none_ = true;
};

enum class Action : std::uint8_t {
  acquire, as_completed, await, barrier, call, call_later, call_soon, cancel, cancelling, clear,
  done, future, future_cancel, future_raise, future_set, gather, gather_tasks, get, get_nowait,
  is_set, join, locked, log, loop, notify, notify_all, put, put_nowait, qsize, raise, release,
  returns, set, shield, shutdown, sleep, spawn, task_done, task_group, timeout, tries, uncancel,
  wait, wait_for, wait_for_task, wait_tasks, with,
};

enum class ObjectType : std::uint8_t {
  lock, semaphore, bounded_semaphore, event, condition, barrier, queue, priority_queue, lifo_queue,
  future,
};

struct Form;
struct Operation;

// Operations one after another. Those of one coroutine or callback have one label.
struct Block {
  std::size_t label = 0;
  std::vector<Operation> operations;
};

struct Operation {
  const Form* form = nullptr;
  bool flag = false;                                       // settled, immediate
  sim::ReturnWhen when = sim::ReturnWhen::all_completed;
  Value value;                                             // a value, a time or a count
  std::size_t object = 0;
  std::string text;                                        // to log, raised or caught
  std::vector<std::size_t> tasks;                          // those it names
  std::vector<Block> blocks;  // those it holds; of a task group the children's, then the body
};

struct ObjectSpec {
  std::string name;
  ObjectType type;
  std::int64_t argument = 0;  // value, parties or maxsize
};

struct Program {
  std::vector<ObjectSpec> objects;
  std::size_t task_names = 0;  // how many names of tasks there are
  std::vector<std::string> labels;
  Block main;
};

}  // namespace simrun::parity
