#!/usr/bin/env python3
"""The reference: runs parity programs under CPython's asyncio on a virtual clock and prints their transcripts.

    oracle.py PROGRAM.json [...]        one transcript per program, on standard output
    oracle.py --lines FILE.jsonl        one program per line; each transcript ends with a line "--"

What this file prints under CPython 3.13 is what `simrun parity` has to print, byte for byte. The format is in README.md
beside it. Times are integers of an abstract unit (one unit = 1 ms for simloop). A malformed program ends it with exit
code 2 and the place of what is wrong.

CPython leaves three orders undefined, and they are fixed here: timers with equal deadlines fire in the order they were
scheduled, a task group cancels its children in the order they were created, and the cycle collector, which ends tasks
that nothing refers to, runs between programs only.
"""
import asyncio
import gc
import heapq
import itertools
import json
import selectors
import sys
import warnings

_sequence = itertools.count()


class _Timer(asyncio.TimerHandle):
    """A timer ordered by deadline, then by the moment it was scheduled."""

    __slots__ = ("_sequence",)

    def __init__(self, *args):
        super().__init__(*args)
        self._sequence = next(_sequence)

    def __lt__(self, other):
        return (self._when, self._sequence) < (other._when, other._sequence)


class _JumpingSelector(selectors.SelectSelector):
    """Never blocks: advances the loop's clock by the time-out it was asked to wait for."""

    loop = None

    def select(self, timeout=None):
        if timeout is None:
            self.loop.deadlocked = True
            self.loop.stop()
        elif timeout > 0:
            self.loop.clock = self.loop._scheduled[0]._when
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    def __init__(self):
        selector = _JumpingSelector()
        super().__init__(selector)
        selector.loop = self
        self.clock = 0
        self.deadlocked = False
        self._clock_resolution = 0.25

    def time(self):
        return self.clock

    def call_at(self, when, callback, *args, context=None):
        timer = _Timer(when, callback, args, self, context)
        heapq.heappush(self._scheduled, timer)
        timer._scheduled = True
        return timer


class _OrderedSet(dict):
    def add(self, item):
        self[item] = None

    def discard(self, item):
        self.pop(item, None)


class TaskGroup(asyncio.TaskGroup):
    """Cancels its children in the order they were created, where CPython's set has no order."""

    def __init__(self):
        super().__init__()
        self._tasks = _OrderedSet()


class E(Exception):
    """The only exception a program raises: ["raise", "E1"] raises E("E1")."""


def name_of(exc):
    if isinstance(exc, E):
        return exc.args[0]
    if isinstance(exc, asyncio.CancelledError):
        return "Cancelled"
    if isinstance(exc, TimeoutError):
        return "Timeout"
    if isinstance(exc, BaseExceptionGroup):
        return "Group(" + ",".join(name_of(e) for e in exc.exceptions) + ")"
    return type(exc).__name__


def show(value):
    if isinstance(value, BaseException):
        return name_of(value)
    if isinstance(value, list):
        return "[" + ",".join(show(v) for v in value) + "]"
    return "none" if value is None else str(value)


class Return(BaseException):
    def __init__(self, value):
        self.value = value


