"""unittest with one line a test, a base class that owns an instance, and a closing line that the runner can add up."""

import os
import sys
import tempfile
import time
import traceback
import unittest

from . import fuse, trees
from .instance import Instance


class DoorsTestCase(unittest.TestCase):
    """Each class gets one instance of its own; each test a directory of its own on it."""

    instance_options = {}
    longMessage = True
    maxDiff = 4000

    @classmethod
    def setUpClass(cls):
        cls.server = Instance(**cls.instance_options)
        cls.server.__enter__()
        cls.addClassCleanup(cls.server.__exit__, None, None, None)

    def setUp(self):
        self.scratch = tempfile.mkdtemp(prefix="scratch.")
        self.addCleanup(remove_tree, self.scratch)

    def local(self, *parts) -> str:
        """A path on the machine's own disk."""
        return os.path.join(self.scratch, *parts)

    def mounted(self, *parts) -> str:
        """A path through the mount."""
        return self.server.path(*parts)

    def assertSameTree(self, left: dict, right: dict, message=None):
        lines = trees.differences(left, right)
        if lines:
            self.fail(
                "%s: %d against %d entries\n  %s"
                % (message or "trees differ", len(left), len(right), "\n  ".join(lines))
            )

    def assertFails(self, number, action, *arguments):
        """The action raises an OSError with one of these errnos."""
        numbers = number if isinstance(number, tuple) else (number,)
        try:
            result = action(*arguments)
        except OSError as error:
            names = "/".join(errno_name(value) for value in numbers)
            self.assertIn(error.errno, numbers, "expected %s, got %s" % (names, errno_name(error.errno)))
            return
        self.fail("expected %s, but it returned %r" % ("/".join(errno_name(value) for value in numbers), result))

    def assertStatus(self, name, action, *arguments, **options):
        """The action raises an SMBError with one of these status names."""
        from .smb2 import SMBError

        names = name if isinstance(name, tuple) else (name,)
        try:
            result = action(*arguments, **options)
        except SMBError as error:
            self.assertIn(error.name, names)
            return
        self.fail("expected STATUS_%s, but it returned %r" % ("/".join(names), result))


class PlaceTestCase(DoorsTestCase):
    """Each test has a directory of its own in the share, and a tree connect."""

    def setUp(self):
        super().setUp()
        self.place = self.id().rpartition(".")[2]
        os.mkdir(self.mounted(self.place))
        self.tree = self.server.tree()
        self.addCleanup(self.tree.close)

    def at(self, name=""):
        return self.mounted(self.place, name) if name else self.mounted(self.place)

    def smb(self, name):
        return self.place + "/" + name


class ScratchTestCase(unittest.TestCase):
    def setUp(self):
        self.scratch = tempfile.mkdtemp(prefix="scratch.")
        self.addCleanup(remove_tree, self.scratch)

    def at(self, *parts):
        return os.path.join(self.scratch, *parts)

    def write(self, name, text):
        with open(self.at(name), "w") as file:
            file.write(text)
        return self.at(name)


def errno_name(number) -> str:
    import errno

    return errno.errorcode.get(number, str(number))


def remove_tree(path: str):
    import shutil

    shutil.rmtree(path, ignore_errors=True)


class LineResult(unittest.TestResult):
    """One line a test as it ends; what failed is told at once and again at the end."""

    def __init__(self):
        super().__init__()
        self.passed, self.told, self.began = 0, [], 0.0

    def startTest(self, test):
        super().startTest(test)
        self.began, self.bad = time.monotonic(), False

    def line(self, mark, test):
        print(
            "  %-4s %7.2f s  %s" % (mark, time.monotonic() - (self.began or time.monotonic()), name_of(test)),
            flush=True,
        )

    def addSuccess(self, test):
        super().addSuccess(test)
        self.passed += 1
        self.line("ok", test)

    def report(self, test, error, detail=None):
        text = "".join(traceback.format_exception(*error))
        self.told.append((name_of(test) + (" " + detail if detail else ""), text))
        self.line("FAIL", test)
        print("    " + text.replace("\n", "\n    "), flush=True)

    def addFailure(self, test, error):
        super().addFailure(test, error)
        self.report(test, error)

    def addError(self, test, error):
        super().addError(test, error)
        self.report(test, error)

    def addSubTest(self, test, subtest, error):
        super().addSubTest(test, subtest, error)
        if error is not None:
            self.report(test, error, str(subtest).rpartition(") ")[2] or str(subtest))

    def addSkip(self, test, reason):
        self.addFailure(test, (AssertionError, AssertionError("skipped: " + reason), None))


def name_of(test) -> str:
    return test.id().replace("__main__.", "") if hasattr(test, "id") else str(test)


def main():
    """Runs the file's tests, or those whose name contains the first argument; exit code 1 when any failed."""
    fuse.mount_control()
    wanted = sys.argv[1] if len(sys.argv) > 1 else ""
    suite, loaded = unittest.TestSuite(), unittest.defaultTestLoader.loadTestsFromModule(sys.modules["__main__"])
    for group in loaded:
        # A base class that a file imports has tests for those that derive from it, and is none itself.
        chosen = [test for test in group if type(test).__module__ == "__main__" and wanted in name_of(test)]
        if chosen:
            suite.addTest(unittest.TestSuite(chosen))
    result = LineResult()
    suite.run(result)
    failed = len(result.told)
    if result.testsRun == 0 and not failed:
        print("no test ran")
        failed = 1
    print("%d passed, %d failed" % (result.passed, failed), flush=True)
    sys.exit(1 if failed else 0)
