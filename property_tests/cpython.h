// CPython: an interpreter of Python 3.13 or later, which runs parity programs under asyncio by
// tests/parity/oracle.py.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace property {

class CPython {
 public:
  // The one that PARITY_PYTHON names, else one of pyenv's versions, else one on PATH; 3.13 before
  // later ones. None if there is none.
  static std::optional<CPython> find();

  const std::string& path() const { return path_; }
  // The transcripts of programs, each one line of JSON; one process runs them all. A program that
  // ends the interpreter itself has a transcript that says RecursionError.
  std::vector<std::string> transcripts(const std::vector<std::string>& programs) const;

 private:
  explicit CPython(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

}  // namespace property