class Program:
    def __init__(self, spec, loop):
        self.spec = spec
        self.loop = loop
        self.lines = []
        self.tasks = {}
        self.objects = {}

    def log(self, label, text):
        self.lines.append(f"{int(self.loop.time())} {label} {text}")

    def note(self, exc):
        """An exception that only the loop saw. A cancelled cycle of waits must show: see README.md."""
        if isinstance(exc, RecursionError):
            self.log("loop", "RecursionError")

    def make_objects(self):
        for name, spec in self.spec.get("objects", {}).items():
            kind = spec["type"]
            if kind == "lock":
                made = asyncio.Lock()
            elif kind == "semaphore":
                made = asyncio.Semaphore(spec["value"])
            elif kind == "bounded_semaphore":
                made = asyncio.BoundedSemaphore(spec["value"])
            elif kind == "event":
                made = asyncio.Event()
            elif kind == "condition":
                made = asyncio.Condition()
            elif kind == "barrier":
                made = asyncio.Barrier(spec["parties"])
            elif kind == "queue":
                made = asyncio.Queue(spec["maxsize"])
            elif kind == "priority_queue":
                made = asyncio.PriorityQueue(spec["maxsize"])
            elif kind == "lifo_queue":
                made = asyncio.LifoQueue(spec["maxsize"])
            elif kind == "future":
                made = self.loop.create_future()
            else:
                raise ValueError(f"unknown object type {kind}")
            self.objects[name] = made

    async def body(self, label, ops):
        """A coroutine's body: logs how it ends, returns its value."""
        try:
            await self.block(label, ops)
        except Return as done:
            self.log(label, f"returns {show(done.value)}")
            return done.value
        except BaseException as exc:
            self.log(label, f"ends {name_of(exc)}")
            raise
        self.log(label, "returns none")
        return None

    async def block(self, label, ops):
        for op in ops:
            if op[0] in ("try", "loop", "with", "return"):
                await self.compound(label, op)
                continue
            try:
                result = await self.step(label, op)
            except Return:
                raise
            except BaseException as exc:
                self.log(label, f"{op[0]} ! {name_of(exc)}")
                raise
            self.log(label, f"{op[0]}" + ("" if result is None else f" = {show(result)}"))

    async def compound(self, label, op):
        if op[0] == "return":
            raise Return(op[1])
        if op[0] == "loop":
            for _ in range(op[1]):
                await self.block(label, op[2])
        elif op[0] == "with":
            async with self.objects[op[1]]:
                self.log(label, f"enter {op[1]}")
                await self.block(label, op[2])
            self.log(label, f"exit {op[1]}")
        elif op[0] == "try":
            _, ops, catches, handler, final = op
            try:
                try:
                    await self.block(label, ops)
                except Return:
                    raise
                except BaseException as exc:
                    if catches != "any" and catches != name_of(exc).split("(")[0]:
                        raise
                    self.log(label, f"caught {name_of(exc)}")
                    await self.block(label, handler)
            finally:
                await self.block(label, final)

    async def guarded(self, label, ops):
        """A block inside `async with`: a return leaves it without an exception, as in Python."""
        try:
            await self.block(label, ops)
        except Return as returned:
            return returned
        return None

    def sync(self, label, op):
        """Operations that never suspend; also what a callback may do. Returns (handled, result)."""
        kind = op[0]
        if kind == "log":
            return True, op[1]
        if kind == "raise":
            raise E(op[1])
        if kind == "release":
            return True, self.objects[op[1]].release()
        if kind == "locked":
            return True, int(self.objects[op[1]].locked())
        if kind == "set":
            return True, self.objects[op[1]].set()
        if kind == "clear":
            return True, self.objects[op[1]].clear()
        if kind == "is_set":
            return True, int(self.objects[op[1]].is_set())
        if kind == "notify":
            return True, self.objects[op[1]].notify(op[2])
        if kind == "notify_all":
            return True, self.objects[op[1]].notify_all()
        if kind == "put_nowait":
            return True, self.objects[op[1]].put_nowait(op[2])
        if kind == "get_nowait":
            return True, self.objects[op[1]].get_nowait()
        if kind == "task_done":
            return True, self.objects[op[1]].task_done()
        if kind == "qsize":
            return True, self.objects[op[1]].qsize()
        if kind == "shutdown":
            return True, self.objects[op[1]].shutdown(immediate=op[2])
        if kind == "future_set":
            return True, self.objects[op[1]].set_result(op[2])
        if kind == "future_raise":
            return True, self.objects[op[1]].set_exception(E(op[2]))
        if kind == "future_cancel":
            return True, int(self.objects[op[1]].cancel())
        if kind == "cancel":
            task = self.tasks.get(op[1])
            return True, (None if task is None else int(task.cancel()))
        if kind == "done":
            task = self.tasks.get(op[1])
            return True, (None if task is None else int(task.done()))
        if kind == "spawn":
            self.tasks[op[1]] = self.loop.create_task(self.body(op[1], op[2]))
            return True, None
        if kind == "call_soon":
            self.loop.call_soon(self.callback, f"{label}.cb", op[1])
            return True, None
        if kind == "call_later":
            self.loop.call_later(op[1], self.callback, f"{label}.cb", op[2])
            return True, None
        return False, None

    def callback(self, label, ops):
        for op in ops:
            try:
                handled, result = self.sync(label, op)
                assert handled, op
            except Exception as exc:
                self.log(label, f"{op[0]} ! {name_of(exc)}")
                return
            self.log(label, f"{op[0]}" + ("" if result is None else f" = {show(result)}"))

    async def step(self, label, op):
        handled, result = self.sync(label, op)
        if handled:
            return result
        kind = op[0]
        if kind == "sleep":
            return await asyncio.sleep(op[1])
        if kind == "acquire":
            await self.objects[op[1]].acquire()
            return None
        if kind == "wait":
            await self.objects[op[1]].wait()  # event or condition
            return None
        if kind == "barrier":
            return await self.objects[op[1]].wait()
        if kind == "put":
            return await self.objects[op[1]].put(op[2])
        if kind == "get":
            return await self.objects[op[1]].get()
        if kind == "join":
            return await self.objects[op[1]].join()
        if kind == "future":
            return await self.objects[op[1]]
        if kind == "await":
            task = self.tasks.get(op[1])
            return None if task is None else await task
        if kind == "call":
            return await self.body(f"{label}.call", op[1])
        if kind == "gather":
            parts = [self.body(f"{label}.{i}", ops) for i, ops in enumerate(op[1])]
            return await asyncio.gather(*parts, return_exceptions=op[2])
        if kind == "gather_tasks":
            return await asyncio.gather(*[self.tasks[t] for t in op[1]], return_exceptions=op[2])
        if kind == "wait_tasks":
            _, names, when, timeout = op
            tasks = [self.tasks[t] for t in names]
            done, pending = await asyncio.wait(tasks, timeout=timeout, return_when=when)
            return [int(t in done) for t in tasks]
        if kind == "wait_for":
            return await asyncio.wait_for(self.body(f"{label}.wf", op[1]), op[2])
        if kind == "wait_for_task":
            return await asyncio.wait_for(self.tasks[op[1]], op[2])
        if kind == "shield":
            task = self.tasks.get(op[1])
            return None if task is None else await asyncio.shield(task)
        if kind == "timeout":
            async with asyncio.timeout(op[1]):
                returned = await self.guarded(label, op[2])
            if returned:
                raise returned
            return None
        if kind == "as_completed":
            parts = [self.body(f"{label}.{i}", ops) for i, ops in enumerate(op[1])]
            values = []
            # a list is handed over as a set: give it in a fixed order through tasks
            tasks = [self.loop.create_task(p) for p in parts]
            for next_one in asyncio.as_completed(tasks):
                values.append(await next_one)
            return values
        if kind == "task_group":
            async with TaskGroup() as group:
                for name, ops in op[1]:
                    self.tasks[name] = group.create_task(self.body(name, ops))
                returned = await self.guarded(label, op[2])
            if returned:
                raise returned
            return None
        if kind == "cancelling":
            return asyncio.current_task().cancelling()
        if kind == "uncancel":
            return asyncio.current_task().uncancel()
        raise ValueError(f"unknown operation {kind}")


