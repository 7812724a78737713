"""smbtorture, Samba's own test suite, against an instance: one process a test, a share a lane.

`../smbtorture` holds the list of tests with Samba's results, what is known to fail, what is not graded yet, and which
tests want a share with options of its own.
"""

import collections
import fnmatch
import json
import os
import queue
import re
import shutil
import subprocess
import tempfile
import threading
import time

from .instance import Instance, InstanceFailure, user

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LISTS = os.path.join(HERE, "smbtorture")
LANES = 4
# The stages as smbtorture's -m names them; at the default it negotiates what it likes best.
DEFAULT = "default"
OPTIONS = {
    DEFAULT: [],
    "2.0.2": ["-m", "SMB2_02"],
    "2.1": ["-m", "SMB2_10"],
    "3.0": ["-m", "SMB3_00"],
    "3.0.2": ["-m", "SMB3_02"],
    "3.1.1": ["-m", "SMB3_11"],
}
STAGES = ("2.0.2", "2.1", "3.0", "3.1.1")
DIALECTS = ("2.0.2", "2.1", "3.0", "3.0.2", "3.1.1")
OUTCOME = re.compile(r"^(success|failure|error|skip|xfail): ([^\[\n]+?)(?: \[\n(.*?)^\])?$", re.M | re.S)
SEVERITY = {"skip": 0, "xfail": 1, "success": 1, "failure": 2, "error": 3}
ALICE, BOB = ("alice", "secret", 0, 0), ("bob", "secret", 1001, 1001)

Test = collections.namedtuple("Test", "name samba stage seconds")
Result = collections.namedtuple("Result", "test dialect outcome seconds reason verdict")


def family(name: str) -> str:
    return name.split(".")[1]


def lines(name: str):
    with open(os.path.join(LISTS, name), encoding="utf-8") as file:
        for line in file:
            if line.strip() and not line.startswith("#"):
                yield line.rstrip("\n").split("\t")


class Lists:
    """What is committed: the tests, the known failures, and those that await a topic."""

    def __init__(self):
        self.tests = [Test(name, samba, stage, float(seconds)) for name, samba, stage, seconds in lines("tests.tsv")]
        self.runnable = [test for test in self.tests if test.samba != "never"]
        self.known = [tuple(fields) for fields in lines("known-failures")]
        self.waiting = [tuple(fields) for fields in lines("awaiting")]
        self.special = [tuple(fields) for fields in lines("shares")]

    def reason(self, name: str, dialect: str) -> str:
        for known, dialects, reason in self.known:
            if known == name and (dialects == "*" or dialect in dialects.split(",")):
                return reason
        return ""

    def topic(self, name: str) -> str:
        return next((topic for pattern, topic, _ in self.waiting if fnmatch.fnmatchcase(name, pattern)), "")

    def options(self, name: str) -> str:
        """The options of the share that the test runs on, as they are listed; empty for a lane's plain one."""
        return next((options for pattern, options, _ in self.special if fnmatch.fnmatchcase(name, pattern)), "")

    def stage(self, *stages) -> list:
        return [test for test in self.runnable if test.stage in stages]

    def faults(self) -> list:
        """What is wrong with the lists themselves."""
        names, found = {test.name for test in self.tests}, []
        if len(names) != len(self.tests):
            found.append("a test is listed twice")
        for fields in self.known:
            if len(fields) != 3 or not fields[2].strip():
                found.append("known-failures: no reason: %r" % (fields,))
            elif fields[0] not in names:
                found.append("known-failures: no such test: " + fields[0])
            elif self.topic(fields[0]):
                found.append("known-failures: awaits %s as well: %s" % (self.topic(fields[0]), fields[0]))
        for fields in self.waiting:
            if len(fields) != 3 or not fnmatch.filter(names, fields[0]):
                found.append("awaiting: no such test, or no topic and reason: %r" % (fields,))
        for fields in self.special:
            if len(fields) != 3 or not fields[2].strip() or not fnmatch.filter(names, fields[0]):
                found.append("shares: no such test, or no options and reason: %r" % (fields,))
        return found

    def verdict(self, test: Test, dialect: str, outcome: str) -> str:
        """ok, known, awaiting, failed, or unexpected (a known failure that passed)."""
        if self.topic(test.name):
            return "awaiting"
        if self.reason(test.name, dialect):
            return "unexpected" if outcome == "success" else "known"
        if outcome == "success" or (outcome == "skip" and test.samba == "skip"):
            return "ok"
        return "failed"


