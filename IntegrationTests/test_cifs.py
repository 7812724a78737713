"""Linux's own cifs client in a user-mode kernel: dialects, signing, sealing and ways to mount, compared with the mount.

A boot for up to a dozen mounts, one after the other; `cifs_guest.py` works through its list on each. The long form
(`run --long`) has all combinations, the short one a sample.
"""

import collections
import errno
import fcntl
import hashlib
import json
import os
import shutil
import threading

from support import processes, trees, uml
from support.instance import LONG, ORACLE
from support.testing import DoorsTestCase, main

TIME_LIMIT = 400
HERE = os.path.dirname(os.path.abspath(__file__))
ALWAYS = "mapposix,iocharset=utf8,serverino"
DIALECTS = ("2.0", "2.1", "3.0", "3.0.2", "3.1.1")
NUMBERS = {"2.0": 0x202, "2.1": 0x210, "3.0": 0x300, "3.0.2": 0x302, "3.1.1": 0x311}
MOUNTS_OF_A_BOOT = 12
Mode = collections.namedtuple("Mode", "dialect options")
MEBIBYTES, FILES = 100, 1000  # of the large file, and how many small ones


def short_modes() -> list:
    chosen = [
        ("3.1.1", ""),
        ("2.0", ""),
        ("2.1", "sign"),
        ("3.0", "seal"),
        ("3.0.2", "sign,cache=none"),
        ("3.1.1", "sign"),
        ("3.1.1", "seal,cache=loose"),
        ("3.1.1", "posix"),
        ("3.1.1", "mfsymlinks"),
        ("2.1", "modefromsid"),
        ("3.1.1", "modefromsid,idsfromsid"),
    ]
    return [Mode(*each) for each in chosen]


def long_modes() -> list:
    found = []
    for dialect in DIALECTS:
        protections = ("", "sign", "seal") if dialect >= "3" else ("", "sign")
        for cache in ("strict", "none", "loose"):
            for protection in protections:
                found.append((dialect, ",".join(filter(None, (protection, "cache=" + cache)))))
        found += [(dialect, "mfsymlinks"), (dialect, "modefromsid"), (dialect, "modefromsid,idsfromsid")]
    for options in ("posix", "posix,sign", "posix,seal", "posix,cache=none", "posix,cache=loose", "posix,modefromsid"):
        found.append(("3.1.1", options))
    found += [("3.1.1", "seal,mfsymlinks"), ("3.1.1", "seal,modefromsid,idsfromsid,mfsymlinks")]
    return [Mode(*each) for each in found]


MODES = long_modes() if LONG else short_modes()


def label(mode) -> str:
    return ",".join(filter(None, (mode.dialect, mode.options)))


def boots() -> list:
    """Which mounts share a boot, by number: the guest's clock and memory start anew with each."""
    return [range(len(MODES))[first : first + MOUNTS_OF_A_BOOT] for first in range(0, len(MODES), MOUNTS_OF_A_BOOT)]


def script(server, indices) -> str:
    """For /bin/sh in the guest: a mount that fails leaves a line in its log, and the next one has its turn."""
    unc, login = "//%s/%s" % (uml.HOST, server.share), "credentials=/run/credentials"
    lines = [
        "umask 077",
        "printf 'username=%%s\\npassword=%%s\\n' '%s' '%s' >/run/credentials" % (server.user, server.password),
        "umask 022",
        "mkdir -p /mnt/share",
        "timeout 30 mount -t cifs %s /mnt/share -o port=%d,vers=2.0,guest" % (unc, server.port),
        "ls /mnt/share/from-host >/run/shared/guest",
        "timeout 20 umount /mnt/share",
    ]
    for index in indices:
        mode = MODES[index]
        options = ",".join(filter(None, (mode.options, ALWAYS, login)))
        lines += [
            "{",
            "if timeout 40 mount -t cifs %s /mnt/share -o port=%d,vers=%s,%s; then"
            % (unc, server.port, mode.dialect, options),
            "grep '/mnt/share cifs' /proc/mounts >/run/shared/mounted-%d" % index,
            "cat /proc/fs/cifs/DebugData >/run/shared/facts-%d" % index,
            "timeout 150 /usr/bin/python3 -B %s/cifs_guest.py /mnt/share /run/shared/answers-%d" % (HERE, index)
            + " /run/shared/source %s %d %d" % (place(index), MEBIBYTES, FILES),
            "cd /; timeout 40 umount /mnt/share || umount -l /mnt/share",
            "else dmesg | tail -n 5; fi",
            "} >/run/shared/log-%d 2>&1" % index,
        ]
    return "\n".join(lines) + "\nexit 0\n"


