#include "tools/simrun/parity/parser.h"

#include <algorithm>
#include <limits>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"
#include "tools/simrun/nearest.h"
#include "tools/simrun/parity/form.h"

namespace simrun::parity {

namespace {

using nlohmann::json;

template <class... Parts>
absl::Status error(const Parts&... parts) {
  return absl::InvalidArgumentError(absl::StrCat(parts...));
}

// Puts the place, or a part of it, before what is wrong there.
template <class... Parts>
absl::Status at(const absl::Status& wrong, const Parts&... place) {
  return error(place..., wrong.message());
}

// A value as it stands in the program, not longer than a message bears.
std::string quoted(const json& value) {
  constexpr std::size_t kLongest = 40;
  std::string text = value.dump(-1, ' ', false, json::error_handler_t::replace);
  if (text.size() > kLongest) text.replace(kLongest, text.npos, "...");
  return text;
}

std::string suggestion(absl::string_view name, const std::vector<std::string>& names) {
  const std::optional<std::string> meant = nearest(name, names);
  return meant ? absl::StrCat("; did you mean '", *meant, "'?") : "";
}

bool read_number(const json& value, std::int64_t limit, Value* number) {
  if (!value.is_number_integer()) return false;
  if (!value.is_number_unsigned() && value.get<std::int64_t>() < 0) return false;
  const auto read = value.get<std::uint64_t>();
  if (read > static_cast<std::uint64_t>(limit)) return false;
  *number = Value(static_cast<std::int64_t>(read));
  return true;
}

bool read_flag(const json& value, bool* flag) {
  if (value.is_boolean()) {
    *flag = value.get<bool>();
    return true;
  }
  Value number;
  if (!read_number(value, 1, &number)) return false;
  *flag = number.number() == 1;
  return true;
}

bool read_when(const json& value, sim::ReturnWhen* when) {
  if (value == "FIRST_COMPLETED") {
    *when = sim::ReturnWhen::first_completed;
  } else if (value == "FIRST_EXCEPTION") {
    *when = sim::ReturnWhen::first_exception;
  } else {
    *when = sim::ReturnWhen::all_completed;
    return value == "ALL_COMPLETED";
  }
  return true;
}

class Checker {
 public:
  absl::StatusOr<Program> check(const json& spec) {
    if (!spec.is_object()) {
      return error("a program is an object with \"objects\" and \"main\", not ", quoted(spec));
    }
    if (absl::Status status = check_objects(spec); !status.ok()) return status;
    const auto main = spec.find("main");
    if (main == spec.end()) return error("main: there is none; it is a list of operations");
    if (!main->is_array()) return error("main: it is a list of operations, not ", quoted(*main));
    program_.main.label = new_label("main");
    if (absl::Status status = check_block(*main, program_.main); !status.ok()) {
      return at(status, "main");
    }
    program_.task_names = tasks_.size();
    return std::move(program_);
  }

 private:
  absl::Status check_objects(const json& spec) {
    const auto objects = spec.find("objects");
    if (objects == spec.end()) return absl::OkStatus();
    if (!objects->is_object()) {
      return error("objects: they are an object of names, not ", quoted(*objects));
    }
    for (const auto& [name, object] : objects->items()) {
      if (absl::Status status = check_object(name, object); !status.ok()) {
        return at(status, "objects.", name, ": ");
      }
    }
    return absl::OkStatus();
  }

  absl::Status check_object(const std::string& name, const json& spec) {
    if (!spec.is_object() || !spec.contains("type") || !spec["type"].is_string()) {
      return error("an object is like {\"type\": \"lock\"}, not ", quoted(spec));
    }
    ObjectSpec object{name, ObjectType::lock};
    const auto& type = spec["type"].get_ref<const std::string&>();
    if (!find_object_type(type, &object.type)) {
      const std::vector<std::string> names = object_type_names();
      const std::string meant = suggestion(type, names);
      return error("unknown type '", type, "'",
                   meant.empty() ? "; there are " + to_string(ObjectTypes(-1)) : meant);
    }
    if (absl::Status status = check_parameter(spec, object); !status.ok()) return status;
    objects_.emplace(name, program_.objects.size());
    program_.objects.push_back(std::move(object));
    return absl::OkStatus();
  }

