// Which process a run belongs to, told in a way that outlives it: host, number, and when it
// started, so that a later process of the same number is another one.
#pragma once

#include <string>

namespace simrun::campaign {

// "host 1234 567890".
std::string this_process();

// Whether it has ended for sure: it was on this host, and is not there any more.
bool has_ended(const std::string& process);

}  // namespace simrun::campaign
