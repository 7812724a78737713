"""Named streams, extended attributes and DOS attributes: what SMB does with them and what the mount shows, both ways."""

import errno
import os
import struct

from support import smb2
from support.testing import PlaceTestCase, main

TIME_LIMIT = 60

FULL_EA = 15
STREAM_INFORMATION = 22


def attribute(stream):
    return f"user.DosStream.{stream}:$DATA"


class StreamTests(PlaceTestCase):
    def setUp(self):
        super().setUp()
        with open(self.at("file"), "wb") as file:
            file.write(b"content")

    def streams(self, name):
        """Names and sizes, as FileStreamInformation lists them."""
        with self.tree.open(self.smb(name), smb2.READ_ATTRIBUTES) as file:
            data = file.query(1, STREAM_INFORMATION)
        found = {}
        while data:
            following, length, size, _ = struct.unpack_from("<IIQQ", data)
            found[data[24 : 24 + length].decode("utf-16-le")] = size
            data = data[following:] if following else b""
        return found

    def test_streams_written_over_smb_are_attributes_of_the_mount(self):
        self.tree.write_file(self.smb("file:Zone.Identifier"), b"[ZoneTransfer]")
        self.assertEqual(os.listxattr(self.at("file")), [attribute("Zone.Identifier")])
        self.assertEqual(os.getxattr(self.at("file"), attribute("Zone.Identifier")), b"[ZoneTransfer]")
        self.assertEqual(self.streams("file"), {"::$DATA": 7, ":Zone.Identifier:$DATA": 14})
        with open(self.at("file"), "rb") as file:
            self.assertEqual(file.read(), b"content")

    def test_attributes_set_through_the_mount_are_streams(self):
        os.setxattr(self.at("file"), attribute("made"), b"here")
        self.assertEqual(self.tree.read_file(self.smb("file:MADE:$data")), b"here")
        os.setxattr(self.at("file"), attribute("Made"), b"replaced", os.XATTR_REPLACE)
        self.assertEqual(self.tree.read_file(self.smb("file:made")), b"replaced")
        os.removexattr(self.at("file"), attribute("made"))
        self.assertEqual(self.streams("file"), {"::$DATA": 7})
        self.assertStatus("OBJECT_NAME_NOT_FOUND", self.tree.read_file, self.smb("file:made"))

    def test_a_large_stream_is_listed_and_not_read(self):
        self.tree.write_file(self.smb("file:large"), bytes(65537))
        self.assertEqual(os.listxattr(self.at("file")), [attribute("large")])
        self.assertFails(errno.E2BIG, os.getxattr, self.at("file"), attribute("large"))
        self.tree.write_file(self.smb("file:large"), b"small")
        self.assertEqual(os.getxattr(self.at("file"), attribute("large")), b"small")

    def test_share_modes_of_a_stream_reach_the_mount(self):
        with self.tree.open(self.smb("file:held"), smb2.GENERIC_READ, share=smb2.SHARE_READ, disposition=smb2.OPEN_IF):
            self.assertFails(errno.EBUSY, os.setxattr, self.at("file"), attribute("held"), b"x")
            self.assertFails(errno.EBUSY, os.removexattr, self.at("file"), attribute("held"))
            self.assertFails(errno.EBUSY, os.unlink, self.at("file"))
        os.setxattr(self.at("file"), attribute("held"), b"x")

    def test_an_unlinked_files_stream_lives_on_while_it_is_open(self):
        self.tree.write_file(self.smb("file:s"), b"stream")
        with self.tree.open(self.smb("file:s"), smb2.GENERIC_READ) as stream:
            os.unlink(self.at("file"))
            self.assertEqual(stream.read_all(), b"stream")
        self.assertFalse(self.tree.exists(self.smb("file")))

    def test_directories_have_streams(self):
        os.mkdir(self.at("dir"))
        self.tree.write_file(self.smb("dir:s"), b"of a directory")
        self.assertEqual(os.getxattr(self.at("dir"), attribute("s")), b"of a directory")
        self.assertEqual(self.streams("dir"), {":s:$DATA": 14})
        os.rmdir(self.at("dir"))

    def test_names_with_a_colon_are_no_streams(self):
        with open(self.at("a:b"), "wb") as file:
            file.write(b"colon")
        self.assertEqual(self.tree.read_file(self.smb("a\uf022b")), b"colon")
        self.assertStatus("OBJECT_NAME_NOT_FOUND", self.tree.read_file, self.smb("a:b"))

    def test_extended_attributes_are_the_same_at_both_doors(self):
        os.setxattr(self.at("file"), "user.Color", b"red")
        with self.tree.open(self.smb("file"), smb2.GENERIC_READ | smb2.GENERIC_WRITE) as file:
            self.assertEqual(file.query(1, FULL_EA), struct.pack("<IBBH", 0, 0, 5, 3) + b"Color\0red")
            file.set(1, FULL_EA, struct.pack("<IBBH", 0, 0, 5, 4) + b"COLOR\0blue")
        self.assertEqual(os.listxattr(self.at("file")), ["user.Color"])
        self.assertEqual(os.getxattr(self.at("file"), "user.Color"), b"blue")

    def test_dos_attributes_and_the_time_of_creation(self):
        with self.tree.open(self.smb("file"), smb2.GENERIC_READ | smb2.GENERIC_WRITE) as file:
            file.set_basic(created=0x01D0000000000000, attributes=0x22)
        self.assertEqual(os.getxattr(self.at("file"), "system.ntfs_attrib"), struct.pack("<I", 0x22))
        self.assertEqual(os.getxattr(self.at("file"), "system.ntfs_attrib_be"), struct.pack(">I", 0x22))
        self.assertEqual(os.getxattr(self.at("file"), "system.ntfs_crtime"), struct.pack("<Q", 0x01D0000000000000))
        os.setxattr(self.at("file"), "system.ntfs_attrib", struct.pack("<I", 0x1))
        os.setxattr(self.at("file"), "system.ntfs_crtime", struct.pack("<Q", 0x01D1000000000000))
        with self.tree.open(self.smb("file"), smb2.READ_ATTRIBUTES) as file:
            basic = file.query(1, 4)
        self.assertEqual(struct.unpack_from("<Q", basic)[0], 0x01D1000000000000)
        self.assertEqual(struct.unpack_from("<I", basic, 32)[0], 0x1)
        self.assertEqual(os.listxattr(self.at("file")), [])


if __name__ == "__main__":
    main()
