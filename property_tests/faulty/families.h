// Families: the algorithms, by the file that they stand in.
#pragma once

#include <vector>

#include "property_tests/faulty/program.h"

namespace faulty {

std::vector<Algorithm> gaps();
std::vector<Algorithm> hand_overs();
std::vector<Algorithm> both_winners();
std::vector<Algorithm> timed_waits();
std::vector<Algorithm> reentries();
std::vector<Algorithm> destroyed_waiters();
std::vector<Algorithm> misuses();

}  // namespace faulty
