// asyncio's vocabulary on the runtime; one concept a header.
#pragma once

#include "primitives/async_generator.h"
#include "primitives/async_with.h"
#include "primitives/condition.h"
#include "primitives/event.h"
#include "primitives/gather.h"
#include "primitives/lock.h"
#include "primitives/queue.h"
#include "primitives/semaphore.h"
#include "primitives/shield.h"
#include "primitives/sleep.h"
#include "primitives/task_group.h"
#include "primitives/timeout.h"
#include "primitives/wait.h"
#include "primitives/wait_for.h"
#include "sim/sim.h"
