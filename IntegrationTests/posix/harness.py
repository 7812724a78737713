"""Runs each case in a process and a directory of its own and writes down what the system calls answered.

A case states what it expects where POSIX or the man page says it (`fails`, `equal`) and only writes down what systems may
choose (`same`). The suite runs first on a plain kernel directory, whose answers are the reference.
"""

import ctypes
import errno
import json
import os
import pickle
import select
import shutil
import signal
import sys
import time
import traceback

CASES = []
CASE_SECONDS = 30
libc = ctypes.CDLL(None, use_errno=True)
USER, GROUP, OTHER_USER, OTHER_GROUP = 12345, 12345, 23456, 23456


def case(function):
    CASES.append((function.__module__.replace("cases_", "") + "." + function.__name__, function))
    return function


def checked(result: int) -> int:
    """The C library's -1 as an OSError."""
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result


class Recorder:
    def __init__(self, directory: str):
        self.directory, self.observations, self.wrong = directory, [], []

    def at(self, *parts) -> str:
        return os.path.join(self.directory, *parts)

    def file(self, name="file", data=b"", mode=0o644) -> str:
        path = self.at(name)
        with open(path, "wb") as file:
            file.write(data)
        os.chmod(path, mode)
        return path

    def dir(self, name="dir", mode=0o755) -> str:
        os.mkdir(self.at(name))
        os.chmod(self.at(name), mode)
        return self.at(name)

    def same(self, label, value):
        self.observations.append((label, repr(value)))

    def equal(self, label, value, expected):
        """What is expected may hold paths and numbers of this one file system; both sides only have to meet their own."""
        self.observations.append((label, "as expected" if value == expected else repr(value)))
        if value != expected:
            self.wrong.append("%s: expected %r, got %r" % (label, expected, value))

    def true(self, label, value):
        self.equal(label, bool(value), True)

    def fails(self, label, expected, action, *arguments, **options):
        """The call ends with one of the errnos; which one is written down."""
        expected = expected if isinstance(expected, tuple) else (expected,)
        result = outcome(action, *arguments, **options)
        self.same(label, result)
        names = tuple(errno.errorcode[number] for number in expected)
        if result not in names:
            self.wrong.append("%s: expected %s, got %r" % (label, "/".join(names), result))

    def works(self, label, action, *arguments, **options):
        result = outcome(action, *arguments, **options)
        failed = isinstance(result, str) and result in ERRNO_NAMES
        self.same(label, result if failed else "ok")
        if failed:
            self.wrong.append("%s: expected success, got %s" % (label, result))
        return None if failed else result


ERRNO_NAMES = set(errno.errorcode.values())


def outcome(action, *arguments, **options):
    """What a call returns, or the name of its errno."""
    try:
        return action(*arguments, **options)
    except OSError as error:
        return errno.errorcode.get(error.errno, str(error.errno))


class Child:
    """A forked process that runs one function, perhaps as somebody else; `wait` gives its result."""

    def __init__(self, action, *arguments, user=None, group=None, groups=(), umask=None):
        reading, self.writing = os.pipe()
        self.reading = reading
        self.pid = os.fork()
        if self.pid == 0:
            code = 0
            try:
                signal.alarm(CASE_SECONDS)
                os.close(reading)
                if umask is not None:
                    os.umask(umask)
                if user is not None:
                    os.setgroups(list(groups))
                    os.setresgid(*[group if group is not None else user] * 3)
                    os.setresuid(user, user, user)
                data = pickle.dumps(outcome(action, *arguments))
                os.write(self.writing, data)
            except BaseException:
                traceback.print_exc()
                code = 1
            os._exit(code)
        os.close(self.writing)

    def wait(self):
        data = b""
        while piece := os.read(self.reading, 65536):
            data += piece
        os.close(self.reading)
        _, status = os.waitpid(self.pid, 0)
        if not data:
            raise RuntimeError("child ended with status %d and no result" % status)
        return pickle.loads(data)

    def finished_within(self, seconds) -> bool:
        return bool(select.select([self.reading], [], [], seconds)[0])


def as_user(action, *arguments, user=USER, group=None, groups=(), umask=None):
    """Result of the call, or the name of its errno, in a process without privileges."""
    return Child(action, *arguments, user=user, group=group, groups=groups, umask=umask).wait()


def raises(result):
    """Turns the errno name that a child reported back into the exception that `fails` expects."""
    if isinstance(result, str) and result in ERRNO_NAMES:
        raise OSError(getattr(errno, result), result)
    return result


def run_case(name, function, parent) -> dict:
    directory = os.path.join(parent, name.replace(".", "-"))
    os.mkdir(directory)
    os.chmod(directory, 0o777)
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.setsid()
        os.close(reading)
        os.umask(0o022)
        recorder = Recorder(directory)
        try:
            os.chdir("/")
            function(recorder)
        except BaseException:
            recorder.wrong.append("the case broke off: " + traceback.format_exc(limit=-4))
        with os.fdopen(writing, "w") as file:
            json.dump({"seen": recorder.observations, "wrong": recorder.wrong}, file)
        os._exit(0)
    os.close(writing)
    data, end = b"", time.monotonic() + CASE_SECONDS
    os.set_blocking(reading, False)
    while time.monotonic() < end:
        if select.select([reading], [], [], 0.5)[0]:
            piece = os.read(reading, 1 << 16)
            if not piece:
                break
            data += piece
    os.close(reading)
    try:
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    for _ in range(500):
        if os.waitpid(pid, os.WNOHANG)[0]:
            break
        time.sleep(0.01)
    result = json.loads(data) if data else {"seen": [], "wrong": ["no answer within %d s" % CASE_SECONDS]}
    shutil.rmtree(directory, ignore_errors=True)
    return dict(result, case=name)


def run_all(directory: str, wanted: str = ""):
    """One JSON line a case on standard output."""
    for name, function in CASES:
        if wanted in name:
            print(json.dumps(run_case(name, function, directory)), flush=True)


if __name__ == "__main__":
    sys.exit("run suite.py")
