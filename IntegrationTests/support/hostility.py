"""A server under attack beside a well-behaved client, whose connection must not notice anything."""

import json
import os
import random
import re
import socket
import threading
import time

from support import processes, smb2
from support.commands import dittofs
from support.testing import DoorsTestCase

SEED = int(os.environ.get("DITTOFS_TEST_SEED", "0")) or random.SystemRandom().randrange(1 << 32)


def resident(pid: int) -> int:
    """MiB of memory."""
    with open("/proc/%d/status" % pid) as file:
        return int(re.search(r"VmRSS:\s+(\d+) kB", file.read()).group(1)) // 1024


class HostileTestCase(DoorsTestCase):
    """A well-behaved client works through every test; its connection must not notice anything."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pid = cls.server.process.pid
        with cls.server.tree() as tree:
            tree.write_file("witness", b"w" * 100_000)

    def test_zz_nothing_is_left_of_all_that(self):
        """Runs last: the connections, sessions and opens of the tests before are gone, and so is their memory."""
        control = self.server.ready["control"]

        def figures():
            doors = json.loads(dittofs("status", "--json", "--control", control).out)["doors"]["smb"]
            return [doors[name] for name in ("connections", "sessions", "opens")]

        self.assertTrue(processes.wait_until(lambda: figures() == [1, 1, 1], 10, 0.1), "left over: %s" % figures())
        self.assertLess(resident(self.pid), 400, "MiB of memory")

    def setUp(self):
        super().setUp()
        self.witness = self.server.tree()
        self.file = self.witness.open("witness", smb2.GENERIC_READ)
        self.errors, self.stop = [], threading.Event()
        self.worker = threading.Thread(target=self.keep_working)
        self.worker.start()

    def keep_working(self):
        try:
            while not self.stop.is_set():
                begin = time.monotonic()
                if self.file.read(65536) != b"w" * 65536:
                    raise AssertionError("the witness reads other bytes")
                if time.monotonic() - begin > 5:
                    raise AssertionError("the witness waited %.1f s" % (time.monotonic() - begin))
                os.stat(self.mounted("witness"))
                time.sleep(0.005)
        except Exception as error:
            self.errors.append(repr(error))

    def tearDown(self):
        self.stop.set()
        self.worker.join(30)
        self.witness.close()
        self.assertEqual(self.errors, [], "somebody else's connection noticed")
        self.assertIsNone(self.server.process.poll(), "the server is gone:\n" + self.server.log())

    def connect(self, timeout=20) -> smb2.Connection:
        connection = smb2.Connection(self.server.host, self.server.port, timeout)
        self.addCleanup(connection.close)
        return connection

    def negotiated(self):
        connection = self.connect()
        connection.negotiate()
        return connection

    def answers(self, connection, seconds=20) -> list:
        """Every response until the server closes or falls silent; a hang is a failure, silence after an answer is not."""
        found = []
        connection.socket.settimeout(seconds if not found else 1)
        try:
            while True:
                frame = connection.receive_frame()
                found.append(smb2.Response(frame) if frame[:4] == b"\xfeSMB" and len(frame) >= 64 else frame)
                connection.socket.settimeout(0.3)
        except (smb2.Disconnected, socket.timeout, ConnectionError, ValueError):
            pass  # ValueError: an answer of NetBIOS, not of SMB
        return found

    def refuses(self, connection, data: bytes, label):
        """Sends bytes; what comes back, if anything, is an error, and the server closes or goes on."""
        try:
            connection.send_bytes(data)
        except OSError:
            return
        for response in self.answers(connection, 2):
            if isinstance(response, smb2.Response):
                self.assertNotEqual(response.status, 0, "%s was accepted" % label)

    def can_connect(self):
        try:
            self.server.tree(timeout=5).close()
            return True
        except (OSError, smb2.Disconnected, smb2.SMBError):
            return False
