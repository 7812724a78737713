"""SMB2 LOCK from outside: between SMB clients, and against what a program does through the mount."""

import errno
import fcntl
import os
import struct
import subprocess
import sys

from support import smb2
from support.testing import DoorsTestCase, main

TIME_LIMIT = 180
TO_THE_END = 0

# Takes a POSIX lock, says so, and waits for a line before it goes.
HOLDER = """
import fcntl, os, sys
fd = os.open(sys.argv[1], os.O_RDWR)
kind, start, length = sys.argv[2:5]
if kind == "flock":
    fcntl.flock(fd, fcntl.LOCK_EX)
else:
    fcntl.lockf(fd, fcntl.LOCK_EX if kind == "exclusive" else fcntl.LOCK_SH, int(length), int(start))
print("locked", flush=True)
sys.stdin.readline()
os.close(fd)
"""


class LocksTestCase(DoorsTestCase):
    def setUp(self):
        super().setUp()
        self.name = self.id().rpartition(".")[2]
        self.path = self.mounted(self.name)
        self.tree, self.other = self.server.tree(), self.server.tree()
        self.addCleanup(self.tree.close)
        self.addCleanup(self.other.close)
        self.tree.write_file(self.name, b"0123456789" * 100)
        self.one = self.tree.open(self.name, smb2.GENERIC_READ | smb2.GENERIC_WRITE)
        self.two = self.other.open(self.name, smb2.GENERIC_READ | smb2.GENERIC_WRITE)

    def opened(self, flags=os.O_RDWR) -> int:
        descriptor = os.open(self.path, flags)
        self.addCleanup(os.close, descriptor)
        return descriptor

    def holder(self, kind, start=0, length=TO_THE_END) -> subprocess.Popen:
        """A process that asks for a lock through the mount."""
        command = [sys.executable, "-c", HOLDER, self.path, kind, str(start), str(length)]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.addCleanup(self.end, process)
        return process

    def end(self, process):
        if not process.stdin.closed:
            process.stdin.close()
        self.assertEqual(process.wait(30), 0)
        process.stdout.close()


class BetweenClientsTests(LocksTestCase):
    def test_who_may_lock_what(self):
        self.one.lock_exclusive(0, 10)
        self.assertStatus("LOCK_NOT_GRANTED", self.two.lock_shared, 9, 1)
        self.assertStatus("LOCK_NOT_GRANTED", self.one.lock_exclusive, 5, 1)
        self.one.lock_shared(0, 10)
        self.two.lock_shared(10, 10)
        self.assertStatus("RANGE_NOT_LOCKED", self.two.unlock, 0, 10)
        self.assertStatus("RANGE_NOT_LOCKED", self.one.unlock, 0, 9)
        self.one.unlock(0, 10)
        self.two.lock_shared(0, 10)
        self.one.unlock(0, 10)
        self.two.unlock(0, 10)
        self.one.lock_exclusive(0, 10)

    def test_ranges_at_the_end_of_64_bits(self):
        last = 2**64 - 1
        self.assertStatus("INVALID_LOCK_RANGE", self.one.lock_exclusive, last, 2)
        self.assertStatus("INVALID_LOCK_RANGE", self.one.unlock, 2, last)
        self.one.lock_exclusive(2**63, 2**63 - 1)
        self.two.lock_exclusive(last, 1)
        self.assertStatus("LOCK_NOT_GRANTED", self.two.lock_exclusive, last - 1, 1)
        self.two.lock_exclusive(1, 0)
        self.assertStatus("LOCK_NOT_GRANTED", self.one.lock_exclusive, 0, 2)
        self.one.lock_exclusive(0, 1)

    def test_an_array_is_locked_whole_or_not_at_all(self):
        now = smb2.LOCK_EXCLUSIVE | smb2.LOCK_FAIL_IMMEDIATELY
        self.two.lock_exclusive(20, 1)
        self.assertStatus("LOCK_NOT_GRANTED", self.one.lock_all, (0, 10, now), (20, 1, now))
        self.two.lock_exclusive(0, 10)
        self.two.lock_all((20, 1, smb2.LOCK_UNLOCK), (0, 10, smb2.LOCK_UNLOCK))
        self.one.lock_all((0, 10, now), (20, 1, now))

    def test_a_waiting_lock_is_granted_cancelled_or_ends_with_its_handle(self):
        self.one.lock_exclusive(0, 10)
        self.two.lock_later(5, 10)
        self.one.unlock(0, 10)
        self.assertEqual(self.other.connection.answer().name, "SUCCESS")
        self.assertStatus("LOCK_NOT_GRANTED", self.one.lock_shared, 14, 1)
        self.one.lock_exclusive(0, 5)
        interim = self.two.lock_later(4, 1)
        self.other.connection.cancel(interim)
        self.assertEqual(self.other.connection.answer().name, "CANCELLED")
        self.two.lock_later(4, 1)
        self.other.connection.post(smb2.CLOSE, struct.pack("<HHI16s", 24, 0, 0, self.two.id), tree_id=self.other.id)
        answers = [self.other.connection.answer() for _ in range(2)]
        self.assertEqual(
            {answer.command: answer.name for answer in answers}, {smb2.CLOSE: "SUCCESS", smb2.LOCK: "RANGE_NOT_LOCKED"}
        )
        self.one.lock_exclusive(5, 10)

    def test_a_connection_that_breaks_takes_its_locks_along(self):
        self.one.lock_exclusive(0, 10)
        self.two.lock_later(0, 10)
        self.tree.close()
        self.assertEqual(self.other.connection.answer().name, "SUCCESS")

    def test_reads_and_writes_over_a_locked_range(self):
        self.one.lock_exclusive(100, 10)
        self.assertEqual(self.one.read(10, 100), b"0123456789")
        self.one.write(b"x", 105)
        self.assertStatus("FILE_LOCK_CONFLICT", self.two.read, 200)
        self.assertStatus("FILE_LOCK_CONFLICT", self.two.write, b"y", 109)
        self.two.write(b"y", 110)
        self.assertStatus("FILE_LOCK_CONFLICT", self.two.set_end_of_file, 105)
        self.one.unlock(100, 10)
        self.one.lock_shared(100, 10)
        self.assertEqual(self.two.read(1, 105), b"x")
        self.assertStatus("FILE_LOCK_CONFLICT", self.two.write, b"z", 100)
        self.assertStatus("FILE_LOCK_CONFLICT", self.one.write, b"z", 100)

    def test_thousands_of_locks(self):
        now = smb2.LOCK_EXCLUSIVE | smb2.LOCK_FAIL_IMMEDIATELY
        for start in range(0, 10000, 100):
            self.one.lock_all(*[(2 * i, 1, now) for i in range(start, start + 100)])
        self.assertStatus("LOCK_NOT_GRANTED", self.two.lock_exclusive, 9998, 1)
        self.two.lock_exclusive(9999, 1)
        for start in range(0, 10000, 100):
            self.one.lock_all(*[(2 * i, 1, smb2.LOCK_UNLOCK) for i in range(start, start + 100)])
        self.two.lock_exclusive(0, 9999)


