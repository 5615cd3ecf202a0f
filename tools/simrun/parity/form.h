// Form: what an operation of a parity program looks like: its name, its arguments, what it works on
// and whether it may suspend. One table is all that the parser knows of the operations.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "tools/simrun/parity/program.h"

namespace simrun::parity {

enum class Argument : std::uint8_t {
  none,
  object,  // the name of an object
  task,    // the name of a task
  tasks,   // a list of them
  text,
  error,       // the name of an error
  number,      // a whole number from 0
  time,        // units of time
  limit,       // units of time or null
  item,        // what a queue carries
  value,       // a whole number from 0 or null
  flag,        // true or false
  when,        // FIRST_COMPLETED, ...
  ops,         // a list of operations
  coroutines,  // a list of lists of operations: a coroutine each
  named,       // a list of [name, ops]
};

// A set of object types, a bit each.
using ObjectTypes = std::uint16_t;
constexpr ObjectTypes bit(ObjectType type) {
  return static_cast<ObjectTypes>(1u << static_cast<unsigned>(type));
}

struct Form {
  absl::string_view name;
  Action action;
  bool suspends;   // so it may not stand in a callback
  ObjectTypes on;  // what the object that it names may be
  std::array<Argument, 4> arguments;

  std::size_t size() const;   // how many arguments
  std::string usage() const;  // ["sleep", n]
};

// Null for a name that no operation has.
const Form* find_form(absl::string_view name);
std::vector<std::string> form_names();

// What an argument has to be: "a whole number from 0".
absl::string_view meaning(Argument argument);
// How usage() writes it: "n".
absl::string_view placeholder(Argument argument);

absl::string_view to_string(ObjectType type);
// False for a name that no type has.
bool find_object_type(absl::string_view name, ObjectType* type);
std::vector<std::string> object_type_names();
// "lock, semaphore or condition".
std::string to_string(ObjectTypes types);

}  // namespace simrun::parity
