// Interruption: while it lives, the first SIGINT or SIGTERM is only noted, and so is the second:
// whoever sends it to a process and to the group that it is in, as timeout does, means it once. The
// third one ends the process. What is ignored stays ignored.
#pragma once

#include <array>
#include <csignal>
#include <cstddef>

namespace simrun {

class Interruption {
 public:
  Interruption() {
    struct sigaction noting = {};
    noting.sa_handler = note;
    noting.sa_flags = SA_RESTART;
    for (std::size_t i = 0; i < kSignals.size(); ++i) {
      sigaction(kSignals[i], nullptr, &before_[i]);
      if (before_[i].sa_handler != SIG_IGN) sigaction(kSignals[i], &noting, nullptr);
    }
  }
  Interruption(const Interruption&) = delete;
  Interruption& operator=(const Interruption&) = delete;
  ~Interruption() {
    for (std::size_t i = 0; i < kSignals.size(); ++i) sigaction(kSignals[i], &before_[i], nullptr);
    noted = 0;
  }
  static bool came() { return noted != 0; }

 private:
  static void note(int signal) {
    if (noted == kMostNoted) {
      std::signal(signal, SIG_DFL);
      std::raise(signal);
    }
    noted = noted + 1;
  }
  static constexpr std::sig_atomic_t kMostNoted = 2;
  static constexpr std::array<int, 2> kSignals = {SIGINT, SIGTERM};
  static inline volatile std::sig_atomic_t noted = 0;
  std::array<struct sigaction, 2> before_{};
};

}  // namespace simrun
