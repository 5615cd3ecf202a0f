// Memory per sleeping task, each figure from a process of its own.
#pragma once

namespace bench {

// If the command line asks for a measurement ("--sleepers=VARIANT,N"), makes it, prints bytes per
// task and returns true: the process is that of a benchmark that waits for the figure.
bool measure_sleepers(int argc, char** argv);

}  // namespace bench
