"""smbprotocol, at every dialect and encrypted: what it can do and others cannot, compared with the mount."""

import os

from support import trees
from support.clienttests import ClientTests, FullerClientTests
from support.instance import ORACLE
from support.testing import DoorsTestCase, main

TIME_LIMIT = 420


class SmbprotocolTests(ClientTests, FullerClientTests, DoorsTestCase):
    client_name = "smbprotocol"
    delete_clears_readonly = True

    def test_appending(self):
        path = self.put("file", b"mount ")
        self.client.append(path, "client ")
        with open(self.at("file"), "ab") as file:
            file.write(b"mount ")
        self.client.append(path, "client")
        with open(self.at("file"), "rb") as file:
            self.assertEqual(file.read(), b"mount client mount client")

    def test_replacing(self):
        self.put("old", b"old")
        self.put("new", b"new")
        self.client.replace(self.remote("new"), self.remote("old"))
        self.assertEqual(os.listdir(self.at()), ["old"])
        with open(self.at("old"), "rb") as file:
            self.assertEqual(file.read(), b"new")

    def test_hard_links(self):
        path = self.put("file")
        self.client.link(path, self.remote("second"))
        self.assertEqual(os.stat(self.at("file")).st_nlink, 2)
        self.assertEqual(os.stat(self.at("file")).st_ino, os.stat(self.at("second")).st_ino)
        for name in ("second", "file"):
            self.assertStatus("OBJECT_NAME_COLLISION", self.client.link, path, self.remote(name))
        self.assertEqual(os.stat(self.at("file")).st_nlink, 2)

    def test_extended_attributes(self):
        path = self.put("file")
        os.setxattr(self.at("file"), "user.MOUNT", b"from the mount")
        self.client.set_extended_attribute(path, "CLIENT", "from the client")
        self.assertEqual(
            self.client.extended_attributes(path), {"CLIENT": "from the client", "MOUNT": "from the mount"}
        )
        names = {name.lower() for name in os.listxattr(self.at("file"))}
        self.assertLessEqual({"user.client", "user.mount"}, names)
        self.client.remove_extended_attribute(path, "MOUNT")
        self.assertEqual(self.client.extended_attributes(path), {"CLIENT": "from the client"})
        self.assertNotIn("user.mount", {name.lower() for name in os.listxattr(self.at("file"))})

    def test_streams_are_listed(self):
        self.assertEqual(self.client.streams(self.put("file", b"12345")), [["::$DATA", 5]])

    def test_trees(self):
        source = self.local("source")
        os.makedirs(os.path.join(source, "a", "b", "c"))
        for name in ("top", "a/one", "a/b/two", "a/b/c/three"):
            trees.write_payload(os.path.join(source, name), 3000 + len(name))
        self.client.copy_tree(source, self.remote("copy"))
        self.assertSameTree(trees.snapshot(source), trees.snapshot(self.at("copy")))
        self.assertEqual(
            self.client.walk(self.remote("copy")),
            [
                [self.remote("copy"), ["a"], ["top"]],
                [self.remote("copy/a"), ["b"], ["one"]],
                [self.remote("copy/a/b"), ["c"], ["two"]],
                [self.remote("copy/a/b/c"), [], ["three"]],
            ],
        )
        self.client.remove_tree(self.remote("copy"))
        self.assertEqual(os.listdir(self.at()), [])

    def test_copy_on_the_server(self):
        data = os.urandom(3 << 20)
        self.client.copy_on_server(self.put("file", data), self.remote("copy"))
        with open(self.at("copy"), "rb") as file:
            self.assertEqual(file.read(), data)

    def test_symlink(self):
        """It is made by a reparse point, and the mount sees a link that leads to the file."""
        if ORACLE:
            return
        self.put("file", b"behind the link")
        self.client.symlink("file", self.remote("symlink"))
        self.assertTrue(os.path.islink(self.at("symlink")))
        with open(self.at("symlink"), "rb") as file:
            self.assertEqual(file.read(), b"behind the link")


class Smbprotocol202Tests(SmbprotocolTests):
    dialect = 0x0202


class Smbprotocol210Tests(SmbprotocolTests):
    dialect = 0x0210


class Smbprotocol300Tests(SmbprotocolTests):
    dialect = 0x0300


class Smbprotocol302Tests(SmbprotocolTests):
    dialect = 0x0302


class SmbprotocolEncryptedTests(SmbprotocolTests):
    encrypted = True

    def test_it_is_encrypted(self):
        self.assertTrue(self.facts["encrypts"])


class Smbprotocol300EncryptedTests(SmbprotocolEncryptedTests):
    dialect = 0x0300


if __name__ == "__main__":
    main()
