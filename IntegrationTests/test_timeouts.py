"""The configured patience of the SMB door: idle connections, half frames, and how long an end may take."""

import os
import signal
import struct
import subprocess
import threading
import time

from support import smb2
from support.instance import Instance
from support.testing import DoorsTestCase, main

TIME_LIMIT = 120


class IdleTests(DoorsTestCase):
    instance_options = {"smb": {"timeouts": {"idle": "2s", "read": "2s", "write": "5s", "shutdown": "2s"}}}

    def ended_after(self, connection, limit=15) -> float:
        connection.socket.settimeout(limit)
        begin = time.monotonic()
        try:
            data = connection.socket.recv(1)
        except ConnectionError:
            data = b""
        self.assertEqual(data, b"")
        return time.monotonic() - begin

    def test_an_idle_session_is_ended(self):
        with self.server.tree() as tree:
            seconds = self.ended_after(tree.connection)
        self.assertGreater(seconds, 1.5)
        self.assertLess(seconds, 10)

    def test_a_busy_one_is_not(self):
        with self.server.tree() as tree:
            for _ in range(8):
                time.sleep(0.5)
                tree.connection.echo()

    def test_half_a_frame_is_not_waited_for_longer(self):
        with self.server.tree() as tree:
            tree.connection.send_bytes(struct.pack(">I", 500) + b"\xfeSMB")
            self.assertLess(self.ended_after(tree.connection), 10)

    def test_open_files_keep_a_connection(self):
        """As with Windows: who holds a file open has not gone home."""
        with self.server.tree() as tree:
            file = tree.open("held", smb2.GENERIC_WRITE, disposition=smb2.OPEN_IF)
            time.sleep(5)
            file.write(b"still here")
            file.close()
            self.assertLess(self.ended_after(tree.connection), 10)


class EndTests(DoorsTestCase):
    @classmethod
    def setUpClass(cls):
        pass  # each test starts and ends its own

    def test_connected_clients_do_not_keep_it(self):
        with Instance(smb={"timeouts": {"shutdown": "2s"}}) as server:
            trees = [server.tree() for _ in range(20)]
            held = [tree.open("f%d" % i, smb2.GENERIC_WRITE, disposition=smb2.OPEN_IF) for i, tree in enumerate(trees)]
            begin = time.monotonic()
            self.assertEqual(server.stop(signal.SIGTERM), 0)
            self.assertLess(time.monotonic() - begin, 6)
            for file in held:
                with self.assertRaises((smb2.Disconnected, OSError, smb2.SMBError)):
                    file.write(b"late")
            for tree in trees:
                tree.close()

    def test_a_blocked_lock_does_not_keep_it(self):
        """A process waits in F_SETLKW on the mount: it gets an error, and the end is not delayed."""
        with Instance(smb={"timeouts": {"shutdown": "2s"}}) as server:
            path = server.path("locked")
            program = (
                "import fcntl, sys; f = open(sys.argv[1], 'w'); fcntl.lockf(f, fcntl.LOCK_EX);"
                "print('has it', flush=True); sys.stdin.read()"
            )
            holder = subprocess.Popen(["python3", "-c", program, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            holder.stdout.readline()
            waiter = subprocess.Popen(
                ["python3", "-c", program, path], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE
            )
            try:
                with self.assertRaises(subprocess.TimeoutExpired):
                    waiter.wait(0.5)
                begin = time.monotonic()
                self.assertEqual(server.stop(signal.SIGTERM), 0)
                self.assertLess(time.monotonic() - begin, 6)
                waiter.wait(10)
                self.assertNotEqual(waiter.returncode, 0)
            finally:
                for process in (holder, waiter):
                    process.kill()
                    process.communicate()

    def test_a_transfer_under_way_is_finished_or_cut_off(self):
        with Instance(smb={"timeouts": {"shutdown": "3s"}}) as server:
            results = []

            def write():
                try:
                    with server.tree() as tree:
                        with tree.open("stream", smb2.GENERIC_WRITE, disposition=smb2.OPEN_IF) as file:
                            for i in range(100_000):
                                file.write(b"x" * 65536, i * 65536 % (64 << 20))
                                results.append(i)
                except (smb2.Disconnected, smb2.SMBError, OSError) as error:
                    results.append(error)

            worker = threading.Thread(target=write)
            worker.start()
            while len(results) < 50:
                time.sleep(0.01)
            begin = time.monotonic()
            self.assertEqual(server.stop(signal.SIGTERM), 0)
            self.assertLess(time.monotonic() - begin, 8)
            worker.join(10)
            self.assertFalse(worker.is_alive())
            self.assertIsInstance(results[-1], Exception)
            self.assertEqual(os.listdir(server.mount), [])


if __name__ == "__main__":
    main()
