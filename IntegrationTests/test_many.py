"""Many of everything: entries in one directory, lines from both doors, programs on both doors."""

import errno
import os
import subprocess
import sys
import threading

from support import smb2, trees
from support.testing import DoorsTestCase, main

TIME_LIMIT = 400
ENTRIES = 10_000
LINES = 10_000
HERE = os.path.dirname(os.path.abspath(__file__))


class ManyEntriesTests(DoorsTestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        os.mkdir(cls.server.path("many"))
        cls.wanted = sorted("entry-%05d" % i for i in range(ENTRIES))
        with cls.server.tree() as tree:
            for i, name in enumerate(cls.wanted):
                if i % 2:
                    open(cls.server.path("many", name), "w").close()
                else:
                    tree.open("many/" + name, smb2.GENERIC_WRITE, disposition=smb2.CREATE_NEW).close()

    def test_mount_lists_them(self):
        listed = os.listdir(self.mounted("many"))
        self.assertEqual(len(listed), ENTRIES)
        self.assertEqual(sorted(listed), self.wanted)
        found = subprocess.run(
            ["find", self.mounted("many"), "-type", "f", "-size", "0"], stdout=subprocess.PIPE, check=True, timeout=60
        )
        self.assertEqual(len(found.stdout.splitlines()), ENTRIES)

    def test_smb_lists_them(self):
        with self.server.tree() as tree:
            for size in (65536, 4096, 700):
                with self.subTest(buffer=size):
                    names = [entry.name for entry in tree.list("many", size=size)]
                    self.assertEqual(names[:2], [".", ".."])
                    self.assertEqual(sorted(names[2:]), self.wanted)
            self.assertEqual(sorted(tree.names("many", "*-0123?")), ["entry-%05d" % i for i in range(1230, 1240)])

    def test_smbclient_lists_them(self):
        text = self.server.smbclient("ls many/*").text
        names = sorted(line.split()[0] for line in text.splitlines() if line.startswith("  entry-"))
        self.assertEqual(names, self.wanted)

    def test_removal_while_listing(self):
        """What is neither added nor removed is listed exactly once, although every third entry goes meanwhile."""
        os.mkdir(self.mounted("shrinking"))
        names = ["n%04d" % i for i in range(3000)]
        for name in names:
            open(self.mounted("shrinking", name), "w").close()
        seen = []
        with self.server.tree() as tree, os.scandir(self.mounted("shrinking")) as entries:
            for i, entry in enumerate(entries):
                seen.append(entry.name)
                if i % 10 == 0 and i // 10 * 3 < len(names):
                    tree.remove("shrinking/" + names[i // 10 * 3])
        kept = set(names) - set(names[0 : len(names) : 3])
        self.assertEqual(len(seen), len(set(seen)), "an entry was listed twice")
        self.assertEqual(kept - set(seen), set(), "an entry was missed")


class AppendTests(DoorsTestCase):
    def test_both_doors_append_and_nothing_is_lost(self):
        open(self.mounted("log"), "w").close()
        errors = []

        def through_smb():
            try:
                with self.server.tree() as tree:
                    with tree.open("log", smb2.APPEND_DATA | smb2.READ_ATTRIBUTES | smb2.SYNCHRONIZE) as file:
                        for i in range(LINES):
                            file.append(b"smb %06d some words to make it longer\n" % i)
            except Exception as error:
                errors.append(error)

        worker = threading.Thread(target=through_smb)
        program = (
            "import os, sys\nfd = os.open(sys.argv[1], os.O_WRONLY | os.O_APPEND)\n"
            "for i in range(%d): os.write(fd, b'fuse %%06d and some other words\\n' %% i)\n" % LINES
        )
        worker.start()
        local = subprocess.run([sys.executable, "-c", program, self.mounted("log")], timeout=200)
        worker.join(200)
        self.assertEqual((local.returncode, errors, worker.is_alive()), (0, [], False))
        with open(self.mounted("log"), "rb") as file:
            lines = file.read().splitlines(keepends=True)
        smb = [line for line in lines if line.startswith(b"smb ")]
        fuse = [line for line in lines if line.startswith(b"fuse ")]
        self.assertEqual(smb, [b"smb %06d some words to make it longer\n" % i for i in range(LINES)])
        self.assertEqual(fuse, [b"fuse %06d and some other words\n" % i for i in range(LINES)])
        self.assertEqual(len(lines), 2 * LINES)
        with self.server.tree() as tree:
            self.assertEqual(tree.read_file("log"), b"".join(lines))


class TwentyProgramsTests(DoorsTestCase):
    """Ten programs on each door at the same time, each with work that it checks itself."""

    SHELL = r"""
    set -e; cd "$1"; n=$2; mkdir "p$n"; cd "p$n"
    for round in 1 2 3; do
      head -c $((50000 + n * 777)) /dev/urandom > a; cp a b; cmp a b; mv b c; cat a c > d; [ $(stat -c %s d) = $((2 * (50000 + n * 777))) ]
      mkdir -p x/y/z; cp d x/y/z/; ( cd x && tar cf ../x.tar . ); rm -r x; mkdir x; tar xf x.tar -C x; cmp d x/y/z/d
      sha256sum a c d > sums; sha256sum --quiet -c sums; ls -lR > listing 2>&1; rm -r x x.tar
      for i in 1 2 3 4 5 6 7 8 9; do echo $i > file$i; done; grep -l 5 file* | grep -qx file5; rm file*
    done
    """

    def smb_program(self, number, errors):
        try:
            directory = "s%d" % number
            with self.server.tree() as tree:
                tree.mkdir(directory)
                for i in range(40):
                    data, name = trees.payload(10_000 + i * 997, number), "%s/f%d" % (directory, i)
                    tree.write_file(name, data)
                    if tree.read_file(name) != data:
                        raise AssertionError(name + " reads back differently")
                    tree.rename(name, name + ".moved")
                    if i % 3 == 0:
                        tree.remove(name + ".moved")
                if len(tree.names(directory)) != 26:
                    raise AssertionError("%s lists %r" % (directory, tree.names(directory)))
        except Exception as error:
            errors.append("SMB program %d: %r" % (number, error))

    def smbclient_program(self, number, errors):
        source, back = self.local("source%d" % number), self.local("back%d" % number)
        data = trees.payload(700_000, number)
        with open(source, "wb") as file:
            file.write(data)
        commands = ["mkdir c%d" % number, "cd c%d" % number]
        for i in range(10):
            commands += ["put %s f%d" % (source, i), "rename f%d g%d" % (i, i), "ls"]
        try:
            self.server.smbclient("; ".join(commands + ["get g3 " + back, "del g9"]))
            if open(back, "rb").read() != data or len(os.listdir(self.mounted("c%d" % number))) != 9:
                raise AssertionError("other bytes or other names")
        except Exception as error:
            errors.append("smbclient %d: %r" % (number, error))

    def test_twenty_programs(self):
        errors = []
        locals_ = [
            subprocess.Popen(
                ["bash", "-c", self.SHELL, "program", self.mounted(), str(number)],
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
            )
            for number in range(10)
        ]
        threads = [threading.Thread(target=self.smb_program, args=(number, errors)) for number in range(6)]
        threads += [threading.Thread(target=self.smbclient_program, args=(number, errors)) for number in range(4)]
        for thread in threads:
            thread.start()
        for number, program in enumerate(locals_):
            text = program.communicate(timeout=200)[0].decode(errors="replace")
            if program.returncode:
                errors.append("mount program %d: exit code %d: %s" % (number, program.returncode, text[-400:]))
        for thread in threads:
            thread.join(200)
        self.assertEqual(errors, [])
        self.assertEqual(len([name for name in os.listdir(self.mounted()) if name[1:].isdigit()]), 20)

    def test_both_doors_change_the_same_names(self):
        """Create, rename and remove a few names from eight sides: no caller hangs, and both doors agree in the end."""
        os.mkdir(self.mounted("arena"))
        errors, stale = [], []

        def by_mount(seed):
            for i in range(300):
                a, b = (self.mounted("arena", "n%d" % ((seed + i * k) % 5)) for k in (3, 7))
                for name, action in (
                    ("open", lambda: open(a, "w").close()),
                    ("rename", lambda: os.rename(a, b)),
                    ("list", lambda: os.listdir(self.mounted("arena"))),
                    ("unlink", lambda: os.unlink(b)),
                ):
                    try:
                        action()
                    except FileNotFoundError:
                        pass
                    except OSError as error:
                        # EBUSY: SMB's share mode forbids it. ESTALE: the name went between LOOKUP and OPEN; the kernel
                        # looks it up once more, and it went again.
                        if error.errno == errno.ESTALE and name == "open":
                            stale.append(name)
                        elif error.errno != errno.EBUSY:
                            errors.append("%s: %r" % (name, error))

        def by_smb(seed):
            allowed = (
                "OBJECT_NAME_NOT_FOUND",
                "OBJECT_NAME_COLLISION",
                "SHARING_VIOLATION",
                "DELETE_PENDING",
                "ACCESS_DENIED",
            )
            try:
                with self.server.tree() as tree:
                    for i in range(300):
                        a, b = ("arena/n%d" % ((seed + i * k) % 5) for k in (3, 7))
                        for action in (
                            lambda: tree.write_file(a, b"x"),
                            lambda: tree.rename(a, b, True),
                            lambda: tree.names("arena"),
                            lambda: tree.remove(b),
                        ):
                            try:
                                action()
                            except smb2.SMBError as error:
                                if error.name not in allowed:
                                    errors.append(repr(error))
            except Exception as error:
                errors.append(repr(error))

        threads = [threading.Thread(target=target, args=(seed,)) for seed in range(4) for target in (by_mount, by_smb)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(120)
        self.assertEqual(errors[:5], [])
        self.assertLessEqual(len(stale), 3, "of 1200 opens")
        self.assertFalse(any(thread.is_alive() for thread in threads))
        with self.server.tree() as tree:
            self.assertEqual(sorted(tree.names("arena")), sorted(os.listdir(self.mounted("arena"))))
            for name in os.listdir(self.mounted("arena")):
                with open(self.mounted("arena", name), "rb") as file:
                    self.assertEqual(file.read(), tree.read_file("arena/" + name))


if __name__ == "__main__":
    main()