def place(index: int) -> str:
    return "from-guest-%d" % index


class LinuxClientTests(DoorsTestCase):
    """A test a mode is added below; the table at the end says what each of its checks found."""

    table = {}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.kept, cls.ends, cls.tried = {}, [], {}
        cls.make_files()
        for indices in boots():
            cls.boot(indices)

    @classmethod
    def boot(cls, indices):
        with uml.Guest() as guest:
            source = os.path.join(guest.shared, "source")
            shutil.copytree("/usr/include/linux/netfilter_ipv4", source)
            for name in os.listdir(source):  # Names that differ in case only cannot both be made over SMB.
                if name.lower() != name:
                    os.unlink(os.path.join(source, name))
            cls.sent = trees.snapshot(source)
            with open(os.path.join(guest.shared, "script"), "w") as file:
                file.write(script(cls.server, indices))
            over = threading.Event()
            trier = threading.Thread(target=cls.try_held_ranges, args=(guest.shared, indices, over))
            trier.start()
            try:
                code, output = guest.run(["/bin/sh", "/run/shared/script"], 900 if LONG else 360)
            finally:
                over.set()
                trier.join()
            cls.ends.append((code, output[-1500:]))
            for name in os.listdir(guest.shared):
                path = os.path.join(guest.shared, name)
                if os.path.isfile(path):
                    with open(path, errors="replace") as file:
                        cls.kept[name] = file.read()

    @classmethod
    def try_held_ranges(cls, shared, indices, over):
        """What the mount lets a program do with the range that the guest holds, while it holds it; a mount at a time."""
        for index in indices:
            held = os.path.join(shared, "answers-%d.held" % index)
            processes.wait_until(lambda: over.is_set() or os.path.exists(held), 1800, 0.02)
            if over.is_set():
                return
            cls.tried[index] = cls.try_range(cls.server.path(place(index), "held"))
            open(held.removesuffix("held") + "tried", "w").close()

    @staticmethod
    def try_range(path):
        """Locks, reads and writes at byte 50, and the same at byte 150: `ok` or an errno's name."""
        said, file = [], os.open(path, os.O_RDWR)
        try:
            for place_in_file in (50, 150):
                for action in (
                    lambda: fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 10, place_in_file),
                    lambda: os.pread(file, 10, place_in_file),
                    lambda: os.pwrite(file, b"host", place_in_file),
                ):
                    try:
                        action()
                        said.append("ok")
                    except OSError as error:
                        said.append(errno.errorcode.get(error.errno, str(error.errno)))
        finally:
            os.close(file)
        return said

    @classmethod
    def make_files(cls):
        os.makedirs(cls.server.path("from-host"))
        for size in (0, 1, 4095, 4096, 65537, 1 << 20):
            trees.write_payload(cls.server.path("from-host", "size-%d" % size), size)
        with open(cls.server.path("from-host", "a:b"), "w") as file:
            file.write("reserved")
        os.setxattr(cls.server.path("from-host", "size-4096"), "user.FROM", b"the host")
        os.makedirs(cls.server.path("from-host-links"))
        with open(cls.server.path("from-host-links", "private"), "w") as file:
            file.write("private")
        os.chmod(cls.server.path("from-host-links", "private"), 0o600)
        os.symlink("private", cls.server.path("from-host-links", "link"))

    @classmethod
    def tearDownClass(cls):
        super().tearDownClass()
        names = [name for name, _ in CHECKS]
        print("  %-28s %11s %11s  %s" % ("mount", "write MiB/s", "read MiB/s", " ".join(names)))
        for index, mode in enumerate(MODES):
            row, speed = cls.table.get(index, {}), cls.answers_of(index).get("speed", (0, 0))
            marks = " ".join("%-*s" % (len(name), row.get(name, "?")) for name in names)
            print("  %-28s %11.0f %11.0f  %s" % ((label(mode),) + tuple(speed) + (marks,)))

    @classmethod
    def answers_of(cls, index) -> dict:
        return json.loads(cls.kept.get("answers-%d" % index, "{}") or "{}")

    def test_a_mount_without_a_password(self):
        self.assertIn("size-4096\n", self.kept.get("guest", ""), self.ends)

    def check_mode(self, index):
        mode, row = MODES[index], self.table.setdefault(index, {})
        log = self.kept.get("log-%d" % index, "never reached; guests: %s" % self.ends)
        answers = self.answers_of(index)
        self.assertTrue(answers, "no answers\n" + log[-2500:])
        for name, check in CHECKS:
            wanted = applies(name, mode)
            row[name] = "FAIL" if wanted else "-"
            if wanted:
                with self.subTest(name):
                    check(self, index, mode, answers)
                    row[name] = "ok"

    # -- what each mount has to show -----------------------------------------------------------------------------
    def path(self, index, *parts):
        return self.mounted(place(index), *parts)

    def check_negotiated(self, index, mode, answers):
        facts, mounted = self.kept["facts-%d" % index], self.kept["mounted-%d" % index]
        self.assertIn("Dialect 0x%x" % NUMBERS[mode.dialect], facts)
        if "sign" in mode.options.split(","):
            self.assertIn(" signed", facts)
        if "seal" in mode.options.split(","):
            self.assertRegex(facts.lower(), r"encrypted|sealed")
        shown = mounted.split()[3].split(",") + ["sign"]  # Which is not shown there, but above.
        for option in filter(None, mode.options.split(",")):
            self.assertIn(option, shown)

    def check_from_host(self, index, mode, answers):
        files = {name.decode(): entry[2] for name, entry in trees.snapshot(self.mounted("from-host")).items()}
        self.assertEqual(answers["from-host"], files)
        self.assertEqual(answers["numbers"], {name: os.stat(self.mounted("from-host", name)).st_ino for name in files})

    def check_copied(self, index, mode, answers):
        self.assertEqual(answers["copy"], 0)
        files = {name.decode(): entry[2] for name, entry in self.sent.items() if entry[0] == "file"}
        self.assertEqual(answers["copied"], files)
        self.assertSameTree(self.sent, trees.snapshot(self.path(index, "tree")))

    def check_large(self, index, mode, answers):
        self.assertEqual(answers["large"], trees.digest(self.path(index, "large")))
        self.assertEqual(os.stat(self.path(index, "large")).st_size, MEBIBYTES << 20)

    def check_names(self, index, mode, answers):
        if ORACLE:  # The names of the oracle's directory are as its client wrote them.
            return
        names = sorted(name for name in os.listdir(self.path(index)) if name.startswith("names-"))
        self.assertEqual(answers["names"], names)
        self.assertEqual(len(names), 13)
        for name in names:
            with open(self.path(index, name)) as file:
                self.assertEqual("names-" + file.read(), name)

    def check_changes(self, index, mode, answers):
        self.assertEqual(answers["changes"], ["0123456789appen", 1_111_111_111_111_111_100, 15])
        info = os.stat(self.path(index, "changed"))
        self.assertEqual((info.st_mtime_ns, info.st_size), (1_111_111_111_111_111_100, 15))
        with open(self.path(index, "changed"), "rb") as file:
            self.assertEqual(file.read(), b"0123456789appen")
        self.assertEqual(answers["replaced"], ["new", False])

    def check_errors(self, index, mode, answers):
        names = ("rmdir full", "mkdir again", "open missing", "exclusive", "unlink and rmdir")
        self.assertEqual([answers[name] for name in names], ["ENOTEMPTY", "EEXIST", "ENOENT", "EEXIST", False])

    def check_many(self, index, mode, answers):
        self.assertEqual(answers["many"], [FILES, FILES // 2])
        self.assertEqual((answers["tar"], answers["gone"]), (0, False))
        contents = {"f%04d" % i: (("%d\n" % i) * (i % 40)).encode() for i in range(FILES)}
        wanted = {name: hashlib.sha256(data).hexdigest() for name, data in contents.items()}
        self.assertEqual(answers["small files"], wanted)
        left = {name.encode(): ("file", len(contents[name]), wanted[name]) for name in sorted(wanted)[1::2]}
        self.assertSameTree(left, trees.snapshot(self.path(index, "small")))

    def check_mapped(self, index, mode, answers):
        self.assertEqual(answers["mapped"], "mapped")
        self.assertEqual(answers["sparse"], [1_000_003, True, trees.digest(self.path(index, "sparse"))])
        with open(self.path(index, "mapped"), "rb") as file:
            self.assertEqual(file.read()[100:106], b"mapped")

    def check_unlinked(self, index, mode, answers):
        self.assertEqual(answers["open and unlinked"], ["kept", False])
        self.assertFalse(os.path.exists(self.path(index, "unlinked")))

    def check_statfs(self, index, mode, answers):
        info = os.statvfs(self.mounted())
        self.assertEqual(answers["statfs"], info.f_blocks * info.f_frsize)

    def check_locks(self, index, mode, answers):
        refused = ("EACCES", "EAGAIN")
        for wanted, seen in zip((refused, "ok", "ok", refused, "ok"), answers["range locks"]):
            self.assertIn(seen, wanted)
        self.assertEqual(len(answers["range locks"]), 5, answers["range locks"])
        self.assertIn(answers["whole locks"][0], refused)
        self.assertEqual(answers["whole locks"][1], "ok")
        self.assertEqual(answers["waiting lock"], [True, 7])
        self.assertIs(answers["lock seen by the host"], True)
        if not ORACLE:  # The oracle's Samba keeps its locks to itself.
            self.assertIn(self.tried[index][0], refused)
            self.assertEqual(self.tried[index][1:3], ["EACCES", "EACCES"])
        self.assertEqual(self.tried[index][3:], ["ok"] * 3)
        self.assertEqual(self.try_range(self.path(index, "held")), ["ok"] * 6, "the lock outlived its holder")

    def check_xattrs(self, index, mode, answers):
        self.assertEqual(answers["attributes"], {"user.one": "1", "user.two": "22" * 100})
        path = self.path(index, "attributes")
        names = [name for name in os.listxattr(path) if name.startswith("user.") and name != "user.DOSATTRIB"]
        seen = {name.lower(): os.getxattr(path, name).decode() for name in names}
        self.assertEqual(seen, answers["attributes"])
        self.assertEqual(answers["kept attribute"], "the host")

    def check_holes(self, index, mode, answers):
        self.assertEqual(answers["holes"], [True, 262144, 524288])
        whole = b"a" * 262144 + bytes(262144) + b"a" * 262144 + bytes(65536) + b"a" * 196608 + bytes(524288)
        with open(self.path(index, "holes"), "rb") as file:
            self.assertTrue(file.read() == whole, "the mount shows other bytes")
            self.assertEqual(os.lseek(file.fileno(), 0, os.SEEK_HOLE), 262144)

    def check_copy(self, index, mode, answers):
        self.assertIs(answers["copied on the server"], True)
        self.assertEqual(trees.digest(self.path(index, "duplicate")), trees.digest(self.path(index, "original")))

    def check_links(self, index, mode, answers):
        self.assertEqual(answers["hard links"], [True, 2, "new"])
        self.assertEqual(os.stat(self.path(index, "old")).st_nlink, 2)
        self.assertEqual(os.stat(self.path(index, "old")).st_ino, os.stat(self.path(index, "linked")).st_ino)

    def check_symlinks(self, index, mode, answers):
        if "mfsymlinks" in mode.options:
            self.assertEqual(answers["symbolic links"], ["old", True, "new"])
            with open(self.path(index, "symbolic"), "rb") as file:
                self.assertTrue(file.read().startswith(b"XSym\n0003\n"))
        if "posix" in mode.options:
            self.assertEqual(answers["the host's link"], "private")
        if not ORACLE:
            self.assertEqual(answers["through the host's link"], "private")

    def check_modes(self, index, mode, answers):
        names = ("mode-file", "mode-directory", "mode-changed", "mode-sticky")
        seen = [oct(os.stat(self.path(index, name)).st_mode & 0o7777) for name in names]
        # This kernel makes with a mode over the POSIX extensions, but sends a change with modefromsid only.
        changed = ["0o604", "0o1777"] if "modefromsid" in mode.options else ["0o644", "0o755"]
        self.assertEqual(seen, ["0o640", "0o750"] + changed)
        self.assertEqual(answers["modes"], seen + ["0o600"])

    def check_owners(self, index, mode, answers):
        """Not over the POSIX extensions: test_posix_client.py, since this kernel takes owners from listings only there."""
        self.assertEqual(answers["owner"], [os.getuid(), os.getgid()])
        seen = []
        for name in ("given", "given-to-a-group"):
            info = os.stat(self.path(index, name))
            seen.append([info.st_uid, info.st_gid])
        if os.getuid() == 0:
            self.assertEqual(seen, [[4711, 4712], [0, 4712]])
            self.assertEqual([answers["given"], answers["given to a group"]], seen)
        else:
            self.assertEqual(seen, [[os.getuid(), os.getgid()]] * 2)
            self.assertNotIsInstance(answers["given"], list)


CHECKS = [
    (name.removeprefix("check_"), method)
    for name, method in vars(LinuxClientTests).items()
    if name.startswith("check_") and name != "check_mode"
]


def applies(name, mode) -> bool:
    options = mode.options.split(",")
    if name == "holes":
        return mode.dialect >= "3"
    if name == "modes":
        return "posix" in options or "modefromsid" in options
    if name == "owners":
        return "idsfromsid" in options
    return True


for number, each in enumerate(MODES):
    setattr(
        LinuxClientTests,
        "test_%02d_%s" % (number, label(each)),
        lambda self, number=number: self.check_mode(number),
    )


if __name__ == "__main__":
    main()
