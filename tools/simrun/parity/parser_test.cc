// What is malformed is told in one line: the place, what is wrong, what would be right.
#include "tools/simrun/parity/parser.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "nlohmann/json.hpp"
#include "tools/simrun/parity/form.h"

namespace {

using simrun::parity::check_program;
using simrun::parity::read_json;
using testing::HasSubstr;
using testing::StartsWith;

std::string complaint(const std::string& text) {
  const auto spec = read_json(text);
  if (!spec.ok()) return std::string(spec.status().message());
  return std::string(check_program(*spec).status().message());
}

// Of a program with one object of each kind and this as its main.
std::string complaint_of_main(const std::string& main) {
  return complaint(R"({"objects": {"l": {"type": "lock"}, "e": {"type": "event"},
                                   "q": {"type": "queue", "maxsize": 0}}, "main": )" +
                   main + "}");
}

struct Malformed {
  const char* name;
  const char* main;
  const char* complaint;

  friend void PrintTo(const Malformed& bad, std::ostream* stream) { *stream << bad.name; }
};

const Malformed kMalformed[] = {
    {"MainIsNoList", "5", "main: it is a list of operations, not 5"},
    {"OperationIsNoList", R"(["sleep"])",
     R"(main[0]: an operation is a list that begins with its name, like ["sleep", 1], not )"
     R"("sleep")"},
    {"OperationIsEmpty", "[[]]",
     R"(main[0]: an operation is a list that begins with its name, like ["sleep", 1], not [])"},
    {"OperationHasNoName", R"([["log", "x"], [1, 2]])",
     R"(main[1]: an operation is a list that begins with its name, like ["sleep", 1], not [1,2])"},
    {"UnknownOperation", R"([["juggle"]])", "main[0]: unknown operation 'juggle'"},
    {"NearOperation", R"([["slep", 1]])",
     "main[0]: unknown operation 'slep'; did you mean 'sleep'?"},
    {"ArgumentMissing", R"([["sleep"]])",
     R"(main[0]: sleep takes 1 argument, not 0: ["sleep", n])"},
    {"ArgumentTooMany", R"([["cancelling", 1]])",
     R"(main[0]: cancelling takes 0 arguments, not 1: ["cancelling"])"},
    {"TimeNegative", R"([["sleep", -1]])",
     R"(main[0]: ["sleep", n]: n is a whole number of time units from 0 to 1000000000000, not -1)"},
    {"TimeAFraction", R"([["sleep", 1.5]])",
     R"(main[0]: ["sleep", n]: n is a whole number of time units from 0 to 1000000000000, not )"
     "1.5"},
    {"TimeATruth", R"([["sleep", true]])",
     R"(main[0]: ["sleep", n]: n is a whole number of time units from 0 to 1000000000000, not )"
     "true"},
    {"TimeTooLong", R"([["sleep", 1000000000001]])",
     R"(main[0]: ["sleep", n]: n is a whole number of time units from 0 to 1000000000000, not )"
     "1000000000001"},
    {"TimeMissing", R"([["sleep", null]])",
     R"(main[0]: ["sleep", n]: n is a whole number of time units from 0 to 1000000000000, not )"
     "null"},
    {"LimitIsText", R"([["timeout", "5", []]])",
     R"(main[0]: ["timeout", n, ops]: n is a whole number of time units from 0 to 1000000000000, )"
     R"(or null, not "5")"},
    {"NumberTooLarge", R"([["put", "q", 9223372036854775808]])",
     R"(main[0]: ["put", object, value]: value is a whole number from 0 to 9223372036854775807, )"
     "not 9223372036854775808"},
    {"ValueNegative", R"([["return", -5]])",
     R"(main[0]: ["return", value]: value is a whole number from 0 to 9223372036854775807, or )"
     "null, not -5"},
    {"FlagIsANumber", R"([["shutdown", "q", 2]])",
     R"(main[0]: ["shutdown", object, flag]: flag is true or false, not 2)"},
    {"TextIsANumber", R"([["log", 5]])", R"(main[0]: ["log", text]: text is text, not 5)"},
    {"ErrorIsANumber", R"([["raise", 5]])",
     R"(main[0]: ["raise", error]: error is the name of an error, like "E1", not 5)"},
    {"TaskIsANumber", R"([["cancel", 1]])",
     R"(main[0]: ["cancel", name]: name is the name of a task, not 1)"},
    {"TasksAreNoList", R"([["gather_tasks", "a", false]])",
     R"(main[0]: ["gather_tasks", [names], flag]: [names] is a list of names of tasks, not "a")"},
    {"WhenIsUnknown", R"([["wait_tasks", ["a"], "FIRST", null]])",
     R"(main[0]: ["wait_tasks", [names], when, n]: when is FIRST_COMPLETED, FIRST_EXCEPTION or )"
     R"(ALL_COMPLETED, not "FIRST")"},
    {"OpsAreNoList", R"([["call", {"a": 1}]])",
     R"(main[0]: ["call", ops]: ops is a list of operations, not {"a":1})"},
    {"CoroutinesAreNoLists", R"([["gather", [["sleep", 1]], false], ["gather", [5], false]])",
     R"(main[0].gather[0][0]: an operation is a list that begins with its name, like )"
     R"(["sleep", 1], not "sleep")"},
    {"ChildrenArePairs", R"([["task_group", [["a"]], []]])",
     R"(main[0]: ["task_group", [[name, ops]...], ops]: [[name, ops]...] is a list of pairs )"
     R"([name, ops], not [["a"]])"},
    {"ObjectDoesNotExist", R"([["acquire", "nowhere"]])",
     R"(main[0]: acquire on "nowhere", which is no object; it works on lock, semaphore, )"
     "bounded_semaphore or condition"},
    {"ObjectIsOfAnotherType", R"([["acquire", "e"]])",
     R"(main[0]: acquire on "e", which is event; it works on lock, semaphore, bounded_semaphore )"
     "or condition"},
    {"ObjectIsANumber", R"([["get", 1]])",
     "main[0]: get on 1, which is no object; it works on queue, priority_queue or lifo_queue"},
    {"SuspendsInACallback", R"([["call_later", 1, [["log", "x"], ["sleep", 1]]]])",
     "main[0].call_later[0][1]: sleep may not stand in a callback: only what never suspends may"},
    {"DeepPlace", R"([["log", "x"], ["spawn", "a", [["log", "y"], ["slip", 1]]]])",
     "main[1].spawn[0][1]: unknown operation 'slip'; did you mean 'sleep'?"},
    {"HandlerIsTheSecondBlock", R"([["try", [], "any", [["juggle"]], []]])",
     "main[0].try[1][0]: unknown operation 'juggle'"},
    {"BodyIsBehindTheChildren",
     R"([["task_group", [["a", []], ["b", [["with", "l", [["no"]]]]]], [["log", "x"]]]])",
     "main[0].task_group[1][0].with[0][0]: unknown operation 'no'"},
};

