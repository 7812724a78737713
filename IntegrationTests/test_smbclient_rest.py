"""The rarer commands of smbclient: what they change is seen through the mount, what comes later is refused at once."""

import os
import subprocess
import tarfile
import time

from support import trees
from support.instance import ORACLE, smbclient_environment, timed
from support.testing import DoorsTestCase, main

TIME_LIMIT = 240
QUICK = 5


class CommandCase(DoorsTestCase):
    def setUp(self):
        super().setUp()
        self.place = self.id().rpartition(".")[2]
        os.mkdir(self.mounted(self.place))
        for name, text in (("a.txt", "aaa\n"), ("b.txt", "bbbbb\n")):
            with open(self.local(name), "w") as file:
                file.write(text)

    def at(self, *parts):
        return self.mounted(self.place, *parts)

    def names(self, *parts):
        return sorted(os.listdir(self.at(*parts)))

    def text(self, *parts):
        with open(self.at(*parts)) as file:
            return file.read()

    def do(self, commands, **options):
        return self.server.smbclient("cd %s; lcd %s; %s" % (self.place, self.scratch, commands), **options).text

    def refused(self, commands, *statuses, **options):
        """Each of the statuses is told, in this order."""
        text = self.server.smbclient(
            "cd %s; lcd %s; %s" % (self.place, self.scratch, commands), check=False, **options
        ).text
        rest = text
        for status in statuses:
            self.assertIn("NT_STATUS_" + status, rest, text)
            rest = rest.partition("NT_STATUS_" + status)[2]
        return text


class NameTests(CommandCase):
    def test_rename_over(self):
        self.do("put a.txt; put b.txt")
        self.refused("rename a.txt b.txt", "OBJECT_NAME_COLLISION")
        self.assertEqual(self.names(), ["a.txt", "b.txt"])
        self.do("rename a.txt b.txt -f")
        self.assertEqual((self.names(), self.text("b.txt")), (["b.txt"], "aaa\n"))
        self.do("rename b.txt B.TXT")
        self.assertEqual(self.names(), ["B.TXT"])
        self.refused("mkdir d; rename d d\\e\\f; rename nosuch x", "OBJECT_PATH_NOT_FOUND", "OBJECT_NAME_NOT_FOUND")
        self.assertEqual(self.names(), ["B.TXT", "d"])

    def test_hard_links(self):
        self.do("put a.txt; mkdir d; hardlink a.txt d\\second")
        self.assertEqual(os.stat(self.at("a.txt")).st_ino, os.stat(self.at("d/second")).st_ino)
        self.refused("hardlink a.txt d\\second; hardlink nosuch x", "OBJECT_NAME_COLLISION", "OBJECT_NAME_NOT_FOUND")
        self.do("del a.txt")
        self.assertEqual((self.names(), self.text("d/second")), (["d"], "aaa\n"))

    def test_wildcards(self):
        for name in ("one.c", "two.c", "three.h", "none", "UP.C"):
            with open(self.at(name), "w"):
                pass
        os.mkdir(self.at("dir.c"))
        self.do("del *.c")
        self.assertEqual(self.names(), ["dir.c", "none", "three.h"])
        self.do("del n?ne; del thr*.?")
        self.assertEqual(self.names(), ["dir.c"])
        self.refused("del *.c; wdel 0 *", "NO_SUCH_FILE", "OBJECT_NAME_INVALID")
        self.assertEqual(self.names(), ["dir.c"])

    def test_whole_trees_go(self):
        os.makedirs(self.at("d1/e/f"))
        os.makedirs(self.at("d2"))
        for path in ("d1/x", "d1/e/y", "d1/e/f/z", "d", "keep"):
            with open(self.at(path), "w") as file:
                file.write(path)
        self.do("deltree d1")
        self.assertEqual(self.names(), ["d", "d2", "keep"])
        self.do("deltree d*")
        self.assertEqual(self.names(), ["keep"])

    def test_odd_names(self):
        names = ["per%cent", "a'b", "a`b", "$x", "a&b", "ünï", "日本", "😀", ".hidden", "sp ace", "CON", "com1.txt", "[x]"]
        for name in names:
            self.do('put a.txt "%s"' % name)
        self.assertEqual(self.names(), sorted(names))
        text = self.do("ls")
        for name in names:
            if not ORACLE or name not in ("CON", "com1.txt"):
                self.assertIn("  %s " % name, text)
            self.do('get "%s" back' % name)
        self.do("put a.txt ÜNÏ")
        self.assertEqual(self.names(), sorted(names))
        for name in ("a*b", "a?b", "a|b", "a<b", "a>b"):
            self.refused('put a.txt "%s"' % name, "OBJECT_NAME_INVALID")
        self.refused("get . back", "OBJECT_NAME_INVALID")
        self.assertEqual(self.names(), sorted(names))

    def test_nothing_above_the_root(self):
        text = self.do("cd ..; cd ..; cd ..; pwd; ls ..\\..\\*")
        self.assertIn("\\%s\\\n" % self.server.share, text)
        self.assertIn(self.place, text)
        self.refused("get ..\\..\\..\\..\\etc\\passwd back", "OBJECT_PATH_NOT_FOUND")
        self.assertFalse(os.path.exists(self.local("back")))


