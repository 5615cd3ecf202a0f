#include "sim/guard/guard.h"

#include <dlfcn.h>

#include <cstdio>
#include <cstdlib>

namespace sim::guard {

void* find_real(const char* name) {
  if (void* found = dlsym(RTLD_NEXT, name)) return found;
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
