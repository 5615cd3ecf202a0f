// For tests: simrun as a process of its own, run by a shell.
#pragma once

#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <string>

namespace simrun {

struct Ended {
  int code;  // of the shell; 128 and more for a signal
  std::string out;
};

// Runs a line of a shell in which $simrun is the program.
inline Ended shell(const std::string& line) {
  const std::string whole = "simrun='" SIMLOOP_SIMRUN "'; " + line;
  std::FILE* pipe = popen(whole.c_str(), "r");
  std::string out;
  std::array<char, 4096> buffer;
  while (const std::size_t count = std::fread(buffer.data(), 1, buffer.size(), pipe)) {
    out.append(buffer.data(), count);
  }
  const int status = pclose(pipe);
  return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), out};
}

}  // namespace simrun
