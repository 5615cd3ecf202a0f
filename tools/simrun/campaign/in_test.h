// For the tests of this folder: files that are gone behind the test, and made-up findings.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "tools/simrun/campaign/process.h"
#include "tools/simrun/campaign/store.h"

namespace simrun::campaign {

// A folder of its own for a test.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "simrun_XXXXXX").string();
    if (mkdtemp(name.data()) != nullptr) path_ = name;
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { std::filesystem::remove_all(path_); }

  std::string operator/(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

inline std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}
inline void write_file(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << text;
}

// What a status-or holds; fails the test where it holds none.
template <class T>
T taken(absl::StatusOr<T> from) {
  if (!from.ok()) {
    ADD_FAILURE() << from.status().message();
    return T();
  }
  return *std::move(from);
}

inline Seen made_up(const std::string& scenario, const std::string& message,
                    const std::string& token = "AAAA", std::uint64_t deviations = 2) {
  Seen seen;
  seen.signature = {scenario, "n=4", "assertion", "x.cc", "f", message};
  seen.schedule = {token, "any", "strict", 0, "", deviations, message, "x.cc:3", false, "why\n"};
  return seen;
}

inline Slice made_up_slice(const std::string& scenario, std::uint64_t new_traces = 5) {
  Slice slice{scenario, "n=4", 7, "portfolio", 100, 900, 10, new_traces};
  slice.seconds = 0.25;
  return slice;
}

inline CampaignRun begun(Store& store, const std::string& commit = {}) {
  CampaignRun run;
  run.arguments = "all";
  run.commit = commit;
  run.process = this_process();
  return taken(store.begin(run));
}

inline Entry entry_of(std::vector<Seen> seen) {
  Entry entry;
  entry.seen = std::move(seen);
  return entry;
}

}  // namespace simrun::campaign
