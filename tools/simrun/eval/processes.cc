#include "tools/simrun/eval/processes.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sim/jobs/channel.h"

namespace simrun::eval {

namespace {

template <class T>
bool send_all(int socket, const T& value) {
  return sim::jobs::send_bytes(socket, &value, sizeof value);
}
template <class T>
bool receive_all(int socket, T& value) {
  return sim::jobs::receive_bytes(socket, &value, sizeof value);
}

struct Worker {
  pid_t process;
  int socket;
  std::optional<std::size_t> unit;  // what it is at
};

class Pool {
 public:
  explicit Pool(const std::function<Outcome(std::size_t)>& measure) : measure_(measure) {}
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;
  // Those that are idle end; one that is not is of no use any more.
  ~Pool() {
    for (const Worker& worker : workers_) {
      close(worker.socket);
      if (worker.unit) kill(worker.process, SIGKILL);
      while (waitpid(worker.process, nullptr, 0) < 0 && errno == EINTR) continue;
    }
  }

  absl::Status start() {
    std::array<int, 2> ends;
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) != 0) return failed("a socket");
    const pid_t process = fork();
    if (process == 0) {
      for (const Worker& other : workers_) close(other.socket);
      close(ends[0]);
      serve(ends[1]);
    }
    close(ends[1]);
    if (process < 0) {
      close(ends[0]);
      return failed("a process");
    }
    workers_.push_back({process, ends[0], {}});
    return absl::OkStatus();
  }

  std::vector<Worker>& workers() { return workers_; }

  // How a worker ended that sends nothing any more.
  std::string bury(const Worker& worker) {
    int status = 0;
    while (waitpid(worker.process, &status, 0) < 0 && errno == EINTR) continue;
    close(worker.socket);
    const pid_t process = worker.process;
    std::erase_if(workers_, [&](const Worker& each) { return each.process == process; });
    return WIFSIGNALED(status) ? absl::StrCat("was ended by signal ", WTERMSIG(status))
                               : absl::StrCat("ended with code ", WEXITSTATUS(status));
  }

 private:
  static absl::Status failed(const char* what) {
    return absl::InternalError(absl::StrCat("cannot make ", what, ": ", std::strerror(errno)));
  }
  // What a worker does. It leaves without flushing what the parent had not written yet.
  [[noreturn]] void serve(int socket) {
    std::uint64_t unit = 0;
    while (receive_all(socket, unit)) {
      if (!send_all(socket, measure_(unit))) _exit(1);
    }
    _exit(0);
  }

  const std::function<Outcome(std::size_t)>& measure_;
  std::vector<Worker> workers_;
};

}  // namespace

absl::StatusOr<std::vector<Outcome>> measure_in_processes(
    std::size_t count, int jobs, const std::function<Outcome(std::size_t)>& measure,
    const std::function<std::string(std::size_t)>& describe,
    const std::function<void(std::size_t done, std::size_t unit)>& on_done) {
  Pool pool(measure);
  std::vector<Outcome> outcomes(count);
  std::size_t next = 0;
  const auto hand_out = [&](Worker& worker) {
    worker.unit.reset();
    if (next == count) return;
    worker.unit = next++;
    // One that has ended cannot take it: then nothing comes back, as below.
    static_cast<void>(send_all(worker.socket, std::uint64_t{*worker.unit}));
  };
  for (std::size_t i = 0; i < std::min(count, static_cast<std::size_t>(jobs)); ++i) {
    if (absl::Status status = pool.start(); !status.ok()) return status;
    hand_out(pool.workers().back());
  }
  for (std::size_t done = 0; done < count;) {
    std::vector<pollfd> polled;
    for (const Worker& worker : pool.workers()) {
      polled.push_back({worker.unit ? worker.socket : -1, POLLIN, 0});
    }
    if (poll(polled.data(), polled.size(), -1) < 0) continue;  // a signal
    for (std::size_t i = 0; i < polled.size(); ++i) {
      if (polled[i].revents == 0) continue;
      Worker& worker = pool.workers()[i];
      const std::size_t unit = *worker.unit;
      if (!receive_all(worker.socket, outcomes[unit])) {
        return absl::InternalError(
            absl::StrCat("the process that measured ", describe(unit), " ", pool.bury(worker)));
      }
      on_done(++done, unit);
      hand_out(worker);
    }
  }
  return outcomes;
}

}  // namespace simrun::eval
