"""A base for tests of `dittofs run`: whatever a test does, nothing may stay."""

import os
import tempfile
import unittest

from . import fuse, processes
from .commands import dittofs
from .testing import remove_tree


class RunTestCase(unittest.TestCase):
    def setUp(self):
        self.scratch = tempfile.mkdtemp(prefix="scratch.")
        self.addCleanup(remove_tree, self.scratch)
        self.before = self.leftovers()

    def tearDown(self):
        """Whatever happened: within a moment no mount, no directory and no process of the run is there."""
        self.assertTrue(
            processes.wait_until(lambda: self.leftovers() == self.before, 10, 0.02),
            "left behind: %s" % (sorted(set(self.leftovers()) - set(self.before)),),
        )

    @staticmethod
    def leftovers():
        temporary = tempfile.gettempdir()
        found = [point for point, _, _ in fuse.mounts(temporary)]
        found += [name for name in os.listdir(temporary) if name.startswith("dittofs")]
        found += [name for name in os.listdir(os.environ["XDG_RUNTIME_DIR"])]
        tag = os.environ.get(processes.TAG, "")
        found += [
            "%d %s" % (pid, line) for pid, line in (processes.tagged(tag) if tag else []) if processes.state(pid) != "Z"
        ]
        return found

    def shell(self, script, *options, **more):
        return dittofs("run", *options, "--", "bash", "-euc", script, **more)

    def assertEnds(self, outcome, code=0):
        self.assertEqual(outcome.code, code, outcome)
        return outcome
