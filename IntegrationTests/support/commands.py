"""Runs `dittofs` as a user would and keeps what it said."""

import os
import signal
import subprocess
import tempfile

from .instance import BINARY


class Outcome:
    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err

    def __repr__(self):
        return "exit code %s\n[out]\n%s\n[err]\n%s" % (self.code, self.out[-2000:], self.err[-2000:])


def environment(**variables) -> dict:
    """The runner's environment without DittoFS's own variables, and with what is given."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("DITTOFS_") or name in ("DITTOFS_TEST_TAG", "DITTOFS_BINARY")
    }
    return dict(kept, **{name: str(value) for name, value in variables.items()})


def dittofs(*arguments, stdin=None, timeout=30, cwd=None, **variables) -> Outcome:
    result = subprocess.run(
        [BINARY, *arguments],
        input=None if stdin is None else stdin.encode(),
        stdin=subprocess.DEVNULL if stdin is None else None,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        timeout=timeout,
        cwd=cwd,
        env=environment(**variables),
    )
    return Outcome(result.returncode, result.stdout.decode(errors="replace"), result.stderr.decode(errors="replace"))


def start(
    *arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=None, pass_fds=(), group=True, **variables
) -> subprocess.Popen:
    """Starts `dittofs` and returns at once; what it says on standard error goes to a file, `process.errors`."""
    log = tempfile.NamedTemporaryFile(prefix="stderr.", delete=False) if stderr is None else None
    process = subprocess.Popen(
        [BINARY, *arguments],
        stdin=stdin,
        stdout=stdout,
        stderr=log or stderr,
        pass_fds=pass_fds,
        start_new_session=group,
        env=environment(**variables),
    )
    process.errors = log.name if log else None
    if log:
        log.close()
    return process


def end(process, sent=signal.SIGTERM, timeout=40) -> int:
    if process.poll() is None:
        process.send_signal(sent)
    try:
        return process.wait(timeout)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        for stream in (process.stdout, process.stdin):
            if stream:
                stream.close()
