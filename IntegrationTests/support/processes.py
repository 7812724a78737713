"""Finds the processes of one test file again, wherever they went: each carries the file's tag in its environment."""

import os
import signal
import time

TAG = "DITTOFS_TEST_TAG"


def tagged(tag: str) -> list:
    """(pid, command line) of every living process that carries the tag, the caller apart."""
    needle, found = ("%s=%s" % (TAG, tag)).encode() + b"\0", []
    for entry in os.listdir("/proc"):
        if not entry.isdigit() or int(entry) == os.getpid():
            continue
        try:
            with open("/proc/%s/environ" % entry, "rb") as file:
                if needle not in file.read() + b"\0":
                    continue
            with open("/proc/%s/cmdline" % entry, "rb") as file:
                found.append((int(entry), file.read().replace(b"\0", b" ").decode(errors="replace").strip()))
        except OSError:
            continue
    return found


def state(pid: int) -> str:
    """R, S, D, Z ..., or an empty string when the process is gone."""
    try:
        with open("/proc/%d/stat" % pid) as file:
            return file.read().rpartition(")")[2].split()[0]
    except OSError:
        return ""


def gone(pid: int) -> bool:
    return state(pid) in ("", "Z", "X")


def wait_until(condition, seconds: float, step: float = 0.005) -> bool:
    """Polls a condition up to a limit; the limit is a failure's price, not a success's."""
    end = time.monotonic() + seconds
    while True:
        if condition():
            return True
        if time.monotonic() >= end:
            return False
        time.sleep(step)


def end_all(tag: str):
    for pid, _ in tagged(tag):
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