class AgainstTheMountTests(LocksTestCase):
    def test_an_exclusive_range_stops_a_local_reader_and_writer(self):
        self.one.lock_exclusive(100, 100)
        descriptor = self.opened()
        self.assertFails(errno.EACCES, os.pread, descriptor, 10, 150)
        self.assertFails(errno.EACCES, os.pwrite, descriptor, b"x", 150)
        self.assertFails(errno.EACCES, os.ftruncate, descriptor, 150)
        os.pwrite(descriptor, b"x", 200)
        self.one.unlock(100, 100)
        self.assertEqual(os.pread(descriptor, 10, 150), b"0123456789")
        os.pwrite(descriptor, b"x", 150)
        self.assertEqual(self.two.read(1, 150), b"x")

    def test_a_shared_range_stops_local_writers_only(self):
        self.one.lock_shared(0, 1000)
        descriptor = self.opened()
        self.assertEqual(os.pread(descriptor, 10, 0), b"0123456789")
        self.assertFails(errno.EACCES, os.pwrite, descriptor, b"x", 999)
        os.pwrite(descriptor, b"x", 1000)

    def test_a_local_lock_stands_in_the_way_of_smb(self):
        for kind, refused in (("exclusive", True), ("shared", False)):
            with self.subTest(kind=kind):
                process = self.holder(kind, 100, 100)
                self.assertEqual(process.stdout.readline(), b"locked\n")
                self.assertStatus("LOCK_NOT_GRANTED", self.one.lock_exclusive, 150, 1)
                if refused:
                    self.assertStatus("LOCK_NOT_GRANTED", self.one.lock_shared, 199, 1)
                else:
                    self.one.lock_shared(199, 1)
                    self.one.unlock(199, 1)
                self.one.lock_exclusive(200, 1)
                self.one.unlock(200, 1)
                # It is advisory: bytes are read and written as ever.
                self.one.write(b"5", 105)
                self.end(process)
                self.one.lock_exclusive(150, 1)
                self.one.unlock(150, 1)

    def test_a_local_flock_stands_in_the_way_of_every_range(self):
        process = self.holder("flock")
        self.assertEqual(process.stdout.readline(), b"locked\n")
        self.assertStatus("LOCK_NOT_GRANTED", self.one.lock_exclusive, 2**63, 1)
        self.end(process)
        self.one.lock_exclusive(2**63, 1)
        self.assertFails(errno.EAGAIN, fcntl.flock, self.opened(), fcntl.LOCK_EX | fcntl.LOCK_NB)

    def test_an_smb_lock_stands_in_the_way_of_local_ones(self):
        self.one.lock_exclusive(100, 100)
        descriptor = self.opened()
        for kind in (fcntl.LOCK_EX, fcntl.LOCK_SH):
            self.assertFails((errno.EAGAIN, errno.EACCES), fcntl.lockf, descriptor, kind | fcntl.LOCK_NB, 10, 195)
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB, 10, 200)
        self.assertStatus("LOCK_NOT_GRANTED", self.two.lock_shared, 205, 1)

    def test_each_door_waits_for_the_other(self):
        self.one.lock_exclusive(0, 10)
        process = self.holder("exclusive", 0, 10)
        self.one.unlock(0, 10)
        self.assertEqual(process.stdout.readline(), b"locked\n")
        self.one.lock_later(5, 1)
        self.end(process)
        self.assertEqual(self.tree.connection.answer().name, "SUCCESS")
        self.assertStatus("LOCK_NOT_GRANTED", self.two.lock_shared, 5, 1)


if __name__ == "__main__":
    main()
