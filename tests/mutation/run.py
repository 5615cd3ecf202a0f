#!/usr/bin/env python3
"""Mutation check: puts small faults into simloop, one at a time, and runs the tests of that part.

  tests/mutation/run.py           every fault; exit code 1 if under 95 % are caught, if a survivor
                                  is missing in docs/testing.md, or if a fault does not compile
  tests/mutation/run.py PART...   the faults of these parts, files of tests/mutation/faults
  tests/mutation/run.py --again   those that the latest run of each did not catch
  tests/mutation/run.py --check   only whether each fault still applies, and the page is true
  tests/mutation/run.py --page    writes what the latest run of each fault gave into the page

`--jobs N` runs N at a time (default: as many as there are processors). A fault is caught if a test
fails, crashes or computes for longer than its part allows, 10 s if that says nothing; one that does
not compile is an error in the table. The checkout is not touched: the build is in build/mutation.
"""

import argparse
import concurrent.futures
import functools
import json
import os
import shutil
import sys
import time

sys.dont_write_bytecode = True

import builder  # noqa: E402
import table  # noqa: E402

OUT = table.ROOT / "build" / "mutation"
RESULTS = OUT / "results.json"
LEAST = 0.95


def prepare(build, faults, jobs):
    """Builds and runs without a fault what the faults need. Every test has to pass."""
    tests = {test: fault.seconds for fault in faults for test in fault.tests}
    build.compile_library(tests)
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        list(pool.map(build.compile_without_fault, tests))

        def failure(test):
            folder = build.work / test
            folder.mkdir(parents=True)
            build.link([build.objects[source] for source in (test, *build.library_for(test))],
                       folder / "tests")
            failed = builder.run_test(folder / "tests", folder, tests[test])
            shutil.rmtree(folder)
            return failed

        for test, failed in zip(tests, pool.map(failure, tests)):
            if failed is not None:
                sys.exit(f"{test} fails without a fault: {failed}")


def look_for(fault, build, folder):
    """The verdict on one fault, with what caught it."""
    overlay = folder / "overlay"
    changed = overlay / fault.file
    changed.parent.mkdir(parents=True)
    changed.write_text(fault.apply(build.source))

    @functools.cache
    def with_fault(source):
        if fault.file not in build.depends[source]:
            return build.objects[source]
        made = folder / (source + ".o")
        build.compile(source, made, overlay)
        return made

    for test in fault.tests:
        program = folder / "tests"
        build.link([with_fault(source) for source in (test, *build.library_for(test))], program)
        failed = builder.run_test(program, folder, fault.seconds)
        if failed is not None:
            return "caught", f"{failed}  ({test})"
    return "survived", ""


def judge(number, fault, build):
    folder = build.work / str(number)
    began = time.monotonic()
    try:
        verdict, detail = look_for(fault, build, folder)
    except (builder.BuildError, ValueError) as error:
        errors = [line for line in str(error).splitlines() if "error" in line] or [str(error)]
        verdict, detail = "broken", errors[0]
    shutil.rmtree(folder, ignore_errors=True)
    return verdict, detail, time.monotonic() - began


def run(faults, jobs):
    """{title: verdict}, told as it goes."""
    began = time.monotonic()
    build = builder.Builder(table.ROOT, OUT)
    build.prepare()
    prepare(build, faults, jobs)
    print(f"built {len(build.objects)} objects with {build.compiler} and ran them without a fault "
          f"in {time.monotonic() - began:.0f} s", flush=True)
    results = {}
    before = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        judged = pool.map(lambda numbered: judge(*numbered, build), enumerate(faults))
        for fault, (verdict, detail, seconds) in zip(faults, judged):
            results[fault.title] = verdict
            RESULTS.write_text(json.dumps(before | results, indent=1))
            print(f"{verdict:8} {seconds:4.0f} s  {fault.title}" + (f"\n{'':17}{detail}"
                                                                    if detail else ""), flush=True)
    print(f"all of it took {time.monotonic() - began:.0f} s")
    return results


def conclude(faults, results):
    """Says what has come out. True if it is good enough."""
    page = table.PAGE.read_text()
    of = {verdict: [fault for fault in faults if results[fault.title] == verdict]
          for verdict in ("caught", "survived", "broken")}
    good = not of["broken"] and len(of["caught"]) >= LEAST * len(faults)
    for fault in of["broken"]:
        print(f"does not compile: {fault.title}")
    for fault in of["survived"]:
        known = table.is_a_survivor(fault, page)
        good = good and known
        print(f"survived: {fault.title}" + ("" if known else f"; not in {table.PAGE.name}"))
    for fault in of["caught"]:
        if table.is_a_survivor(fault, page):
            print(f"{table.PAGE.name} says that it survives: {fault.title}")
    share = 100 * len(of["caught"]) / len(faults)
    print(f"{len(faults)} faults, {len(of['caught'])} caught ({share:.1f} %)")
    return good


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="PART")
    parser.add_argument("--again", action="store_true")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--page", action="store_true")
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)))
    options = parser.parse_args()

    faults = table.read_faults()
    page = table.PAGE.read_text()
    if options.page:
        page = table.refreshed(page, faults, json.loads(RESULTS.read_text()))
        table.PAGE.write_text(page)
        return 0
    if options.check:
        wrong = table.complaints(faults, table.ROOT, page)
        print("\n".join(wrong) or f"{len(faults)} faults apply")
        return 1 if wrong else 0
    chosen = [fault for fault in faults if not options.parts or fault.part in options.parts]
    if options.again:
        before = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
        chosen = [fault for fault in chosen if before.get(fault.title) != "caught"]
    if not chosen:
        parser.error("nothing to run; the parts are " + ", ".join(sorted({f.part for f in faults})))
    results = run(chosen, options.jobs)
    return 0 if conclude(chosen, results) else 1


if __name__ == "__main__":
    sys.exit(main())
