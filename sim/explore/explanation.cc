#include "sim/explore/explanation.h"

#include <algorithm>
#include <cstdio>
#include <map>
#include <set>

namespace sim {

namespace {

std::string counted(std::uint64_t count, const std::string& what) {
  return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    text += (i == 0 ? "" : i + 1 == words.size() ? " and " : ", ") + words[i];
  }
  return text;
}

// The text with each line after the first behind `indent` spaces.
std::string indented(const std::string& text, std::size_t indent) {
  std::string result;
  for (const char c : text) {
    result += c;
    if (c == '\n') result.append(indent, ' ');
  }
  while (!result.empty() && (result.back() == ' ' || result.back() == '\n')) result.pop_back();
  return result;
}

// Objects that more than one task uses, each with a letter, in the order they come up.
class SharedObjects {
 public:
  explicit SharedObjects(const std::vector<NarratedStep>& steps) {
    std::map<std::uint64_t, std::set<std::string>> users;
    for (const NarratedStep& step : steps) {
      for (const NarratedAccess& access : step.accesses) users[access.object].insert(step.task);
    }
    for (const NarratedStep& step : steps) {
      for (const NarratedAccess& access : step.accesses) {
        if (users[access.object].size() < 2 || letters_.contains(access.object)) continue;
        letters_[access.object] = letter(legend_.size());
        legend_.push_back(letter(legend_.size()) + "  " + access.object_name);
      }
    }
  }
  // Null for an object that only one task uses.
  const std::string* letter_of(std::uint64_t object) const {
    const auto at = letters_.find(object);
    return at == letters_.end() ? nullptr : &at->second;
  }
  const std::vector<std::string>& legend() const { return legend_; }

 private:
  static std::string letter(std::size_t number) {
    const std::string last(1, static_cast<char>('A' + number % 26));
    return number < 26 ? last : letter(number / 26 - 1) + last;
  }
  std::map<std::uint64_t, std::string> letters_;
  std::vector<std::string> legend_;
};

// Where an access was: where it says, else where its task resumed.
const std::string& place_of(const NarratedAccess& access, const NarratedStep& step) {
  return access.place.empty() ? step.place : access.place;
}

// Says where things are: by the line alone if all that are told are in one file.
class Places {
 public:
  Places(const Narration& narration, const SharedObjects& objects) {
    for (const NarratedStep& step : narration.steps) {
      for (const NarratedAccess& access : step.accesses) {
        if (objects.letter_of(access.object) != nullptr) note(place_of(access, step));
      }
    }
    for (const NarratedDeviation& deviation : narration.deviations) {
      if (const NarratedStep* step = narration.step(deviation.step)) note(step->place);
    }
  }
  // ":12" or "bank.cc:12" of "src/bank.cc:12" or "deposit  src/bank.cc:12".
  std::string brief(const std::string& place) const {
    return place.substr(files_.size() == 1 ? place.rfind(':') : place.find_last_of("/ ") + 1);
  }
  // What brief() leaves out; empty where it says all.
  std::string legend() const {
    return files_.size() == 1 ? ":N is line N of " + *files_.begin() : std::string();
  }

