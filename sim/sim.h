// The runtime: coroutines, tasks and futures with asyncio's semantics on a virtual clock, under a
// scheduler whose every choice comes from one decision source.
#pragma once

#include "sim/check.h"
#include "sim/choose.h"
#include "sim/clock.h"
#include "sim/context.h"
#include "sim/coro.h"
#include "sim/decision.h"
#include "sim/error.h"
#include "sim/event_loop.h"
#include "sim/exception_group.h"
#include "sim/finally.h"
#include "sim/finding.h"
#include "sim/future.h"
#include "sim/monitor.h"
#include "sim/outcome.h"
#include "sim/random_source.h"
#include "sim/rng.h"
#include "sim/run.h"
#include "sim/shared.h"
#include "sim/task.h"
