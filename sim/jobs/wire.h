// Wire: what goes from one process to another as bytes, both being one image: lengths, strings, and
// plain data as it lies in memory.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "sim/explore/report.h"
#include "sim/explore/rounds.h"
#include "sim/explore/teller.h"

namespace sim::jobs {

class Writer {
 public:
  static constexpr bool kReads = false;

  template <class T>
  requires std::is_trivially_copyable_v<T> Writer& operator()(const T& value) {
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
    return *this;
  }
  Writer& operator()(const std::string& text) {
    (*this)(std::uint64_t{text.size()});
    bytes_ += text;
    return *this;
  }
  template <class T>
  Writer& operator()(const std::vector<T>& values) {
    (*this)(std::uint64_t{values.size()});
    for (const T& each : values) item(each);
    return *this;
  }
  // Inlined, g++ 12 warns of what a string that is short would copy if it were long.
  [[gnu::noinline]] std::string take() { return std::move(bytes_); }

 private:
  template <class T>
  void item(const T& value) {
    if constexpr (std::is_trivially_copyable_v<T>) {
      (*this)(value);
    } else {
      transfer(*this, const_cast<T&>(value));
    }
  }

  std::string bytes_;
};

// Of bytes that may come from a process that was out of its mind: what is missing is left as it is,
// and ok() is false.
class Reader {
 public:
  static constexpr bool kReads = true;

  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  template <class T>
  requires std::is_trivially_copyable_v<T> Reader& operator()(T& value) {
    if (take(sizeof value)) std::memcpy(&value, bytes_.data() - sizeof value, sizeof value);
    return *this;
  }
  Reader& operator()(std::string& text) {
    std::uint64_t size = 0;
    (*this)(size);
    if (take(size)) text.assign(bytes_.data() - size, size);
    return *this;
  }
  template <class T>
  Reader& operator()(std::vector<T>& values) {
    std::uint64_t size = 0;
    (*this)(size);
    values.clear();
    for (; size > 0 && ok_; --size) {
      values.emplace_back();
      if constexpr (std::is_trivially_copyable_v<T>) {
        (*this)(values.back());
      } else {
        transfer(*this, values.back());
      }
    }
    return *this;
  }
  bool ok() const { return ok_; }

 private:
  // Then they are those before the rest.
  bool take(std::uint64_t count) {
    ok_ = ok_ && count <= bytes_.size();
    if (ok_) bytes_.remove_prefix(count);
    return ok_;
  }

  std::string_view bytes_;
  bool ok_ = true;
};

// Places are addresses in the image, which is the same for all processes of one exploration.
static_assert(std::is_trivially_copyable_v<std::source_location>);

template <class Archive>
void transfer(Archive& at, std::string& text) {
  at(text);
}
template <class Archive>
void transfer(Archive& at, Finding& finding) {
  at(finding.kind)(finding.message)(finding.place)(finding.stack);
}
template <class Archive>
void transfer(Archive& at, Found& found) {
  transfer(at, found.finding);
  at(found.deviations)(found.execution);
}
template <class Archive>
void transfer(Archive& at, NarratedAccess& access) {
  at(access.object)(access.object_name)(access.what)(access.write)(access.place)(access.value);
}
template <class Archive>
void transfer(Archive& at, NarratedStep& step) {
  at(step.number)(step.time)(step.task)(step.place)(step.accesses)(step.task_index);
  at(step.ready_by)(step.ready_by_task)(step.ready_time)(step.ended);
  at(step.waits_for)(step.suspended_at);
}
template <class Archive>
void transfer(Archive& at, NarratedDeviation& deviation) {
  at(deviation.kind)(deviation.ordinal)(deviation.index)(deviation.choices)(deviation.time);
  at(deviation.chosen)(deviation.overtaken)(deviation.label)(deviation.step);
}
template <class Archive>
void transfer(Archive& at, NarratedTask& task) {
  at(task.name)(task.parent)(task.made_in);
}
template <class Archive>
void transfer(Archive& at, NarratedWait& wait) {
  at(wait.task)(wait.waits_for)(wait.remark)(wait.blockers)(wait.place);
}
template <class Archive>
void transfer(Archive& at, Narration& narration) {
  at(narration.steps)(narration.whole)(narration.deviations)(narration.tasks)(narration.waits);
  at(narration.findings)(narration.failed)(narration.failure_at)(narration.failure_step);
  at(narration.run_steps)(narration.virtual_time)(narration.trace_hash);
}
template <class Archive>
void transfer(Archive& at, Failure& failure) {
  at(failure.kind)(failure.message)(failure.token)(failure.deviations);
  at(failure.executions_to_find)(failure.also_under_fifo)(failure.minimality)(failure.text);
  transfer(at, failure.finding);
  transfer(at, failure.narration);
}
template <class Archive>
void transfer(Archive& at, Report& report) {
  at(report.failures)(report.warnings)(report.executions)(report.steps);
  at(report.distinct_traces)(report.strategy)(report.cancellations);
}

template <class T>
std::string to_bytes(const T& value) {
  Writer writer;
  transfer(writer, const_cast<T&>(value));
  return writer.take();
}
// False for bytes that hold no T.
template <class T>
bool from_bytes(std::string_view bytes, T& value) {
  Reader reader(bytes);
  transfer(reader, value);
  return reader.ok();
}

// The same of several values, of those that an archive takes as they are.
template <class... T>
std::string write(const T&... values) {
  Writer writer;
  (writer(values), ...);
  return writer.take();
}
template <class... T>
bool read(std::string_view bytes, T&... values) {
  Reader reader(bytes);
  (reader(values), ...);
  return reader.ok();
}

}  // namespace sim::jobs
