// What the script of a page draws a failure from: its narration as JSON, with texts told once.
#pragma once

#include <cstdint>
#include <string>

#include "sim/explore/narrated.h"

namespace sim::report {

// In words: "worker-2 ran before worker-1".
std::string decision_in_words(const NarratedDeviation& deviation);

// JSON that may stand in a <script>: no "<" in it. `id` is the page's number of it.
std::string incident_data(const Narration& narration, std::size_t id);

}  // namespace sim::report
