"""Bytes: what goes in through one door comes out through the other, at every size where a boundary lies."""

import os
import subprocess

from support import trees
from support.testing import DoorsTestCase, main

TIME_LIMIT = 400
SIZES = [0, 1, 4095, 4096, 4097, 65535, 65536, 65537, (1 << 20) - 1, 1 << 20, (1 << 20) + 1]


class TransferTests(DoorsTestCase):
    def test_first_words(self):
        """The line that the project begins with: echo through the mount, smbclient -N through the network."""
        subprocess.run("echo hello > '%s'" % self.mounted("readme.txt"), shell=True, check=True)
        result = self.server.smbclient("get readme.txt -", login=["-N"], check=False)
        self.assertEqual(result.returncode, 0, result.text)
        self.assertIn("hello\n", result.text)

    def test_mount_to_smbclient(self):
        for size in SIZES:
            with self.subTest(size=size):
                data = trees.payload(size, 1)
                with open(self.mounted("out.%d" % size), "wb") as file:
                    file.write(data)
                self.server.smbclient("get out.%d %s" % (size, self.local("got")))
                with open(self.local("got"), "rb") as file:
                    self.assertTrue(file.read() == data, "bytes differ")

    def test_smbclient_to_mount(self):
        for size in SIZES:
            with self.subTest(size=size):
                data = trees.payload(size, 2)
                with open(self.local("sent"), "wb") as file:
                    file.write(data)
                self.server.smbclient("put %s in.%d" % (self.local("sent"), size))
                self.assertEqual(os.stat(self.mounted("in.%d" % size)).st_size, size)
                with open(self.mounted("in.%d" % size), "rb") as file:
                    self.assertTrue(file.read() == data, "bytes differ")

    def test_own_client_at_every_size(self):
        with self.server.tree() as tree:
            for size in SIZES:
                with self.subTest(size=size):
                    data = trees.payload(size, 3)
                    tree.write_file("own.%d" % size, data)
                    with open(self.mounted("own.%d" % size), "rb") as file:
                        self.assertTrue(file.read() == data, "mount reads other bytes")
                    self.assertTrue(tree.read_file("own.%d" % size) == data, "SMB reads other bytes")

    def test_overwrite_in_the_middle(self):
        """Unaligned pieces written alternately by both doors add up to one file."""
        size = 300_000
        expected = bytearray(trees.payload(size, 4))
        with self.server.tree() as tree:
            tree.write_file("patch", bytes(expected))
            with tree.open("patch", 0xC0000000) as file, open(self.mounted("patch"), "r+b", buffering=0) as local:
                for step in range(60):
                    offset, piece = (step * 7919) % (size - 5000), trees.payload(1 + step * 83, step)
                    expected[offset : offset + len(piece)] = piece
                    if step % 2:
                        file.write(piece, offset)
                    else:
                        local.seek(offset)
                        self.assertEqual(local.write(piece), len(piece))
                    local.seek(offset)
                    self.assertTrue(local.read(len(piece)) == piece, "step %d: the mount reads something else" % step)
                    self.assertTrue(file.read(len(piece), offset) == piece, "step %d: SMB reads something else" % step)
        with open(self.mounted("patch"), "rb") as local:
            self.assertTrue(local.read() == bytes(expected))

    def test_sparse_file_reads_as_zeroes(self):
        with open(self.mounted("sparse"), "wb") as file:
            file.truncate(5_000_000)
            file.seek(3_000_000)
            file.write(b"island")
        expected = bytes(3_000_000) + b"island" + bytes(5_000_000 - 3_000_006)
        self.server.smbclient("get sparse %s" % self.local("sparse"))
        with open(self.local("sparse"), "rb") as file:
            self.assertTrue(file.read() == expected)


class LargeTransferTests(DoorsTestCase):
    def round_trip(self, size, to_mount: bool):
        source, result = self.local("large"), self.local("back")
        wanted = trees.write_payload(source, size, 5)
        if to_mount:
            self.server.smbclient("put %s large" % source, timeout=150)
            self.assertEqual(trees.digest(self.mounted("large")), wanted)
        else:
            subprocess.run(["cp", source, self.mounted("large")], check=True, timeout=150)
            self.server.smbclient("get large %s" % result, timeout=150)
            self.assertEqual(trees.digest(result), wanted)
        os.unlink(self.mounted("large"))

    def test_100_mib_smbclient_to_mount(self):
        self.round_trip(100 << 20, True)

    def test_100_mib_mount_to_smbclient(self):
        self.round_trip(100 << 20, False)

    def test_1_gib_smbclient_to_mount(self):
        self.round_trip(1 << 30, True)

    def test_1_gib_mount_to_smbclient(self):
        self.round_trip(1 << 30, False)


if __name__ == "__main__":
    main()
