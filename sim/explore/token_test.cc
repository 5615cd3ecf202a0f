// A token is short, says when it is damaged, and never crashes its reader.
#include "sim/explore/token.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

#include "sim/rng.h"

namespace {

using sim::Token;
using testing::HasSubstr;
using testing::StartsWith;

Token two_deviations() { return {{0x123, 0xabc, 0}, {{17, 3, 1}, {12'000, 2, 1}}}; }

std::string refusal(std::string_view text) {
  try {
    Token::parse(text);
  } catch (const std::invalid_argument& refused) {
    return refused.what();
  }
  return "taken";
}

TEST(Token, GivesBackWhatWentIn) {
  EXPECT_EQ(Token::parse(two_deviations().to_string()), two_deviations());
  sim::Rng rng(1);
  for (int i = 0; i < 2000; ++i) {
    Token token;
    token.context = static_cast<std::uint16_t>(rng.below(4096));
    token.shape = static_cast<std::uint16_t>(rng.below(4096));
    token.seed = rng() >> rng.below(64);
    std::uint32_t at = 0;
    for (std::uint64_t n = rng.below(20); n > 0; --n) {
      const auto choices = static_cast<std::uint32_t>(2 + rng.below(300));
      at += static_cast<std::uint32_t>(rng.below(1000));
      token.deviations.push_back(
          {at++, choices, static_cast<std::uint32_t>(1 + rng.below(choices - 1))});
    }
    ASSERT_EQ(Token::parse(token.to_string()), token);
  }
}

TEST(Token, OfTwoDeviationsHasAtMost24Characters) {
  EXPECT_LE(two_deviations().to_string().size(), 24u);
}

TEST(Token, CutAnywhereIsRefused) {
  const std::string text = two_deviations().to_string();
  for (std::size_t length = 0; length < text.size(); ++length) {
    EXPECT_THAT(refusal(text.substr(0, length)), StartsWith("the token ")) << length;
  }
}

TEST(Token, WithACharacterAlteredIsRefused) {
  const std::string text = two_deviations().to_string();
  int taken = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    for (int c = 1; c < 256; ++c) {
      std::string altered = text;
      altered[i] = static_cast<char>(c);
      if (altered != text && refusal(altered) == "taken") ++taken;
    }
  }
  EXPECT_EQ(taken, 0);
}

TEST(Token, OfANewerVersionSaysSo) {
  std::string text = two_deviations().to_string();
  EXPECT_EQ(text[0], 'A');
  EXPECT_THAT(refusal("A" + text.substr(1) + "AA"), StartsWith("the token "));
}

TEST(Token, OfAMegabyteIsRefused) {
  EXPECT_THAT(refusal(std::string(1 << 20, 'A')), StartsWith("the token "));
  EXPECT_THAT(refusal(std::string((1 << 20) + 1, 'A')), HasSubstr("longer than a token can be"));
}

TEST(Token, AnyBytesAreTakenOrRefusedInOneLine) {
  sim::Rng rng(7);
  static constexpr char kAlphabet[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+/ \n";
  for (int i = 0; i < 20'000; ++i) {
    std::string text;
    for (std::uint64_t n = rng.below(40); n > 0; --n) {
      text += kAlphabet[rng.below(sizeof kAlphabet - 1)];
    }
    EXPECT_EQ(refusal(text).find('\n'), std::string::npos);
  }
}

}  // namespace
