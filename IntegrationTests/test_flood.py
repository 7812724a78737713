"""Slow, silent, greedy and random clients: their limits, and nothing at all for the others."""

import random
import socket
import struct
import time

from support import processes, smb2
from support.hostility import SEED, HostileTestCase, resident
from support.smb2 import header
from support.testing import main

TIME_LIMIT = 240


class FloodTests(HostileTestCase):
    def test_a_slow_frame_before_authentication(self):
        """One byte a second forever is ended; so is silence. Limits before authentication are well below a minute."""
        silent, slow = self.connect(60), self.connect(60)
        begin = time.monotonic()
        frame = struct.pack(">I", 200) + header(smb2.NEGOTIATE, 0)
        ended = {}
        slow.socket.settimeout(0.5)
        silent.socket.settimeout(0.01)
        for i in range(90):
            for name, connection in (("slow", slow), ("silent", silent)):
                if name in ended:
                    continue
                try:
                    if name == "slow":
                        connection.send_bytes(frame[i : i + 1])
                    if connection.socket.recv(1) == b"":
                        ended[name] = time.monotonic() - begin
                except socket.timeout:
                    pass
                except OSError:
                    ended[name] = time.monotonic() - begin
            if len(ended) == 2:
                break
            time.sleep(0.5)
        self.assertEqual(sorted(ended), ["silent", "slow"], "not ended after %d s" % (time.monotonic() - begin))

    def test_many_connections(self):
        before, sockets = resident(self.pid), []
        try:
            for _ in range(1500):
                try:
                    sockets.append(socket.create_connection((self.server.host, self.server.port), 5))
                except OSError:
                    break
            for connection in sockets[::3]:
                try:
                    connection.sendall(b"\0\0\0\x80" + random.Random(SEED).randbytes(20))
                except OSError:
                    pass
            self.server.smbclient("ls", check=False)
        finally:
            for connection in sockets:
                connection.close()
        self.assertTrue(processes.wait_until(self.can_connect, 10, 0.1), "nobody gets in any more")
        self.assertLess(resident(self.pid) - before, 300, "MiB of memory grew")

    def test_a_client_that_does_not_read(self):
        """Requests without end and no answer fetched: the server holds a bounded amount and others go on."""
        tree = self.server.tree(sign=False)
        self.addCleanup(tree.close)
        before = resident(self.pid)
        file = tree.open("witness", smb2.GENERIC_READ)
        body = struct.pack("<HBBIQ16sIIIHH", 49, 0x50, 0, 65536, 0, file.id, 0, 0, 0, 0, 0) + b"\0"
        tree.connection.socket.settimeout(2)
        sent = 0
        try:
            for _ in range(20_000):
                tree.connection.post(smb2.READ, body, tree_id=tree.id, credits=1)
                sent += 1
        except (OSError, socket.timeout):
            pass
        self.assertLess(resident(self.pid) - before, 200, "MiB of memory grew after %d requests" % sent)

    def test_opens_without_end(self):
        tree = self.server.tree(sign=False)
        self.addCleanup(tree.close)
        count = 0
        try:
            while count < 40_000:
                tree.open("witness", smb2.READ_ATTRIBUTES)
                count += 1
        except smb2.SMBError as error:
            self.assertIn(error.name, ("INSUFFICIENT_RESOURCES", "0xC000011F"))
        except smb2.Disconnected:
            pass
        self.assertTrue(self.can_connect())

    def test_sessions_without_end(self):
        connection = self.negotiated()
        good = b"NTLMSSP\0" + struct.pack("<II", 1, 0xE2088297) + bytes(16)
        try:
            for i in range(20_000):
                response = connection.call(smb2.SESSION_SETUP, connection.setup_body(good), want=None, session_id=0)
                if response.name != "MORE_PROCESSING_REQUIRED":
                    break
            else:
                self.fail("20,000 half sessions on one connection")
        except smb2.Disconnected:
            pass
        self.assertTrue(self.can_connect())

    def test_mutated_sessions(self):
        """A recorded conversation with bytes changed, in twenty places of the process's life. The seed is printed."""
        print("    DITTOFS_TEST_SEED=%d" % SEED)
        randomness = random.Random(SEED)
        for round_number in range(400):
            connection = self.connect(5)
            try:
                connection.negotiate()
                connection.login(self.server.user, self.server.password, sign=False)
                tree = connection.tree(self.server.host, self.server.share)
                file = tree.open("mutant", smb2.GENERIC_ALL, disposition=smb2.OPEN_IF)
                bodies = [
                    (smb2.CREATE, tree.create_body("mutant%d" % (round_number % 5), smb2.GENERIC_ALL, 7, 3, 0, 0)),
                    (smb2.WRITE, struct.pack("<HHIQ16sIIHHI", 49, 112, 40, 0, file.id, 0, 0, 0, 0, 0) + bytes(40)),
                    (smb2.READ, struct.pack("<HBBIQ16sIIIHH", 49, 0, 0, 10, 0, file.id, 0, 0, 0, 0, 0) + b"\0"),
                    (
                        smb2.QUERY_INFO,
                        struct.pack(
                            "<HBBIHHIII16s",
                            41,
                            randomness.randrange(5),
                            randomness.randrange(70),
                            4096,
                            0,
                            0,
                            0,
                            0,
                            0,
                            file.id,
                        ),
                    ),
                    (
                        smb2.SET_INFO,
                        struct.pack("<HBBIHHI16s", 33, 1, randomness.randrange(70), 40, 96, 0, 0, file.id)
                        + randomness.randbytes(40),
                    ),
                    (
                        smb2.QUERY_DIRECTORY,
                        struct.pack("<HBBI16sHHI", 33, randomness.randrange(70), 0, 0, file.id, 96, 2, 4096) + b"*\0",
                    ),
                    (
                        smb2.IOCTL,
                        struct.pack(
                            "<HHI16sIIIIIIII",
                            57,
                            0,
                            randomness.choice((0x140204, 0x11C017, 0x900A8, 0x9C040, 0x144064)),
                            file.id,
                            120,
                            8,
                            0,
                            0,
                            0,
                            100,
                            1,
                            0,
                        )
                        + bytes(8),
                    ),
                    (smb2.LOCK, struct.pack("<HHI16sQQII", 48, 1, 0, file.id, 0, 1, 2, 0)),
                ]
                for _ in range(6):
                    command, body = randomness.choice(bodies)
                    message = bytearray(
                        header(command, connection.next_id(), session_id=connection.session_id, tree_id=tree.id) + body
                    )
                    for _ in range(randomness.randrange(1, 5)):
                        message[randomness.randrange(64 if randomness.random() < 0.8 else 4, len(message))] = (
                            randomness.choice((0, 1, 0x7F, 0x80, 0xFF, randomness.randrange(256)))
                        )
                    if randomness.random() < 0.2:
                        del message[randomness.randrange(4, len(message)) :]
                    connection.send_frame(bytes(message))
                connection.socket.settimeout(0.02)
                connection.receive_frame()
            except (smb2.Disconnected, smb2.SMBError, OSError, ValueError):
                pass
            finally:
                connection.close()
        self.assertTrue(self.can_connect())


if __name__ == "__main__":
    main()