  static absl::Status check_parameter(const json& spec, ObjectSpec& object) {
    constexpr ObjectTypes kOfSemaphore =
        bit(ObjectType::semaphore) | bit(ObjectType::bounded_semaphore);
    constexpr ObjectTypes kOfQueue =
        bit(ObjectType::queue) | bit(ObjectType::priority_queue) | bit(ObjectType::lifo_queue);
    const ObjectTypes type = bit(object.type);
    const char* parameter = type & kOfSemaphore               ? "value"
                            : type & kOfQueue                  ? "maxsize"
                            : type & bit(ObjectType::barrier) ? "parties"
                                                              : nullptr;
    if (parameter == nullptr) return absl::OkStatus();
    const int least = type == bit(ObjectType::barrier) ? 1 : 0;
    const auto found = spec.find(parameter);
    Value value;
    if (found == spec.end() || !read_number(*found, kMaxNumber, &value) || value.number() < least) {
      return error("its ", parameter, " is a whole number from ", least, " to ", kMaxNumber,
                   found == spec.end() ? ", and missing" : ", not " + quoted(*found));
    }
    object.argument = value.number();
    return absl::OkStatus();
  }

  // The error lacks the place of the block.
  absl::Status check_block(const json& list, Block& block) {
    if (depth_ == kMaxDepth) return error(": blocks nest deeper than ", kMaxDepth);
    ++depth_;
    block.operations.resize(list.size());
    for (std::size_t i = 0; i < list.size(); ++i) {
      absl::Status status = check_operation(list[i], block.label, block.operations[i]);
      if (!status.ok()) return at(status, "[", i, "]");
    }
    --depth_;
    return absl::OkStatus();
  }

  absl::Status check_operation(const json& spec, std::size_t label, Operation& operation) {
    if (!spec.is_array() || spec.empty() || !spec[0].is_string()) {
      return error(": an operation is a list that begins with its name, like [\"sleep\", 1], not ",
                   quoted(spec));
    }
    const auto& name = spec[0].get_ref<const std::string&>();
    const Form* form = find_form(name);
    if (form == nullptr) {
      return error(": unknown operation '", name, "'", suggestion(name, form_names()));
    }
    if (in_callback_ && form->suspends) {
      return error(": ", name, " may not stand in a callback: only what never suspends may");
    }
    if (spec.size() != form->size() + 1) {
      return error(": ", name, " takes ", form->size(),
                   form->size() == 1 ? " argument, not " : " arguments, not ", spec.size() - 1,
                   ": ", form->usage());
    }
    operation.form = form;
    for (std::size_t i = 0; i < form->size(); ++i) {
      if (absl::Status status = check_argument(spec, i, label, operation); !status.ok()) {
        return status;
      }
    }
    return absl::OkStatus();
  }

  absl::Status check_argument(const json& spec, std::size_t index, std::size_t label,
                              Operation& operation) {
    const json& value = spec[index + 1];
    const Argument argument = operation.form->arguments[index];
    if (argument == Argument::object) return check_use(value, operation);
    bool is_nested = false;
    bool fits = false;
    switch (argument) {
      case Argument::ops:
      case Argument::coroutines:
      case Argument::named:
        is_nested = fits = is_list_of_blocks(argument, value);
        break;
      default:
        fits = read_argument(argument, value, operation);
    }
    if (!fits) {
      return error(": ", operation.form->usage(), ": ", placeholder(argument), " is ",
                   meaning(argument), ", not ", quoted(value));
    }
    return is_nested ? check_nested(argument, spec, value, label, operation) : absl::OkStatus();
  }

  absl::Status check_use(const json& value, Operation& operation) const {
    const Form& form = *operation.form;
    const auto found =
        value.is_string() ? objects_.find(value.get_ref<const std::string&>()) : objects_.end();
    const bool exists = found != objects_.end();
    if (exists && (form.on & bit(program_.objects[found->second].type))) {
      operation.object = found->second;
      return absl::OkStatus();
    }
    const absl::string_view type =
        exists ? to_string(program_.objects[found->second].type) : "no object";
    return error(": ", form.name, " on ", quoted(value), ", which is ", type, "; it works on ",
                 to_string(form.on));
  }

