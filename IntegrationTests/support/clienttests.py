"""What every independent client can do, each operation compared with the mount: the files test_*.py say which client."""

import os

from . import drivers, trees
from .instance import ORACLE, user

SIZES = (0, 1, 4095, 4096, 4097, 65_535, 65_536, 65_537, 1_048_577, 3_000_000)
READONLY, HIDDEN, DIRECTORY, ARCHIVE, NORMAL = 0x1, 0x2, 0x10, 0x20, 0x80
NAMES = ("plain", "With Space", "ümlaut", "日本語", "😀", "a.b.c", ".hidden", "percent%", "UPPER", "n" * 200)
ALICE = user("alice", "wonder land", 1000, 1000)


class ClientTests:
    """What each of them can do; the classes below say which one."""
    # What the client is told to speak; without one it chooses from all that it has.
    dialect = None
    chosen_dialect = 0x0311
    encrypted = False

    client_name = ""
    instance_options = {"users": [ALICE], "smb": {"guest": True}}
    rename_replaces = False
    delete_clears_readonly = False
    delete_is_a_pattern = False

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        drivers.install()
        os.chmod(cls.server.mount, 0o777)
        cls.driver = drivers.Driver(cls.client_name, cls.server.directory)
        cls.addClassCleanup(cls.driver.__exit__)
        cls.client = cls.driver
        cls.facts = cls.connect_to(cls.driver)

    @classmethod
    def connect_to(cls, driver, name=None, password=None, share=None, sign=True, dialect=None, encrypted=None):
        server = cls.server
        dialect = dialect or cls.dialect
        encrypted = cls.encrypted if encrypted is None else encrypted
        return driver.connect(
            server.host,
            server.port,
            share or server.share,
            server.user if name is None else name,
            server.password if password is None else password,
            sign,
            *([dialect, encrypted] if dialect or encrypted else []),
        )

    def setUp(self):
        super().setUp()
        self.place = self.id().rpartition(".")[2]
        os.mkdir(self.mounted(self.place))

    def at(self, *parts):
        return self.mounted(self.place, *parts)

    def remote(self, *parts):
        return "/".join((self.place,) + parts)

    def another(self):
        return drivers.Driver(self.client_name, self.scratch)

    def put(self, name, data=b"text"):
        """A file that the mount makes."""
        with open(self.at(name), "wb") as file:
            file.write(data)
        return self.remote(name)

    # -- coming in ----------------------------------------------------------------------------------------------
    def test_dialect_and_signing(self):
        self.assertEqual(self.facts["dialect"], self.dialect or self.chosen_dialect)
        self.assertTrue(self.facts["signs"] or self.encrypted)
        self.client.echo()

    @property
    def unsigned_dialect(self):
        """3.1.1 ends a connection whose TREE_CONNECT is neither signed nor sealed, and smbprotocol sends such a one when it
        is told not to sign; impacket then signs for guests too, who have no key."""
        return 0x0300 if self.facts["dialect"] == 0x0311 else None

    def test_unsigned(self):
        self.put("file", b"unsigned")
        with self.another() as client:
            facts = self.connect_to(client, sign=False, dialect=self.unsigned_dialect, encrypted=False)
            self.assertFalse(facts["signs"])
            client.read(self.remote("file"), self.local("file"))
            client.mkdir(self.remote("d"))
            client.close()
        self.assertEqual(sorted(os.listdir(self.at())), ["d", "file"])

    def test_other_users(self):
        with self.another() as client:
            self.connect_to(client, "alice", "wonder land")
            os.chmod(self.at(), 0o777)
            client.mkdir(self.remote("alices"))
            if not ORACLE:  # The oracle's user is a stand-in with another number.
                self.assertEqual(os.stat(self.at("alices")).st_uid, 1000)
            os.chmod(self.at(), 0o755)
            self.assertStatus("ACCESS_DENIED", client.mkdir, self.remote("refused"))
            self.put("secret")
            os.chmod(self.at("secret"), 0o600)
            self.assertStatus("ACCESS_DENIED", client.read, self.remote("secret"), self.local("x"))
            self.assertStatus("ACCESS_DENIED", client.delete, self.remote("secret"))
        self.assertEqual(sorted(os.listdir(self.at())), ["alices", "secret"])

    def test_wrong_password(self):
        for name, password in (("alice", "wrong"), (self.server.user, "wrong"), ("alice", "")):
            with self.subTest(name=name, password=password), self.another() as client:
                self.assertStatus("LOGON_FAILURE", self.connect_to, client, name, password)

    def test_guest(self):
        os.chmod(self.at(), 0o777)
        with self.another() as client:
            self.connect_to(
                client, "stranger", "whatever", sign=False, dialect=self.unsigned_dialect, encrypted=False
            )
            client.mkdir(self.remote("guests"))
            client.close()
        self.assertNotIn(os.stat(self.at("guests")).st_uid, (0, 1000))

    def test_unknown_share(self):
        # Samba answers smbprotocol's question for a referral before it is asked for the share.
        expected = ("BAD_NETWORK_NAME", "0xC0000225") if ORACLE else "BAD_NETWORK_NAME"
        self.assertStatus(expected, self.client.tree, "nosuch")
        self.client.tree(self.server.share.upper())

    # -- directories --------------------------------------------------------------------------------------------
    def test_directories(self):
        for path in ("a", "a/b", "a/b/c", "ü ber"):
            self.client.mkdir(self.remote(path))
            self.assertTrue(os.path.isdir(self.at(path)), path)
        self.assertStatus("OBJECT_NAME_COLLISION", self.client.mkdir, self.remote("a"))
        self.assertStatus("OBJECT_PATH_NOT_FOUND", self.client.mkdir, self.remote("no/where"))
        self.assertStatus("DIRECTORY_NOT_EMPTY", self.client.rmdir, self.remote("a"))
        self.client.rmdir(self.remote("a/b/c"))
        self.assertFalse(os.path.exists(self.at("a/b/c")))
        self.assertStatus("OBJECT_NAME_NOT_FOUND", self.client.rmdir, self.remote("a/b/c"))
        self.put("file")
        self.assertStatus("NOT_A_DIRECTORY", self.client.rmdir, self.remote("file"))
        self.assertTrue(os.path.exists(self.at("file")))

    def test_listing(self):
        for index, name in enumerate(NAMES):
            self.put(name, b"x" * index)
        os.mkdir(self.at("folder"))
        wanted = sorted([name, index, False] for index, name in enumerate(NAMES)) + [["folder", 0, True]]
        self.assertEqual(sorted(self.client.list(self.place, "*")), sorted(wanted))
        self.assertEqual([entry[0] for entry in self.client.list(self.place, "*.b.?")], ["a.b.c"])
        self.assertEqual([entry[0] for entry in self.client.list(self.place, "upper")], ["UPPER"])
        self.assertStatus(
            ("OBJECT_NAME_NOT_FOUND", "OBJECT_PATH_NOT_FOUND"), self.client.list, self.remote("nowhere"), "*"
        )

    def test_a_long_listing(self):
        names = ["entry-%04d-%s" % (index, "x" * (index % 50)) for index in range(1500)]
        for name in names:
            with open(self.at(name), "wb"):
                pass
        self.assertEqual(sorted(entry[0] for entry in self.client.list(self.place, "*")), names)

    # -- bytes --------------------------------------------------------------------------------------------------
    def test_written_by_the_client(self):
        for size in SIZES:
            with self.subTest(size=size):
                digest = trees.write_payload(self.local("source"), size, 1)
                self.client.write(self.remote("to-%d" % size), self.local("source"))
                self.assertEqual(trees.digest(self.at("to-%d" % size)), digest)

    def test_read_by_the_client(self):
        for size in SIZES:
            with self.subTest(size=size):
                digest = trees.write_payload(self.at("from-%d" % size), size, 2)
                self.client.read(self.remote("from-%d" % size), self.local("target"))
                self.assertEqual(trees.digest(self.local("target")), digest)

    def test_overwriting_with_less(self):
        path = self.put("file", b"long" * 1000)
        with open(self.local("short"), "wb") as file:
            file.write(b"short")
        self.client.write(path, self.local("short"))
        with open(self.at("file"), "rb") as file:
            self.assertEqual(file.read(), b"short")

    def test_pieces(self):
        path = self.put("file", b"0123456789" * 10)
        self.client.write_at(path, 45, "patched")
        self.client.write_at(path, 200, "beyond")
        wanted = bytearray(b"0123456789" * 10 + bytes(100) + b"beyond")
        wanted[45:52] = b"patched"
        with open(self.at("file"), "rb") as file:
            self.assertEqual(file.read(), wanted)
        self.assertEqual(self.client.read_at(path, 43, 12), "34patched234")

    def test_what_is_not_there(self):
        self.assertStatus("OBJECT_NAME_NOT_FOUND", self.client.info, self.remote("missing"))
        if not self.delete_is_a_pattern:
            self.assertStatus("OBJECT_NAME_NOT_FOUND", self.client.delete, self.remote("missing"))
        self.assertStatus("OBJECT_NAME_NOT_FOUND", self.client.read, self.remote("missing"), self.local("x"))
        self.assertStatus("OBJECT_PATH_NOT_FOUND", self.client.read, self.remote("no/where"), self.local("x"))

    # -- names --------------------------------------------------------------------------------------------------
    def test_renaming(self):
        os.mkdir(self.at("d"))
        self.put("one", b"1")
        self.put("two", b"2")
        self.client.rename(self.remote("one"), self.remote("d/moved"))
        self.assertEqual(sorted(os.listdir(self.at())), ["d", "two"])
        self.client.rename(self.remote("two"), self.remote("TWO"))
        if self.rename_replaces:
            self.client.rename(self.remote("two"), self.remote("d/moved"))
        else:
            self.assertStatus("OBJECT_NAME_COLLISION", self.client.rename, self.remote("two"), self.remote("d/moved"))
            self.assertEqual(sorted(os.listdir(self.at())), ["TWO", "d"])
            os.unlink(self.at("TWO"))
        self.client.rename(self.remote("d"), self.remote("e"))
        self.assertEqual(os.listdir(self.at()), ["e"])
        with open(self.at("e/moved"), "rb") as file:
            self.assertEqual(file.read(), b"2" if self.rename_replaces else b"1")
        self.assertStatus("OBJECT_NAME_NOT_FOUND", self.client.rename, self.remote("one"), self.remote("x"))

    def test_deleting(self):
        for name in NAMES:
            self.put(name)
            self.client.delete(self.remote(name))
            self.assertEqual(os.listdir(self.at()), [])

    # -- attributes ---------------------------------------------------------------------------------------------
    def test_information(self):
        path = self.put("file", b"x" * 12345)
        os.utime(self.at("file"), ns=(1_500_000_000_123_456_000, 1_400_000_000_654_321_000))
        info, status = self.client.info(path), os.stat(self.at("file"))
        self.assertEqual((info["size"], info["directory"]), (12345, False))
        self.assertEqual(info["attributes"] & DIRECTORY, 0)
        self.assertEqual(info["written"] // 1000, 1_400_000_000_654_321)
        self.assertEqual(info["accessed"] // 1000, status.st_atime_ns // 1000)
        if info.get("number") and not ORACLE:
            self.assertEqual(info["number"], status.st_ino)
        if "links" in info:
            os.link(self.at("file"), self.at("other"))
            self.assertEqual(self.client.info(path)["links"], 2)
        folder = self.client.info(self.place)
        self.assertTrue(folder["directory"] and folder["attributes"] & DIRECTORY)

    def test_times(self):
        path = self.put("file")
        self.client.set_times(path, 1_200_000_000_000_000_000, 1_100_000_000_000_000_000)
        self.assertEqual(os.stat(self.at("file")).st_mtime, 1_100_000_000)
        self.assertEqual(self.client.info(path)["written"], 1_100_000_000_000_000_000)

    def test_dos_attributes(self):
        path = self.put("file")
        self.client.set_attributes(path, HIDDEN | ARCHIVE)
        self.assertEqual(self.client.info(path)["attributes"], HIDDEN | ARCHIVE)
        self.client.set_attributes(path, READONLY)
        self.assertEqual(self.client.info(path)["attributes"] & ~ARCHIVE, READONLY)
        if not self.delete_clears_readonly:
            self.assertStatus("CANNOT_DELETE", self.client.delete, path)
            self.assertTrue(os.path.exists(self.at("file")))
            self.client.set_attributes(path, NORMAL)
        self.client.delete(path)
        self.assertEqual(os.listdir(self.at()), [])


class FullerClientTests:
    """What smbprotocol and impacket have and pysmb has not."""

    def test_volume(self):
        volume, status = self.client.volume(), os.statvfs(self.server.mount)
        self.assertEqual(volume["total"], status.f_blocks * status.f_frsize)
        self.assertLess(abs(volume["free"] - status.f_bavail * status.f_frsize), 1 << 28)

    def test_truncating(self):
        path = self.put("file", b"0123456789")
        self.client.truncate(path, 4)
        self.assertEqual(os.stat(self.at("file")).st_size, 4)
        self.client.truncate(path, 8)
        with open(self.at("file"), "rb") as file:
            self.assertEqual(file.read(), b"0123\0\0\0\0")
