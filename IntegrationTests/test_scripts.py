"""`Scripts/start` as a new user calls it: both doors answer, it says how to reach them, Ctrl-C ends it with 0."""

import os
import re
import signal
import subprocess
import tempfile
import unittest

from support import commands, fuse, processes
from support.instance import ROOT, free_port, smbclient_environment
from support.testing import main, remove_tree

TIME_LIMIT = 900  # it may have to build


class StartScriptTests(unittest.TestCase):
    def setUp(self):
        self.scratch = tempfile.mkdtemp(prefix="scratch.")
        self.addCleanup(remove_tree, self.scratch)

    def test_the_commands_that_it_prints_work(self):
        mount, ready, said = (os.path.join(self.scratch, name) for name in ("mount", "ready", "said"))
        os.mkdir(mount)
        port = str(free_port())
        with open(said, "wb") as output:
            script = subprocess.Popen(
                [os.path.join(ROOT, "Scripts", "start"), "--mount", mount, "--port", port, "--ready-file", ready],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=self.scratch,
                env=commands.environment(),
                start_new_session=True,
            )
        try:
            started = processes.wait_until(lambda: os.path.exists(ready) or script.poll() is not None, 800, 0.1)
            with open(said) as file:
                text = file.read()
            self.assertTrue(started and script.poll() is None, text)
            processes.wait_until(lambda: "Ctrl-C" in open(said).read(), 10)
            with open(said) as file:
                text = file.read()
            line = re.search(r"^\s+(smbclient //.*)$", text, re.M)
            self.assertIsNotNone(line, text)
            with open(os.path.join(mount, "seen-by-the-printed-command"), "w"):
                pass
            listing = subprocess.run(
                ["sh", "-c", line.group(1)], stdout=subprocess.PIPE, timeout=30, env=smbclient_environment()
            )
            self.assertEqual(listing.returncode, 0)
            self.assertIn(b"seen-by-the-printed-command", listing.stdout)
            line = re.search(r"^\s+(ls .*)$", text, re.M)
            listing = subprocess.run(["sh", "-c", line.group(1)], stdout=subprocess.PIPE, timeout=30)
            self.assertIn(b"seen-by-the-printed-command", listing.stdout)
            self.assertRegex(text, r"mount -t cifs .*port=\d+,guest")
        finally:
            if script.poll() is None:
                os.killpg(script.pid, signal.SIGINT)
            try:
                code = script.wait(40)
            except subprocess.TimeoutExpired:
                os.killpg(script.pid, signal.SIGKILL)
                code = script.wait(10)
        self.assertEqual(code, 0)
        self.assertEqual(fuse.mounts(mount), [])


if __name__ == "__main__":
    main()
