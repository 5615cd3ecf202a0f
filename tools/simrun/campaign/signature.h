// Signature: by what a failure is known again. Two failures with the same signature are one
// finding, whatever the schedule was, in which run, on which machine and in which checkout.
//
// It holds what sim::same_failure() looks at, in a form that outlives small changes of the program:
// the function instead of the line, the file without its folders, and of the message, where that
// tells failures apart, the text of the check, or what is left without numbers and quoted text.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "sim/finding.h"

namespace simrun::campaign {

struct Signature {
  std::string scenario;
  std::string parameters;  // "n=4 x=1"
  std::string kind;
  std::string file;      // "bank.cc"; empty for a failure that has no one place
  std::string function;  // "transfer"
  std::string pattern;   // of the message; empty where the kind and the place say it all

  // 16 hexadecimal digits.
  std::string id() const;
};

Signature signature_of(absl::string_view scenario, absl::string_view parameters,
                       const sim::Finding& finding);

// The first line of a message without what changes from run to run.
std::string message_pattern(absl::string_view message);
// "transfer" of "sim::Coro<> bank::transfer(int)", and of "auto
// transfer(int)::(lambda)::operator()".
std::string bare_function(absl::string_view function);

}  // namespace simrun::campaign
