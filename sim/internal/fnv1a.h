// FNV-1a of a text: the same with every library, on every machine.
#pragma once

#include <cstdint>
#include <string_view>

namespace sim::internal {

// Behind the texts that `hash` is of.
constexpr std::uint64_t fnv1a(std::string_view text, std::uint64_t hash = 0xcbf29ce484222325) {
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return hash;
}

}  // namespace sim::internal
