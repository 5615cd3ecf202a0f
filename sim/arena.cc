#include "sim/arena.h"

#include <sys/mman.h>

#include <algorithm>
#include <cassert>
#include <cstdlib>
#include <mutex>
#include <new>

namespace sim::internal {

constinit thread_local Arena* current_arena = nullptr;

namespace {

std::mutex& shared_mutex() {
  static std::mutex mutex;
  return mutex;
}

}  // namespace

Arena* Arena::shared() noexcept {
  static Arena* arena = [] {
    auto* made = new Arena;
    made->shared_ = made->special_ = true;
    return made;
  }();
  return arena;
}

Arena::~Arena() {
  for (void* region : regions_) std::free(region);
  std::free(spare_);
}

// A block of its own: what is too large to recycle, and everything under AddressSanitizer. It
// starts a chunk-aligned allocation, so that owner_of() finds its arena like any other block's.
void* Arena::allocate_single(std::size_t bytes) {
  if constexpr (kArenaRecycles) {
    const std::size_t whole = (kUnit + bytes + kChunkBytes - 1) & ~(kChunkBytes - 1);
    const bool spare_fits = spare_ != nullptr && whole <= spare_->bytes;
    if (spare_fits) return reinterpret_cast<char*>(std::exchange(spare_, nullptr)) + kUnit;
    auto* chunk = static_cast<Chunk*>(std::aligned_alloc(kChunkBytes, whole));
    if (chunk == nullptr) throw std::bad_alloc();
    *chunk = {this, whole};
    return reinterpret_cast<char*>(chunk) + kUnit;
  } else {
    auto* base = static_cast<char*>(::operator new(bytes + kUnit));
    *reinterpret_cast<Arena**>(base) = this;
    return base + kUnit;
  }
}

void Arena::release_single(void* block) noexcept {
  if constexpr (kArenaRecycles) {
    Chunk* freed = chunk_of(block);
    const bool larger = spare_ == nullptr || freed->bytes > spare_->bytes;
    if (larger && freed->bytes <= kLargestSpare) std::swap(freed, spare_);
    std::free(freed);
  } else {
    ::operator delete(static_cast<char*>(block) - kUnit);
  }
}

// Twice as many each time. Millions of tasks cover so many pages that looking one up costs more
// than what is done there, so regions ask for large ones.
void Arena::add_chunks() {
  const std::size_t count = std::clamp<std::size_t>(chunks_.size(), 1, kMostChunksAtOnce);
  const std::size_t bytes = count * kChunkBytes;
  auto* region = static_cast<char*>(std::aligned_alloc(std::min(bytes, 2 * kChunkBytes), bytes));
  if (region == nullptr) throw std::bad_alloc();
  regions_.push_back(region);
  if (count > 1) madvise(region, bytes, MADV_HUGEPAGE);
  for (std::size_t i = 0; i < count; ++i) {
    chunks_.push_back(new (region + i * kChunkBytes) Chunk{this, kChunkBytes});
  }
}

void Arena::next_chunk() {
  if (chunks_used_ == chunks_.size()) add_chunks();
  auto* base = reinterpret_cast<char*>(chunks_[chunks_used_++]);
  bump_ = base + kUnit;
  bump_left_ = kChunkBytes - kUnit;
}

void* Arena::allocate_slow(std::size_t bytes) {
  static_assert(sizeof(Chunk) <= kUnit);
  std::unique_lock<std::mutex> lock;
  if (shared_) lock = std::unique_lock(shared_mutex());
  const std::size_t size_class = class_of(bytes);
  void* block;
  if (!kArenaRecycles || size_class >= kClasses) {
    block = allocate_single(bytes);
  } else if (free_[size_class] != nullptr) {
    block = free_[size_class];
    free_[size_class] = free_[size_class]->next;
  } else {
    const std::size_t rounded = size_class * kUnit;
    if (rounded > bump_left_) next_chunk();
    block = std::exchange(bump_, bump_ + rounded);
    bump_left_ -= rounded;
    top_class_ = std::max(top_class_, size_class + 1);
  }
  ++allocated_;
  return block;
}

void Arena::deallocate_special(void* block, std::size_t bytes) noexcept {
  if (shared_) {
    const std::lock_guard lock(shared_mutex());
    release(block, bytes);
    return;
  }
  if (kArenaRecycles && keeps_freed_ && kept_bytes_ < kMostKept && class_of(bytes) < kClasses) {
    kept_bytes_ += bytes;
    ++released_;
  } else {
    release(block, bytes);
  }
  if (abandoned_ && live_blocks() == 0) delete this;
}

void Arena::reset() noexcept {
  assert(live_blocks() == 0);
  std::fill_n(free_, top_class_, nullptr);
  top_class_ = 0;
  chunks_used_ = 0;
  bump_ = nullptr;
  bump_left_ = 0;
  kept_bytes_ = 0;
}

void Arena::abandon() noexcept {
  if (live_blocks() == 0) {
    delete this;
  } else {
    special_ = abandoned_ = true;
  }
}

}  // namespace sim::internal
