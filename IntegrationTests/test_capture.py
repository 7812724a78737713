"""capture.py between smbclient and a server: every message of a short session is understood, and is written the same."""

import os
import re
import subprocess
import sys

from support.instance import ROOT, free_port, smbclient_environment
from support.testing import DoorsTestCase, main

TIME_LIMIT = 900  # the tests in Swift may have to be built
CAPTURE = os.path.join(ROOT, "IntegrationTests", "support", "capture.py")
COMMANDS = "mkdir d; cd d; put {file} f; ls; allinfo f; setmode f +h; get f {back}; rename f g; del g; cd ..; rmdir d"
# What such a session cannot do without, once in each direction.
EXPECTED = (
    "negotiate session-setup tree-connect create close read write query-directory query-info set-info tree-disconnect"
).split()


class CaptureTests(DoorsTestCase):
    def record(self, directory):
        port = str(free_port())
        server = "%s:%d" % (self.server.host, self.server.port)
        options = ["--listen", port, "--server", server, "--prefix", "smbclient", "--into", directory]
        with open(self.local("file"), "wb") as file:
            file.write(b"recorded" * 100)
        capture = subprocess.Popen(
            [sys.executable, "-B", CAPTURE, *options], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
        )
        try:
            self.assertEqual(capture.stdout.readline(), "listening\n")
            commands = COMMANDS.format(file=self.local("file"), back=self.local("back"))
            target = ["//%s/%s" % (self.server.host, self.server.share), "-p", port, "-A", self.server.auth_file]
            client = subprocess.run(
                ["smbclient", *target, "-c", commands],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                timeout=60,
                env=smbclient_environment(),
            )
            self.assertEqual(client.returncode, 0, client.stdout)
            self.assertNotIn("NT_STATUS_", client.stdout)
            said, _ = capture.communicate(timeout=20)
        finally:
            capture.kill()
            capture.communicate()
        self.assertEqual(capture.returncode, 0, said)
        with open(self.local("file"), "rb") as sent, open(self.local("back"), "rb") as back:
            self.assertEqual(sent.read(), back.read())
        return said

    def test_a_session_of_smbclient(self):
        directory = self.local("captures")
        said = self.record(directory)
        names = sorted(os.listdir(directory))
        self.assertEqual(said.split()[:1], [str(len(names))])
        for command in EXPECTED:
            for way in ("request", "response"):
                pattern = re.compile(r"smbclient-%s-%s\b" % (command, way))
                self.assertTrue(any(pattern.match(name) for name in names), (command, way, names))
        tests = subprocess.run(
            ["swift", "test", "--package-path", ROOT, "--filter", "SMBMessagesTests.CorpusTests"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=TIME_LIMIT - 100,
            env=dict(os.environ, DITTOFS_CAPTURES=directory),
        )
        self.assertEqual(tests.returncode, 0, tests.stdout[-6000:])
        # Each was looked at, and not another directory.
        for name in names:
            self.assertIn('"recorded %s"' % name.removesuffix(".hex"), tests.stdout)


if __name__ == "__main__":
    main()
