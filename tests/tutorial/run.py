#!/usr/bin/env python3
"""Follows docs/tutorial.md: writes its files, types its commands, compares what they print.

    tests/tutorial/run.py --build-dir build/dev            compares
    tests/tutorial/run.py --build-dir build/dev --write    puts what was printed into the page

A block ```LANGUAGE NAME is the file NAME, whole. A block ```console has commands behind "$ " and what
each prints; a line "..." there stands for any lines. Real durations and paths are not compared. The commands run in an empty folder, with an installed simloop of the build
in CMAKE_PREFIX_PATH.
"""

import argparse
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "tutorial.md"
TIME_LIMIT = 300  # seconds, a command

# What may differ from one machine to another, and what stands for it when lines are compared.
VARIES = [
    (re.compile(r"\(\d+ ms( total)?\)"), "(TIME)"),
    (re.compile(r", \d+\.\d s$"), ", TIME"),
    (re.compile(r"(/[\w.+-]+)+/(?=[\w.-]+)"), "PATH/"),
]


def comparable(line):
    for pattern, stand_in in VARIES:
        line = pattern.sub(stand_in, line)
    return line.rstrip()


def same(expected, printed):
    """Whether the lines are those expected, with "..." for any number of them."""
    if not expected:
        return not printed
    if expected[0] == "...":
        return any(same(expected[1:], printed[i:]) for i in range(len(printed) + 1))
    return bool(printed) and expected[0] == printed[0] and same(expected[1:], printed[1:])


class Block:
    def __init__(self, language, name, lines):
        self.language, self.name, self.lines = language, name, lines

    def commands(self):
        """(command, lines it is to print) of a console block."""
        found = []
        for line in self.lines:
            if line.startswith("$ "):
                found.append((line[2:], []))
            elif not found:
                raise SystemExit(f"{PAGE.name}: a console block begins without a command: {line}")
            else:
                found[-1][1].append(line)
        return found


def blocks_of(text):
    """The page as a list of plain texts and blocks, in order."""
    parts, plain, block = [], [], None
    for line in text.split("\n"):
        if block is None and line.startswith("```"):
            parts.append("\n".join(plain))
            language, _, name = line[3:].partition(" ")
            block, plain = Block(language, name, []), []
        elif block is not None and line == "```":
            parts.append(block)
            block = None
        elif block is not None:
            block.lines.append(line)
        else:
            plain.append(line)
    if block is not None:
        raise SystemExit(f"{PAGE.name}: a block is not closed")
    return parts + ["\n".join(plain)]


def text_of(parts):
    texts = []
    for part in parts:
        if isinstance(part, Block):
            head = f"```{part.language} {part.name}".rstrip()
            texts.append("\n".join([head, *part.lines, "```"]))
        else:
            texts.append(part)
    return "\n".join(texts)


def install(build_dir, prefix):
    subprocess.run(["cmake", "--install", build_dir, "--prefix", prefix], check=True,
                   stdout=subprocess.DEVNULL)


def run_block(block, folder, environment, write):
    wrong = 0
    lines = []
    for command, expected in block.commands():
        print(f"$ {command}", flush=True)
        done = subprocess.run(["bash", "-c", command], cwd=folder, env=environment, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              stdin=subprocess.DEVNULL, timeout=TIME_LIMIT)
        printed = done.stdout.replace(str(folder) + "/", "").rstrip("\n").split("\n")
        printed = [line.rstrip() for line in printed] if done.stdout.strip() else []
        matches = same([comparable(line) for line in expected],
                       [comparable(line) for line in printed])
        if not matches:
            wrong += 1
            print(f"{PAGE.name} says:\n  " + "\n  ".join(expected), flush=True)
            print("it prints:\n  " + "\n  ".join(printed), flush=True)
        lines += [f"$ {command}", *(expected if matches or not write else printed)]
    if write:
        block.lines = lines
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--build-dir", required=True)
    parser.add_argument("--compiler", default="")
    parser.add_argument("--flags", default="")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    parts = blocks_of(PAGE.read_text())
    wrong = 0
    with tempfile.TemporaryDirectory(prefix="tutorial.") as scratch:
        folder = pathlib.Path(scratch) / "bank"
        folder.mkdir()
        prefix = str(pathlib.Path(scratch) / "prefix")
        install(str(pathlib.Path(options.build_dir).resolve()), prefix)
        environment = dict(os.environ, CMAKE_PREFIX_PATH=prefix, CLICOLOR="0")
        if options.compiler:
            environment["CXX"] = options.compiler
        if options.flags:
            environment["CXXFLAGS"] = options.flags
        for part in parts:
            if not isinstance(part, Block):
                continue
            if part.name:
                (folder / part.name).write_text("\n".join(part.lines) + "\n")
            elif part.language == "console":
                wrong += run_block(part, folder, environment, options.write)
    if options.write:
        PAGE.write_text(text_of(parts))
    elif wrong:
        sys.exit(f"{wrong} commands print something else than docs/tutorial.md says")


if __name__ == "__main__":
    main()
