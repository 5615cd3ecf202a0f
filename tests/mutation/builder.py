"""Builds the tests of simloop with one file replaced, compiling only what depends on it.

Every test file becomes an executable of its own: its object, those of the library, and gmock's main.
Of the library a whole room is compiled as one source, which takes as long as a few of its files. The
objects without a fault are compiled once. A file with a fault stands in a folder that the compiler
searches first. So neither the checkout nor the copy of its sources that the build reads is ever
changed, and builds with different faults may run at the same time.
"""

import json
import os
import pathlib
import shlex
import shutil
import signal
import subprocess

PCH = """\
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <algorithm>
#include <any>
#include <bit>
#include <chrono>
#include <coroutine>
#include <deque>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <source_location>
#include <string>
#include <tuple>
#include <variant>
#include <vector>
"""
ROOMS = ("sim", "primitives")  # of the library, for all tests
# What the tests of a folder need besides; the first folder that a test is in counts.
BESIDES = {
    "property_tests": ("sim/explore",),
    "sim/explore": ("sim/explore",),
    "sim/jobs": ("sim/explore", "sim/jobs"),
    "sim/guard": ("sim/explore", "sim/guard"),
    "tools/simrun": ("sim/explore", "sim/jobs", "sim/report", "sim/guard", "tools/simrun",
                     "tools/simrun/campaign", "tools/simrun/eval", "tools/simrun/parity"),
}
SOURCES = ("sim", "primitives", "property_tests", "tools")
# What a test may take: seconds of a processor, KiB of memory, blocks of output. But for those of
# processes nothing in it waits for anything real, so a test that hangs uses up its processor time.
LIMITS = "ulimit -t {seconds}; ulimit -v 8000000; ulimit -f 200000; ulimit -c 0; exec \"$@\""
GIVEN_UP_AFTER = 120  # seconds of the clock, or twice what it may compute


def rooms_for(test):
    besides = (rooms for folder, rooms in BESIDES.items() if test.startswith(folder + "/"))
    return (*ROOMS, *next(besides, ()))


class BuildError(Exception):
    pass


def whole(room):
    """The source that is all sources of a room."""
    return f"all_of_{room.replace('/', '_')}.cc"


def run_or_raise(command, **options):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          stdin=subprocess.DEVNULL, **options)
    if done.returncode != 0:
        raise BuildError(done.stdout)
    return done.stdout


