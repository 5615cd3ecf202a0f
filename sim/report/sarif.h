// SARIF 2.1.0: a result for each failure and warning, a rule for each kind of finding.
//
// partialFingerprints["simloopFinding/v1"] is the same for the same bug after an edit elsewhere: it
// is made of the kind, the scenario, the file, the functions of the async stack and the message
// with each number in it left out. No line is in it. Two bugs of one kind in one function with
// messages that differ in numbers alone share it: they are told apart by their places.
#pragma once

#include <string>
#include <vector>

#include "sim/report/outcome.h"

namespace sim::report {

std::string sarif(const std::vector<Outcome>& outcomes);

// Of a failure or a warning of `outcome`.
std::string fingerprint(const Outcome& outcome, FindingKind kind, const std::string& message,
                        const std::string& stack, const std::string& file);

// What a finding of this kind is, in a sentence.
std::string help_of(FindingKind kind);

}  // namespace sim::report
