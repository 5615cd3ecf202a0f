#include "sim/explore/crash_report.h"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <iterator>
#include <string_view>

// Where the program was linked with a sanitizer: called when it has found something.
extern "C" void __sanitizer_set_death_callback(void (*callback)()) __attribute__((weak));

namespace sim {

namespace {

struct Signal {
  int number;
  const char* name;
};
constexpr Signal kSignals[] = {{SIGSEGV, "SIGSEGV"}, {SIGBUS, "SIGBUS"}, {SIGILL, "SIGILL"},
                               {SIGFPE, "SIGFPE"},   {SIGABRT, "SIGABRT"}};

// All that the handler reads, made beforehand.
struct Armed {
  bool is = false;
  bool said = false;
  TokenHead head;
  std::string what;    // " in bank --tellers=3\nreplay: ./simrun replay bank "
  std::string behind;  // what follows the token
  bool with_token = false;
  struct sigaction before[std::size(kSignals)];
  stack_t stack_before;
};
Armed armed;
constinit thread_local const Tape* running_tape = nullptr;
alignas(16) char handler_stack[64 * 1024];
char token_text[32 * 1024];

void write_out(std::string_view text) noexcept {
  while (!text.empty()) {
    const ssize_t written = ::write(STDERR_FILENO, text.data(), text.size());
    if (written <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

void say(const char* how) noexcept {
  if (std::exchange(armed.said, true)) return;
  if (armed.with_token && running_tape == nullptr) return;
  write_out("\nsimloop: ");
  write_out(how);
  write_out(armed.what);
  if (armed.with_token) {
    const std::string_view token = write_token(armed.head, running_tape->deviations(), token_text);
    write_out(token.empty() ? "(the schedule is too long for a token)" : token);
  }
  write_out(armed.behind);
}

void on_signal(int number, siginfo_t* info, void*) {
  const auto at = std::ranges::find(kSignals, number, &Signal::number);
  say(at->name);
  ::sigaction(number, &armed.before[at - std::begin(kSignals)], nullptr);
  // For the handler before this one: what faulted faults again, what was sent is sent again.
  if (info->si_code <= 0) ::raise(number);
}

void on_sanitizer() { say("a sanitizer's report"); }

}  // namespace

CrashReport::CrashReport(const std::string& what, const std::string& replay_line,
                         const TokenHead& head)
    : armed_(!armed.is) {
  if (!armed_) return;
  static constexpr std::string_view kPlace = "TOKEN";
  const std::size_t at = replay_line.find(kPlace);
  armed.with_token = at != std::string::npos;
  armed.head = head;
  armed.what = (what.empty() ? "" : " in " + what) + "\nreplay: " + replay_line.substr(0, at);
  armed.behind = (armed.with_token ? replay_line.substr(at + kPlace.size()) : "") + "\n";
  armed.is = true;
  armed.said = false;
  const stack_t stack{.ss_sp = handler_stack, .ss_flags = 0, .ss_size = sizeof handler_stack};
  ::sigaltstack(&stack, &armed.stack_before);
  for (std::size_t i = 0; i < std::size(kSignals); ++i) {
    struct sigaction action = {};
    action.sa_sigaction = on_signal;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    sigemptyset(&action.sa_mask);
    ::sigaction(kSignals[i].number, &action, &armed.before[i]);
  }
  if (__sanitizer_set_death_callback != nullptr) __sanitizer_set_death_callback(on_sanitizer);
}

CrashReport::~CrashReport() {
  if (!armed_) return;
  if (__sanitizer_set_death_callback != nullptr) __sanitizer_set_death_callback(nullptr);
  for (std::size_t i = 0; i < std::size(kSignals); ++i) {
    ::sigaction(kSignals[i].number, &armed.before[i], nullptr);
  }
  if ((armed.stack_before.ss_flags & SS_DISABLE) != 0) armed.stack_before.ss_sp = nullptr;
  ::sigaltstack(&armed.stack_before, nullptr);
  armed.is = false;
}

void CrashReport::set_shape(std::uint16_t shape) {
  if (armed_) armed.head.shape = shape;
}

void silence_crash_reports() { armed.is = true; }

RunningTape::RunningTape(const Tape& tape) noexcept
    : before_(std::exchange(running_tape, &tape)) {}
RunningTape::~RunningTape() { running_tape = before_; }

}  // namespace sim