 private:
  void note(const std::string& place) {
    if (place.empty()) return;
    const std::size_t from = place.rfind(' ') + 1;
    files_.insert(place.substr(from, place.rfind(':') - from));
  }
  std::set<std::string> files_;
};

// What a step did: each access with the place it was at, where that is another than the one before.
std::string what_it_did(const NarratedStep& step, const SharedObjects& objects,
                        const Places& places) {
  std::string text;
  std::string last_place;
  std::string last_word;
  for (const NarratedAccess& access : step.accesses) {
    const std::string* letter = objects.letter_of(access.object);
    if (letter == nullptr) continue;
    const std::string& place = place_of(access, step);
    const std::string word = access.what + " " + *letter;
    if (place == last_place && word == last_word) continue;
    text += text.empty() ? "" : ", ";
    if (place != last_place && !place.empty()) text += places.brief(place) + " ";
    text += word;
    last_place = place;
    last_word = word;
  }
  return text;
}

std::string describe(const NarratedDeviation& deviation, const Narration& narration) {
  const std::string others = joined(deviation.overtaken);
  const bool one = deviation.overtaken.size() == 1;
  switch (deviation.kind) {
    case DecisionKind::ready: {
      std::string text = deviation.chosen + " ran before " + others + ", which " +
                         (one ? "was" : "were") + " ready first";
      const NarratedStep* step = narration.step(deviation.step);
      if (step != nullptr && !step->place.empty()) text += "; it went on at " + step->place;
      return text;
    }
    case DecisionKind::cancel:
      return deviation.chosen + " was cancelled";
    case DecisionKind::timer: {
      const NarratedStep* step = narration.step(deviation.step);
      return "time went on" + (step != nullptr ? " to " + format_seconds(step->time) : "") +
             " although tasks were ready; what was due by then joined them";
    }
    case DecisionKind::timer_tie:
      return "of timers due at one instant, number " + std::to_string(deviation.index + 1) +
             " fired first";
    case DecisionKind::choose:
      return "choose(" + std::to_string(deviation.choices) + ") was " +
             std::to_string(deviation.index) +
             (deviation.label.empty() ? "" : ": " + deviation.label);
    case DecisionKind::executor:
      return "a function given to an executor took longer";
  }
  return {};
}

// The table of steps.
class Lanes {
 public:
  Lanes(const Narration& narration, const SharedObjects& objects, const Places& places) {
    for (const NarratedStep& step : narration.steps) {
      const std::string mark = mark_of(step, narration);
      const std::string did = what_it_did(step, objects, places);
      if (did.empty() && mark.empty()) continue;
      const std::string stands = step.place.empty() ? "" : places.brief(step.place);
      rows_.push_back({&step, did.empty() ? stands : did, mark});
    }
    if (rows_.size() > kMostRows) {
      const std::size_t count = rows_.size() - kMostRows;
      rows_.erase(rows_.begin(), rows_.begin() + static_cast<std::ptrdiff_t>(count));
      left_out_ = counted(count, "earlier step");
    }
    if (!narration.whole) {
      left_out_ = left_out_.empty() ? "earlier steps" : "at least " + left_out_;
    }
    for (const Row& row : rows_) {
      if (std::ranges::find(tasks_, row.step->task) == tasks_.end()) {
        tasks_.push_back(row.step->task);
      }
    }
  }

  std::string text() const {
    if (rows_.empty()) return {};
    std::vector<std::size_t> widths;
    for (const std::string& task : tasks_) {
      std::size_t width = task.size();
      for (const Row& row : rows_) {
        if (row.step->task == task) width = std::max(width, row.cell.size());
      }
      widths.push_back(width + 2);
    }
    std::size_t mark_width = kLeastMarkWidth;
    for (const Row& row : rows_) mark_width = std::max(mark_width, row.mark.size() + 3);
    std::string text(kTimeWidth + mark_width, ' ');
    for (std::size_t i = 0; i < tasks_.size(); ++i) text += pad(tasks_[i], widths[i]);
    trim(text);
    if (!left_out_.empty()) text += "  ... " + left_out_ + " left out\n";
    for (const Row& row : rows_) {
      const std::string time = format_seconds(row.step->time);
      text += std::string(time.size() < kTimeWidth ? kTimeWidth - time.size() : 0, ' ') + time +
              pad("  " + row.mark, mark_width);
      for (std::size_t i = 0; i < tasks_.size(); ++i) {
        text += pad(tasks_[i] == row.step->task ? row.cell : "", widths[i]);
      }
      trim(text);
    }
    return text;
  }

 private:
  struct Row {
    const NarratedStep* step;
    std::string cell;
    std::string mark;
  };
  static constexpr std::size_t kMostRows = 40;
  static constexpr std::size_t kTimeWidth = 10;
  static constexpr std::size_t kLeastMarkWidth = 6;

