// Whatever the parser of parity programs is given, it ends, and says where what is wrong is.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <iterator>
#include <string>

#include "property_tests/parity_programs.h"
#include "tools/simrun/parity/parser.h"

namespace {

using nlohmann::json;
using simrun::parity::check_program;
using simrun::parity::read_json;

bool names_a_place(const std::string& message) {
  for (const char* place : {"main[", "main: ", "objects: ", "objects.", "a program is "}) {
    if (message.starts_with(place)) return true;
  }
  return false;
}

// Reads it as far as it can be read, and does not run it: a loop may have got very long.
void read(const std::string& text) {
  const auto spec = read_json(text);
  if (!spec.ok()) {
    RC_ASSERT(std::string(spec.status().message()).starts_with("line "));
    return;
  }
  const auto program = check_program(*spec);
  if (!program.ok()) RC_ASSERT(names_a_place(std::string(program.status().message())));
}

RC_GTEST_PROP(ParityParser, SurvivesFlippedBits, ()) {
  std::string text = (*property::parity_program()).dump();
  const int flips = *rc::gen::inRange(1, 4);
  for (int i = 0; i < flips; ++i) {
    const auto at = *rc::gen::inRange<std::size_t>(0, text.size());
    text[at] = static_cast<char>(text[at] ^ (1 << *rc::gen::inRange(0, 8)));
  }
  read(text);
}

RC_GTEST_PROP(ParityParser, SurvivesTextCutShort, ()) {
  const std::string text = (*property::parity_program()).dump();
  read(text.substr(0, *rc::gen::inRange<std::size_t>(0, text.size())));
}

// Puts something of another kind in the place of a part of the program.
RC_GTEST_PROP(ParityParser, NamesThePlaceOfAForeignPart, ()) {
  json program = *property::parity_program();
  json* part = &program;
  while (part->is_structured() && !part->empty() &&
         !(part != &program && *rc::gen::inRange(0, 4) == 0)) {
    auto at = part->begin();
    std::advance(at,
                 *rc::gen::inRange<std::ptrdiff_t>(0, static_cast<std::ptrdiff_t>(part->size())));
    part = &*at;
  }
  *part = *rc::gen::element<json>(nullptr, true, -1, 1.5, 7, "x", json::array(), json::object(),
                                  json::array({"log"}), json::array({"sleep", 1}));
  read(program.dump());
}

RC_GTEST_PROP(ParityParser, TakesEveryGeneratedProgram, ()) {
  const json program = *property::parity_program();
  RC_ASSERT(check_program(program).ok());
}

}  // namespace
