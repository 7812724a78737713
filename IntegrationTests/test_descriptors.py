"""Security descriptors at one door, modes and owners at the other: [MS-DTYP] 2.4.6 made and read here by hand."""

import os
import struct
import subprocess

from support import smb2
from support.instance import ORACLE, smbclient_environment, user
from support.testing import DoorsTestCase, main

OWNER, GROUP, DACL = 1, 2, 4
SECURITY = 3
READ_CONTROL, WRITE_DAC, WRITE_OWNER = 0x20000, 0x40000, 0x80000
ALLOWED, DENIED = 0, 1


def sid(text: str) -> bytes:
    numbers = [int(part) for part in text.split("-")[2:]]
    head = struct.pack(">BBHL", 1, len(numbers) - 1, 0, numbers[0])
    return head + struct.pack("<%dL" % (len(numbers) - 1), *numbers[1:])


def sid_text(data: bytes) -> str:
    count, authority = data[1], int.from_bytes(data[2:8], "big")
    return "-".join(map(str, ["S", data[0], authority, *struct.unpack_from("<%dL" % count, data, 8)]))


def descriptor(entries=None, owner=None, group=None) -> bytes:
    """Self-relative; the entries are (kind, mask, SID)."""
    parts, offsets = b"", {}
    if entries is not None:
        body = b""
        for kind, mask, who in entries:
            body += struct.pack("<BBHL", kind, 0, 8 + len(sid(who)), mask) + sid(who)
        offsets["dacl"], parts = 20, struct.pack("<BBHHH", 2, 0, 8 + len(body), len(entries), 0) + body
    for name, who in (("owner", owner), ("group", group)):
        if who:
            offsets[name] = 20 + len(parts)
            parts += sid(who)
    control = 0x8000 | (4 if entries is not None else 0)
    place = [offsets.get(name, 0) for name in ("owner", "group", "sacl", "dacl")]
    return struct.pack("<BBHLLLL", 1, 0, control, *place) + parts


def parsed(data: bytes) -> dict:
    revision, _, control, owner, group, sacl, dacl = struct.unpack_from("<BBHLLLL", data)
    entries, place = [], dacl + 8
    for _ in range(struct.unpack_from("<H", data, dacl + 4)[0] if dacl else 0):
        kind, flags, size, mask = struct.unpack_from("<BBHL", data, place)
        entries.append((kind, mask, sid_text(data[place + 8 : place + size])))
        place += size
    return {
        "control": control,
        "owner": sid_text(data[owner:]) if owner else None,
        "group": sid_text(data[group:]) if group else None,
        "entries": entries,
    }


