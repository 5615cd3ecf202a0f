// Token: a schedule in a few characters, with what is needed to know whether it fits.
//
// The text is base64url (RFC 4648, no padding) of bytes:
//
//   version (1) | context (12 bits) and shape (12 bits) | seed (varint) | deviations | check (2)
//
// A deviation is three varints: the decisions since the one before, how many choices there were
// less 2, the index taken less 1. `context` is a hash of the scenario's name, its parameters and
// the options of the exploration; `shape` one of the decisions of the default run, so a program
// that has changed is noticed. The check is a hash of all that stands before it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/tape.h"

namespace sim {

struct TokenHead {
  std::uint16_t context = 0;  // 12 bits
  std::uint16_t shape = 0;    // 12 bits; 0 where it was not known
  std::uint64_t seed = 0;     // of rng()

  friend bool operator==(const TokenHead&, const TokenHead&) = default;
};

struct Token : TokenHead {
  std::vector<Deviation> deviations;

  static constexpr std::uint16_t kHashMask = 0xfff;

  std::string to_string() const;
  // Throws std::invalid_argument with one line that says what is wrong with the text.
  static Token parse(std::string_view text);

  friend bool operator==(const Token&, const Token&) = default;
};

// The token of these, written into `room`; empty if it is too small. For signal handlers: it takes
// no memory and no lock.
std::string_view write_token(const TokenHead& head, std::span<const Deviation> deviations,
                             std::span<char> room) noexcept;

}  // namespace sim
