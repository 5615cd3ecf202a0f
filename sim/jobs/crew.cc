#include "sim/jobs/crew.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <string_view>
#include <utility>

#include "sim/jobs/watchdog.h"

namespace sim::jobs {

namespace {

constexpr std::size_t kMostSaid = 16 * 1024;

// What is forked must find no lock held by a thread that it does not have.
void check_single_thread() {
  std::error_code error;
  std::filesystem::directory_iterator threads("/proc/self/task", error);
  const auto count = error ? 1 : std::distance(begin(threads), end(threads));
  if (count == 1) return;
  throw JobsUnavailable("worker processes have to be started before any thread is: there are " +
                        std::to_string(count) + " threads");
}

[[noreturn]] void cannot_make(const char* what) {
  throw JobsUnavailable(std::string("cannot make ") + what + ": " + std::strerror(errno));
}

Jobs with_limits(Jobs jobs) {
  jobs.count = std::max<std::uint32_t>(1, jobs.count);
  if (jobs.memory_limit == 0) jobs.memory_limit = even_share_of_memory(jobs.count);
  return jobs;
}

// A socket and a pipe: the parent's ends, and the ends of the process that is made.
struct Ends {
  Ends() {
    std::array<int, 2> pair;
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()) != 0) return;
    socket = pair[0];
    its_socket = pair[1];
    if (::pipe2(pair.data(), O_CLOEXEC) != 0) return;
    errors = pair[0];
    its_errors = pair[1];
    ::fcntl(errors, F_SETFL, O_NONBLOCK);
  }
  Ends(const Ends&) = delete;
  Ends& operator=(const Ends&) = delete;
  ~Ends() {
    for (const int each : {socket, errors, its_socket, its_errors}) {
      if (each >= 0) ::close(each);
    }
  }
  bool ok() const { return its_errors >= 0; }
  int socket = -1;
  int errors = -1;
  int its_socket = -1;
  int its_errors = -1;
};

}  // namespace

Crew::Crew(const Body& body, const ExploreOptions& options, const Jobs& jobs, std::uint32_t slots)
    : jobs_(with_limits(jobs)),
      memory_((slots + std::size_t{1}) * sizeof(Area) + sizeof(Common)),
      processes_(slots + std::size_t{1}) {
  check_single_thread();
  setup_.body = &body;
  setup_.options = options;
  setup_.jobs = jobs_;
  auto* const first = static_cast<Area*>(memory_.data());
  for (std::size_t i = 0; i <= slots; ++i) setup_.areas.push_back(first + i);
  setup_.common = reinterpret_cast<Common*>(first + slots + 1);
  setup_.common->last.store(UINT64_MAX);
}

Crew::~Crew() {
  common().stop.store(true);  // who has an order that it has not read yet is soon through with it
  for (Slot slot = static_cast<Slot>(processes_.size()); slot-- > 0;) {
    if (is_alive(slot)) dismiss(slot);
  }
}

void Crew::open(Slot slot, pid_t process, int socket, int errors, bool quiet) {
  processes_[slot] = {process, socket, errors, quiet, {}};
}

void Crew::close(Process& process) {
  ::close(std::exchange(process.socket, -1));
  ::close(std::exchange(process.errors, -1));
}

void Crew::start_zygote() {
  std::cout.flush();
  std::fflush(nullptr);
  area(kZygote).reset();
  Ends ends;
  if (!ends.ok()) cannot_make("a socket");
  const pid_t parent = ::getpid();
  const pid_t process = ::fork();
  if (process < 0) cannot_make("a process");
  if (process == 0) {
    if (::getppid() != parent) ::_exit(0);
    for (const Process& other : processes_) {
      if (other.socket < 0) continue;
      ::close(other.socket);
      ::close(other.errors);
    }
    ::close(ends.socket);
    ::close(ends.errors);
    ::dup2(ends.its_errors, STDERR_FILENO);
    ::close(ends.its_errors);
    run_zygote(setup_, ends.its_socket);
  }
  open(kZygote, process, std::exchange(ends.socket, -1), std::exchange(ends.errors, -1), false);
}