class TransferTests(CommandCase):
    def test_copy_on_the_client(self):
        """scopy: FSCTL_SRV_COPYCHUNK is refused, and smbclient copies through itself."""
        with open(self.local("large"), "wb") as file:
            file.write(os.urandom(700_000))
        self.do("put large; scopy large copy")
        self.assertEqual(trees.digest(self.at("copy")), trees.digest(self.local("large")))
        self.refused("scopy nosuch x", "OBJECT_NAME_NOT_FOUND")
        self.assertEqual(self.names(), ["copy", "large"])

    def test_trees_by_mask(self):
        for path in ("t/one.c", "t/two.h", "t/sub/three.c", "t/sub/four.h"):
            os.makedirs(os.path.dirname(self.local(path)), exist_ok=True)
            with open(self.local(path), "w") as file:
                file.write(path)
        self.do("recurse; prompt; mput t")
        self.assertSameTree(trees.snapshot(self.local("t")), trees.snapshot(self.at("t")))
        os.mkdir(self.local("back"))
        self.do("lcd back; recurse; prompt; mask *.c; mget t")
        self.assertSameTree(
            {name: value for name, value in trees.snapshot(self.local("t")).items() if not name.endswith(b".h")},
            trees.snapshot(self.local("back/t")),
        )
        total = sum(len(path) for path in ("t/one.c", "t/two.h", "t/sub/three.c", "t/sub/four.h"))
        self.assertIn("Total number of bytes: %d" % total, self.do("recurse; du *"))

    def test_tar_of_some(self):
        for path in ("t/one", "t/sub/two", "t/sub/deep/three", "other"):
            os.makedirs(os.path.dirname(self.at(path)), exist_ok=True)
            with open(self.at(path), "w") as file:
                file.write(path)
        for command, wanted in (
            ("tar c x.tar", {"t/one", "t/sub/two", "t/sub/deep/three", "other"}),
            ("tar cI x.tar t/sub", {"t/sub/two", "t/sub/deep/three"}),
        ):
            with self.subTest(command=command):
                self.server.smbclient("cd %s; %s" % (self.place, command), check=False, cwd=self.scratch)
                with tarfile.open(self.local("x.tar")) as archive:
                    found = {
                        os.path.relpath(os.path.normpath(member.name), self.place)
                        if os.path.normpath(member.name).startswith(self.place)
                        else os.path.normpath(member.name)
                        for member in archive
                        if member.isfile()
                    }
                self.assertEqual(found, wanted)

    def test_archive_bit(self):
        self.do("put a.txt; put b.txt; setmode a.txt -a; lcd ..; mkdir sub; prompt; archive 1; lcd %s" % self.scratch)
        os.mkdir(self.local("back"))
        self.do("lcd back; prompt; archive 1; mget *.txt")
        self.assertEqual(os.listdir(self.local("back")), ["b.txt"])
        self.do("lcd back; prompt; archive 2; mget *.txt")
        text = self.do("allinfo b.txt")
        self.assertRegex(text, r"attributes:\s+(N )?\(?80\)?|attributes:\s+\(0\)|attributes: N")

    def test_lowercase(self):
        self.do("put a.txt UPPER.TXT")
        os.mkdir(self.local("back"))
        self.do("lcd back; lowercase; prompt; mget UPPER.TXT")
        self.assertEqual(os.listdir(self.local("back")), ["upper.txt"])


