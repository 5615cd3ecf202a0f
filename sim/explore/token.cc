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

// The bytes of a token one after the other, as the text of them, into room of a fixed size.
class Writer {
 public:
  // `bytes` is how many there are going to be.
  explicit Writer(std::span<char> room, std::size_t bytes) : room_(room), hash_(bytes) {}

  void byte(std::uint8_t byte) {
    ++bytes_;
    hash_ = internal::mix(hash_, byte);
    bits_ = bits_ << 8 | byte;
    for (count_ += 8; count_ >= 6; count_ -= 6) letter(bits_ >> (count_ - 6));
  }
  void varint(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) byte(static_cast<std::uint8_t>(value | 0x80));
    byte(static_cast<std::uint8_t>(value));
  }
  std::size_t bytes() const { return bytes_; }
  // Empty if it did not fit.
  std::string_view finish() {
    const std::uint64_t check = hash_;
    byte(static_cast<std::uint8_t>(check));
    byte(static_cast<std::uint8_t>(check >> 8));
    if (count_ > 0) letter(bits_ << (6 - count_));
    return size_ <= room_.size() ? std::string_view(room_.data(), size_) : std::string_view();
  }

 private:
  void letter(std::uint32_t six_bits) {
    static constexpr char kLetters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    if (size_ < room_.size()) room_[size_] = kLetters[six_bits & 63];
    ++size_;
  }
  std::span<char> room_;
  std::size_t size_ = 0;
  std::size_t bytes_ = 0;
  std::uint64_t hash_;
  std::uint32_t bits_ = 0;
  int count_ = 0;  // of the bits that no letter has yet
};

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

std::string_view write_token(const TokenHead& head, std::span<const Deviation> deviations,
                             std::span<char> room) noexcept {
  const auto put = [&](Writer& writer) {
    writer.byte(kVersion);
    const std::uint32_t hashes = static_cast<std::uint32_t>(head.context) << 12 | head.shape;
    for (int shift = 16; shift >= 0; shift -= 8) {
      writer.byte(static_cast<std::uint8_t>(hashes >> shift));
    }
    writer.varint(head.seed);
    std::uint32_t next = 0;
    for (const Deviation& deviation : deviations) {
      writer.varint(deviation.decision - next);
      writer.varint(deviation.choices - 2);
      writer.varint(deviation.index - 1);
      next = deviation.decision + 1;
    }
  };
  Writer counting({}, 0);
  put(counting);
  Writer writer(room, counting.bytes());
  put(writer);
  return writer.finish();
}

std::string Token::to_string() const {
  // Three numbers a deviation, of at most five bytes each, and four letters for three bytes.
  std::string text(64 + deviations.size() * 20, '\0');
  text.resize(write_token(*this, deviations, text).size());
  return text;
}

Token Token::parse(std::string_view text) {
  if (text.empty()) refuse("is empty");
  if (text.size() > kLongest) refuse("is longer than a token can be");
  constexpr std::string_view kCharacters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  if (text.find_first_not_of(kCharacters) != std::string_view::npos) {
    refuse("has characters that no token has (A-Z a-z 0-9 - _)");
  }
  std::string bytes;
  const bool is_base64 =
      absl::WebSafeBase64Unescape(absl::string_view(text.data(), text.size()), &bytes);
  if (!is_base64) refuse("is cut off, or a character of it is wrong");
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