bool Crew::start(Slot slot, Command command, const std::string& bytes, bool quiet) {
  Ends ends;
  if (!ends.ok() || !is_alive(kZygote)) return false;
  area(slot).reset();
  ForkOrder order{slot, command, bytes};
  if (!send(kZygote, Command::fork, to_bytes(order)) ||
      !send_descriptors(processes_[kZygote].socket, {ends.its_socket, ends.its_errors})) {
    return false;
  }
  const auto answer = zygotes_answer(Answer::forked);
  pid_t process = -1;
  if (answer) read(answer->bytes, process);
  if (process < 0) return false;
  open(slot, process, std::exchange(ends.socket, -1), std::exchange(ends.errors, -1), quiet);
  return true;
}

bool Crew::send(Slot slot, Command command, const std::string& bytes) {
  return is_alive(slot) &&
         send_message(processes_[slot].socket, static_cast<std::uint32_t>(command), bytes);
}

void Crew::read_errors(Process& process) {
  std::array<char, 4096> some;
  for (ssize_t count; (count = ::read(process.errors, some.data(), some.size())) > 0;) {
    const std::string_view text(some.data(), static_cast<std::size_t>(count));
    process.said += text;
    if (process.said.size() > 2 * kMostSaid) process.said.erase(0, process.said.size() - kMostSaid);
    for (std::string_view rest = process.quiet ? "" : text; !rest.empty();) {
      const ssize_t written = ::write(STDERR_FILENO, rest.data(), rest.size());
      if (written <= 0) break;
      rest.remove_prefix(static_cast<std::size_t>(written));
    }
  }
}

std::optional<Crew::Event> Crew::wait(int milliseconds, std::optional<Slot> slot) {
  std::vector<pollfd> polled;
  for (const Process& each : processes_) {
    const bool is_waited_for = !slot || &each == &processes_[*slot];
    polled.push_back({is_waited_for ? each.socket : -1, POLLIN, 0});
    polled.push_back({each.errors, POLLIN, 0});
  }
  if (::poll(polled.data(), polled.size(), milliseconds) <= 0) return std::nullopt;
  for (std::size_t i = 0; i < processes_.size(); ++i) {
    if ((polled[2 * i + 1].revents & POLLIN) != 0) read_errors(processes_[i]);
    // Its other end may be closed before the process ends.
    if ((polled[2 * i + 1].revents & (POLLHUP | POLLIN)) == POLLHUP && polled[2 * i].revents == 0) {
      ::close(std::exchange(processes_[i].errors, -1));
    }
  }
  for (std::size_t i = 0; i < processes_.size(); ++i) {
    if (polled[2 * i].revents == 0) continue;
    return Event{static_cast<Slot>(i), receive_message(processes_[i].socket)};
  }
  return std::nullopt;
}

std::vector<Message> Crew::unheard() {
  std::vector<Message> messages;
  while (auto event = wait(0)) {
    if (event->message) {
      messages.push_back(*std::move(event->message));
    } else {
      bury(event->slot);
    }
  }
  return messages;
}

Death Crew::bury(Slot slot) {
  Process& process = processes_[slot];
  Death death{.status = 0, .verdict = area(slot).verdict.load(), .is_known = false};
  if (slot == kZygote) {
    const auto status = wait_for_end(process.process);
    death.is_known = status.has_value();
    death.status = status.value_or(0);
  } else if (send(kZygote, Command::bury, write(process.process))) {
    if (const auto answer = zygotes_answer(Answer::buried)) {
      read(answer->bytes, death.is_known, death.status);
    }
  }
  read_errors(process);
  close(process);
  return death;
}

// Behind what it has told unasked.
std::optional<Message> Crew::zygotes_answer(Answer kind) {
  while (auto message = receive_message(processes_[kZygote].socket)) {
    if (message->kind == static_cast<std::uint32_t>(kind)) return message;
  }
  return std::nullopt;
}

void Crew::dismiss(Slot slot) {
  const Process& process = processes_[slot];
  // One that waits for orders ends by itself when there are none any more.
  if (area(slot).at.load() != Area::kNothing) ::kill(process.process, SIGKILL);
  dismiss_gently(slot);
}

Death Crew::dismiss_gently(Slot slot) {
  ::shutdown(processes_[slot].socket, SHUT_RDWR);
  Death death = bury(slot);
  death.is_known = death.is_known && !(WIFEXITED(death.status) && WEXITSTATUS(death.status) == 0);
  return death;
}

}  // namespace sim::jobs