class AttributeTests(CommandCase):
    def test_setmode(self):
        self.do("put a.txt; setmode a.txt +rsh")
        self.assertRegex(self.do("ls a.txt"), r"a\.txt +AHSR ")
        self.refused("del a.txt; put b.txt a.txt", "CANNOT_DELETE", "ACCESS_DENIED")
        self.assertEqual(self.text("a.txt"), "aaa\n")
        self.do("setmode a.txt -rsha")
        self.assertRegex(self.do("ls a.txt"), r"a\.txt +N ")
        self.refused("setmode nosuch +r", "OBJECT_NAME_NOT_FOUND")

    def test_all_times(self):
        self.do("put a.txt; utimes a.txt 2001:02:03-04:05:06 2002:02:03-04:05:06 2003:02:03-04:05:06 -1")
        status = os.stat(self.at("a.txt"))
        text = self.do("allinfo a.txt")
        for line, year in (("create_time", 2001), ("access_time", 2002), ("write_time", 2003)):
            self.assertRegex(text, r"%s: +\w+ Feb +3 04:05:06( AM)? %d" % (line, year))
        self.assertEqual(int(status.st_mtime), 1044245106 + local_offset(1044245106))
        self.do("utimes a.txt -1 1969:02:03-04:05:06 2200:02:03-04:05:06 -1")
        text = self.do("allinfo a.txt")
        self.assertRegex(text, r"access_time: +\w+ Feb +3 04:05:06( AM)? 1969")
        self.assertRegex(text, r"write_time: +\w+ Feb +3 04:05:06( AM)? 2200")

    def test_extended_attributes(self):
        self.do("put a.txt; setea a.txt color green")
        path = self.at("a.txt")
        values = {name.lower(): os.getxattr(path, name) for name in os.listxattr(path)}
        self.assertEqual(values.get("user.color"), b"green")
        self.assertIn("green", self.do("geteas a.txt"))
        self.do('setea a.txt color ""')
        self.refused("geteas a.txt", "NO_EAS_ON_FILE")


class ConnectionTests(CommandCase):
    def test_show_and_volume(self):
        text = self.do("showconnect; volume; pwd; vuid; tid")
        self.assertIn("//%s/%s" % (self.server.host, self.server.share), text)
        self.assertRegex(text, r"Volume: \|[^|]+\| serial number 0x[0-9a-f]+")

    def test_trees_and_sessions_end(self):
        text = self.do("tcon %s; ls" % self.server.share)
        self.assertIn("tcon to %s successful" % self.server.share, text)
        self.refused("tcon nosuch", "BAD_NETWORK_NAME")
        self.refused("tdis; ls", "NETWORK_NAME_DELETED")
        self.refused("logoff; ls", "USER_SESSION_DELETED")
        self.refused("logon stranger-without-guest wrong; ls", *([] if ORACLE else ["NETWORK_NAME_DELETED"]))

    def test_what_comes_later_is_refused(self):
        """Quickly, and the connection goes on."""
        if ORACLE:
            return
        self.do("put a.txt")
        text = self.refused("posix; posix_mkdir d 755; stat a.txt; link a.txt l; readlink a.txt; chmod 600 a.txt; ls")
        self.assertIn("Server doesn't support UNIX CIFS calls", text)
        self.assertIn("a.txt", text.rpartition("UNIX CIFS calls")[2])
        self.assertLess(timed(lambda: self.refused("mkdir d; notify d; ls", "NOT_SUPPORTED", timeout=20)), QUICK)
        self.assertEqual(self.names(), ["a.txt", "d"])

    def test_symlink(self):
        if ORACLE:
            return
        self.do("put a.txt; symlink a.txt %s\\s" % self.place)  # It does not look at where it is.
        self.assertEqual(os.readlink(self.at("s")), "a.txt")

    def test_streams(self):
        if ORACLE:
            return
        self.do("put a.txt a:b; get a:b back")
        self.assertEqual(self.names(), ["a"])
        with open(os.path.join(self.scratch, "back"), "rb") as back:
            self.assertEqual(os.getxattr(self.at("a"), "user.DosStream.b:$DATA"), back.read())

    def test_list_of_shares(self):
        """Everybody who comes in is told the shares, at once."""
        command = ["smbclient", "-g", "-L", self.server.host, "-p", str(self.server.port), "-m", "SMB2_02"]
        for login in (["-A", self.server.auth_file], ["-N"]):
            with self.subTest(login=login):
                said = []

                def ask():
                    result = subprocess.run(
                        command + login,
                        stdin=subprocess.DEVNULL,
                        stdout=subprocess.PIPE,
                        stderr=subprocess.STDOUT,
                        timeout=30,
                        env=smbclient_environment(),
                    )
                    said.append(result.stdout.decode())

                self.assertLess(timed(ask), QUICK)
                if not ORACLE:
                    self.assertIn("Disk|export|", said[0])
                    self.assertIn("IPC|IPC$|", said[0])
        if not ORACLE:
            text = self.server.smbclient("ls; mkdir x; put %s x" % self.local("a.txt"), share="IPC$", check=False).text
            self.assertEqual(text.count("NT_STATUS_OBJECT_NAME_NOT_FOUND"), 3, text)


def local_offset(moment: int) -> int:
    """What smbclient, which reads local time, is off from UTC."""
    return -time.localtime(moment).tm_gmtoff


if __name__ == "__main__":
    main()