class Builder:
    def __init__(self, root, out):
        self.root = root
        self.source = out / "source"
        self.base = out / "base"
        self.work = out / "work"
        self.cmake = out / "cmake"
        self.compiler = "clang++-19" if shutil.which("clang++-19") else "g++"
        self.library = {}   # room: the sources it is compiled from
        self.objects = {}   # source: its object without a fault
        self.depends = {}   # source: the files of simloop that it is made of

    def prepare(self):
        """Copies the sources and asks CMake what to compile with and what to link."""
        shutil.rmtree(self.work, ignore_errors=True)
        for folder in (self.source, self.base, self.work):
            folder.mkdir(parents=True, exist_ok=True)
        self.copy_sources()
        run_or_raise(["cmake", "-S", self.root, "-B", self.cmake, "-G", "Ninja",
                      f"-DCMAKE_CXX_COMPILER={self.compiler}", "-DSIMLOOP_BENCH=OFF",
                      "-DCMAKE_EXPORT_COMPILE_COMMANDS=ON"])
        self.flags = ["-std=c++20", "-O0", "-w", "-I", str(self.source), *self.given_flags(),
                      f"-fmacro-prefix-map={self.source}/="]
        self.libraries = self.given_libraries()
        if shutil.which("ld.lld"):
            self.libraries.append("-fuse-ld=lld")
        if "clang" in self.compiler:
            self.flags.append("-fpch-instantiate-templates")
        self.forget_other_builds()
        header = self.base / "pch.h"
        compiled = self.base / ("pch.h.pch" if "clang" in self.compiler else "pch.h.gch")
        if not compiled.exists():
            header.write_text(PCH)
            run_or_raise([self.compiler, *self.flags, "-x", "c++-header", header, "-o", compiled])
        self.flags += ["-include", str(header)]

    def copy_sources(self):
        """Leaves what has not changed alone, so that its objects stay up to date."""
        wanted = {path.relative_to(self.root): path.read_bytes()
                  for room in SOURCES
                  for path in (self.root / room).rglob("*") if path.suffix in (".h", ".cc")}
        for room in {*ROOMS, *(room for rooms in BESIDES.values() for room in rooms)}:
            lines = [f"#include <{name}>\n" for name in self.sources_of(room)]
            wanted[pathlib.Path(whole(room))] = "".join(lines).encode()
        for name, text in wanted.items():
            copy = self.source / name
            if copy.exists() and copy.read_bytes() == text:
                continue
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(text)
        for path in list(self.source.rglob("*")):
            if path.is_file() and path.relative_to(self.source) not in wanted:
                path.unlink()

    def sources_of(self, room):
        return [str(path.relative_to(self.root)) for folder in (room, room + "/internal")
                for path in sorted((self.root / folder).glob("*.cc"))
                if not path.name.endswith("_test.cc") and path.name != "main.cc"]

    def given_flags(self):
        """Definitions and include folders of tests and simrun, but for the checkout itself."""
        commands = json.loads((self.cmake / "compile_commands.json").read_text())
        flags = []
        for source in ("primitives/lock_test.cc", "tools/simrun/program.cc"):
            file = str(self.root / source)
            words = shlex.split(next(c["command"] for c in commands if c["file"] == file))
            flags += [word for word in words if word.startswith("-D")]
            for at, word in enumerate(words):
                if word == "-isystem":
                    flags += words[at:at + 2]
        return flags

    def given_libraries(self):
        """What tests are linked with, but for simloop itself."""
        commands = run_or_raise(["ninja", "-C", self.cmake, "-t", "commands", "property_tests"])
        link = shlex.split(commands.splitlines()[-1])
        behind = link[link.index("-o") + 2:]
        return [word for word in behind if word not in ("&&", ":") and "libsimloop" not in word]

    def forget_other_builds(self):
        """What another compiler or other flags have made is no use."""
        stamp = self.base / "configured"
        version = run_or_raise([self.compiler, "--version"])
        wanted = " ".join([version, *self.flags, *self.libraries])
        if stamp.exists() and stamp.read_text() == wanted:
            return
        shutil.rmtree(self.base)
        self.base.mkdir()
        stamp.write_text(wanted)

    def compile(self, source, object_file, overlay=None):
        """`overlay` is the folder with the file that has the fault."""
        flags = list(self.flags)
        path = self.source / source
        if overlay is not None:
            flags[:0] = ["-I", str(overlay), f"-fmacro-prefix-map={overlay}/="]
            if (overlay / source).exists():
                path = overlay / source
        else:
            flags += ["-MMD", "-MF", str(object_file) + ".d"]
        object_file.parent.mkdir(parents=True, exist_ok=True)
        run_or_raise([self.compiler, *flags, "-c", path, "-o", object_file])

    def compile_without_fault(self, source):
        """Brings the object of a source up to date."""
        object_file = self.base / (source + ".o")
        if not self.is_current(object_file):
            object_file.unlink(missing_ok=True)
            self.compile(source, object_file)
        self.objects[source] = object_file
        self.depends[source] = self.read_depends(object_file)

    def compile_library(self, tests):
        """As much of it as these tests need."""
        for room in sorted({room for test in tests for room in rooms_for(test)}):
            sources = [whole(room)]
            try:
                self.compile_without_fault(whole(room))
            except BuildError:  # two of its files have something of one name
                sources = self.sources_of(room)
                for source in sources:
                    self.compile_without_fault(source)
            self.library[room] = sources

    def library_for(self, test):
        return [source for room in rooms_for(test) for source in self.library[room]]

    def read_depends(self, object_file):
        text = pathlib.Path(str(object_file) + ".d").read_text().replace("\\\n", " ")
        paths = [pathlib.Path(word) for word in text.split()[1:]]
        return {str(path.relative_to(self.source)) for path in paths
                if path.is_relative_to(self.source)}

    def is_current(self, object_file):
        if not object_file.exists():
            return False
        made = object_file.stat().st_mtime_ns
        return all((self.source / name).exists() and
                   (self.source / name).stat().st_mtime_ns < made
                   for name in self.read_depends(object_file))

    def link(self, objects, program):
        run_or_raise([self.compiler, *map(str, objects), "-o", program, *self.libraries])


def run_test(program, folder, seconds):
    """None if all its tests pass, else which one did not, and how."""
    command = ["sh", "-c", LIMITS.format(seconds=seconds), "sh", str(program), "--gtest_fail_fast", "--gtest_color=no"]
    environment = {name: value for name, value in os.environ.items()
                   if not name.startswith(("GTEST_", "SIMLOOP_"))}
    environment["RC_PARAMS"] = "seed=1 max_success=150 noshrink=1"
    log = folder / "log"
    with open(log, "wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out, stdin=subprocess.DEVNULL,
                                   env=environment, cwd=folder, start_new_session=True)
        try:
            code = process.wait(max(GIVEN_UP_AFTER, 2 * seconds))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            code = -signal.SIGXCPU
    if code == 0:
        return None
    running = "no test"
    for line in log.read_text(errors="replace").splitlines():
        if line.startswith("[ RUN      ] "):
            running = line.split()[3]
        elif line.startswith("[  FAILED  ] "):
            return line.split()[3].rstrip(",")
    hangs = code in (-signal.SIGXCPU, -signal.SIGKILL)
    return running + (" hangs" if hangs else " ends the program")
