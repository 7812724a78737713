"""Every command of smbclient that a share without extensions can serve, with its effect seen through the mount; at the
dialect that smbclient chooses, which is the newest, at each of the others, and sealed."""

import json
import os
import stat
import subprocess

from support.instance import BINARY, ORACLE, smbclient_environment
from support.testing import DoorsTestCase, main

TIME_LIMIT = 120


class CommandTests(DoorsTestCase):
    client, spoken = {}, "3.1.1"

    def setUp(self):
        super().setUp()
        self.place = self.id().rpartition(".")[2]
        os.mkdir(self.mounted(self.place))
        with open(self.local("source"), "w") as file:
            file.write("first\n")

    def run_in_place(self, commands, **options):
        return self.server.smbclient("cd %s; lcd %s; %s" % (self.place, self.scratch, commands), **self.client, **options)

    def at(self, *parts):
        return self.mounted(self.place, *parts)

    def test_the_dialect_that_is_spoken(self):
        if ORACLE:  # which tells nobody
            return
        said = self.local("status")
        # A command of the shell's, which smbclient runs while it is connected, has to come by standard input.
        asked = "!'%s' status --json --control '%s' >'%s'\n" % (BINARY, self.server.ready["control"], said)
        subprocess.run(
            self.server.smbclient_command("", **self.client)[:-2],
            input=asked.encode(),
            stdout=subprocess.DEVNULL,
            timeout=60,
            env=smbclient_environment(),
            check=True,
        )
        with open(said) as file:
            clients = json.load(file)["doors"]["smb"]["clients"]
        self.assertEqual([client["dialect"] for client in clients], [self.spoken])

    def test_put_get_and_their_kin(self):
        self.run_in_place("put source; put source other; rename source moved; get moved back")
        self.assertEqual(sorted(os.listdir(self.at())), ["moved", "other"])
        with open(self.local("back")) as file:
            self.assertEqual(file.read(), "first\n")
        text = self.run_in_place("get other -").text
        self.assertIn("first\n", text)
        self.run_in_place("del other; rm moved")
        self.assertEqual(os.listdir(self.at()), [])

    def test_a_resumed_transfer(self):
        whole = os.urandom(300_000)
        with open(self.at("large"), "wb") as file:
            file.write(whole)
        with open(self.local("large"), "wb") as file:
            file.write(whole[:77_777])
        self.run_in_place("reget large")
        with open(self.local("large"), "rb") as file:
            self.assertTrue(file.read() == whole)

    def test_directories(self):
        self.run_in_place("mkdir a; mkdir a/b; cd a/b; mkdir c; cd ../..; ls")
        self.assertTrue(os.path.isdir(self.at("a/b/c")))
        refused = self.run_in_place("rmdir a", check=False)
        self.assertIn("NT_STATUS_DIRECTORY_NOT_EMPTY", refused.text)
        self.run_in_place("rmdir a/b/c")
        self.assertFalse(os.path.exists(self.at("a/b/c")))
        with open(self.at("a/b/file"), "w"):
            pass
        self.run_in_place("deltree a")
        self.assertEqual(os.listdir(self.at()), [])
        refused = self.run_in_place("cd nowhere", check=False)
        self.assertIn("NT_STATUS_OBJECT_NAME_NOT_FOUND", refused.text)

    def test_listing(self):
        for i in range(30):
            with open(self.at("file%02d.%s" % (i, "txt" if i % 2 else "dat")), "w") as file:
                file.write("x" * i)
        os.mkdir(self.at("folder"))
        text = self.run_in_place("ls *.txt").text
        self.assertEqual(text.count(".txt"), 15)
        self.assertNotIn(".dat", text)
        self.assertEqual(self.run_in_place("ls file0?.dat").text.count(".dat"), 5)
        text = self.run_in_place("recurse on; ls").text
        self.assertIn("folder", text)
        text = self.run_in_place("du *").text
        self.assertIn("Total number of bytes: %d" % sum(range(30)), text)
        missing = self.run_in_place("ls *.none", check=False)
        self.assertIn("NT_STATUS_NO_SUCH_FILE", missing.text)

    def test_information(self):
        with open(self.at("file"), "w") as file:
            file.write("x" * 1234)
        os.utime(self.at("file"), ns=(10**18, 10**18))
        text = self.run_in_place("allinfo file").text
        self.assertIn("write_time:     Sun Sep  9 01:46:40", text)
        self.assertIn("stream: [::$DATA], 1234 bytes", text)
        self.run_in_place("setmode file +rh")
        self.assertIn(
            "attributes: RH", self.run_in_place("allinfo file").text.replace("attributes: RHA", "attributes: RH")
        )
        self.run_in_place("setmode file -rh")
        self.run_in_place("utimes file -1 -1 2001:02:03-04:05:06 -1")
        self.assertEqual(int(os.stat(self.at("file")).st_mtime), 981173106)
        self.assertIn("blocks of size", self.run_in_place("volume; ls").text)

    def test_masks(self):
        for name in ("one.c", "two.c", "three.h"):
            with open(self.local(name), "w") as file:
                file.write(name)
        self.run_in_place("prompt off; mput *.c")
        self.assertEqual(sorted(os.listdir(self.at())), ["one.c", "two.c"])
        os.mkdir(self.local("down"))
        self.run_in_place("prompt off; lcd down; mget *.c")
        self.assertEqual(sorted(os.listdir(self.local("down"))), ["one.c", "two.c"])
        self.run_in_place("prompt off; mdel *.c", check=False)
        self.run_in_place("del *.c", check=False)
        self.assertEqual(os.listdir(self.at()), [])

    def test_modes_seen_through_the_mount(self):
        self.run_in_place("put source; mkdir d")
        self.assertEqual(stat.S_IMODE(os.stat(self.at("source")).st_mode), 0o644)
        os.chmod(self.at("source"), 0o444)
        self.run_in_place("get source back2")
        self.assertTrue(os.path.exists(self.local("back2")))


class CommandsAtSMB202Tests(CommandTests):
    client, spoken = {"dialect": "SMB2_02"}, "2.0.2"


class CommandsAtSMB210Tests(CommandTests):
    client, spoken = {"dialect": "SMB2_10"}, "2.1"


class CommandsAtSMB300Tests(CommandTests):
    spoken = "3.0"
    client = {"dialect": "SMB3_00", "options": ("--client-protection=encrypt",)}


class CommandsAtSMB302Tests(CommandTests):
    client, spoken = {"dialect": "SMB3_02"}, "3.0.2"


class SealedCommandsTests(CommandTests):
    client = {"options": ("--client-protection=encrypt",)}


if __name__ == "__main__":
    main()
