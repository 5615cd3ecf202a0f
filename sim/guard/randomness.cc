// Random numbers in the program's place: those of the running task, or real ones.
#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "sim/guard/interposer.h"

SIM_GUARD_REAL(getrandom)
SIM_GUARD_REAL(getentropy)
SIM_GUARD_REAL(arc4random)
SIM_GUARD_REAL(arc4random_buf)
SIM_GUARD_REAL(arc4random_uniform)

namespace sim::guard {

namespace {

void fill(internal::Scheduler& run, void* buffer, std::size_t size) {
  auto* out = static_cast<unsigned char*>(buffer);
  while (size > 0) {
    const std::uint64_t word = run.rng()();
    const std::size_t bytes = size < sizeof word ? size : sizeof word;
    std::memcpy(out, &word, bytes);
    out += bytes;
    size -= bytes;
  }
}

// libstdc++ has rdseed or rdrand behind its device where the processor has them, which nobody sees;
// but each number comes out of this function of the library.
#define SIM_GUARD_DEVICE "_ZNSt13random_device9_M_getvalEv"
using Draw = unsigned(void*);
constinit std::atomic<void*> found_draw = nullptr;

}  // namespace

void keep_randomness() {}

}  // namespace sim::guard

extern "C" unsigned simloop_guard_draw(void* device) __asm__(SIM_GUARD_DEVICE);
extern "C" unsigned simloop_guard_draw(void* device) {
  using namespace sim::guard;
  sim::internal::Scheduler* const run = answers("std::random_device");
  if (run == nullptr) {
    return reinterpret_cast<Draw*>(find_real(SIM_GUARD_DEVICE, found_draw))(device);
  }
  return static_cast<unsigned>(run->rng()());
}

extern "C" ssize_t getrandom(void* buffer, std::size_t size, unsigned flags) {
  using namespace sim::guard;
  sim::internal::Scheduler* const run = answers("getrandom");
  if (run == nullptr) return real_getrandom()(buffer, size, flags);
  fill(*run, buffer, size);
  return static_cast<ssize_t>(size);
}

extern "C" int getentropy(void* buffer, std::size_t size) {
  using namespace sim::guard;
  constexpr std::size_t kMost = 256;
  sim::internal::Scheduler* const run = answers("getentropy");
  if (run == nullptr) return real_getentropy()(buffer, size);
  if (size > kMost) {
    errno = EIO;
    return -1;
  }
  fill(*run, buffer, size);
  return 0;
}

extern "C" std::uint32_t arc4random() __THROW {
  using namespace sim::guard;
  sim::internal::Scheduler* const run = answers("arc4random");
  if (run == nullptr) return real_arc4random()();
  return static_cast<std::uint32_t>(run->rng()());
}

extern "C" void arc4random_buf(void* buffer, std::size_t size) __THROW {
  using namespace sim::guard;
  sim::internal::Scheduler* const run = answers("arc4random_buf");
  if (run == nullptr) return real_arc4random_buf()(buffer, size);
  fill(*run, buffer, size);
}

extern "C" std::uint32_t arc4random_uniform(std::uint32_t bound) __THROW {
  using namespace sim::guard;
  sim::internal::Scheduler* const run = answers("arc4random_uniform");
  if (run == nullptr) return real_arc4random_uniform()(bound);
  return bound == 0 ? 0 : static_cast<std::uint32_t>(run->rng().below(bound));
}
