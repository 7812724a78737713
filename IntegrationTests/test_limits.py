"""A full store, a read-only share, several shares, an umask: what the configuration promises, at both doors."""

import errno
import os
import stat

from support import smb2
from support.instance import Instance
from support.testing import DoorsTestCase, main

TIME_LIMIT = 120
MIB = 1 << 20


class FullStoreTests(DoorsTestCase):
    instance_options = {"content": {"type": "memory", "max_size": "16MiB"}}

    def setUp(self):
        super().setUp()
        for name in os.listdir(self.mounted()):
            os.unlink(self.mounted(name))

    def fill(self):
        with open(self.mounted("filler"), "wb", buffering=0) as file:
            while True:
                try:
                    file.write(bytes(65536).replace(b"\0", b"f"))
                except OSError as error:
                    self.assertEqual(error.errno, errno.ENOSPC)
                    return os.fstat(file.fileno()).st_size

    def test_no_space_through_the_mount(self):
        size = self.fill()
        self.assertLessEqual(size, 16 * MIB)
        self.assertGreaterEqual(size, 15 * MIB)
        info = os.statvfs(self.mounted())
        self.assertEqual(info.f_blocks * info.f_frsize, 16 * MIB)
        self.assertLess(info.f_bavail * info.f_frsize, MIB)

    def test_disk_full_over_smb(self):
        self.fill()
        with self.server.tree() as tree:
            with tree.open("more", smb2.GENERIC_WRITE, disposition=smb2.OPEN_IF) as file:
                self.assertStatus("DISK_FULL", file.write, b"x" * 65536 * 20)
            tree.remove("filler")
            tree.write_file("more", b"y" * MIB)
        self.assertEqual(os.stat(self.mounted("more")).st_size, MIB)

    def test_smbclient_says_so(self):
        with open(self.local("large"), "wb") as file:
            file.truncate(20 * MIB)
            file.seek(0)
            for _ in range(20):
                file.write(b"z" * MIB)
        result = self.server.smbclient("put %s large" % self.local("large"), check=False)
        self.assertNotEqual(result.returncode, 0, result.text)
        self.assertIn("NT_STATUS_DISK_FULL", result.text)

    def test_space_comes_back(self):
        for _ in range(5):
            size = self.fill()
            os.unlink(self.mounted("filler"))
            self.assertGreaterEqual(size, 15 * MIB)

    def test_space_of_a_nameless_file_comes_back_with_its_last_close(self):
        with open(self.mounted("filler"), "wb", buffering=0) as file:
            file.write(b"x" * (12 * MIB))
            os.unlink(self.mounted("filler"))
            with open(self.mounted("second"), "wb", buffering=0) as other:
                with self.assertRaises(OSError) as caught:
                    while True:
                        if other.write(b"y" * MIB) < MIB:
                            other.write(b"y")
                self.assertEqual(caught.exception.errno, errno.ENOSPC)
            os.unlink(self.mounted("second"))
        self.assertGreaterEqual(self.fill(), 15 * MIB)

    def test_what_was_there_is_unharmed(self):
        with open(self.mounted("precious"), "wb") as file:
            file.write(b"p" * 100_000)
        self.fill()
        with self.server.tree() as tree:
            self.assertEqual(tree.read_file("precious"), b"p" * 100_000)
        with self.assertRaises(OSError):
            with open(self.mounted("precious"), "ab", buffering=0) as file:
                while True:
                    file.write(b"q" * MIB)
        with open(self.mounted("precious"), "rb") as file:
            self.assertEqual(file.read(100_000), b"p" * 100_000)

    def test_allocation_asks_for_space(self):
        with open(self.mounted("allocated"), "wb") as file:
            self.assertFails(errno.ENOSPC, os.posix_fallocate, file.fileno(), 0, 17 * MIB)
            os.posix_fallocate(file.fileno(), 0, 4 * MIB)
            file.truncate(1 << 33)  # a hole asks for none


class ReadOnlyTests(DoorsTestCase):
    instance_options = {"share_options": {"read_only": True}}

    def test_nothing_can_be_changed(self):
        for action, arguments in ((os.mkdir, ("d",)), (os.symlink, ("x", "l")), (os.mkfifo, ("p",))):
            path = self.mounted(arguments[-1])
            self.assertFails(errno.EROFS, action, *arguments[:-1], path)
        self.assertFails(errno.EROFS, os.open, self.mounted("f"), os.O_CREAT | os.O_WRONLY)
        self.assertFails(errno.EROFS, os.chmod, self.mounted(), 0o700)
        with self.server.tree() as tree:
            self.assertStatus(("ACCESS_DENIED", "MEDIA_WRITE_PROTECTED"), tree.write_file, "f", b"x")
            self.assertStatus(("ACCESS_DENIED", "MEDIA_WRITE_PROTECTED"), tree.mkdir, "d")
            self.assertEqual(tree.names(), [])


class SeveralSharesTests(DoorsTestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Instance(
            extra={
                "metadata_stores": {"default": {"type": "memory"}, "second": {"type": "memory"}},
                "content_stores": {"default": {"type": "memory"}, "second": {"type": "memory", "max_size": "4MiB"}},
            },
            share_options={"umask": "077", "root": {"uid": 0, "gid": 0, "mode": "0755"}},
        )
        cls.second = os.path.join(cls.server.directory, "second")
        os.mkdir(cls.second)
        cls.server.config["shares"].append(
            {
                "name": "/media",
                "metadata_store": "second",
                "content_store": "second",
                "mount": cls.second,
                "umask": "000",
                "root": {"uid": 0, "gid": 0, "mode": "1777"},
            }
        )
        cls.server.__enter__()
        cls.addClassCleanup(cls.server.__exit__, None, None, None)

    def test_each_share_has_its_own_names_and_mount(self):
        with self.server.tree() as tree, self.server.tree(share="media") as media:
            tree.write_file("file", b"export")
            media.write_file("file", b"media")
        self.assertEqual(open(self.mounted("file"), "rb").read(), b"export")
        self.assertEqual(open(os.path.join(self.second, "file"), "rb").read(), b"media")
        self.assertNotEqual(os.stat(self.mounted()).st_dev, os.stat(self.second).st_dev)
        self.assertEqual(os.statvfs(self.second).f_blocks * os.statvfs(self.second).f_frsize, 4 * MIB)

    def test_umask_of_the_share(self):
        with self.server.tree() as tree, self.server.tree(share="media") as media:
            for door, path, file, directory in (
                (tree, self.mounted(), 0o600, 0o700),
                (media, self.second, 0o666, 0o777),
            ):
                door.write_file("umask", b"")
                door.mkdir("umask.d")
                self.assertEqual(stat.S_IMODE(os.stat(os.path.join(path, "umask")).st_mode), file)
                self.assertEqual(stat.S_IMODE(os.stat(os.path.join(path, "umask.d")).st_mode), directory)

    def test_root_of_the_share(self):
        self.assertEqual(stat.S_IMODE(os.stat(self.mounted()).st_mode), 0o755)
        self.assertEqual(stat.S_IMODE(os.stat(self.second).st_mode), 0o1777)

    def test_smbclient_lists_each(self):
        self.server.smbclient("ls", share="media")
        self.server.smbclient("ls", share="export")


if __name__ == "__main__":
    main()
