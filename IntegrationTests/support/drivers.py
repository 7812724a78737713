"""SMB clients that others wrote, from PyPI, each in a process of its own; see `clients/driver.py` for the far end.

What the server refuses arrives here as the SMBError that the tests' own client raises.
"""

import json
import os
import select
import subprocess
import sys
import time

from .smb2 import SMBError

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
ENVIRONMENT = os.path.join(ROOT, ".build-integration")
PYTHON = os.path.join(ENVIRONMENT, "bin", "python3")
PACKAGES = {"smbprotocol": "1.17.0", "impacket": "0.13.1", "pysmb": "1.2.15", "pike-smb2": "0.4.6"}
CHECK = "from importlib.metadata import version as v; exit(0 if {0!r} == {{n: v(n) for n in {0!r}}} else 1)"


def install():
    """Makes the environment below .build-integration where it is not yet, with the clients in it."""

    def is_complete():
        command = [PYTHON, "-c", CHECK.format(PACKAGES)]
        return os.path.exists(PYTHON) and subprocess.run(command, stderr=subprocess.DEVNULL, timeout=60).returncode == 0

    if is_complete():
        return
    if not os.path.exists(PYTHON):
        subprocess.run([sys.executable, "-m", "venv", ENVIRONMENT], check=True, timeout=120)
    packages = ["%s==%s" % item for item in PACKAGES.items()]
    pip = [PYTHON, "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    result = subprocess.run(pip + packages, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=240)
    if result.returncode or not is_complete():
        said = result.stdout.decode(errors="replace")[-2000:]
        raise AssertionError("pip install %s: %s" % (" ".join(packages), said))


class Driver:
    """`with Driver("impacket") as client: client.connect(...); client.mkdir("d")`: any method of the client's class."""

    def __init__(self, name, directory, timeout=60):
        self.name, self.timeout = name, timeout
        self.errors = open(os.path.join(directory, "driver-%s.log" % name), "ab+")
        self.process = subprocess.Popen(
            [PYTHON, "-W", "ignore", os.path.join(HERE, "clients", "with_%s.py" % name)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
        )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
        self.errors.close()

    def __getattr__(self, operation):
        def call(*arguments):
            request, asked = {"do": operation, "with": arguments}, "%s: %s%r" % (self.name, operation, arguments)
            self.process.stdin.write(json.dumps(request).encode() + b"\n")
            self.process.stdin.flush()
            line, end = b"", time.monotonic() + self.timeout
            while not line.endswith(b"\n"):
                if not select.select([self.process.stdout], [], [], max(0, end - time.monotonic()))[0]:
                    raise AssertionError("%s: no answer in %d s" % (asked, self.timeout))
                piece = os.read(self.process.stdout.fileno(), 1 << 16)
                if not piece:
                    self.errors.seek(0)
                    raise AssertionError(asked + ": ended\n" + self.errors.read()[-3000:].decode(errors="replace"))
                line += piece
            answer = json.loads(line)
            if "status" in answer:
                raise SMBError(answer["status"])
            if "trouble" in answer:
                raise AssertionError(asked + "\n" + answer["trouble"])
            return answer["result"]

        return call
