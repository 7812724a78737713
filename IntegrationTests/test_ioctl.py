"""Control codes: what a client does on the server, the mount sees; what the mount made, a client is told of."""

import os
import socket
import stat
import struct
import time

from support import smb2
from support.testing import DoorsTestCase, main

TIME_LIMIT = 120
SYMLINK, NFS = 0xA000000C, 0x80000014
FIFO, SOCK, CHR, BLK = 0x4F464946, 0x4B434F53, 0x00524843, 0x004B4C42
OPEN_ITSELF = smb2.OPEN_REPARSE_POINT
SPARSE, REPARSE, DIRECTORY = 0x200, 0x400, 0x10
MIB = 1 << 20


def pattern(count, seed=1) -> bytes:
    block = bytes((index * 131 + seed) % 251 for index in range(65536 - 251))
    return (block * (count // len(block) + 1))[:count]


class Control(DoorsTestCase):
    def connect(self) -> smb2.Tree:
        tree = smb2.open_tree(
            self.server.host, self.server.port, self.server.share, self.server.user, self.server.password
        )
        self.addCleanup(tree.close)
        return tree

    def setUp(self):
        super().setUp()
        self.tree = self.connect()

    def put(self, name, data):
        with open(self.mounted(name), "wb") as file:
            file.write(data)

    def bytes_of(self, name) -> bytes:
        with open(self.mounted(name), "rb") as file:
            return file.read()

    def file(self, name, **options) -> smb2.File:
        options.setdefault("disposition", smb2.OPEN_IF)
        file = self.tree.open(name, smb2.GENERIC_READ | smb2.GENERIC_WRITE, **options)
        self.addCleanup(lambda: file.is_open and file.close())
        return file


class CopyTest(Control):
    def test_copies(self):
        """Bytes that never went over the wire are there for both doors."""
        data = pattern(3 * MIB + 5)
        self.put("source", data)
        source, target = self.file("source"), self.file("target")
        chunks = [(at, at, min(MIB, len(data) - at)) for at in range(0, len(data), MIB)]
        self.assertEqual(target.copy_chunks(source.resume_key(), chunks), (4, 0, len(data)))
        self.assertEqual(self.bytes_of("target"), data)
        self.assertEqual(target.read(100, 2 * MIB), data[2 * MIB : 2 * MIB + 100])

    def test_large(self):
        """16 MiB in one request, and what others wait meanwhile."""
        data = pattern(16 * MIB)
        self.put("large", data)
        source, target = self.file("large"), self.file("copy")
        key = source.resume_key()
        chunks = [(at, at, MIB) for at in range(0, len(data), MIB)]
        began = time.monotonic()
        self.assertEqual(target.copy_chunks(key, chunks), (16, 0, len(data)))
        print("# 16 MiB in %.1f ms" % ((time.monotonic() - began) * 1000))
        self.assertEqual(self.bytes_of("copy"), data)

    def test_what_becomes_of_a_copy(self):
        """Source and copy may share memory: what one door writes to the one, neither shows in the other."""
        data = pattern(MIB)
        self.put("source", data)
        source, clone, copy = self.file("source"), self.file("clone"), self.file("copy")
        clone.set_end_of_file(MIB)
        clone.duplicate_extents(source, 0, 0, MIB)
        copy.copy_chunks(source.resume_key(), [(0, 0, MIB)])
        with open(self.mounted("source"), "r+b") as out:
            out.seek(100_000)
            out.write(b"mount")
        clone.write(b"smb", 200_000)
        os.truncate(self.mounted("copy"), 300_001)
        wanted = [data[:100_000] + b"mount" + data[100_005:], data[:200_000] + b"smb" + data[200_003:], data[:300_001]]
        self.assertEqual([self.bytes_of(name) for name in ("source", "clone", "copy")], wanted)

    def test_past_the_end(self):
        self.put("short", b"12345")
        source, target = self.file("short"), self.file("out")
        done = target.copy_chunks(source.resume_key(), [(0, 0, 5), (3, 5, 5)], want=("INVALID_VIEW_SIZE",))
        self.assertEqual(done, (1, 0, 5))
        self.assertEqual(self.bytes_of("out"), b"12345")

    def test_limits(self):
        source, target = self.file("a"), self.file("b")
        limits = target.copy_chunks(source.resume_key(), [(0, 0, 0)], want=("INVALID_PARAMETER",))
        self.assertEqual(limits, (256, MIB, 16 * MIB))

    def test_foreign_key(self):
        key = self.file("a").resume_key()
        other = self.connect().open("b", smb2.GENERIC_READ | smb2.GENERIC_WRITE, disposition=smb2.OPEN_IF)
        self.assertStatus("OBJECT_NAME_NOT_FOUND", other.copy_chunks, key, [(0, 0, 1)])
        other.close()


class SparseTest(Control):
    def blocks(self, name) -> int:
        """Bytes."""
        return os.stat(self.mounted(name)).st_blocks * 512

    def holes(self, name) -> list:
        """The data of a file, as the mount tells it: (start, length)."""
        descriptor, found, at = os.open(self.mounted(name), os.O_RDONLY), [], 0
        try:
            size = os.fstat(descriptor).st_size
            while at < size:
                try:
                    start = os.lseek(descriptor, at, os.SEEK_DATA)
                except OSError:
                    break
                at = os.lseek(descriptor, start, os.SEEK_HOLE)
                found.append((start, at - start))
            return found
        finally:
            os.close(descriptor)

    def test_zero(self):
        """A hole that a client makes costs nothing at the mount either."""
        data = pattern(1 << 18)
        self.put("f", data)
        file = self.file("f")
        file.zero(0, 65536)
        self.assertEqual(self.blocks("f"), 1 << 18)
        self.assertEqual(file.allocated_ranges(), [(0, 1 << 18)])
        file.set_sparse()
        self.assertTrue(file.basic()[4] & SPARSE)
        file.zero(65536, 131072)
        self.assertEqual(self.bytes_of("f"), bytes(131072) + data[131072:])
        self.assertEqual(self.blocks("f"), 3 << 16)
        self.assertEqual(file.allocated_ranges(), [(0, 65536), (131072, 131072)])
        self.assertEqual(self.holes("f"), [(0, 65536), (131072, 131072)])
        file.zero(0, 1 << 40)
        self.assertEqual(os.stat(self.mounted("f")).st_size, 1 << 18)
        self.assertEqual(self.blocks("f"), 0)

    def test_ranges_of_the_mounts_holes(self):
        with open(self.mounted("g"), "wb") as out:
            for part in (0, 2, 4):
                out.seek(part << 16)
                out.write(pattern(65536))
        file = self.file("g")
        self.assertEqual(file.allocated_ranges(), [(0, 5 << 16)])
        file.set_sparse()
        self.assertEqual(file.allocated_ranges(), [(0, 65536), (2 << 16, 65536), (4 << 16, 65536)])
        self.assertEqual(file.allocated_ranges(size=32, want=("BUFFER_OVERFLOW",)), [(0, 65536), (2 << 16, 65536)])
        self.assertStatus("BUFFER_TOO_SMALL", file.allocated_ranges, size=15)

    def test_clone(self):
        source, target = self.file("from"), self.file("to")
        for file in (source, target):
            file.set_sparse()
        source.write(pattern(65536), 65536)
        target.write(pattern(131072, 7))
        target.duplicate_extents(source, 0, 0, 131072)
        self.assertEqual(self.bytes_of("to"), bytes(65536) + pattern(65536))
        self.assertEqual(self.holes("to"), [(65536, 65536)])


class FollowTest(Control):
    """`symlinks: follow`, as it is without a word."""

    def test_links(self):
        os.mkdir(self.mounted("dir"))
        self.put("dir/file", b"here")
        os.symlink("dir/file", self.mounted("link"))
        self.assertEqual(self.tree.read_file("link"), b"here")
        with self.tree.open("link", smb2.READ_ATTRIBUTES, options=OPEN_ITSELF) as file:
            self.assertEqual(file.reparse_point(), (SYMLINK, smb2.symbolic_link("dir\\file")))
            self.assertTrue(file.attributes & REPARSE)
        with self.tree.open("link", smb2.READ_ATTRIBUTES) as file:
            self.assertFalse(file.attributes & REPARSE)
            self.assertStatus("NOT_A_REPARSE_POINT", file.reparse_point)

    def test_special_files(self):
        os.mkfifo(self.mounted("fifo"))
        listener = socket.socket(socket.AF_UNIX)
        self.addCleanup(listener.close)
        here = os.getcwd()
        os.chdir(self.server.mount)
        try:
            listener.bind("sock")
        finally:
            os.chdir(here)
        kinds = {"fifo": struct.pack("<Q", FIFO), "sock": struct.pack("<Q", SOCK)}
        if os.getuid() == 0:
            os.mknod(self.mounted("null"), stat.S_IFCHR | 0o666, os.makedev(1, 3))
            os.mknod(self.mounted("disk"), stat.S_IFBLK | 0o600, os.makedev(259, 70000))
            kinds["null"] = struct.pack("<QII", CHR, 1, 3)
            kinds["disk"] = struct.pack("<QII", BLK, 259, 70000)
        for name, data in kinds.items():
            with self.subTest(name):
                self.assertStatus("IO_REPARSE_TAG_NOT_HANDLED", self.tree.open, name)
                with self.tree.open(name, smb2.READ_ATTRIBUTES, options=OPEN_ITSELF) as file:
                    self.assertEqual(file.reparse_point(), (NFS, data))
        listed = {entry.name: entry.attributes for entry in self.tree.list()}
        for name in kinds:
            self.assertTrue(listed[name] & REPARSE, name)

    def test_made_by_a_client(self):
        def make(name, tag, data, options=0):
            with self.tree.open(
                name, smb2.READ_ATTRIBUTES | 0x100, disposition=smb2.CREATE_NEW, options=OPEN_ITSELF | options
            ) as file:
                file.set_reparse_point(tag, data)

        make("l", SYMLINK, smb2.symbolic_link("..\\x\\\uf022y"))
        self.assertEqual(os.readlink(self.mounted("l")), "../x/:y")
        make("d", SYMLINK, smb2.symbolic_link("elsewhere"), smb2.DIRECTORY_FILE)
        self.assertEqual(os.readlink(self.mounted("d")), "elsewhere")
        make("made-fifo", NFS, struct.pack("<Q", FIFO))
        self.assertTrue(stat.S_ISFIFO(os.lstat(self.mounted("made-fifo")).st_mode))
        make("made-sock", NFS, struct.pack("<Q", SOCK))
        self.assertTrue(stat.S_ISSOCK(os.lstat(self.mounted("made-sock")).st_mode))
        if os.getuid() == 0:
            make("made-null", NFS, struct.pack("<QII", CHR, 1, 3))
            made = os.lstat(self.mounted("made-null"))
            self.assertTrue(stat.S_ISCHR(made.st_mode))
            self.assertEqual((os.major(made.st_rdev), os.minor(made.st_rdev)), (1, 3))
        with self.tree.open("d", smb2.READ_ATTRIBUTES | 0x100, options=OPEN_ITSELF) as file:
            self.assertEqual(file.attributes & (REPARSE | DIRECTORY), REPARSE | DIRECTORY)
            file.delete_reparse_point(SYMLINK)
        self.assertTrue(stat.S_ISDIR(os.lstat(self.mounted("d")).st_mode))
        self.assertEqual(os.listdir(self.mounted("d")), [])
        self.tree.remove("l", OPEN_ITSELF)
        self.assertFalse(os.path.lexists(self.mounted("l")))

    def test_every_target_comes_back(self):
        targets = ["a", "../b/./c", "/abs/olute", "a//b/", "sp ace./t. ", "q?*:<>|\"\\", "é/漢字/😀", ".", "..", "..."]
        for index, target in enumerate(targets):
            name = "t%d" % index
            os.symlink(target, self.mounted(name))
            with self.tree.open(name, smb2.READ_ATTRIBUTES, options=OPEN_ITSELF) as file:
                tag, data = file.reparse_point()
            with self.tree.open(
                name + "-again", 0x180, disposition=smb2.CREATE_NEW, options=OPEN_ITSELF
            ) as file:
                file.set_reparse_point(tag, data)
            self.assertEqual(os.readlink(self.mounted(name + "-again")), target)


class ReparseTest(Control):
    """`symlinks: reparse`: the client follows."""

    instance_options = {"share_options": {"symlinks": "reparse"}}

    def test_stops(self):
        os.mkdir(self.mounted("dir"))
        os.symlink("../to", self.mounted("dir/link"))
        for path, unparsed in (("dir\\link", 0), ("dir\\link\\é\\x", 8)):
            body = self.tree.create_body(path, smb2.GENERIC_READ, smb2.SHARE_ALL, smb2.OPEN, 0, 0)
            response = self.tree.connection.call(
                smb2.CREATE, body, tree_id=self.tree.id, want=("STOPPED_ON_SYMLINK",)
            )
            length = struct.unpack_from("<I", response.body, 4)[0]
            data = response.body[8 : 8 + length]
            size, tag, reparse, _, left = struct.unpack_from("<IIIHH", data)
            self.assertEqual((size, tag, reparse, left), (length - 4, 0x4C4D5953, SYMLINK, unparsed))
            self.assertEqual(data[16:], smb2.symbolic_link("..\\to"))

    def test_lists(self):
        self.put("file", b"12345")
        os.symlink("file", self.mounted("link"))
        listed = {entry.name: entry for entry in self.tree.list()}
        self.assertTrue(listed["link"].attributes & REPARSE)
        self.assertFalse(listed["file"].attributes & REPARSE)


if __name__ == "__main__":
    main()
