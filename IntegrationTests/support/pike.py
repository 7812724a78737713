"""pike's own tests, a file a process: what the makers of another server demand of one, beside Samba's results."""

import collections
import fnmatch
import json
import os
import subprocess

from . import drivers

LISTS = os.path.join(drivers.HERE, "..", "pike")
RUNNER = os.path.join(drivers.HERE, "clients", "with_pike.py")
FILES = """acl appinstanceid changenotify compound copychunk credit durable echo encryption invalid_session
invalid_tree ioctl lease lock multichannel negotiate oplock persistent query querydirectory queryondiskid readwrite
reparse session set tree""".split()
# The highest dialect, and what the client does to every message. Sealing is left out: pike looks for signatures inside
# the envelope, and fails on Samba too.
MODES = {
    "2.0.2": {"PIKE_MAX_DIALECT": "DIALECT_SMB2_002"},
    "2.1": {"PIKE_MAX_DIALECT": "DIALECT_SMB2_1"},
    "3.0": {"PIKE_MAX_DIALECT": "DIALECT_SMB3_0"},
    "3.0.2": {"PIKE_MAX_DIALECT": "DIALECT_SMB3_0_2"},
    "3.1.1": {"PIKE_MAX_DIALECT": "DIALECT_SMB3_1_1"},
    "3.1.1,sign": {"PIKE_MAX_DIALECT": "DIALECT_SMB3_1_1", "PIKE_SIGN": "yes"},
}
SECONDS = 180  # A file.

Outcome = collections.namedtuple("Outcome", "name mode outcome reason")


def run(server, mode: str, file: str) -> list:
    """The outcomes of one file; a file that does not end has `timeout` for a name of its own."""
    environment = dict(
        os.environ,
        PIKE_SERVER=server.host,
        PIKE_PORT=str(server.port),
        PIKE_CREDS="WORKGROUP\\%s%%%s" % (server.user, server.password),
        PIKE_SHARE=server.share,
        **MODES[mode],
    )
    process = subprocess.Popen(
        [drivers.PYTHON, "-W", "ignore", RUNNER, file],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        said, errors = process.communicate(timeout=SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        said, errors = process.communicate()
    found = [json.loads(line) for line in said.splitlines() if line.endswith(b"}")]
    outcomes = [Outcome(each["name"], mode, each["outcome"], each["reason"]) for each in found]
    if process.returncode != 0:
        outcomes.append(Outcome(file + ".end", mode, "failed", errors.decode(errors="replace")[-2000:]))
    return outcomes


def lines(name):
    with open(os.path.join(LISTS, name)) as file:
        for line in file:
            if line.strip() and not line.startswith("#"):
                yield line.rstrip("\n").split("\t")


class Lists:
    """Samba's outcome of each test in each mode, and what is expected to fail here."""

    def __init__(self):
        letters = {"o": "ok", "F": "failed", "s": "skipped", "-": "not run"}
        self.samba = {
            (name, mode): letters[each] for name, row in lines("samba.tsv") for mode, each in zip(MODES, row)
        }
        self.expected = [tuple(fields) for fields in lines("expected-failures")]

    def reason(self, outcome) -> str:
        for pattern, modes, reason in self.expected:
            if fnmatch.fnmatchcase(outcome.name, pattern) and (modes == "*" or outcome.mode in modes.split(";")):
                return reason
        return ""

    def complaint(self, outcome) -> str:
        """Why this outcome is not as it should be, or an empty string."""
        samba, listed = self.samba.get((outcome.name, outcome.mode), "unknown"), self.reason(outcome)
        if listed:
            passes = outcome.outcome == "ok" and not listed.startswith("at times: ")
            return "%s at %s passes now: take it off expected-failures" % outcome[:2] if passes else ""
        if outcome.outcome == "ok" or samba == "failed" or outcome.outcome == samba:
            return ""
        if outcome.outcome == "skipped" and samba != "ok":
            return ""
        last = outcome.reason.strip().splitlines()[-1:] or [""]
        return "%s at %s: %s (Samba: %s): %s" % (outcome[:3] + (samba, last[0][:300]))
