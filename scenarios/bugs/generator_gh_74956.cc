// generator_gh_74956: asynchronous generators before Python 3.8, driven by two coroutines.
//
// Source: https://github.com/python/cpython/issues/74956 (bpo-30773), repaired by
// https://github.com/python/cpython/pull/7468.
//
// Cause: asend() resumes the generator where it stands, with the value it is given. Trigger: the
// generator waits for something inside, driven by one coroutine, and another one calls asend(). Its
// value arrives where the generator expects what it waits for. Fix: while one asend() runs, another
// is an error.
#include <stdexcept>

#include "scenarios/bugs/waiters.h"
#include "sim/scenario.h"

namespace {

enum class Second { resumes, is_refused };

constexpr int kRow = 100;

// Takes a question, reads a row, yields the sum, and so on.
class Generator {
 public:
  explicit Generator(Second second) : second_(second) {}

  sim::Coro<int> asend(int value) {
    if (running_ && second_ == Second::is_refused) throw std::runtime_error("already running");
    running_ = true;
    for (;;) {
      resume(value);
      if (stands_ != Stands::at_read) break;
      const sim::Outcome<int> row = co_await sim::settle(read());
      if (!row.has_value()) stands_ = Stands::at_end;
      running_ = row.has_value();
      value = row.value();
    }
    running_ = false;
    if (stands_ == Stands::at_end) throw std::runtime_error("at its end");
    co_return sum_;
  }

 private:
  enum class Stands { at_yield, at_read, at_end };

  // What the body does from where it stands until it waits or yields.
  void resume(int value) {
    switch (stands_) {
      case Stands::at_yield:
        sum_ = value;
        stands_ = Stands::at_read;
        break;
      case Stands::at_read:
        SIM_CHECK_EQ(value, kRow);
        sum_ += value;
        stands_ = Stands::at_yield;
        break;
      case Stands::at_end:
        break;
    }
  }
  static sim::Coro<int> read() {
    co_await sim::yield();
    co_return kRow;
  }

  Second second_;
  bool running_ = false;
  Stands stands_ = Stands::at_yield;
  int sum_ = 0;
};

sim::Coro<> ask(Generator& generator, int question) {
  int answer = question + kRow;
  try {
    answer = co_await generator.asend(question);
  } catch (const std::runtime_error&) {  // refused, or it has ended
  }
  SIM_CHECK_EQ(answer, question + kRow);
}

sim::Coro<> two_ask(Second second) {
  Generator generator(second);
  co_await sim::gather_settled(ask(generator, 1), ask(generator, 2));
}

}  // namespace

SIM_SCENARIO(generator_gh_74956, "two coroutines drive one generator, which takes their values",
             sim::expects(sim::FindingKind::assertion)) {
  return two_ask(Second::resumes);
}
SIM_SCENARIO(generator_gh_74956_fixed, "generator_gh_74956, where the second is refused") {
  return two_ask(Second::is_refused);
}
