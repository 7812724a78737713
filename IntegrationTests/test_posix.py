"""The POSIX cases, first on a plain kernel directory as the oracle, then through the mount: both must agree."""

import json
import os
import subprocess
import sys

from support.testing import DoorsTestCase, main

TIME_LIMIT = 300
HERE = os.path.dirname(os.path.abspath(__file__))
SUITE = os.path.join(HERE, "posix", "suite.py")


def deviations() -> dict:
    found = {}
    with open(os.path.join(HERE, "posix", "deviations.txt")) as file:
        for line in file:
            if line.strip() and not line.startswith("#"):
                name, label, reason = (part.strip() for part in line.split(": ", 2))
                found[name, label] = reason
    return found


def run_suite(directory: str) -> dict:
    result = subprocess.run([sys.executable, "-B", SUITE, directory], stdout=subprocess.PIPE, timeout=280)
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    return {row["case"]: row for row in rows}


class PosixTests(DoorsTestCase):
    """One test a case; they are made below from what the oracle ran."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        plain = os.path.join(cls.server.directory, "plain")
        os.mkdir(plain)
        os.chmod(plain, 0o777)
        cls.oracle = run_suite(plain)
        os.mkdir(cls.server.path("posix"))
        os.chmod(cls.server.path("posix"), 0o777)
        cls.mount = run_suite(cls.server.path("posix"))
        cls.excused = deviations()

    def compare(self, name):
        self.assertIn(name, self.oracle, "the oracle did not run it")
        self.assertEqual(self.oracle[name]["wrong"], [], "the oracle itself disagrees with the case")
        self.assertIn(name, self.mount, "the mount did not run it")
        wanted, seen = dict(self.oracle[name]["seen"]), dict(self.mount[name]["seen"])
        complaints, used = [], set()
        for label, value in wanted.items():
            if seen.get(label) != value:
                if (name, label) in self.excused:
                    used.add(label)
                else:
                    complaints.append("%s: kernel %s, mount %s" % (label, value, seen.get(label, "not reached")))
        complaints += [line for line in self.mount[name]["wrong"] if line.startswith(("the case broke", "no answer"))]
        for case, label in self.excused:
            if case == name and label not in used:
                complaints.append("%s agrees: take it off deviations.txt" % label)
        self.assertEqual(complaints, [])


def add_tests():
    sys.path.insert(0, os.path.join(HERE, "posix"))
    import suite

    for name, _ in suite.harness.CASES:
        setattr(PosixTests, "test_" + name.replace(".", "_"), lambda self, name=name: self.compare(name))


add_tests()

if __name__ == "__main__":
    main()
