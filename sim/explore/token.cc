#include "sim/explore/token.h"

#include <stdexcept>

#include "absl/strings/escaping.h"
#include "sim/rng.h"

namespace sim {

namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kCheckBytes = 2;
constexpr std::size_t kHeadBytes = 1 + 3;
constexpr std::size_t kLongest = std::size_t{1} << 20;
constexpr std::uint64_t kMost = 0xffffffff;

void put_varint(std::string& bytes, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) bytes += static_cast<char>(value | 0x80);
  bytes += static_cast<char>(value);
}

std::string check_of(std::string_view bytes) {
  std::uint64_t hash = bytes.size();
  for (const char byte : bytes) hash = internal::mix(hash, static_cast<std::uint8_t>(byte));
  return {static_cast<char>(hash), static_cast<char>(hash >> 8)};
}

[[noreturn]] void refuse(const std::string& why) {
  throw std::invalid_argument("the token " + why);
}

// Reads what to_string() has put together.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : left_(bytes) {}
  bool at_end() const { return left_.empty(); }
  std::uint8_t byte() {
    if (left_.empty()) refuse("ends too early");
    const auto byte = static_cast<std::uint8_t>(left_.front());
    left_.remove_prefix(1);
    return byte;
  }
  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const std::uint8_t next = byte();
      value |= static_cast<std::uint64_t>(next & 0x7f) << shift;
      if (next < 0x80) return value;
    }
    refuse("has a number that is too large");
  }
  // A varint whose sum with `more` fits into 32 bits.
  std::uint32_t number(std::uint64_t more) {
    const std::uint64_t value = varint();
    if (value > kMost - more) refuse("has a number that is too large");
    return static_cast<std::uint32_t>(value + more);
  }

 private:
  std::string_view left_;
};

}  // namespace

std::string Token::to_string() const {
  std::string bytes(1, static_cast<char>(kVersion));
  const std::uint32_t hashes = static_cast<std::uint32_t>(context) << 12 | shape;
  for (int shift = 16; shift >= 0; shift -= 8) bytes += static_cast<char>(hashes >> shift);
  put_varint(bytes, seed);
  std::uint32_t next = 0;
  for (const Deviation& deviation : deviations) {
    put_varint(bytes, deviation.decision - next);
    put_varint(bytes, deviation.choices - 2);
    put_varint(bytes, deviation.index - 1);
    next = deviation.decision + 1;
  }
  bytes += check_of(bytes);
  return absl::WebSafeBase64Escape(bytes);
}

Token Token::parse(std::string_view text) {
  if (text.empty()) refuse("is empty");
  if (text.size() > kLongest) refuse("is longer than a token can be");
  std::string bytes;
  const bool is_base64 =
      text.find('=') == std::string_view::npos &&
      absl::WebSafeBase64Unescape(absl::string_view(text.data(), text.size()), &bytes);
  if (!is_base64) refuse("has characters that no token has (A-Z a-z 0-9 - _)");
  if (bytes.size() < kHeadBytes + 1 + kCheckBytes) refuse("is cut: it is too short");
  const auto version = static_cast<std::uint8_t>(bytes[0]);
  const std::string_view checked(bytes.data(), bytes.size() - kCheckBytes);
  if (check_of(checked) != std::string_view(bytes).substr(checked.size())) {
    refuse("is damaged: cut, or a character was altered");
  }
  if (version != kVersion) {
    refuse("is of format version " + std::to_string(version) + "; this program reads version " +
           std::to_string(kVersion));
  }
  Reader reader(checked.substr(1));
  std::uint32_t hashes = 0;
  for (int i = 0; i < 3; ++i) hashes = hashes << 8 | reader.byte();
  Token token;
  token.context = static_cast<std::uint16_t>(hashes >> 12);
  token.shape = static_cast<std::uint16_t>(hashes & kHashMask);
  token.seed = reader.varint();
  std::uint64_t next = 0;
  while (!reader.at_end()) {
    Deviation deviation{};
    deviation.decision = reader.number(next);
    deviation.choices = reader.number(2);
    deviation.index = reader.number(1);
    if (deviation.index >= deviation.choices) refuse("chooses beyond what there was");
    token.deviations.push_back(deviation);
    next = std::uint64_t{deviation.decision} + 1;
  }
  if (token.to_string() != text) refuse("is not spelt as tokens are");
  return token;
}

}  // namespace sim
