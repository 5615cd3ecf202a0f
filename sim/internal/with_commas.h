// "12,480".
#pragma once

#include <cstdint>
#include <string>

namespace sim::internal {

inline std::string with_commas(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, ",");
  return digits;
}

}  // namespace sim::internal