LOCKS = {"lock", "semaphore", "bounded_semaphore", "condition"}
QUEUES = {"queue", "priority_queue", "lifo_queue"}
PARAMETERS = {"semaphore": "value", "bounded_semaphore": "value", "barrier": "parties", **dict.fromkeys(QUEUES, "maxsize")}
TYPES = LOCKS | QUEUES | {"event", "barrier", "future"}
MAX_NUMBER = 2**63 - 1
MAX_TIME = 10**12


def is_number(value, most=MAX_NUMBER):
    return type(value) is int and 0 <= value <= most


def is_time(value):
    return is_number(value, MAX_TIME)


def is_list(value):
    return isinstance(value, list)


def is_text(value):
    return isinstance(value, str)


def is_pair(value):
    return is_list(value) and len(value) == 2 and is_text(value[0]) and is_list(value[1])


ARGUMENTS = {  # what an argument may be
    "name": is_text,
    "names": lambda v: is_list(v) and all(map(is_text, v)),
    "text": is_text,
    "n": is_number,
    "time": is_time,
    "limit": lambda v: v is None or is_time(v),
    "value": lambda v: v is None or is_number(v),
    "flag": lambda v: isinstance(v, bool) or is_number(v, 1),
    "when": lambda v: is_text(v) and v in ("FIRST_COMPLETED", "FIRST_EXCEPTION", "ALL_COMPLETED"),
    "ops": is_list,
    "blocks": lambda v: is_list(v) and all(map(is_list, v)),
    "pairs": lambda v: is_list(v) and all(map(is_pair, v)),
}
OPERATIONS = {  # the arguments of each; an object is named by the types that it may have
    **dict.fromkeys(["acquire", "release", "locked"], [LOCKS]),
    "with": [LOCKS, "ops"],
    "wait": [{"event", "condition"}],
    **dict.fromkeys(["set", "clear", "is_set"], [{"event"}]),
    "notify": [{"condition"}, "n"],
    "notify_all": [{"condition"}],
    "barrier": [{"barrier"}],
    **dict.fromkeys(["put", "put_nowait"], [QUEUES, "n"]),
    **dict.fromkeys(["get", "get_nowait", "task_done", "join", "qsize"], [QUEUES]),
    "shutdown": [QUEUES, "flag"],
    **dict.fromkeys(["future", "future_cancel"], [{"future"}]),
    "future_set": [{"future"}, "value"],
    "future_raise": [{"future"}, "text"],
    **dict.fromkeys(["log", "raise"], ["text"]),
    "return": ["value"],
    "sleep": ["time"],
    "spawn": ["name", "ops"],
    **dict.fromkeys(["await", "cancel", "done", "shield"], ["name"]),
    "call": ["ops"],
    "gather": ["blocks", "flag"],
    "gather_tasks": ["names", "flag"],
    "wait_tasks": ["names", "when", "limit"],
    "wait_for": ["ops", "limit"],
    "wait_for_task": ["name", "limit"],
    "timeout": ["limit", "ops"],
    "as_completed": ["blocks"],
    "task_group": ["pairs", "ops"],
    "call_soon": ["ops"],
    "call_later": ["time", "ops"],
    **dict.fromkeys(["cancelling", "uncancel"], []),
    "loop": ["n", "ops"],
    "try": ["ops", "text", "ops", "ops"],
}
SYNC = {
    "log", "raise", "release", "locked", "set", "clear", "is_set", "notify", "notify_all", "put_nowait", "get_nowait",
    "task_done", "qsize", "shutdown", "future_set", "future_raise", "future_cancel", "cancel", "done", "spawn",
    "call_soon", "call_later",
}


