"""smbtorture: every test that is graded, at the dialect that it chooses, and a sample at each older one.

The lists in `smbtorture/` say what is graded. With `run --long` every smb2 test runs, and each stage's whole list at its
dialect: that is `Scripts/smbtorture --all`.
"""

import unittest

from support import torture
from support.instance import LONG
from support.testing import main

TIME_LIMIT = 420
SAMPLE = 6  # One test in so many of what an older dialect has.


class TortureTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.lists = torture.Lists()

    def grade(self, title, pairs):
        with torture.Bench(self.lists) as bench:
            results = bench.run(pairs)
        print("\n%s:\n%s" % (title, torture.table(results)), flush=True)
        self.assertEqual(bench.deaths, [], "the server ended")
        self.assertEqual(len(results), len(pairs))
        complaints = torture.complaints(results)
        self.assertEqual(complaints, [], "\n  ".join(["%d of %d:" % (len(complaints), len(pairs))] + complaints))

    def graded(self, tests):
        return tests if LONG else [test for test in tests if not self.lists.topic(test.name)]

    def at_stage(self, dialect, *stages):
        tests = self.graded(self.lists.stage(*stages))
        if not LONG:
            # Quick ones, and another sixth at each dialect.
            quick = [test for test in tests if test.seconds < 3]
            tests = quick[torture.DIALECTS.index(dialect) :: SAMPLE]
        self.grade("%d tests at %s" % (len(tests), dialect), [(test, dialect) for test in tests])

    def test_the_lists(self):
        self.assertEqual(self.lists.faults(), [])
        if torture.version() == "4.17":
            self.assertEqual(torture.listed(), {test.name for test in self.lists.tests})

    def test_default_dialect(self):
        tests = self.graded(self.lists.runnable)
        self.grade("%d tests at the default dialect" % len(tests), [(test, torture.DEFAULT) for test in tests])

    def test_2_0_2(self):
        self.at_stage("2.0.2", "2.0.2")

    def test_2_1(self):
        self.at_stage("2.1", "2.1") if LONG else self.at_stage("2.1", "2.0.2", "2.1")

    def test_3_0(self):
        self.at_stage("3.0", "3.0") if LONG else self.at_stage("3.0", "2.0.2", "2.1", "3.0")

    def test_3_0_2(self):
        self.at_stage("3.0.2", "3.0") if LONG else self.at_stage("3.0.2", "2.0.2", "2.1", "3.0")

    if LONG:  # Otherwise the default dialect is 3.1.1 already.

        def test_3_1_1(self):
            self.at_stage("3.1.1", "3.1.1", "client-limited")


if __name__ == "__main__":
    main()
