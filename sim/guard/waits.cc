// Threads, and waits for what comes from outside: told, and then done. Nothing stands in for them.
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/guard/interposer.h"

SIM_GUARD_REAL(pthread_create)
SIM_GUARD_REAL(read)
SIM_GUARD_REAL(recv)
SIM_GUARD_REAL(poll)
SIM_GUARD_REAL(select)
SIM_GUARD_REAL(epoll_wait)

namespace sim::guard {

namespace {

// A read from it may have to wait for somebody: it is no file, and it is not told to give up.
bool may_wait(int descriptor) {
  struct stat is;
  if (fstat(descriptor, &is) != 0 || S_ISREG(is.st_mode) || S_ISDIR(is.st_mode)) return false;
  const int flags = fcntl(descriptor, F_GETFL);
  return flags >= 0 && (flags & O_NONBLOCK) == 0;
}

}  // namespace

void keep_waits() {}

}  // namespace sim::guard

extern "C" int pthread_create(pthread_t* thread, const pthread_attr_t* attributes,
                              void* (*run)(void*), void* argument) __THROWNL {
  sim::guard::tell("pthread_create");
  return real_pthread_create()(thread, attributes, run, argument);
}

extern "C" ssize_t read(int descriptor, void* buffer, std::size_t size) {
  using namespace sim::guard;
  if (asked_in_run() != nullptr && may_wait(descriptor)) tell("read");
  return real_read()(descriptor, buffer, size);
}

extern "C" ssize_t recv(int descriptor, void* buffer, std::size_t size, int flags) {
  using namespace sim::guard;
  if (asked_in_run() != nullptr && (flags & MSG_DONTWAIT) == 0 && may_wait(descriptor)) {
    tell("recv");
  }
  return real_recv()(descriptor, buffer, size, flags);
}

extern "C" int poll(pollfd* descriptors, nfds_t count, int timeout) {
  if (timeout != 0) sim::guard::tell("poll");
  return real_poll()(descriptors, count, timeout);
}

extern "C" int select(int count, fd_set* __restrict readable, fd_set* __restrict writable,
                      fd_set* __restrict exceptional, timeval* __restrict timeout) {
  const bool waits = timeout == nullptr || timeout->tv_sec != 0 || timeout->tv_usec != 0;
  if (waits) sim::guard::tell("select");
  return real_select()(count, readable, writable, exceptional, timeout);
}

extern "C" int epoll_wait(int epoll, epoll_event* events, int most, int timeout) {
  if (timeout != 0) sim::guard::tell("epoll_wait");
  return real_epoll_wait()(epoll, events, most, timeout);
}
