"""Linux's own cifs client at vers=2.0 in a user-mode kernel, compared with the mount in both directions."""

import json
import os
import shutil

from support import trees, uml
from support.testing import DoorsTestCase, main

TIME_LIMIT = 240
HERE = os.path.dirname(os.path.abspath(__file__))


class LinuxClientTests(DoorsTestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with uml.Guest() as guest:
            source = os.path.join(guest.shared, "source")
            shutil.copytree("/usr/include/linux/netfilter_ipv4", source)
            for name in os.listdir(source):  # Names that differ in case only cannot both be made over SMB.
                if name.lower() != name:
                    os.unlink(os.path.join(source, name))
            cls.sent = trees.snapshot(source)
            os.makedirs(cls.server.path("from-host"))
            for size in (0, 1, 4095, 4096, 65537, 1 << 20):
                trees.write_payload(cls.server.path("from-host", "size-%d" % size), size)
            with open(cls.server.path("from-host", "a:b"), "w") as file:
                file.write("reserved")
            with open(os.path.join(guest.shared, "script"), "w") as file:
                file.write(
                    """set -e
umask 077
printf 'username=%%s\\npassword=%%s\\n' '%s' '%s' >/run/credentials
mkdir -p /mnt/share
timeout 60 mount -t cifs //%s/%s /mnt/share -o port=%d,vers=2.0,credentials=/run/credentials,mapposix,iocharset=utf8,noserverino
timeout 20 umount /mnt/share
timeout 60 mount -t cifs //%s/%s /mnt/share -o port=%d,vers=2.0,guest
ls /mnt/share/from-host >/run/shared/guest
timeout 20 umount /mnt/share
timeout 60 mount -t cifs //%s/%s /mnt/share -o port=%d,vers=2.0,credentials=/run/credentials,mapposix,iocharset=utf8,serverino
timeout 150 /usr/bin/python3 -B %s/cifs_guest.py /mnt/share /run/shared/answers /run/shared/source
timeout 30 umount /mnt/share
"""
                    % (
                        cls.server.user,
                        cls.server.password,
                        uml.HOST,
                        cls.server.share,
                        cls.server.port,
                        uml.HOST,
                        cls.server.share,
                        cls.server.port,
                        uml.HOST,
                        cls.server.share,
                        cls.server.port,
                        HERE,
                    )
                )
            cls.code, cls.output = guest.run(["/bin/sh", "/run/shared/script"], 200)
            cls.answers, cls.guest_list = {}, ""
            if os.path.exists(os.path.join(guest.shared, "guest")):
                with open(os.path.join(guest.shared, "guest")) as file:
                    cls.guest_list = file.read()
            if os.path.exists(os.path.join(guest.shared, "answers")):
                with open(os.path.join(guest.shared, "answers")) as file:
                    cls.answers = json.load(file)

    def answer(self, name):
        self.assertIn(name, self.answers, "exit code %d\n%s" % (self.code, self.output[-3000:]))
        return self.answers[name]

    def test_mounted_and_unmounted(self):
        self.assertEqual(self.code, 0, self.output[-3000:])

    def test_a_mount_without_a_password(self):
        self.assertIn("size-4096\n", self.guest_list, self.output[-3000:])

    def test_what_the_host_made(self):
        files = {name.decode(): entry[2] for name, entry in trees.snapshot(self.mounted("from-host")).items()}
        self.assertEqual(self.answer("from-host"), files)
        self.assertEqual(
            self.answer("numbers"), {name: os.stat(self.mounted("from-host", name)).st_ino for name in files}
        )

    def test_what_the_guest_copied(self):
        self.assertEqual(self.answer("copy"), 0)
        files = {name.decode(): entry[2] for name, entry in self.sent.items() if entry[0] == "file"}
        self.assertEqual(self.answer("copied"), files)
        self.assertSameTree(self.sent, trees.snapshot(self.mounted("from-guest", "tree")))

    def test_100_mib(self):
        self.assertEqual(self.answer("large"), trees.digest(self.mounted("from-guest", "large")))

    def test_names(self):
        names = sorted(name for name in os.listdir(self.mounted("from-guest")) if name.startswith("names-"))
        self.assertEqual(self.answer("names"), names)
        self.assertEqual(len(names), 13)
        for name in names:
            with open(self.mounted("from-guest", name)) as file:
                self.assertEqual("names-" + file.read(), name)

    def test_changes(self):
        self.assertEqual(self.answer("changes"), ["0123456789appen", 1_111_111_111_111_111_100, 15])
        info = os.stat(self.mounted("from-guest", "changed"))
        self.assertEqual((info.st_mtime_ns, info.st_size), (1_111_111_111_111_111_100, 15))
        with open(self.mounted("from-guest", "changed"), "rb") as file:
            self.assertEqual(file.read(), b"0123456789appen")
        self.assertEqual(self.answer("replaced"), ["new", False])

    def test_errors(self):
        seen = [
            self.answer(name) for name in ("rmdir full", "mkdir again", "open missing", "exclusive", "unlink and rmdir")
        ]
        self.assertEqual(seen, ["ENOTEMPTY", "EEXIST", "ENOENT", "EEXIST", False])

    def test_many_files(self):
        self.assertEqual(self.answer("many"), [1000, 500])
        self.assertEqual((self.answer("tar"), self.answer("gone")), (0, False))

    def test_mapped_and_sparse(self):
        self.assertEqual(self.answer("mapped"), "mapped")
        self.assertEqual(self.answer("sparse"), [1_000_003, True])
        with open(self.mounted("from-guest", "mapped"), "rb") as file:
            self.assertEqual(file.read()[100:106], b"mapped")

    def test_unlinked_while_open(self):
        self.assertEqual(self.answer("open and unlinked"), ["kept", False])
        self.assertFalse(os.path.exists(self.mounted("from-guest", "unlinked")))

    def test_statfs(self):
        info = os.statvfs(self.mounted())
        self.assertEqual(self.answer("statfs"), info.f_blocks * info.f_frsize)


if __name__ == "__main__":
    main()
