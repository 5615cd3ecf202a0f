// Where a CancelledError came up: at the latest co_await of the innermost coroutine that it ended.
// The exception itself does not know, as asyncio's does not; a report of one that escapes does.
#pragma once

#include <exception>
#include <source_location>

namespace sim::internal {

// A coroutine that stands at `place` ends with the CancelledError `error`. The coroutines that it
// passes through afterwards end with the same one.
void note_cancelled(const std::exception_ptr& error, const std::source_location& place) noexcept;

// Of the latest CancelledError, if `error` is that; else line 0.
std::source_location cancelled_place(const std::exception_ptr& error) noexcept;

}  // namespace sim::internal
