"""impacket and pysmb, clients that others wrote: every operation compared with the mount."""

import os

from support.clienttests import ClientTests, FullerClientTests
from support.instance import ORACLE
from support.smb2 import SMBError
from support.testing import DoorsTestCase, main

TIME_LIMIT = 420


class ImpacketTests(ClientTests, FullerClientTests, DoorsTestCase):
    client_name = "impacket"
    rename_replaces = True

    def test_a_guest_is_told(self):
        with self.another() as client:
            self.assertTrue(self.connect_to(client, "stranger", "whatever", sign=False)["guest"])
        with self.another() as client:
            self.assertFalse(self.connect_to(client, "", "", sign=False)["guest"], "nobody is no guest")
        self.assertFalse(self.facts["guest"])

    def test_what_comes_later_is_refused(self):
        if ORACLE:
            return
        self.assertEqual(self.client.shares(), ["export\0", "IPC$\0"])
        os.mkdir(self.at("point"))
        self.assertStatus(
            ("IO_REPARSE_TAG_NOT_HANDLED", "NOT_SUPPORTED"), self.client.symlink, "target", self.remote("point")
        )
        self.client.echo()


class Impacket202Tests(ImpacketTests):
    dialect = 0x0202


class Impacket210Tests(ImpacketTests):
    dialect = 0x0210


class Impacket300Tests(ImpacketTests):
    dialect = 0x0300


class PysmbTests(ClientTests, DoorsTestCase):
    client_name = "pysmb"
    chosen_dialect = 0x0202
    delete_is_a_pattern = True

    def test_deleting_by_pattern(self):
        for name in ("one.c", "two.c", "three.h"):
            self.put(name)
        os.makedirs(self.at("folder.c/deep"))
        self.client.delete_matching(self.remote("*.c"))
        self.assertEqual(os.listdir(self.at()), ["three.h"])

    def test_what_comes_later_is_refused(self):
        if ORACLE:
            return
        self.assertEqual(self.client.shares(), ["export", "IPC$"])
        with self.assertRaises(SMBError):
            self.client.snapshots(self.place)
        self.client.echo()


if __name__ == "__main__":
    main()
