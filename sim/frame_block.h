// FrameBlock: the memory of a coroutine. In front of its frame lies room for the control block of
// the task that may be made of it, so that one allocation serves both, side by side:
//
//     | TaskStateOf<T> | frame: the promise, the parameters, the locals |
//
// The frame is destroyed when the coroutine has ended, parameters and all; the memory is given back
// when the last handle of the task has gone too.
#pragma once

#include <cstddef>
#include <utility>

#include "sim/arena.h"

namespace sim::internal {

template <class T>
class TaskStateOf;

// While a task destroys its root: the frame whose memory stays, and then how large its block is.
struct KeptFrame {
  void* frame = nullptr;
  std::size_t block_bytes = 0;
};
extern constinit thread_local KeptFrame kept_frame;

// Says to AddressSanitizer that a frame whose memory stays is not to be touched any more.
void forbid_access(void* frame, std::size_t bytes) noexcept;
void allow_access(void* block, std::size_t bytes) noexcept;

template <class T>
struct FrameBlock {
  static constexpr std::size_t room() { return (sizeof(TaskStateOf<T>) + 15) / 16 * 16; }

  static void* allocate(std::size_t frame_bytes) {
    return static_cast<char*>(Arena::allocate_here(room() + frame_bytes)) + room();
  }
  static void deallocate(void* frame, std::size_t frame_bytes) noexcept {
    if (frame == kept_frame.frame) [[unlikely]] {
      kept_frame.block_bytes = room() + frame_bytes;
      if constexpr (!kArenaRecycles) forbid_access(frame, frame_bytes);
      return;
    }
    Arena::deallocate(task_room(frame), room() + frame_bytes);
  }
  // Where the control block of the frame's task is made.
  static void* task_room(void* frame) { return static_cast<char*>(frame) - room(); }
};

}  // namespace sim::internal