class MalformedParity : public testing::TestWithParam<Malformed> {};

TEST_P(MalformedParity, IsToldWithItsPlace) {
  EXPECT_EQ(complaint_of_main(GetParam().main), GetParam().complaint);
}

INSTANTIATE_TEST_SUITE_P(Programs, MalformedParity, testing::ValuesIn(kMalformed),
                         [](const auto& bad) { return std::string(bad.param.name); });

TEST(ParityParser, TellsWhatIsWrongWithTheObjects) {
  EXPECT_EQ(complaint("[]"), R"(a program is an object with "objects" and "main", not [])");
  EXPECT_EQ(complaint("{}"), "main: there is none; it is a list of operations");
  EXPECT_EQ(complaint(R"({"objects": [], "main": []})"),
            "objects: they are an object of names, not []");
  EXPECT_EQ(complaint(R"({"objects": {"l": "lock"}, "main": []})"),
            R"(objects.l: an object is like {"type": "lock"}, not "lock")");
  EXPECT_EQ(complaint(R"({"objects": {"l": {"type": "locc"}}, "main": []})"),
            "objects.l: unknown type 'locc'; did you mean 'lock'?");
  EXPECT_THAT(complaint(R"({"objects": {"l": {"type": "mutex"}}, "main": []})"),
              StartsWith("objects.l: unknown type 'mutex'; there are lock, semaphore, "));
  EXPECT_EQ(complaint(R"({"objects": {"s": {"type": "semaphore"}}, "main": []})"),
            "objects.s: its value is a whole number from 0 to 9223372036854775807, and missing");
  EXPECT_EQ(complaint(R"({"objects": {"q": {"type": "queue", "maxsize": -1}}, "main": []})"),
            "objects.q: its maxsize is a whole number from 0 to 9223372036854775807, not -1");
  EXPECT_EQ(complaint(R"({"objects": {"b": {"type": "barrier", "parties": 0}}, "main": []})"),
            "objects.b: its parties is a whole number from 1 to 9223372036854775807, not 0");
}

TEST(ParityParser, TellsWhereTheJsonIsBroken) {
  EXPECT_THAT(complaint("{\"main\":\n  [[\"sleep\" 1]]}"),
              StartsWith("line 2, column 13: broken JSON: "));
  EXPECT_THAT(complaint(""), StartsWith("line 1, column 1: broken JSON: "));
  EXPECT_THAT(complaint("{\"main\": [[\"log\", \"\xff\"]]}"), HasSubstr("broken JSON: "));
}

TEST(ParityParser, RefusesBlocksThatNestTooDeeply) {
  const auto nested = [](int depth) {
    std::string main = "[]";
    for (int i = 0; i < depth; ++i) main = R"([["loop", 1, )" + main + "]]";
    return complaint_of_main(main);
  };
  EXPECT_EQ(nested(simrun::parity::kMaxDepth - 1), "");
  EXPECT_THAT(nested(simrun::parity::kMaxDepth), HasSubstr(": blocks nest deeper than 500"));
  EXPECT_THAT(complaint(std::string(1'000'000, '[')), HasSubstr("broken JSON"));
}

TEST(ParityParser, TakesWhatIsWellFormed) {
  EXPECT_EQ(complaint(R"({"main": []})"), "");
  EXPECT_EQ(complaint_of_main(
                R"([["wait_for", [["return", null]], null], ["gather_tasks", [], 1],
                    ["call_soon", [["spawn", "a", [["sleep", 0]]]]], ["shutdown", "q", false]])"),
            "");
}

TEST(ParityForm, IsFoundByEveryName) {
  for (const std::string& name : simrun::parity::form_names()) {
    ASSERT_NE(simrun::parity::find_form(name), nullptr) << name << ": is the table sorted?";
    EXPECT_EQ(simrun::parity::find_form(name)->name, name);
  }
  EXPECT_EQ(simrun::parity::find_form("zzz"), nullptr);
}

}  // namespace
