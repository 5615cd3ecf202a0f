"""The table of faults, and what docs/testing.md says of it.

A file of faults/ is a part of simloop: the test files that should catch its faults, in the order
they are tried, the seconds of a processor that one may take if 10 are too few, and the faults. A
fault replaces `old`, which stands in `file` exactly once, by `new`. A fault may name test files of
its own; `by` is the one that is tried first.
"""

import collections
import dataclasses
import pathlib
import tomllib

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
FAULTS = pathlib.Path(__file__).resolve().parent / "faults"
PAGE = ROOT / "docs" / "testing.md"


@dataclasses.dataclass(frozen=True)
class Fault:
    part: str
    name: str
    file: str
    old: str
    new: str
    tests: tuple
    seconds: int = 10  # of a processor, for the tests of one file

    @property
    def title(self):
        return f"{self.part}: {self.name}"

    def apply(self, root):
        """The text of its file with the fault in it. Raises ValueError unless it applies once."""
        path = root / self.file
        if not path.is_file():
            raise ValueError(f"there is no {self.file}")
        text = path.read_text()
        found = text.count(self.old)
        if found != 1:
            raise ValueError(f"its text stands {found} times in {self.file}")
        return text.replace(self.old, self.new)


def make_fault(part, tests, entry, seconds=10):
    known = {"name", "file", "old", "new", "tests", "by"}
    if not {"name", "file", "old", "new"} <= set(entry) <= known:
        raise ValueError(f"{part}: {entry.get('name')}: keys are {', '.join(sorted(entry))}")
    tests = list(entry.get("tests", tests))
    if "by" in entry:
        tests = [entry["by"]] + [test for test in tests if test != entry["by"]]
    return Fault(part, entry["name"], entry["file"], entry["old"], entry["new"], tuple(tests),
                 seconds)


def read_faults():
    faults = []
    for path in sorted(FAULTS.glob("*.toml")):
        table = tomllib.loads(path.read_text())
        faults += [make_fault(path.stem, table["tests"], entry, table.get("seconds", 10))
                   for entry in table["fault"]]
    return faults


def complaints(faults, root, page):
    """What is wrong with the table and with the page that speaks of it."""
    wrong = []
    for fault in faults:
        try:
            if fault.apply(root) == (root / fault.file).read_text():
                wrong.append(f"{fault.title}: it changes nothing")
        except ValueError as error:
            wrong.append(f"{fault.title}: {error}")
        for test in fault.tests:
            if not (root / test).is_file():
                wrong.append(f"{fault.title}: there is no {test}")
    for title, count in collections.Counter(fault.title for fault in faults).items():
        if count > 1:
            wrong.append(f"{title}: it stands there {count} times")
    for line in survivor_lines(page):
        if not any(line.startswith(row_of(fault)) for fault in faults):
            wrong.append(f"the page names a fault that does not exist: {line}")
    for part, count in collections.Counter(fault.part for fault in faults).items():
        if f"| {part} | {count} | " not in between(page, "mutation"):
            wrong.append(f"the page does not say that {part} has {count} faults")
    return wrong


def row_of(fault):
    """How the row of a survivor begins."""
    return f"| {fault.part} | {fault.name} | "


def between(page, marker):
    return page.split(f"<!-- {marker} -->\n", 1)[1].split(f"<!-- end of {marker} -->", 1)[0]


def survivor_lines(page):
    return between(page, "survivors").splitlines()[2:]


def is_a_survivor(fault, page):
    return any(line.startswith(row_of(fault)) for line in survivor_lines(page))


def refreshed(page, faults, results):
    """The page with how many were caught; `results` is {title: verdict} of every fault."""
    counts = collections.Counter()
    for fault in faults:
        counts[fault.part, "all"] += 1
        counts[fault.part, "caught"] += results[fault.title] == "caught"
    lines = ["| part | faults | caught |", "|---|---|---|"]
    parts = sorted({part for part, _ in counts})
    for part in parts:
        lines.append(f"| {part} | {counts[part, 'all']} | {counts[part, 'caught']} |")
    total = [sum(counts[part, what] for part in parts) for what in ("all", "caught")]
    lines.append(f"| all | {total[0]} | {total[1]} |")
    return page.replace(between(page, "mutation"), "\n".join(lines) + "\n")