  // Whatever is neither an object nor blocks. False if it is not what it has to be.
  bool read_argument(Argument argument, const json& value, Operation& operation) {
    switch (argument) {
      case Argument::task:
        if (!value.is_string()) return false;
        operation.tasks.push_back(task_number(value.get_ref<const std::string&>()));
        return true;
      case Argument::tasks:
        if (!value.is_array()) return false;
        for (const json& name : value) {
          if (!read_argument(Argument::task, name, operation)) return false;
        }
        return true;
      case Argument::text:
      case Argument::error:
        if (!value.is_string()) return false;
        operation.text = value.get_ref<const std::string&>();
        return true;
      case Argument::number:
      case Argument::item:
        return read_number(value, kMaxNumber, &operation.value);
      case Argument::time:
        return read_number(value, kMaxTime, &operation.value);
      case Argument::limit:
        return value.is_null() || read_number(value, kMaxTime, &operation.value);
      case Argument::value:
        return value.is_null() || read_number(value, kMaxNumber, &operation.value);
      case Argument::flag:
        return read_flag(value, &operation.flag);
      case Argument::when:
        return read_when(value, &operation.when);
      default:
        return false;
    }
  }

  static bool is_list_of_blocks(Argument argument, const json& value) {
    if (!value.is_array()) return false;
    if (argument == Argument::ops) return true;
    return std::ranges::all_of(value, [argument](const json& each) {
      if (argument == Argument::coroutines) return each.is_array();
      return each.is_array() && each.size() == 2 && each[0].is_string() && each[1].is_array();
    });
  }

  absl::Status check_nested(Argument argument, const json& spec, const json& value,
                            std::size_t label, Operation& operation) {
    if (argument == Argument::ops) {
      return add_block(value, label_inside(spec, label, *operation.form), operation);
    }
    for (std::size_t i = 0; i < value.size(); ++i) {
      absl::Status status;
      if (argument == Argument::named) {
        const auto& name = value[i][0].get_ref<const std::string&>();
        operation.tasks.push_back(task_number(name));
        status = add_block(value[i][1], new_label(name), operation);
      } else {
        status =
            add_block(value[i], new_label(absl::StrCat(program_.labels[label], ".", i)), operation);
      }
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }

  absl::Status add_block(const json& list, std::size_t label, Operation& operation) {
    const Form& form = *operation.form;
    const bool outer = in_callback_;
    in_callback_ = form.action == Action::call_soon || form.action == Action::call_later;
    Block& block = operation.blocks.emplace_back();
    block.label = label;
    absl::Status status = check_block(list, block);
    in_callback_ = outer;
    if (status.ok()) return status;
    return at(status, ".", form.name, "[", operation.blocks.size() - 1, "]");
  }

  // A block that is a coroutine or callback of its own has a label of its own.
  std::size_t label_inside(const json& spec, std::size_t label, const Form& form) {
    switch (form.action) {
      case Action::spawn:
        return new_label(spec[1].get_ref<const std::string&>());
      case Action::call:
        return new_label(program_.labels[label] + ".call");
      case Action::wait_for:
        return new_label(program_.labels[label] + ".wf");
      case Action::call_soon:
      case Action::call_later:
        return new_label(program_.labels[label] + ".cb");
      default:
        return label;
    }
  }

  std::size_t new_label(std::string label) {
    program_.labels.push_back(std::move(label));
    return program_.labels.size() - 1;
  }

  std::size_t task_number(const std::string& name) {
    return tasks_.emplace(name, tasks_.size()).first->second;
  }

  static constexpr std::int64_t kMaxNumber = std::numeric_limits<std::int64_t>::max();
  Program program_;
  std::map<std::string, std::size_t> objects_;
  std::map<std::string, std::size_t> tasks_;
  int depth_ = 0;
  bool in_callback_ = false;
};

}  // namespace

absl::StatusOr<json> read_json(absl::string_view text) {
  try {
    return json::parse(text.begin(), text.end());
  } catch (const json::exception& wrong) {
    // "[json.exception...] parse error at line 1, column 8: what is wrong"
    const std::string what = wrong.what();
    const std::size_t place = what.find("line ");
    const std::size_t end = what.find(": ", place);
    if (place == what.npos || end == what.npos) return error("line 1, column 1: ", what);
    return error(what.substr(place, end - place), ": broken JSON: ", what.substr(end + 2));
  }
}

absl::StatusOr<Program> check_program(const json& spec) { return Checker().check(spec); }

}  // namespace simrun::parity
