"""One table of opens for both doors: share modes, delete pending, what a FUSE caller is told when SMB forbids something."""

import errno
import os
import subprocess
import sys
import time

from support import smb2
from support.testing import PlaceTestCase, main

TIME_LIMIT = 120


class ShareModeTests(PlaceTestCase):
    def setUp(self):
        super().setUp()
        self.other = self.server.tree()
        self.addCleanup(self.other.close)
        with open(self.at("file"), "wb") as file:
            file.write(b"content")

    def open_local(self, flags, name="file"):
        os.close(os.open(self.at(name), flags))

    def test_between_smb_clients(self):
        cases = [
            (smb2.READ_DATA, smb2.SHARE_READ, smb2.READ_DATA, smb2.SHARE_READ, True),
            (smb2.READ_DATA, smb2.SHARE_READ, smb2.WRITE_DATA, smb2.SHARE_ALL, False),
            (smb2.READ_DATA, smb2.SHARE_NONE, smb2.READ_DATA, smb2.SHARE_ALL, False),
            (smb2.WRITE_DATA, smb2.SHARE_ALL, smb2.READ_DATA, smb2.SHARE_READ, False),
            (smb2.READ_DATA, smb2.SHARE_READ | smb2.SHARE_WRITE, smb2.DELETE, smb2.SHARE_ALL, False),
            (smb2.READ_DATA, smb2.SHARE_ALL, smb2.DELETE, smb2.SHARE_ALL, True),
            (smb2.READ_ATTRIBUTES, smb2.SHARE_NONE, smb2.WRITE_DATA, smb2.SHARE_NONE, True),
            (smb2.WRITE_DATA, smb2.SHARE_NONE, smb2.READ_ATTRIBUTES, smb2.SHARE_NONE, True),
        ]
        for access, share, second_access, second_share, allowed in cases:
            with self.subTest(first=(access, share), second=(second_access, second_share)):
                with self.tree.open(self.smb("file"), access, share=share):
                    if allowed:
                        self.other.open(self.smb("file"), second_access, share=second_share).close()
                    else:
                        self.assertStatus(
                            "SHARING_VIOLATION", self.other.open, self.smb("file"), second_access, share=second_share
                        )

    def test_what_smb_does_not_share_is_busy_through_the_mount(self):
        table = [
            (smb2.SHARE_NONE, (os.O_RDONLY, os.O_WRONLY, os.O_RDWR), ()),
            (smb2.SHARE_READ, (os.O_WRONLY, os.O_RDWR), (os.O_RDONLY,)),
            (smb2.SHARE_WRITE, (os.O_RDONLY, os.O_RDWR), (os.O_WRONLY,)),
            (smb2.SHARE_ALL, (), (os.O_RDONLY, os.O_WRONLY, os.O_RDWR)),
        ]
        for share, refused, allowed in table:
            with self.subTest(share=share), self.tree.open(self.smb("file"), smb2.GENERIC_READ, share=share):
                for flags in refused:
                    self.assertFails(errno.EBUSY, self.open_local, flags)
                for flags in allowed:
                    self.open_local(flags)
                os.stat(self.at("file"))
        self.open_local(os.O_RDWR)

    def test_a_mount_open_shares_everything(self):
        with open(self.at("file"), "r+b"):
            self.tree.open(self.smb("file"), smb2.GENERIC_WRITE, share=smb2.SHARE_ALL).close()
            self.assertStatus(
                "SHARING_VIOLATION", self.tree.open, self.smb("file"), smb2.GENERIC_WRITE, share=smb2.SHARE_NONE
            )
            self.assertStatus(
                "SHARING_VIOLATION", self.tree.open, self.smb("file"), smb2.GENERIC_READ, share=smb2.SHARE_READ
            )
        self.tree.open(self.smb("file"), smb2.GENERIC_WRITE, share=smb2.SHARE_NONE).close()

    def test_close_is_no_conflict_afterwards(self):
        """close(2) returns before the server hears of it; an SMB open that shares nothing must not be refused for that."""
        for i in range(200):
            self.open_local(os.O_RDWR)
            self.tree.open(self.smb("file"), smb2.GENERIC_WRITE, share=smb2.SHARE_NONE).close()

    def test_unlink_and_rename_of_a_name_that_smb_holds(self):
        with open(self.at("second"), "wb"):
            pass
        with self.tree.open(self.smb("file"), smb2.GENERIC_READ, share=smb2.SHARE_READ | smb2.SHARE_WRITE):
            self.assertFails(errno.EBUSY, os.unlink, self.at("file"))
            self.assertFails(errno.EBUSY, os.rename, self.at("second"), self.at("file"))
        with self.tree.open(self.smb("file"), smb2.GENERIC_READ, share=smb2.SHARE_ALL) as file:
            os.unlink(self.at("file"))
            self.assertFails(errno.ENOENT, os.stat, self.at("file"))
            self.assertEqual(file.read(7), b"content")
            self.assertFalse(self.other.exists(self.smb("file")))
            with open(self.at("file"), "wb") as new:
                new.write(b"new")
            self.assertEqual(self.other.read_file(self.smb("file")), b"new")
            self.assertEqual(file.read(7), b"content")
        self.assertEqual(self.other.read_file(self.smb("file")), b"new")

    def test_delete_pending(self):
        with self.tree.open(self.smb("file"), smb2.DELETE | smb2.READ_DATA, share=smb2.SHARE_ALL) as file:
            file.set_delete_pending()
            self.assertFails(errno.ENOENT, self.open_local, os.O_RDONLY)
            self.assertStatus("DELETE_PENDING", self.other.open, self.smb("file"), smb2.READ_DATA)
            file.set_delete_pending(False)
            self.open_local(os.O_RDONLY)
            file.set_delete_pending()
        self.assertFails(errno.ENOENT, os.stat, self.at("file"))

    def test_delete_on_close_waits_for_the_last_smb_open(self):
        first = self.tree.open(self.smb("file"), smb2.DELETE, share=smb2.SHARE_ALL, options=smb2.DELETE_ON_CLOSE)
        second = self.other.open(self.smb("file"), smb2.READ_DATA, share=smb2.SHARE_ALL)
        first.close()
        self.assertStatus("DELETE_PENDING", self.tree.open, self.smb("file"), smb2.READ_DATA)
        self.assertEqual(second.read(7), b"content")
        second.close()
        self.assertFalse(self.tree.exists(self.smb("file")))
        self.assertNotIn("file", os.listdir(self.mounted(self.place)))

    def test_a_closed_connection_releases_everything(self):
        self.other.open(self.smb("file"), smb2.GENERIC_ALL, share=smb2.SHARE_NONE)
        self.assertFails(errno.EBUSY, self.open_local, os.O_RDONLY)
        self.other.close()
        end = time.monotonic() + 5
        while True:
            try:
                self.open_local(os.O_RDWR)
                break
            except OSError as error:
                self.assertEqual(error.errno, errno.EBUSY)
                self.assertLess(time.monotonic(), end, "still busy 5 s after the connection was closed")

    def test_a_killed_process_releases_its_open(self):
        program = "import sys, time; f = open(sys.argv[1], 'r+b'); print('open', flush=True); time.sleep(60)"
        process = subprocess.Popen([sys.executable, "-c", program, self.at("file")], stdout=subprocess.PIPE)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.kill)
        process.stdout.readline()
        self.assertStatus(
            "SHARING_VIOLATION", self.tree.open, self.smb("file"), smb2.GENERIC_WRITE, share=smb2.SHARE_NONE
        )
        process.kill()
        process.wait()
        end = time.monotonic() + 5
        while True:
            try:
                self.tree.open(self.smb("file"), smb2.GENERIC_WRITE, share=smb2.SHARE_NONE).close()
                break
            except smb2.SMBError as error:
                self.assertEqual(error.name, "SHARING_VIOLATION")
                self.assertLess(time.monotonic(), end, "still open 5 s after the process was killed")

    def test_rename_of_a_directory_with_opens_below(self):
        os.mkdir(self.at("dir"))
        with open(self.at("dir/inner"), "wb") as file:
            file.write(b"1")
        with self.other.open(self.smb("dir/inner"), smb2.GENERIC_READ) as held:
            self.assertStatus("ACCESS_DENIED", self.tree.rename, self.smb("dir"), self.smb("moved"))
            os.rename(self.at("dir"), self.at("moved"))
            self.assertEqual(held.read(1), b"1")
            name = held.query(1, 9)
            self.assertIn("moved", name[4:].decode("utf-16-le"))
        with open(self.at("moved/inner"), "rb"):
            self.tree.rename(self.smb("moved"), self.smb("again"))
        self.assertEqual(os.listdir(self.at("again")), ["inner"])

    def test_a_program_that_runs_cannot_be_overwritten_without_sharing(self):
        with self.tree.open(self.smb("file"), smb2.GENERIC_WRITE, share=smb2.SHARE_NONE):
            result = subprocess.run(["cat", self.at("file")], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            self.assertEqual(result.returncode, 1)
            self.assertIn(b"busy", result.stderr.lower())
        self.assertEqual(subprocess.run(["cat", self.at("file")], stdout=subprocess.PIPE).stdout, b"content")

    def test_create_dispositions(self):
        data = {"file": b"content"}
        table = [
            (smb2.OPEN, "file", 1, b"content"),
            (smb2.OPEN, "none", "OBJECT_NAME_NOT_FOUND", None),
            (smb2.CREATE_NEW, "file", "OBJECT_NAME_COLLISION", b"content"),
            (smb2.CREATE_NEW, "new1", 2, b""),
            (smb2.OPEN_IF, "file", 1, b"content"),
            (smb2.OPEN_IF, "new2", 2, b""),
            (smb2.OVERWRITE, "file", 3, b""),
            (smb2.OVERWRITE, "none", "OBJECT_NAME_NOT_FOUND", None),
            (smb2.OVERWRITE_IF, "file", 3, b""),
            (smb2.OVERWRITE_IF, "new3", 2, b""),
            (smb2.SUPERSEDE, "file", 0, b""),
            (smb2.SUPERSEDE, "new4", 2, b""),
        ]
        for disposition, name, wanted, after in table:
            with self.subTest(disposition=disposition, name=name):
                with open(self.at("file"), "wb") as file:
                    file.write(data["file"])
                if isinstance(wanted, str):
                    self.assertStatus(wanted, self.tree.open, self.smb(name), smb2.GENERIC_ALL, disposition=disposition)
                else:
                    with self.tree.open(self.smb(name), smb2.GENERIC_ALL, disposition=disposition) as file:
                        self.assertEqual(file.action, wanted)
                if after is not None:
                    with open(self.at(name), "rb") as file:
                        self.assertEqual(file.read(), after)
        self.assertStatus("FILE_IS_A_DIRECTORY", self.tree.open, self.place, options=smb2.NON_DIRECTORY_FILE)
        self.assertStatus("NOT_A_DIRECTORY", self.tree.open, self.smb("file"), options=smb2.DIRECTORY_FILE)
        self.assertStatus(("OBJECT_PATH_NOT_FOUND",), self.tree.open, self.smb("none/file"), disposition=smb2.OPEN_IF)


if __name__ == "__main__":
    main()
