// Arena: the memory of one loop's coroutine frames and control blocks.
//
// Blocks are size-classed and recycled through free lists; they carry no header, because a block
// finds its arena through the aligned chunk it lies in. An arena outlives its loop for as long as a
// handle keeps a block of it alive. Frames made while no loop runs come from one shared arena
// behind a mutex, so such a coroutine may be created on one thread and run on another.
//
// Under AddressSanitizer every block is an allocation of its own, so that misuse is seen.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace sim::internal {

#if defined(__SANITIZE_ADDRESS__)
inline constexpr bool kArenaRecycles = false;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
inline constexpr bool kArenaRecycles = false;
#else
inline constexpr bool kArenaRecycles = true;
#endif
#else
inline constexpr bool kArenaRecycles = true;
#endif

class Arena {
 public:
  Arena() = default;
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  // Memory for `bytes`, aligned to 16, from the running loop's arena or else from the shared one.
  static void* allocate_here(std::size_t bytes);
  static void deallocate(void* block, std::size_t bytes) noexcept;
  static Arena* owner_of(const void* block) noexcept;
  // Whether it belongs to another loop than the running one.
  static bool is_foreign(const void* block) noexcept;

  void* allocate(std::size_t bytes) {
    const std::size_t size_class = class_of(bytes);
    if (kArenaRecycles && size_class < kClasses && free_[size_class] != nullptr) [[likely]] {
      Free* block = free_[size_class];
      free_[size_class] = block->next;
      ++allocated_;
      return block;
    }
    const std::size_t rounded = size_class * kUnit;
    if (kArenaRecycles && size_class < kClasses && rounded <= bump_left_) [[likely]] {
      bump_left_ -= rounded;
      if (size_class >= top_class_) top_class_ = size_class + 1;
      ++allocated_;
      return std::exchange(bump_, bump_ + rounded);
    }
    return allocate_slow(bytes);
  }

  // Whether freed blocks are not handed out again before the next reset(), up to a bound and but
  // for the largest: what lay in them can then still be told apart from what is alive.
  void keep_freed(bool keep) noexcept {
    keeps_freed_ = keep;
    special_ = keep || shared_ || abandoned_;
  }

  std::size_t live_blocks() const noexcept { return allocated_ - released_; }

  // Forgets every free block and starts again at the lowest address, so that the next execution
  // sees the addresses of the first one. Requires that no block is alive.
  void reset() noexcept;

  // Called by the owner instead of delete: the arena goes when its last block has gone.
  void abandon() noexcept;

 private:
  struct Free {
    Free* next;
  };
  struct Chunk {
    Arena* arena;
    std::size_t bytes;
  };
  static constexpr std::size_t kUnit = 16;
  static constexpr std::size_t kClasses = 257;  // blocks of less than 4 KiB are recycled
  static constexpr std::size_t kChunkBytes = std::size_t{1} << 20;
  static constexpr std::size_t kMostChunksAtOnce = 32;
  static constexpr std::size_t kMostKept = std::size_t{8} << 20;
  static constexpr std::size_t kLargestSpare = std::size_t{64} << 20;

  ~Arena();
  static std::size_t class_of(std::size_t bytes) noexcept { return (bytes + kUnit - 1) / kUnit; }
  static Arena* shared() noexcept;
  static Chunk* chunk_of(const void* block) noexcept {
    return reinterpret_cast<Chunk*>(reinterpret_cast<std::uintptr_t>(block) & ~(kChunkBytes - 1));
  }
  void* allocate_slow(std::size_t bytes);
  void* allocate_single(std::size_t bytes);
  void next_chunk();
  void add_chunks();
  void release(void* block, std::size_t bytes) noexcept {
    const std::size_t size_class = class_of(bytes);
    if (kArenaRecycles && size_class < kClasses) [[likely]] {
      Free* freed = static_cast<Free*>(block);
      freed->next = free_[size_class];
      free_[size_class] = freed;
    } else {
      release_single(block);
    }
    ++released_;
  }
  void release_single(void* block) noexcept;
  void deallocate_special(void* block, std::size_t bytes) noexcept;

  char* bump_ = nullptr;
  std::size_t bump_left_ = 0;
  std::size_t allocated_ = 0;  // two counters: one would tie every release to the allocation before
  std::size_t released_ = 0;
  bool special_ = false;  // shared, abandoned or keeping: freeing takes more
  bool shared_ = false;
  bool abandoned_ = false;
  bool keeps_freed_ = false;
  std::size_t kept_bytes_ = 0;
  std::size_t chunks_used_ = 0;
  std::vector<Chunk*> chunks_;
  std::vector<void*> regions_;  // what the chunks lie in
  Chunk* spare_ = nullptr;      // the largest block of its own that came back, for the next one
  std::size_t top_class_ = 0;   // no block of this size class or above has been handed out
  Free* free_[kClasses] = {};
};

// The arena of the running loop of this thread; null while none runs.
extern constinit thread_local Arena* current_arena;

inline void* Arena::allocate_here(std::size_t bytes) {
  if (Arena* arena = current_arena) [[likely]] return arena->allocate(bytes);
  Arena* arena = shared();
  return arena->allocate_slow(bytes);
}

inline void Arena::deallocate(void* block, std::size_t bytes) noexcept {
  Arena* arena = owner_of(block);
  if (arena->special_) [[unlikely]] return arena->deallocate_special(block, bytes);
  arena->release(block, bytes);
}

inline Arena* Arena::owner_of(const void* block) noexcept {
  if constexpr (kArenaRecycles) return chunk_of(block)->arena;
  return *reinterpret_cast<Arena* const*>(static_cast<const char*>(block) - kUnit);
}

inline bool Arena::is_foreign(const void* block) noexcept {
  const Arena* owner = owner_of(block);
  return owner != current_arena && !owner->shared_;
}

}  // namespace sim::internal
