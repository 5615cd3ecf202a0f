#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>

#include "tools/simrun/program.h"
#include "tools/simrun/run_report.h"

int main(int argc, char** argv) {
  // Without the signal a write to a pipe that nobody reads fails, and the run still tells its
  // verdict.
  std::signal(SIGPIPE, SIG_IGN);
  if (isatty(STDOUT_FILENO) == 0) std::setvbuf(stdout, nullptr, _IOFBF, 1 << 16);
  if (argc > 0 && *argv[0] != '\0') simrun::set_called_as(argv[0]);
  return simrun::run_program({argv + std::min(argc, 1), argv + argc}, sim::registered_scenarios(),
                             stdout, stderr);
}