  // The numbers of the decisions that led to a step or were made in it: "*2,3".
  static std::string mark_of(const NarratedStep& step, const Narration& narration) {
    std::string mark;
    for (std::size_t i = 0; i < narration.deviations.size(); ++i) {
      if (narration.deviations[i].step != step.number) continue;
      mark += (mark.empty() ? "*" : ",") + std::to_string(i + 1);
    }
    return mark;
  }
  static std::string pad(std::string text, std::size_t width) {
    if (text.size() < width) text.append(width - text.size(), ' ');
    return text;
  }
  static void trim(std::string& text) {
    while (!text.empty() && text.back() == ' ') text.pop_back();
    text += '\n';
  }

  std::vector<Row> rows_;
  std::vector<std::string> tasks_;
  std::string left_out_;  // in words
};

std::string describe_decisions(const Failure& failure, const Narration& narration) {
  const std::size_t count = narration.deviations.size();
  if (count == 0 && failure.also_under_fifo) {
    return "\nIt happens in asyncio's own order: no decision has to differ.\n";
  }
  if (count == 0) {
    return "\nNo decision has to differ. It was not seen in asyncio's order, though, where what a "
           "timer wakes waits for the next iteration.\n";
  }
  std::string text = "\n" + counted(count, "decision") + " that asyncio would not have made " +
                     (count == 1 ? "leads" : "lead") + " to it:\n";
  for (std::size_t i = 0; i < count; ++i) {
    text += "  " + std::to_string(i + 1) + "  " +
            format_seconds(narration.deviations[i].time) + "  " +
            describe(narration.deviations[i], narration) + "\n";
  }
  const Minimality& minimality = failure.minimality;
  if (minimality.certain) {
    text += minimality.certified == 1
                ? "minimal: it does not fail without\n"
                : "minimal: none of the " + counted(minimality.certified, "schedule") +
                      " with fewer such decisions fails\n";
  } else if (minimality.certified > 0) {
    text += "none of the first " + counted(minimality.certified, "schedule") +
            " with fewer such decisions fails; there are more\n";
  }
  if (minimality.from_run_to_block != 0) {
    text += "where each task runs until it blocks, " +
            counted(minimality.from_run_to_block, "decision") + " would do\n";
  }
  text += failure.also_under_fifo ? "also under asyncio's FIFO order of ready tasks\n"
                                  : "needs an executor that reorders ready tasks, as those of "
                                    "C++ may; not seen in asyncio's order\n";
  return text;
}

// What else the same run shows: often the cause.
std::string also_found(const Failure& failure, const Narration& narration) {
  std::string text;
  for (const Finding& finding : narration.findings) {
    if (finding.kind == failure.finding.kind) continue;
    text += "also " + std::string(to_string(finding.kind)) + ": " +
            indented(finding.message, 2) + "\n";
  }
  return text;
}

}  // namespace

std::string format_seconds(std::int64_t nanoseconds) {
  char text[48];
  std::snprintf(text, sizeof text, "%lld.%03lld s",
                static_cast<long long>(nanoseconds / 1'000'000'000),
                static_cast<long long>(nanoseconds / 1'000'000 % 1000));
  return text;
}

std::string explain(const Failure& failure, const Narration& narration,
                    const std::string& replay_line) {
  std::string text =
      std::string(to_string(failure.kind)) + ": " + indented(failure.message, 2) + "\n";
  const std::string place = to_string(failure.finding.place);
  if (failure.finding.place.line() != 0 && failure.message.find(place) == std::string::npos) {
    text += "  at " + place + "\n";
  }
  if (!failure.finding.stack.empty()) {
    const std::string& stack = failure.finding.stack;
    text += "  " + indented(stack.substr(stack.find_first_not_of(' ')), 0) + "\n";
  }
  text += also_found(failure, narration);
  text += describe_decisions(failure, narration);
  const SharedObjects objects(narration.steps);
  const Places places(narration, objects);
  const std::string table = Lanes(narration, objects, places).text();
  if (!table.empty()) {
    text += "\n" + table;
    if (!places.legend().empty()) text += "  " + places.legend() + "\n";
  }
  for (const std::string& line : objects.legend()) text += "  " + line + "\n";
  if (!replay_line.empty()) text += "\nreplay: " + replay_line + "\n";
  return text;
}

}  // namespace sim
