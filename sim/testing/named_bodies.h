// NamedBodies: the SIM_TESTs of a program, for fuzzers, which run them without GoogleTest's main.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "sim/explore/explore.h"

namespace sim::internal {

struct NamedBody {
  std::string name;  // "Account.ConcurrentDepositsAreBothKept"
  Body body;
  std::function<ExploreOptions()> options;
  // What is to live while the body is run: what fails in GoogleTest's assertions is then a finding.
  std::function<std::shared_ptr<void>()> hold;
};

// In the order of registration.
inline std::vector<NamedBody>& named_bodies() {
  static std::vector<NamedBody> all;
  return all;
}

}  // namespace sim::internal