class DescriptorTests(DoorsTestCase):
    instance_options = {"users": [user("other", "secret", 4711, 4712)]}

    def setUp(self):
        super().setUp()
        self.name = self.id().rpartition(".")[2]
        with open(self.mounted(self.name), "w") as file:
            file.write("x")
        os.chmod(self.mounted(self.name), 0o640)

    def tree(self, name):
        login = (name, "secret") if name else (self.server.user, self.server.password)
        tree = smb2.open_tree(self.server.host, self.server.port, self.server.share, *login)
        self.addCleanup(tree.close)
        return tree

    def open(self, access, name=""):
        file = self.tree(name).open(self.name, access=access, disposition=smb2.OPEN)
        self.addCleanup(file.close)
        return file

    def told(self, file, parts=7) -> dict:
        return parsed(file.query(SECURITY, 0, additional=parts))

    def mode(self) -> int:
        return os.stat(self.mounted(self.name)).st_mode & 0o7777

    def test_a_mode_of_the_mount_is_told(self):
        file = self.open(READ_CONTROL)
        uid, gid = os.getuid(), os.getgid()
        for mode in (0o640, 0o4755, 0o604, 0):
            os.chmod(self.mounted(self.name), mode)
            told = self.told(file)
            self.assertEqual((told["owner"], told["group"]), ("S-1-22-1-%d" % uid, "S-1-22-2-%d" % gid))
            self.assertEqual(told["entries"][0], (DENIED, 0, "S-1-5-88-3-%d" % mode))
            self.assertEqual(told["control"], 0x9004)
        os.chmod(self.mounted(self.name), 0o640)
        self.assertEqual(
            self.told(file)["entries"][1:],
            [
                (ALLOWED, 0x1E019F, "S-1-22-1-%d" % uid),
                (ALLOWED, 0x120089, "S-1-22-2-%d" % gid),
                (ALLOWED, 0x120080, "S-1-1-0"),
            ],
        )
        os.chmod(self.mounted(self.name), 0o604)  # The group has less than the others: it is denied first.
        self.assertEqual(self.told(file)["entries"][2:3], [(DENIED, 0x9, "S-1-22-2-%d" % gid)])
        self.assertEqual(self.told(file, OWNER)["entries"], [])
        self.assertIsNone(self.told(file, OWNER)["group"])

    def test_a_mode_that_is_set_is_the_mounts(self):
        file = self.open(WRITE_DAC | READ_CONTROL)
        for mode in (0o600, 0o6751, 0o1777):
            self.assertNotEqual(self.mode(), mode)
            file.set(SECURITY, 0, descriptor([(DENIED, 0, "S-1-5-88-3-%d" % mode)]), additional=DACL)
            self.assertEqual(self.mode(), mode)
        os.chmod(self.mounted(self.name), 0o640)
        shown = self.told(file)["entries"]
        os.chmod(self.mounted(self.name), 0o600)
        file.set(SECURITY, 0, descriptor(shown[1:]), additional=DACL)
        self.assertEqual(self.mode(), 0o640)

    def test_what_no_mode_says_is_refused(self):
        file = self.open(WRITE_DAC | READ_CONTROL)
        more = self.told(file)["entries"] + [(ALLOWED, 0x120089, "S-1-22-1-4711")]
        for entries in (more, [(ALLOWED, 0x1F01FF, "S-1-1-0")], []):
            with self.assertRaises(smb2.SMBError) as refused:
                file.set(SECURITY, 0, descriptor(entries), additional=DACL)
            self.assertEqual(refused.exception.name, "NOT_SUPPORTED")
        self.assertEqual(self.mode(), 0o640)

    def test_owners(self):
        if os.getuid():
            self.skipTest("gives files away, which only root may")
        file = self.open(WRITE_OWNER)
        file.set(SECURITY, 0, descriptor(owner="S-1-5-88-1-4711", group="S-1-22-2-4712"), additional=OWNER | GROUP)
        info = os.stat(self.mounted(self.name))
        self.assertEqual((info.st_uid, info.st_gid), (4711, 4712))
        # The new owner may not give it back.
        with self.assertRaises(smb2.SMBError) as refused:
            self.open(WRITE_OWNER, "other").set(SECURITY, 0, descriptor(owner="S-1-22-1-0"), additional=OWNER)
        self.assertEqual(refused.exception.name, "INVALID_OWNER")
        os.chown(self.mounted(self.name), 0, 0)
        self.assertEqual(self.told(self.open(READ_CONTROL))["owner"], "S-1-22-1-0")
        with self.assertRaises(smb2.SMBError) as refused:
            self.open(WRITE_DAC, "other")
        self.assertEqual(refused.exception.name, "ACCESS_DENIED")

    def test_room(self):
        file = self.open(READ_CONTROL)
        whole = file.query(SECURITY, 0, additional=7)
        self.assertEqual(file.query(SECURITY, 0, len(whole), additional=7), whole)
        for room in (0, 1, len(whole) - 1):
            with self.assertRaises(smb2.SMBError) as refused:
                file.query(SECURITY, 0, room, additional=7)
            self.assertEqual(refused.exception.name, "BUFFER_TOO_SMALL")

    def test_smbclient(self):
        """Samba's own reading of the bytes."""
        done = subprocess.run(
            ["smbclient", "//%s/%s" % (self.server.host, self.server.share), "-p", str(self.server.port)]
            + ["-A", self.server.auth_file, "-c", "showacls; ls %s" % self.name],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=smbclient_environment(),
            timeout=30,
            text=True,
        )
        self.assertEqual(done.returncode, 0, done.stdout)
        for line in (
            "type: 0x9004: SEC_DESC_DACL_PRESENT SEC_DESC_DACL_PROTECTED SEC_DESC_SELF_RELATIVE",
            "SID: S-1-5-88-3-%d" % 0o640,
            "Owner SID:\tS-1-22-1-%d" % os.getuid(),
            "Group SID:\tS-1-22-2-%d" % os.getgid(),
            "Permissions: 0x120089:",
        ):
            self.assertIn(line, done.stdout)


if ORACLE:
    del DescriptorTests  # Samba's descriptors carry no mode without a module of its own.

if __name__ == "__main__":
    main()
