"""Runs one file of pike's own tests: a JSON line a test with its outcome (`ok`, `failed`, `skipped`) and the reason."""

import importlib
import json
import sys
import traceback
import unittest


class Outcome(unittest.TestResult):
    outcome, reason = "ok", ""

    def addFailure(self, test, error):
        self.outcome, self.reason = "failed", "".join(traceback.format_exception(*error))

    addError = addFailure

    def addSkip(self, test, reason):
        self.outcome, self.reason = "skipped", reason


def each(suite):
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            yield from each(test)
        else:
            yield test


module = importlib.import_module("pike.test." + sys.argv[1])
answers, sys.stdout = sys.stdout, sys.stderr
for test in each(unittest.defaultTestLoader.loadTestsFromModule(module)):
    result = Outcome()
    test.run(result)
    name = test.id().removeprefix("pike.test.")
    answers.write(json.dumps({"name": name, "outcome": result.outcome, "reason": result.reason}) + "\n")
    answers.flush()
