#!/usr/bin/env python3
"""What table.py says of a table of faults that is wrong."""

import pathlib
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True

import table  # noqa: E402

PAGE = """\
<!-- mutation -->
| part | faults | caught |
|---|---|---|
| lock | 1 | 0 |
<!-- end of mutation -->
<!-- survivors -->
| part | fault | what it would need |
|---|---|---|
<!-- end of survivors -->
"""
ENTRY = {"name": "wakes nobody", "file": "lock.cc", "old": "wake();", "new": ""}


class Table(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        (self.root / "lock.cc").write_text("a wake(); b b")
        (self.root / "lock_test.cc").write_text("")

    def complaints(self, page=PAGE, times=1, **changes):
        fault = table.make_fault("lock", ["lock_test.cc"], ENTRY | changes)
        return table.complaints([fault] * times, self.root, page)

    def test_a_fault_that_applies_once_is_fine(self):
        self.assertEqual(self.complaints(), [])

    def test_a_fault_applies_exactly_once(self):
        self.assertIn("stands 0 times in lock.cc", self.complaints(old="gone")[0])
        self.assertIn("stands 2 times in lock.cc", self.complaints(old="b")[0])
        self.assertIn("there is no key.cc", self.complaints(file="key.cc")[0])
        self.assertIn("it changes nothing", self.complaints(new="wake();")[0])

    def test_its_tests_are_there(self):
        self.assertIn("there is no key_test.cc", self.complaints(tests=["key_test.cc"])[0])

    def test_a_name_stands_for_one_fault(self):
        self.assertIn("lock: wakes nobody: it stands there 2 times", self.complaints(times=2))

    def test_the_page_counts_the_faults(self):
        page = PAGE.replace("| lock | 1 |", "| lock | 2 |")
        self.assertEqual(self.complaints(page), ["the page does not say that lock has 1 faults"])

    def test_a_survivor_on_the_page_is_a_fault(self):
        end = "<!-- end of survivors -->"
        known = PAGE.replace(end, "| lock | wakes nobody | a test |\n" + end)
        self.assertEqual(self.complaints(known), [])
        unknown = PAGE.replace(end, "| lock | wakes all | a test |\n" + end)
        self.assertIn("that does not exist: | lock | wakes all", self.complaints(unknown)[0])

    def test_a_key_that_has_no_meaning_is_refused(self):
        with self.assertRaises(ValueError):
            self.complaints(test="lock_test.cc")

    def test_what_is_tried_first_is_tried_once(self):
        fault = table.make_fault("lock", ["a", "b", "c"], ENTRY | {"by": "b"})
        self.assertEqual(fault.tests, ("b", "a", "c"))

    def test_the_page_is_refreshed_with_what_was_caught(self):
        fault = table.make_fault("lock", ["lock_test.cc"], ENTRY)
        page = table.refreshed(PAGE, [fault], {fault.title: "caught"})
        self.assertIn("| lock | 1 | 1 |\n| all | 1 | 1 |\n", page)


if __name__ == "__main__":
    unittest.main()
