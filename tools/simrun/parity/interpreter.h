// run_program(): runs a parity program on simloop, under asyncio's order, and gives its transcript.
//
// It is an interpreter made of what any user of simloop has: each coroutine of the program is a
// sim::Coro, each object a primitive. A unit of time is a millisecond. What runs must end as it
// does under tests/parity/oracle.py: when main has ended the loop finishes the iteration, and what
// is left is dropped.
#pragma once

#include <string>

#include "tools/simrun/parity/program.h"

namespace simrun::parity {

// A line "TIME LABEL TEXT" for each thing that happened; the last is "TIME end done" or "TIME end
// deadlock".
std::string run_program(const Program& program);

}  // namespace simrun::parity
