"""What a share looks like over SMB where it is asked to look otherwise, beside what the mount has: `hide`,
`named_streams`, `write_times`."""

import os
import struct

from support import smb2
from support.testing import PlaceTestCase, main

TIME_LIMIT = 60

HIDDEN, ARCHIVE = 0x2, 0x20
STREAM_INFORMATION, ATTRIBUTE_INFORMATION = 22, 5
NAMED_STREAMS = 0x00040000
LONG_AGO = 1_500_000_000 * 10**9


class PresentationTests(PlaceTestCase):
    instance_options = {
        "share_options": {"hide": [".*", "~$*"], "named_streams": False, "write_times": "delayed"},
    }

    def written(self, file):
        return smb2.from_filetime(file.basic()[2])

    def real(self, name):
        # SMB's times have 100 ns.
        return os.stat(self.at(name)).st_mtime_ns // 100 * 100

    def test_names_look_hidden_and_nothing_is_stored(self):
        for name in (".profile", "~$letter.doc", "letter.doc"):
            with open(self.at(name), "wb"):
                pass
        listed = {entry.name: bool(entry.attributes & HIDDEN) for entry in self.tree.list(self.place)}
        self.assertEqual(
            listed, {".": False, "..": False, ".profile": True, "~$letter.doc": True, "letter.doc": False}
        )
        with self.tree.open(self.smb(".PROFILE"), 0x180 | smb2.DELETE) as file:
            self.assertTrue(file.attributes & HIDDEN)
            file.set_basic(attributes=HIDDEN | ARCHIVE | 0x4)
            stored = struct.unpack("<I", os.getxattr(self.at(".profile"), "system.ntfs_attrib"))[0]
            self.assertEqual(stored & (HIDDEN | 0x4), 0x4)
            os.rename(self.at(".profile"), self.at("profile"))
            self.assertFalse(file.basic()[4] & HIDDEN)

    def test_streams_stay_out_of_reach(self):
        with open(self.at("file"), "wb") as file:
            file.write(b"data")
        os.setxattr(self.at("file"), "user.DosStream.s:$DATA", b"stream")
        for name in ("file:s", "file:s:$DATA", "file::$DATA", "file:new"):
            self.assertStatus("OBJECT_NAME_INVALID", self.tree.read_file, self.smb(name))
        with self.tree.open(self.smb("file"), smb2.READ_ATTRIBUTES) as file:
            listed = file.query(1, STREAM_INFORMATION)
            self.assertEqual(listed[24:], "::$DATA".encode("utf-16-le"))
            self.assertFalse(struct.unpack_from("<I", file.query(2, ATTRIBUTE_INFORMATION))[0] & NAMED_STREAMS)
        self.assertEqual(os.getxattr(self.at("file"), "user.DosStream.s:$DATA"), b"stream")

    def test_a_write_shows_late_over_smb_and_at_once_in_the_mount(self):
        with open(self.at("file"), "wb"):
            pass
        os.utime(self.at("file"), ns=(LONG_AGO, LONG_AGO))
        with self.tree.open(self.smb("file"), smb2.GENERIC_READ | smb2.GENERIC_WRITE) as file:
            file.write(b"x")
            self.assertEqual(self.written(file), LONG_AGO)
            self.assertGreater(self.real("file"), LONG_AGO)
            file.flush()
            self.assertEqual(self.written(file), self.real("file"))
        with self.tree.open(self.smb("file"), smb2.READ_ATTRIBUTES) as file:
            self.assertEqual(self.written(file), self.real("file"))

    def test_the_close_is_when_it_was_written_for_both(self):
        with self.tree.open(self.smb("file"), smb2.GENERIC_WRITE, disposition=smb2.OPEN_IF) as file:
            file.write(b"x")
            before = self.real("file")
        with self.tree.open(self.smb("file"), smb2.READ_ATTRIBUTES) as file:
            self.assertEqual(self.written(file), self.real("file"))
        self.assertGreater(self.real("file"), before)

    def test_what_the_mount_does_shows_at_once(self):
        with self.tree.open(self.smb("file"), smb2.GENERIC_READ | smb2.GENERIC_WRITE, disposition=smb2.OPEN_IF) as file:
            file.write(b"x")
            os.utime(self.at("file"), ns=(LONG_AGO, LONG_AGO))
            self.assertEqual(self.written(file), LONG_AGO)
        self.assertEqual(self.real("file"), LONG_AGO)
        with self.tree.open(self.smb("file"), smb2.GENERIC_READ | smb2.GENERIC_WRITE) as file:
            file.write(b"x")
            with open(self.at("file"), "ab") as local:
                local.write(b"y")
            self.assertEqual(self.written(file), self.real("file"))


if __name__ == "__main__":
    main()
