// Memory for coroutine frames: one free list per size class, no header, no way back to the system.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <new>
#include <vector>

namespace limit {

// `allocate` takes the frame freed last of the same size class, else the next bytes of a chunk.
// `reset` forgets all frames, so that the next run gets its memory in address order again: a free
// list shuffled by one run makes the next one several times slower.
class FramePool {
 public:
  void* allocate(std::size_t bytes) {
    const std::size_t index = (bytes + kGranule - 1) / kGranule;
    if (index >= kClasses) return ::operator new(bytes);
    if (Free* frame = free_[index]) {
      free_[index] = frame->next;
      return frame;
    }
    const std::size_t rounded = index * kGranule;
    if (static_cast<std::size_t>(end_ - bump_) < rounded) [[unlikely]] next_chunk();
    void* frame = bump_;
    bump_ += rounded;
    return frame;
  }

  void deallocate(void* memory, std::size_t bytes) noexcept {
    const std::size_t index = (bytes + kGranule - 1) / kGranule;
    if (index >= kClasses) return ::operator delete(memory);
    Free* frame = static_cast<Free*>(memory);
    frame->next = free_[index];
    free_[index] = frame;
  }

  // Nothing that was allocated may still be in use.
  void reset() noexcept {
    free_.fill(nullptr);
    used_ = 0;
    bump_ = end_ = nullptr;
  }

 private:
  struct Free {
    Free* next;
  };
  static constexpr std::size_t kGranule = 16;
  static constexpr std::size_t kClasses = 64;
  static constexpr std::size_t kChunk = std::size_t{1} << 20;

  [[gnu::noinline]] void next_chunk() {
    if (used_ == chunks_.size()) chunks_.emplace_back(new std::byte[kChunk]);
    bump_ = chunks_[used_++].get();
    end_ = bump_ + kChunk;
  }

  std::array<Free*, kClasses> free_{};
  std::byte* bump_ = nullptr;
  std::byte* end_ = nullptr;
  std::size_t used_ = 0;  // chunks handed out since the last reset
  std::vector<std::unique_ptr<std::byte[]>> chunks_;
};

}  // namespace limit
