#include <dlfcn.h>

#include <cstdio>
#include <cstdlib>

#include "sim/guard/interposer.h"

namespace sim::guard {

void* find_real(const char* name, std::atomic<void*>& found) {
  void* known = found.load(std::memory_order_relaxed);
  if (known == nullptr) known = dlsym(RTLD_NEXT, name);
  found.store(known, std::memory_order_relaxed);
  if (known != nullptr) [[likely]]
    return known;
  std::fprintf(stderr, "simloop: there is no %s behind the guard; is libc linked statically?\n",
               name);
  std::abort();
}

}  // namespace sim::guard

// Who links simloop::guard asks the linker for this one, and has them all.
extern "C" void simloop_guard() {
  sim::guard::keep_clocks();
  sim::guard::keep_naps();
  sim::guard::keep_randomness();
  sim::guard::keep_waits();
}
