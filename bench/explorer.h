// What the explorations of simloop and of relacy have in common.
#pragma once

#include <cstdint>

namespace bench {

inline constexpr std::uint64_t kExecutions = 20'000;  // of one exploration

}  // namespace bench