def blocks_of(op):
    for kind, argument in zip(OPERATIONS[op[0]], op[1:]):
        if kind == "ops":
            yield argument
        elif kind == "blocks":
            yield from argument
        elif kind == "pairs":
            yield from (ops for _, ops in argument)


def malformed_object(spec):
    if not isinstance(spec, dict) or spec.get("type") not in TYPES:
        return "unknown type"
    parameter = PARAMETERS.get(spec["type"])
    if parameter is not None:
        value = spec.get(parameter)
        if not is_number(value) or value < (spec["type"] == "barrier"):
            return f"{parameter} may not be {value!r}"
    return None


def malformed_operation(op, objects, callback):
    kind = op[0] if is_list(op) and op else None
    if not is_text(kind) or kind not in OPERATIONS:
        return f"unknown operation {kind!r}"
    if callback and kind not in SYNC:
        return f"{kind} may not stand in a callback"
    if len(op) != 1 + len(OPERATIONS[kind]):
        return f"{kind} takes {len(OPERATIONS[kind])} arguments"
    for allowed, argument in zip(OPERATIONS[kind], op[1:]):
        if isinstance(allowed, set):
            found = objects.get(argument, {}).get("type") if is_text(argument) else None
            if found not in allowed:
                return f"{kind} on {argument!r}, which is {found or 'no object'}"
        elif not ARGUMENTS[allowed](argument):
            return f"{kind} takes no {argument!r}"
    return None


def malformed(spec):
    """What is wrong with a program, as text; None when it is well formed."""
    objects = spec.get("objects", {})
    for name, each in objects.items():
        if wrong := malformed_object(each):
            return f"objects.{name}: {wrong}"

    def walk(block, where, callback):
        for i, op in enumerate(block):
            here = f"{where}[{i}]"
            if wrong := malformed_operation(op, objects, callback):
                return f"{here}: {wrong}"
            for n, inner in enumerate(blocks_of(op)):
                if wrong := walk(inner, f"{here}.{op[0]}[{n}]", op[0] in ("call_soon", "call_later")):
                    return wrong
        return None

    if not is_list(spec.get("main")):
        return "main: it is a list of operations"
    return walk(spec["main"], "main", False)


def transcript(spec):
    if wrong := malformed(spec):
        print(f"malformed program: {wrong}", file=sys.stderr)
        sys.exit(2)
    loop = VirtualLoop()
    asyncio.set_event_loop(loop)
    program = Program(spec, loop)
    loop.set_exception_handler(lambda _loop, context: program.note(context.get("exception")))
    program.make_objects()
    gc.disable()
    main = loop.create_task(program.body("main", spec["main"]))
    main.add_done_callback(lambda _task: loop.stop())
    loop.run_forever()
    lines = program.lines
    lines.append(f"{int(loop.time())} end " + ("deadlock" if loop.deadlocked and not main.done() else "done"))
    for task in asyncio.all_tasks(loop):
        task._log_destroy_pending = False
    program.lines = []  # what is left is dropped without a transcript
    loop.close()
    gc.enable()
    return lines


def main(argv):
    sys.unraisablehook = lambda _: None
    warnings.simplefilter("ignore")  # coroutines that were cancelled before they began
    if len(argv) == 2 and argv[0] == "--lines":
        with open(argv[1]) as file:
            for line in file:
                print("\n".join(transcript(json.loads(line))))
                print("--", flush=True)
        return
    for path in argv:
        with open(path) as file:
            print("\n".join(transcript(json.load(file))))


if __name__ == "__main__":
    main(sys.argv[1:])
