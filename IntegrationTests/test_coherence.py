"""One truth: when a call through one door has been answered, the next one through the other door sees its effect."""

import errno
import os
import stat
import struct

from support import smb2
from support.testing import PlaceTestCase, main

TIME_LIMIT = 180
ROUNDS = 100


class CoherenceTests(PlaceTestCase):
    def test_create_and_remove_over_smb(self):
        for i in range(ROUNDS):
            name = "f%d" % i
            self.assertFalse(os.path.exists(self.at(name)))  # the kernel may now remember that there is none
            self.tree.write_file(self.smb(name), b"x" * i)
            self.assertEqual(os.stat(self.at(name)).st_size, i)
            self.assertIn(name, os.listdir(self.at()))
            self.tree.remove(self.smb(name))
            self.assertFails(errno.ENOENT, os.stat, self.at(name))
            self.assertNotIn(name, os.listdir(self.at()))

    def test_create_and_remove_through_the_mount(self):
        for i in range(ROUNDS):
            name = "f%d" % i
            self.assertFalse(self.tree.exists(self.smb(name)))
            with open(self.at(name), "wb") as file:
                file.write(b"y" * i)
            with self.tree.open(self.smb(name)) as file:
                self.assertEqual(file.size, i)
            self.assertIn(name, self.tree.names(self.place))
            os.unlink(self.at(name))
            self.assertStatus("OBJECT_NAME_NOT_FOUND", self.tree.open, self.smb(name))
            self.assertNotIn(name, self.tree.names(self.place))

    def test_directories(self):
        for i in range(30):
            self.tree.mkdir(self.smb("d%d" % i))
            self.assertEqual(os.stat(self.at()).st_nlink, 2 + 1)
            os.mkdir(self.at("d%d/inner" % i))
            self.assertEqual(self.tree.names(self.smb("d%d" % i)), ["inner"])
            self.assertStatus("DIRECTORY_NOT_EMPTY", self.remove_directory, "d%d" % i)
            self.tree.remove(self.smb("d%d/inner" % i), smb2.DIRECTORY_FILE)
            self.assertEqual(os.listdir(self.at("d%d" % i)), [])
            os.rmdir(self.at("d%d" % i))
            self.assertFalse(self.tree.exists(self.smb("d%d" % i)))

    def remove_directory(self, name):
        with self.tree.open(self.smb(name), smb2.DELETE, options=smb2.DIRECTORY_FILE) as directory:
            directory.set_delete_pending()

    def test_renames(self):
        for i in range(ROUNDS):
            with open(self.at("a"), "w") as file:
                file.write(str(i))
            number = os.stat(self.at("a")).st_ino
            self.tree.rename(self.smb("a"), self.smb("b"))
            self.assertFails(errno.ENOENT, os.stat, self.at("a"))
            self.assertEqual(os.stat(self.at("b")).st_ino, number)
            os.rename(self.at("b"), self.at("c"))
            self.assertFalse(self.tree.exists(self.smb("b")))
            with self.tree.open(self.smb("c")) as file:
                self.assertEqual((file.number(), file.read_all()), (number, str(i).encode()))

    def test_rename_into_another_directory_and_over_a_file(self):
        os.makedirs(self.at("from/deep"))
        self.tree.mkdir(self.smb("to"))
        self.tree.write_file(self.smb("from/deep/file"), b"1")
        self.tree.rename(self.smb("from/deep"), self.smb("to/deep"))
        with open(self.at("to/deep/file"), "rb") as file:
            self.assertEqual(file.read(), b"1")
        self.tree.write_file(self.smb("other"), b"2")
        self.assertStatus("OBJECT_NAME_COLLISION", self.tree.rename, self.smb("other"), self.smb("to/deep/file"))
        self.tree.rename(self.smb("other"), self.smb("to/deep/file"), replace=True)
        with open(self.at("to/deep/file"), "rb") as file:
            self.assertEqual(file.read(), b"2")
        with open(self.at("third"), "wb") as file:
            file.write(b"3")
        os.rename(self.at("third"), self.at("to/deep/file"))
        self.assertEqual(self.tree.read_file(self.smb("to/deep/file")), b"3")

    def test_a_moved_directory_moves_again(self):
        """The kernel knows a directory at one place, SMB moves it, and the first that the kernel hears of it is a rename."""
        for i in range(ROUNDS):
            for name in ("a", "b", "c"):
                os.makedirs(self.at(name), exist_ok=True)
            os.mkdir(self.at("a/d"))
            with open(self.at("a/d/f"), "w") as file:
                file.write(str(i))
            self.tree.rename(self.smb("a/d"), self.smb("b/d"))
            os.rename(self.at("b/d"), self.at("c/d%d" % i))
            with open(self.at("c/d%d/f" % i)) as file:
                self.assertEqual(file.read(), str(i))

    def test_sizes(self):
        with (
            self.tree.open(self.smb("size"), smb2.GENERIC_READ | smb2.GENERIC_WRITE, disposition=smb2.OPEN_IF) as file,
            open(self.at("size"), "r+b", buffering=0) as local,
        ):
            for i in range(ROUNDS):
                size = (i * 7919) % 100_000
                file.set_end_of_file(size)
                self.assertEqual(os.fstat(local.fileno()).st_size, size)
                self.assertEqual(os.stat(self.at("size")).st_size, size)
                os.ftruncate(local.fileno(), size // 2 + 3)
                self.assertEqual(file.standard()[1], size // 2 + 3)
                self.assertEqual(self.tree.list(self.place, "size")[0].size, size // 2 + 3)

    def test_truncate_and_grow_leaves_zeroes(self):
        with open(self.at("zero"), "wb") as file:
            file.write(b"A" * 10_000)
        with self.tree.open(self.smb("zero"), smb2.GENERIC_WRITE) as file:
            file.set_end_of_file(100)
            file.set_end_of_file(10_000)
        with open(self.at("zero"), "rb") as file:
            self.assertEqual(file.read(), b"A" * 100 + bytes(9900))
        os.truncate(self.at("zero"), 50)
        os.truncate(self.at("zero"), 5000)
        self.assertEqual(self.tree.read_file(self.smb("zero")), b"A" * 50 + bytes(4950))

    def test_appends(self):
        expected = b""
        with (
            open(self.at("log"), "ab", buffering=0) as local,
            self.tree.open(self.smb("log"), smb2.GENERIC_READ | smb2.GENERIC_WRITE) as file,
        ):
            for i in range(ROUNDS):
                line = b"line %d\n" % i
                if i % 2:
                    local.write(line)
                else:
                    file.write(line, len(expected))
                expected += line
                self.assertEqual(os.stat(self.at("log")).st_size, len(expected))
                self.assertEqual(file.standard()[1], len(expected))
            self.assertEqual(file.read_all(), expected)
        with open(self.at("log"), "rb") as local:
            self.assertEqual(local.read(), expected)

    def test_bytes_seen_by_an_open_reader(self):
        with open(self.at("word"), "wb") as file:
            file.write(bytes(4096))
        with open(self.at("word"), "rb", buffering=0) as reader, self.tree.open(self.smb("word"), 0xC0000000) as file:
            for i in range(200):
                file.write(struct.pack("<I", i) * 1024)
                self.assertEqual(os.pread(reader.fileno(), 4, 2048), struct.pack("<I", i))

    def test_one_file_number(self):
        self.tree.write_file(self.smb("number"), b"")
        os.link(self.at("number"), self.at("second"))
        with self.tree.open(self.smb("number")) as file:
            self.assertEqual(file.number(), os.stat(self.at("number")).st_ino)
            self.assertEqual(file.standard()[2], 2)
        entries = {entry.name: entry.number for entry in self.tree.list(self.place)}
        self.assertEqual(entries["second"], os.stat(self.at("second")).st_ino)
        self.assertEqual(entries["number"], entries["second"])
        self.assertEqual(entries["."], os.stat(self.at()).st_ino)
        self.assertGreater(entries["number"], 16)

    def test_hard_links_share_their_bytes(self):
        with open(self.at("one"), "wb") as file:
            file.write(b"first")
        os.link(self.at("one"), self.at("two"))
        self.tree.write_file(self.smb("two"), b"second", disposition=smb2.OVERWRITE)
        with open(self.at("one"), "rb") as file:
            self.assertEqual(file.read(), b"second")
        self.tree.remove(self.smb("one"))
        self.assertEqual(os.stat(self.at("two")).st_nlink, 1)
        self.assertEqual(self.tree.read_file(self.smb("two")), b"second")

    def test_times(self):
        self.tree.write_file(self.smb("time"), b"")
        wanted = 1_234_567_890_123_456_700
        os.utime(self.at("time"), ns=(wanted - 10**9, wanted))
        with self.tree.open(self.smb("time"), smb2.READ_ATTRIBUTES | smb2.WRITE_ATTRIBUTES) as file:
            _, accessed, written, _, _ = file.basic()
            self.assertEqual((smb2.from_filetime(accessed), smb2.from_filetime(written)), (wanted - 10**9, wanted))
            file.set_basic(written=smb2.to_filetime(wanted + 5 * 10**9), accessed=smb2.to_filetime(wanted))
            info = os.stat(self.at("time"))
            self.assertEqual((info.st_mtime_ns, info.st_atime_ns), (wanted + 5 * 10**9, wanted))
        for old in (-(10**9), 0, 10**9, 4_102_444_800 * 10**9):
            os.utime(self.at("time"), ns=(old, old))
            with self.tree.open(self.smb("time"), smb2.READ_ATTRIBUTES) as file:
                self.assertEqual(smb2.from_filetime(file.basic()[2]), old)

    def test_write_time_moves(self):
        self.tree.write_file(self.smb("moves"), b"1")
        os.utime(self.at("moves"), ns=(10**18, 10**18))
        self.tree.write_file(self.smb("moves"), b"22", disposition=smb2.OPEN)
        self.assertGreater(os.stat(self.at("moves")).st_mtime_ns, 10**18)

    def test_readonly_attribute_and_mode(self):
        self.tree.write_file(self.smb("mode"), b"1")
        self.assertEqual(stat.S_IMODE(os.stat(self.at("mode")).st_mode), 0o644)
        self.tree.mkdir(self.smb("folder"))
        self.assertEqual(stat.S_IMODE(os.stat(self.at("folder")).st_mode), 0o755)
        with self.tree.open(self.smb("mode"), smb2.READ_ATTRIBUTES | smb2.WRITE_ATTRIBUTES) as file:
            file.set_basic(attributes=smb2.ATTRIBUTE_READONLY | smb2.ATTRIBUTE_HIDDEN)
        self.assertEqual([entry.attributes & 3 for entry in self.tree.list(self.place, "mode")], [3])
        self.assertStatus("ACCESS_DENIED", self.tree.write_file, self.smb("mode"), b"2", disposition=smb2.OPEN)
        self.assertStatus("CANNOT_DELETE", self.tree.remove, self.smb("mode"))
        os.chmod(self.at("mode"), 0o600)
        self.assertTrue(
            self.tree.list(self.place, "mode")[0].attributes & smb2.ATTRIBUTE_HIDDEN, "chmod wiped an attribute"
        )

    def test_symlinks(self):
        os.mkdir(self.at("folder"))
        with open(self.at("folder/file"), "wb") as file:
            file.write(b"behind the link")
        os.symlink("folder/file", self.at("to-file"))
        os.symlink("folder", self.at("to-folder"))
        os.symlink("../" * 12 + "etc/passwd", self.at("outside"))
        os.symlink("/etc/passwd", self.at("absolute"))
        os.symlink("nowhere", self.at("dangling"))
        os.symlink("loop", self.at("loop"))
        self.assertEqual(self.tree.read_file(self.smb("to-file")), b"behind the link")
        self.assertEqual(self.tree.names(self.smb("to-folder")), ["file"])
        self.assertEqual(self.tree.read_file(self.smb("to-folder/file")), b"behind the link")
        for name in ("outside", "absolute", "dangling"):
            with self.subTest(name=name):
                self.assertStatus("OBJECT_NAME_NOT_FOUND", self.tree.open, self.smb(name))
        self.assertStatus(
            ("OBJECT_NAME_NOT_FOUND", "ACCESS_DENIED", "STOPPED_ON_SYMLINK"), self.tree.open, self.smb("loop")
        )
        self.tree.open(self.smb("to-file"), smb2.DELETE, options=smb2.OPEN_REPARSE_POINT | smb2.DELETE_ON_CLOSE).close()
        self.assertFalse(os.path.lexists(self.at("to-file")))
        self.assertTrue(os.path.exists(self.at("folder/file")))

    def test_special_files_are_listed_and_not_opened(self):
        os.mkfifo(self.at("fifo"))
        self.assertEqual(self.tree.names(self.place), ["fifo"])
        self.assertStatus(
            (
                "ACCESS_DENIED",
                "NOT_SUPPORTED",
                "OBJECT_NAME_NOT_FOUND",
                "INVALID_PARAMETER",
                "IO_REPARSE_TAG_NOT_HANDLED",
                "0xC0000279",
            ),
            self.tree.open,
            self.smb("fifo"),
        )
        self.server.smbclient("ls %s/*" % self.place)

    def test_delete_on_close_leaves_a_nameless_file_to_the_mount(self):
        with open(self.at("gone"), "w+b", buffering=0) as local:
            local.write(b"still here")
            self.tree.remove(self.smb("gone"))
            self.assertFails(errno.ENOENT, os.stat, self.at("gone"))
            self.assertEqual(os.pread(local.fileno(), 100, 0), b"still here")
            self.assertEqual(os.fstat(local.fileno()).st_nlink, 0)
            local.write(b", and writable")
            self.assertEqual(os.pread(local.fileno(), 100, 0), b"still here, and writable")

    def test_unlinked_through_the_mount_while_smb_reads(self):
        self.tree.write_file(self.smb("open"), b"data")
        with self.tree.open(self.smb("open")) as file:
            os.unlink(self.at("open"))
            self.assertEqual(file.read(4), b"data")
            self.assertFalse(self.tree.exists(self.smb("open")))

    def test_statfs_agrees(self):
        info = os.statvfs(self.mounted())
        with self.tree.open("", smb2.READ_ATTRIBUTES, options=smb2.DIRECTORY_FILE) as root:
            total, available, sectors, size = struct.unpack("<QQII", root.query(2, 3)[:24])
        self.assertEqual(info.f_blocks * info.f_frsize, total * sectors * size)
        self.assertAlmostEqual(info.f_bavail * info.f_frsize, available * sectors * size, delta=1 << 20)
        with open(self.at("big"), "wb") as file:
            file.write(bytes(8 << 20))
        used = info.f_bavail * info.f_frsize - os.statvfs(self.mounted()).f_bavail * info.f_frsize
        self.assertGreaterEqual(used, 7 << 20)


if __name__ == "__main__":
    main()
