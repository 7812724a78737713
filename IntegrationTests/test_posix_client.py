"""Linux's cifs client with the SMB3 POSIX extensions (`posix`): modes, owners, links and names as the mount shows them."""

import json
import os
import stat

from support import uml
from support.testing import DoorsTestCase, main

HERE = os.path.dirname(os.path.abspath(__file__))
SCRIPT = """set -e
printf 'username=%s\\npassword=%s\\n' '{user}' '{password}' >/run/credentials
mkdir -p /mnt/share /mnt/other /mnt/listed
options=port={port},vers=3.1.1,credentials=/run/credentials,iocharset=utf8,posix
timeout 60 mount -t cifs //{host}/{share} /mnt/share -o $options
timeout 60 mount -t cifs //{host}/{share} /mnt/other -o $options,modefromsid,idsfromsid,nosharesock
timeout 60 mount -t cifs //{host}/{share} /mnt/listed -o $options,actimeo=60,nosharesock
grep ' /mnt/share ' /proc/mounts >/run/shared/mounted
timeout 100 /usr/bin/python3 -B {here}/posix_guest.py /mnt/share /mnt/other /mnt/listed /run/shared/answers
timeout 30 umount /mnt/listed /mnt/other /mnt/share
"""

# Who is given what, where the tests may give anything away.
OWNERS = {"secret": (4711, 4712), "script": (4711, 0), "dir": (0, 4712)}


def facts(path: str) -> list:
    info = os.lstat(path)
    size = 0 if stat.S_ISDIR(info.st_mode) else info.st_size
    return [oct(info.st_mode), info.st_nlink, size, info.st_ino]


class PosixClientTests(DoorsTestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        host = cls.server.path("host")
        os.makedirs(os.path.join(host, "dir"))
        with open(os.path.join(host, "dir", "inside"), "w") as file:
            file.write("inside")
        for name, mode in (("plain", 0o644), ("secret", 0o600), ("script", 0o755), ("set", 0o2755), ("a:b", 0o664)):
            with open(os.path.join(host, name), "w") as file:
                file.write(name)
            os.chmod(os.path.join(host, name), mode)
        os.chmod(os.path.join(host, "dir"), 0o1777)
        if os.getuid() == 0:
            for name, (uid, gid) in OWNERS.items():
                os.chown(os.path.join(host, name), uid, gid)
        os.symlink("plain", os.path.join(host, "link"))
        os.symlink("dir", os.path.join(host, "dirlink"))
        os.symlink("nowhere/at/all", os.path.join(host, "dangling"))
        with uml.Guest() as guest:
            with open(os.path.join(guest.shared, "script"), "w") as file:
                server = cls.server
                file.write(
                    SCRIPT.format(
                        user=server.user,
                        password=server.password,
                        host=uml.HOST,
                        share=server.share,
                        port=server.port,
                        here=HERE,
                    )
                )
            cls.code, cls.output = guest.run(["/bin/sh", "/run/shared/script"], 160)
            cls.answers, cls.mounted_as = {}, ""
            if os.path.exists(os.path.join(guest.shared, "answers")):
                with open(os.path.join(guest.shared, "answers")) as file:
                    cls.answers = json.load(file)
            if os.path.exists(os.path.join(guest.shared, "mounted")):
                with open(os.path.join(guest.shared, "mounted")) as file:
                    cls.mounted_as = file.read()

    def answer(self, name):
        self.assertIn(name, self.answers, "exit code %d\n%s" % (self.code, self.output[-3000:]))
        return self.answers[name]

    def test_mounted_with_the_extensions(self):
        self.assertEqual(self.code, 0, self.output[-3000:])
        self.assertIn("posix,posixpaths", self.mounted_as)

    def test_what_the_host_made(self):
        names = os.listdir(self.mounted("host"))
        self.assertEqual(self.answer("of host"), {name: facts(self.mounted("host", name)) for name in names})

    def test_symbolic_links(self):
        self.assertEqual(self.answer("links"), ["plain", "plain", "nowhere/at/all"])
        self.assertEqual(self.answer("through link"), ["inside"])
        self.assertEqual(self.answer("dangling"), "ENOENT")

    def test_what_the_guest_made(self):
        # One is gone, and others have another mode or owner: tests of their own.
        changed = ("mode-444", "xx", "second", "mode-600", "mode-640", "mode-755")
        names = [name for name in self.answer("of guest") if name not in changed]
        expected = {name: facts(self.mounted("guest", name)) for name in names}
        self.assertEqual({name: self.answer("of guest")[name] for name in names}, expected)
        self.assertEqual(self.answer("of guest")["mode-4711"][0], oct(stat.S_IFREG | 0o4711))
        made = set(self.answer("of guest")) | {"sticky"}
        self.assertEqual(sorted(os.listdir(self.mounted("guest"))), sorted(made - {"mode-444"}))
        for name, text in self.answer("read again").items():
            with open(self.mounted("guest", name)) as file:
                self.assertEqual((text, file.read()), (name, name))
        self.assertEqual(self.answer("other case"), "ENOENT")

    def test_modes_that_change(self):
        modes = (("xx", stat.S_IFREG | 0o604), ("sticky", stat.S_IFDIR | 0o1777), ("mode-600", stat.S_IFREG | 0o4711))
        for name, mode in modes:
            self.assertEqual(os.stat(self.mounted("guest", name)).st_mode, mode, name)
        seen = [facts(self.mounted("guest", name)) for name, _ in modes]
        self.assertEqual(self.answer("changed modes"), [seen, seen])

    def test_owners(self):
        """Real ones, of what the host has given away and of what the guest made; and those that the guest gives."""
        mine = [os.getuid(), os.getgid()]
        wanted = {"host": OWNERS, "guest": {"mode-640": (4711, 4712), "mode-755": (0, 4712)}}
        for name, wanted_here in wanted.items():
            names = os.listdir(self.mounted(name))
            owners = {each: list(wanted_here.get(each, mine)) if mine[0] == 0 else mine for each in names}
            infos = {each: os.lstat(self.mounted(name, each)) for each in names}
            self.assertEqual({each: [info.st_uid, info.st_gid] for each, info in infos.items()}, owners)
            self.assertEqual(self.answer("owners")[name], owners)
        for name in wanted["guest"]:
            self.assertEqual(self.answer("chown " + name) == "", mine[0] == 0, name)

    def test_names_that_give_way(self):
        self.assertEqual(self.answer("renamed over open"), ["old", "new"])
        # Still read, without a link or an entry, and not there for another client.
        self.assertEqual(self.answer("unlinked while open"), ["new", 0, 0, [False, 0]])
        self.assertEqual(self.answer("read-only gone"), True)
        self.assertFalse(os.path.exists(self.mounted("guest", "to")))

    def test_statfs(self):
        info = os.statvfs(self.mounted())
        self.assertEqual(self.answer("statvfs"), [info.f_blocks * info.f_frsize, True])


if __name__ == "__main__":
    main()
