// For the tests of this folder: simrun inside the test, on the scenarios of the test executable.
#pragma once

#include <cstdio>
#include <ostream>
#include <string>
#include <vector>

#include "tools/simrun/program.h"

namespace simrun {

// What a call of simrun came to.
struct Called {
  int code;
  std::string out;
  std::string err;

  friend bool operator==(const Called&, const Called&) = default;
  friend void PrintTo(const Called& called, std::ostream* stream) {
    *stream << "exit code " << called.code << "\nout:\n" << called.out << "err:\n" << called.err;
  }
};

inline std::string read_back(std::FILE* file) {
  std::string text;
  std::rewind(file);
  for (int c = std::fgetc(file); c != EOF; c = std::fgetc(file)) text += static_cast<char>(c);
  std::fclose(file);
  return text;
}

inline Called call(const std::vector<std::string>& arguments,
                   const Scenarios& scenarios = sim::registered_scenarios()) {
  std::FILE* out = std::tmpfile();
  std::FILE* err = std::tmpfile();
  const int code = run_program(arguments, scenarios, out, err);
  return Called{code, read_back(out), read_back(err)};
}

}  // namespace simrun
