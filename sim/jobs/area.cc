#include "sim/jobs/area.h"

#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>

#include "sim/jobs/explore_jobs.h"

namespace sim::jobs {

std::vector<Deviation> shown_deviations(const Area& area) {
  const std::uint32_t count = std::min(area.tape.count.load(), ShownTape::kMost);
  return {area.tape.deviations, area.tape.deviations + count};
}

SharedMemory::SharedMemory(std::size_t size)
    : data_(::mmap(nullptr, size, PROT_READ | PROT_WRITE,
                   MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)),
      size_(size) {
  if (data_ != MAP_FAILED) return;
  throw JobsUnavailable("no memory to share with worker processes: " +
                        std::string(std::strerror(errno)));
}

SharedMemory::~SharedMemory() { ::munmap(data_, size_); }

}  // namespace sim::jobs
