#!/usr/bin/env python3
"""The table of docs/conformance: which test of ours shows what a test method of CPython shows.

  tools/conformance.py              refreshes the generated parts of docs/conformance.md
  tools/conformance.py --print      prints the counts
  tools/conformance.py --compare    compares the methods listed with those of the CPython that runs
                                    this (3.13); exit code 1 if they differ

A row of docs/conformance/FILE.tsv is: Class.method, verdict, tests ("FILE:Suite.Name", separated by
blanks), reason. The verdicts are `covered`, `different`, `missing` (it applies, and nothing shows it
yet) and `does not apply`. The tests are checked by tools/conformance_test.cc, which needs no Python.
"""

import ast
import collections
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "conformance.md"
VERDICTS = ("covered", "different", "missing", "does not apply")

Row = collections.namedtuple("Row", "method verdict tests reason")


def read_tables():
    """{"test_locks.py": [Row, ...], ...} in the order of the names."""
    tables = {}
    for path in sorted((ROOT / "docs" / "conformance").glob("*.tsv")):
        rows = []
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if not line or line.startswith("#"):
                continue
            cells = line.split("\t")
            if len(cells) != 4 or cells[1] not in VERDICTS:
                sys.exit(f"{path}:{number}: not a row: {line!r}")
            rows.append(Row(cells[0], cells[1], cells[2].split(), cells[3]))
        tables[path.stem + ".py"] = rows
    return tables


def count(rows):
    """CPython methods, applicable, covered, different on purpose, missing."""
    of = collections.Counter(row.verdict for row in rows)
    return (len(rows), len(rows) - of["does not apply"], of["covered"], of["different"],
            of["missing"])


def counts_table(tables):
    lines = ["| CPython's file | methods | applicable | covered | different on purpose | missing |",
             "|---|---|---|---|---|---|"]
    for name, rows in tables.items():
        lines.append("| `%s` | %d | %d | %d | %d | %d |" % (name, *count(rows)))
    every = [row for rows in tables.values() for row in rows]
    lines.append("| all | %d | %d | %d | %d | %d |" % count(every))
    return lines


def differences_table(tables):
    lines = ["| method | why | shown by |", "|---|---|---|"]
    for name, rows in tables.items():
        for row in rows:
            if row.verdict == "different":
                tests = ", ".join(f"`{test.split(':')[1]}`" for test in row.tests)
                lines.append(f"| `{name}` {row.method} | {row.reason} | {tests} |")
    return lines


def reasons_table(tables):
    reasons = collections.Counter(row.reason for rows in tables.values() for row in rows
                                  if row.verdict == "does not apply")
    lines = ["| what the method is about | methods |", "|---|---|"]
    for reason, number in sorted(reasons.items(), key=lambda item: (-item[1], item[0])):
        lines.append(f"| {reason} | {number} |")
    return lines


def refresh(tables):
    text = PAGE.read_text()
    for part, lines in (("counts", counts_table(tables)),
                        ("differences", differences_table(tables)),
                        ("reasons", reasons_table(tables))):
        begin = f"<!-- {part} -->\n"
        end = f"<!-- end of {part} -->"
        head, rest = text.split(begin, 1)
        tail = rest.split(end, 1)[1]
        text = head + begin + "\n".join(lines) + "\n" + end + tail
    PAGE.write_text(text)


def methods_of(path):
    """The test methods of a file of CPython: of each class where they are defined."""
    found = []

    def visit(body, owner):
        for node in body:
            if isinstance(node, ast.ClassDef) and owner is None:
                visit(node.body, node.name)
            elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                if owner is not None and node.name.startswith("test"):
                    found.append(f"{owner}.{node.name}")
            elif isinstance(node, (ast.If, ast.Try)):
                visit(node.body + node.orelse, owner)

    visit(ast.parse(path.read_text()).body, None)
    return found


def compare(tables):
    import test

    if sys.version_info[:2] != (3, 13):
        sys.exit("the table is of CPython 3.13")
    tests = pathlib.Path(test.__file__).parent
    same = True
    for name, rows in tables.items():
        path = tests / "test_asyncio" / name
        theirs = methods_of(path if path.exists() else tests / name)
        ours = [row.method for row in rows]
        for method in theirs:
            if method not in ours:
                print(f"{name}: {method} is missing")
                same = False
        for method in ours:
            if method not in theirs:
                print(f"{name}: {method} does not exist")
                same = False
    return 0 if same else 1


def main(arguments):
    tables = read_tables()
    if arguments == ["--compare"]:
        return compare(tables)
    if arguments == ["--print"]:
        print("\n".join(counts_table(tables)))
        return 0
    if arguments:
        print(__doc__, file=sys.stderr)
        return 2
    refresh(tables)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
