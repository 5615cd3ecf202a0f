#include "property_tests/parity_programs.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "property_tests/parity_author.h"
#include "tools/simrun/parity/form.h"
#include "tools/simrun/parity/parser.h"

namespace property {

namespace {

using nlohmann::json;
using simrun::parity::Argument;
using simrun::parity::Form;
using Path = json::json_pointer;

const Form& form_of(const json& operation) {
  return *simrun::parity::find_form(operation[0].get_ref<const std::string&>());
}

// Calls visit with the path of each block of an operation.
template <class Visit>
void for_each_block(const json& operation, const Path& path, Visit visit) {
  const Form& form = form_of(operation);
  for (std::size_t i = 0; i < form.size(); ++i) {
    const json& argument = operation[i + 1];
    const Path here = path / (i + 1);
    if (form.arguments[i] == Argument::ops) visit(argument, here);
    if (form.arguments[i] == Argument::coroutines) {
      for (std::size_t k = 0; k < argument.size(); ++k) visit(argument[k], here / k);
    }
    if (form.arguments[i] == Argument::named) {
      for (std::size_t k = 0; k < argument.size(); ++k) visit(argument[k][1], here / k / 1);
    }
  }
}

// The paths of a block and all blocks in it, outer ones first.
void collect_blocks(const json& block, const Path& path, std::vector<Path>& into) {
  into.push_back(path);
  for (std::size_t i = 0; i < block.size(); ++i) {
    for_each_block(block[i], path / i,
                   [&into](const json& inner, const Path& at) { collect_blocks(inner, at, into); });
  }
}

std::vector<Path> all_blocks(const json& program) {
  std::vector<Path> blocks;
  collect_blocks(program["main"], Path("/main"), blocks);
  return blocks;
}

// Collects programs that are well formed.
class Candidates {
 public:
  explicit Candidates(const json& program) : program_(program) {}
  template <class Edit>
  void add(const Path& path, Edit edit) {
    json smaller = program_;
    edit(smaller[path]);
    if (smaller != program_ && simrun::parity::check_program(smaller).ok()) {
      all_.push_back(std::move(smaller));
    }
  }
  std::vector<json> take() { return std::move(all_); }

 private:
  const json& program_;
  std::vector<json> all_;
};

// Without a run of operations: halves first, then quarters, down to single ones.
void cut(const json& block, const Path& path, Candidates& candidates) {
  for (std::size_t length = block.size(); length > 0; length /= 2) {
    for (std::size_t begin = 0; begin + length <= block.size(); begin += length) {
      candidates.add(path, [&](json& at) {
        const auto first = at.begin() + static_cast<std::ptrdiff_t>(begin);
        at.erase(first, first + static_cast<std::ptrdiff_t>(length));
      });
    }
  }
}

// With what an operation holds in its place.
void unwrap(const json& block, const Path& path, Candidates& candidates) {
  for (std::size_t i = 0; i < block.size(); ++i) {
    for_each_block(block[i], path / i, [&](const json& inner, const Path&) {
      candidates.add(path, [&](json& at) {
        at.erase(i);
        at.insert(at.begin() + static_cast<std::ptrdiff_t>(i), inner.begin(), inner.end());
      });
    });
  }
}

// Without one child or name, and with smaller numbers.
void simplify(const json& operation, const Path& path, Candidates& candidates) {
  const Form& form = form_of(operation);
  for (std::size_t i = 0; i < form.size(); ++i) {
    const json& argument = operation[i + 1];
    const Path here = path / (i + 1);
    if (argument.is_number_integer() && argument != 0) {
      candidates.add(here, [](json& at) { at = 0; });
      candidates.add(here, [](json& at) { at = 1; });
      candidates.add(here, [](json& at) { at = at.get<std::int64_t>() - 1; });
    }
    if (!argument.is_array() || form.arguments[i] == Argument::ops) continue;
    for (std::size_t k = 0; k < argument.size(); ++k) {
      candidates.add(here, [k](json& at) { at.erase(k); });
    }
  }
}

void drop_objects(const json& program, Candidates& candidates) {
  for (const auto& [name, object] : program["objects"].items()) {
    candidates.add(Path("/objects"), [&key = name](json& at) { at.erase(key); });
  }
}

rc::Shrinkable<json> make_program(const rc::Random& random, int max_operations) {
  json program = Author(random, max_operations).write();
  while (count_operations(program) > static_cast<std::size_t>(max_operations)) {
    program["main"].erase(program["main"].size() - 1);
  }
  return rc::shrinkable::shrinkRecur(std::move(program),
                                     [](const json& larger) { return smaller_programs(larger); });
}

}  // namespace

std::size_t count_operations(const json& program) {
  std::size_t count = 0;
  for (const Path& block : all_blocks(program)) count += program[block].size();
  return count;
}

rc::Seq<json> smaller_programs(const json& program) {
  Candidates candidates(program);
  const std::vector<Path> blocks = all_blocks(program);
  for (const Path& path : blocks) cut(program[path], path, candidates);
  for (const Path& path : blocks) unwrap(program[path], path, candidates);
  drop_objects(program, candidates);
  for (const Path& path : blocks) {
    for (std::size_t i = 0; i < program[path].size(); ++i) {
      simplify(program[path][i], path / i, candidates);
    }
  }
  return rc::seq::fromContainer(candidates.take());
}

rc::Gen<json> parity_program(int max_operations) {
  return [max_operations](const rc::Random& random, int) {
    return make_program(random, max_operations);
  };
}

rc::Shrinkable<json> parity_program_number(std::uint64_t n, int max_operations) {
  return make_program(rc::Random(n), max_operations);
}

}  // namespace property