class Bench:
    """An instance with a share a lane, and the lanes. `run` takes (test, dialect) pairs and gives their Results.

    Tests that want a share with options of its own take turns on one.
    """

    def __init__(self, lists: Lists, lanes: int = LANES, patience: float = 1.0):
        # Some tests demand that a stranger's log-in fails, some use control codes that Samba too has to be asked for.
        self.lists, self.patience, self.smb = lists, patience, {"guest": False, "torture_controls": True}
        self.shares = ["t%d" % (lane + 1) for lane in range(lanes)]
        distinct = sorted({options for _, options, _ in lists.special})
        self.special = {options: "s%d" % (index + 1) for index, options in enumerate(distinct)}
        self.turns = {options: threading.Lock() for options in distinct}
        self.lock, self.server, self.deaths = threading.Lock(), None, []

    def __enter__(self):
        self.directory = tempfile.mkdtemp(prefix="smbtorture.")
        self.start()
        return self

    def __exit__(self, *details):
        server, self.server = self.server, None
        try:
            if server is not None:
                server.__exit__(*details)
        finally:
            shutil.rmtree(self.directory, ignore_errors=True)

    def start(self):
        self.mounts, shares = {}, []
        plain = {"metadata_store": "default", "content_store": "default"}
        wanted = [(name, plain) for name in self.shares]
        wanted += [(name, dict(plain, **json.loads(options))) for options, name in self.special.items()]
        for name, options in wanted:
            self.mounts[name] = os.path.join(self.directory, name)
            os.makedirs(self.mounts[name], exist_ok=True)
            shares.append(dict(options, name="/" + name, mount=self.mounts[name]))
        self.server = Instance(users=[user(*ALICE), user(*BOB)], shares=shares, smb=self.smb)
        self.server.__enter__()

    def alive(self) -> bool:
        return self.server.process is not None and self.server.process.poll() is None

    def revive(self):
        """A server that ended is a failure of the test that ended it, and not of all that follow."""
        with self.lock:
            if self.alive():
                return
            self.deaths.append(self.server.log()[-3000:])
            self.server.clean_up()
            self.start()

    def wipe(self, share: str):
        """Empties a lane's share through its mount; opens of a client that has gone may hold a name for a moment."""
        end = time.monotonic() + 5
        while True:
            for entry in os.scandir(self.mounts[share]):
                if entry.is_dir(follow_symlinks=False):
                    shutil.rmtree(entry.path, ignore_errors=True)
                else:
                    try:
                        os.unlink(entry.path)
                    except OSError:
                        pass
            if not os.listdir(self.mounts[share]) or time.monotonic() > end:
                return
            time.sleep(0.05)

    def command(self, share: str, test: Test, dialect: str) -> list:
        return [
            "smbtorture",
            "--format=subunit",
            "//%s/%s" % (self.server.host, share),
            "-p",
            str(self.server.port),
            "-U",
            "%s%%%s" % ALICE[:2],
            "--option=torture:user2name=" + BOB[0],
            "--option=torture:user2password=" + BOB[1],
            *OPTIONS[dialect],
            test.name,
        ]

    def limit(self, test: Test) -> float:
        """Samba's own time several times over; what it does not end either need not be waited for."""
        return (20 if test.samba == "timeout" else 90 + 2.5 * test.seconds) * self.patience

    def one(self, share: str, test: Test, dialect: str) -> Result:
        options = self.lists.options(test.name)
        if not options:
            return self.on(share, test, dialect)
        with self.turns[options]:
            return self.on(self.special[options], test, dialect)

    def on(self, share: str, test: Test, dialect: str) -> Result:
        try:
            self.wipe(share)
        except OSError:
            self.revive()
        began, code = time.monotonic(), None
        process = subprocess.Popen(
            self.command(share, test, dialect),
            cwd=self.directory,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        try:
            output, _ = process.communicate(timeout=self.limit(test))
            code = process.returncode
        except subprocess.TimeoutExpired:
            process.kill()
            output, _ = process.communicate()
        seconds, text = time.monotonic() - began, output.decode("utf-8", "replace")
        outcome, reason = parse(text, code)
        if not self.alive():
            outcome, reason = "ended", "the server ended; " + reason
            self.revive()
        return Result(test, dialect, outcome, seconds, reason, self.lists.verdict(test, dialect, outcome))

    def run(self, pairs, tell=None) -> list:
        """Long tests first, so that no lane is left alone with one at the end."""
        todo, results, troubles = queue.Queue(), [], []
        for pair in sorted(pairs, key=lambda pair: -pair[0].seconds):
            todo.put(pair)

        def lane(share):
            while not troubles:
                try:
                    test, dialect = todo.get_nowait()
                except queue.Empty:
                    return
                try:
                    result = self.one(share, test, dialect)
                except (OSError, InstanceFailure) as error:
                    troubles.append(error)
                    return
                with self.lock:
                    results.append(result)
                    if tell:
                        tell(result)

        threads = [threading.Thread(target=lane, args=(share,), daemon=True) for share in self.shares]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if troubles:
            raise troubles[0]
        return sorted(results, key=lambda result: (result.dialect, result.test.name))


def parse(text: str, code) -> tuple:
    """(outcome, reason) of what smbtorture said; `code` is None when its time was up."""
    found = OUTCOME.findall(text)
    if code is None:
        return "timeout", ""
    if not found:
        said = text.strip().splitlines()
        return "norun", "exit code %d: %s" % (code, said[-1][:200] if said else "")
    worst = max(found, key=lambda each: SEVERITY[each[0]])
    reason = re.sub(r"\S*source4/torture/", "", " ".join(worst[2].split()))[:240]
    return ("success" if worst[0] == "xfail" else worst[0]), reason


def version() -> str:
    said = subprocess.run(["smbtorture", "--version"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=20)
    match = re.search(r"(\d+\.\d+)", said.stdout.decode(errors="replace"))
    return match.group(1) if match else "?"


def listed() -> set:
    """The names of the installed smbtorture's smb2 tests; a suite of one test goes by the suite's name."""
    said = subprocess.run(["smbtorture", "--list"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=60)
    names = [line.strip() for line in said.stdout.decode().splitlines() if line.startswith("smb2.")]
    return {re.sub(r"^(.*)\.([^.]+)\.\2$", r"\1.\2", name) for name in names}


def three(outcomes) -> tuple:
    """passed, failed, skipped; a time-out, an error and an end are failures."""
    passed, skipped = sum(each == "success" for each in outcomes), sum(each == "skip" for each in outcomes)
    return passed, len(outcomes) - passed - skipped, skipped


def table(results: list) -> str:
    """Per family: passed, failed and skipped here and at Samba, and what our lists say of what failed."""
    text = ["%-26s %18s   %18s" % ("", "DittoFS", "Samba 4.17")]
    heads = ("family",) + ("passed", "failed", "skip") * 2 + ("of which",)
    text.append("%-26s %6s %5s %5s   %6s %5s %5s   %s" % heads)

    def row(title, chosen):
        verdicts = collections.Counter(
            result.verdict for result in chosen if result.outcome != "success" or result.verdict == "unexpected"
        )
        kinds = [each for each in ("failed", "unexpected", "known", "awaiting") if verdicts[each]]
        notes = ["%d %s" % (verdicts[each], each) for each in kinds]
        ours, theirs = three([each.outcome for each in chosen]), three([each.test.samba for each in chosen])
        text.append("%-26s %6d %5d %5d   %6d %5d %5d   %s" % ((title,) + ours + theirs + (", ".join(notes),)))

    groups = collections.defaultdict(list)
    for result in results:
        groups[family(result.test.name)].append(result)
    for name in sorted(groups):
        row(name, groups[name])
    row("all", results)
    return "\n".join(text)


def complaints(results: list) -> list:
    """A line for each result that is neither what it should be nor on a list."""
    return [
        "%s at %s: %s" % (each.test.name, each.dialect, "passes now: take it off known-failures")
        if each.verdict == "unexpected"
        else "%s at %s: %s %s (Samba: %s)" % (each.test.name, each.dialect, each.outcome, each.reason, each.test.samba)
        for each in results
        if each.verdict in ("failed", "unexpected")
    ]
