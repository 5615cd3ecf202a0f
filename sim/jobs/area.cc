#include "sim/jobs/area.h"

#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>

#include "sim/jobs/explore_jobs.h"

namespace sim::jobs {

namespace {

constexpr std::uint64_t kMark = 0x9e3779b97f4a7c15;

}  // namespace

void Area::reset() {
  for (Records& each : records) each.count.store(0);
  verdict.store(Verdict::none);
  at.store(kNothing);
  step.store(0);
  time.store(0);
  task[0] = '\0';
  place = {};
  mark_before = mark_behind = kMark;
}

bool Area::is_intact() const {
  const auto fits = [](const Records& each) { return each.count.load() <= kLongestRound; };
  return mark_before == kMark && mark_behind == kMark && std::ranges::all_of(records, fits);
}

void protect(void* begin, std::size_t size, int access) { ::mprotect(begin, size, access); }

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
