"""Configuration, users, and the commands that start nothing."""

import os
import socket
import stat

from support import ntlm
from support.commands import dittofs
from support.instance import Instance, free_port
from support.testing import ScratchTestCase, main

TIME_LIMIT = 120


class ConfigurationTests(ScratchTestCase):
    GOOD = """
logging: {level: info, format: text}
adapters:
  smb:  {enabled: true, bind_address: 127.0.0.1, port: 12445, guest: true, timeouts: {read: 5m, write: 30s, idle: 5m, shutdown: 30s}}
  fuse: {enabled: true, cache: none, allow_other: true}
  nfs:  {enabled: false, port: 2049}
metadata_stores: {default: {type: memory}}
content_stores:  {default: {type: memory, max_size: 8GiB}}
shares:
  - name: /export
    metadata_store: default
    content_store: default
    mount: /some/dir
    read_only: false
    umask: "022"
    root: {uid: 0, gid: 0, mode: "0777"}
    identity_mapping: {map_all_to_anonymous: false, anonymous_uid: 65534, anonymous_gid: 65534, sid_mapping: {}}
users:
  - {name: alice, uid: 1000, gid: 1000, nt_hash: "0123456789abcdef0123456789abcdef"}
"""

    def test_the_documented_one_is_good(self):
        outcome = dittofs("config", "check", self.write("good.yaml", self.GOOD))
        self.assertEqual(outcome.code, 0, outcome)

    def test_errors_name_file_line_key_and_the_nearest(self):
        for text, line, words in (
            (self.GOOD.replace("port: 12445", "prot: 12445"), 4, ["prot", "port"]),
            (self.GOOD.replace("port: 12445", "port: 123456"), 4, ["port", "65535"]),
            (self.GOOD.replace("cache: none", "cache: nine"), 5, ["cache", "none"]),
            (self.GOOD.replace("level: info", "level: loud"), 2, ["level", "info"]),
            (self.GOOD.replace("max_size: 8GiB", "max_size: lots"), 8, ["max_size"]),
            (self.GOOD.replace("read_only: false", "read_only: perhaps"), 14, ["read_only"]),
            (self.GOOD.replace('umask: "022"', 'umask: "09"'), 15, ["umask"]),
            (self.GOOD.replace("    metadata_store: default", "    metadata_store: other"), 11, ["other"]),
            (self.GOOD.replace("name: alice, ", ""), 19, ["name"]),
            (self.GOOD.replace("idle: 5m", "idle: soon"), 4, ["idle"]),
            (self.GOOD + "sharez: []\n", 20, ["sharez", "shares"]),
            (self.GOOD.replace('nt_hash: "0123', 'nt_hash: "xyz'), 19, ["nt_hash"]),
        ):
            with self.subTest(words=words):
                path = self.write("bad.yaml", text)
                outcome = dittofs("config", "check", path)
                self.assertEqual(outcome.code, 1, outcome)
                self.assertIn("%s:%d" % (path, line), outcome.out)
                for word in words:
                    self.assertIn(word, outcome.out)

    def test_all_errors_at_once(self):
        path = self.write(
            "bad.yaml",
            self.GOOD.replace("port: 12445", "prot: 1").replace("cache: none", "cache: nine").replace("8GiB", "lots"),
        )
        outcome = dittofs("config", "check", path)
        for word in ("prot", "cache", "max_size"):
            self.assertIn(word, outcome.out)

    def test_nonsense(self):
        for text in (
            "a: [",
            "\t",
            "- 1\n- 2\n",
            "adapters: 5\n",
            "\0",
            "a: &a [*a]\n",
            "x" * 100_000,
            "[" * 5000,
            "shares:\n  - name: relative\n",
        ):
            with self.subTest(text=text[:10]):
                outcome = dittofs("config", "check", self.write("bad.yaml", text))
                self.assertEqual(outcome.code, 1, outcome)

    def test_show_says_where_from(self):
        path = self.write("good.yaml", "adapters: {smb: {port: 4455}}\n")
        outcome = dittofs("config", "show", path, DITTOFS_LOGGING_LEVEL="debug")
        self.assertEqual(outcome.code, 0, outcome)
        text = outcome.out
        self.assertRegex(text, r"port: 4455.*good\.yaml:1")
        self.assertRegex(text, r"level: \"?debug\"?.*DITTOFS_LOGGING_LEVEL")
        self.assertRegex(text, r"(?m)bind_address: \"?127\.0\.0\.1\"?.*default")

    def test_environment_overrides(self):
        port = free_port()
        with Instance(environment={"DITTOFS_ADAPTERS_SMB_PORT": str(port)}) as server:
            self.assertEqual(server.ready["smb"]["port"], port)
            server.port = port
            server.smbclient("ls")
        outcome = dittofs("config", "show", DITTOFS_ADAPTERS_SMB_PORT="many")
        self.assertEqual(outcome.code, 1, outcome)
        self.assertIn("DITTOFS_ADAPTERS_SMB_PORT", outcome.err + outcome.out)

    def test_nfs_warns(self):
        with Instance() as server:
            server.stop()
            server.config["adapters"]["nfs"] = {"enabled": True, "port": 2049}
            outcome = dittofs("config", "check", server.write_config())
            self.assertEqual(outcome.code, 0, outcome)
            self.assertIn("nfs", outcome.out.lower())


class UserTests(ScratchTestCase):
    def user(self, *arguments, **options):
        return dittofs("user", *arguments, "--file", self.at("users"), **options)

    def test_life_of_a_user(self):
        outcome = self.user(
            "add", "carol", "--uid", "1500", "--gid", "1600", "--password-stdin", stdin="first secret\n"
        )
        self.assertEqual(outcome.code, 0, outcome)
        self.assertEqual(stat.S_IMODE(os.stat(self.at("users")).st_mode), 0o600)
        text = open(self.at("users")).read()
        self.assertNotIn("first secret", text)
        self.assertIn(ntlm.nt_hash("first secret").hex(), text.lower())
        self.assertIn("carol", self.user("list").out)
        self.assertEqual(self.user("add", "carol", "--password-stdin", stdin="x\n").code, 1)
        with Instance(extra={"user_file": self.at("users")}) as server:
            server.smbclient("mkdir carols", login=["-U", "carol%first secret"])
            self.assertEqual(os.stat(server.path("carols")).st_uid, 1500)
        self.assertEqual(self.user("passwd", "carol", "--password-stdin", stdin="second\n").code, 0)
        with Instance(extra={"user_file": self.at("users")}) as server:
            server.smbclient("ls", login=["-U", "carol%second"])
            self.assertNotEqual(server.smbclient("ls", login=["-U", "carol%first secret"], check=False).returncode, 0)
        self.assertEqual(self.user("remove", "carol").code, 0)
        self.assertNotIn("carol", self.user("list").out)
        self.assertEqual(self.user("remove", "carol").code, 1)
        self.assertEqual(self.user("passwd", "carol", "--password-stdin", stdin="x\n").code, 1)

    def test_bad_names(self):
        for name in ("", "a b:c", "x" * 300, "new\nline"):
            with self.subTest(name=name[:10]):
                self.assertNotEqual(self.user("add", name, "--password-stdin", stdin="x\n").code, 0)

    def test_a_file_that_others_may_read_is_refused_or_mended(self):
        self.user("add", "dora", "--password-stdin", stdin="x\n")
        os.chmod(self.at("users"), 0o644)
        outcome = self.user("list")
        if outcome.code == 0:
            self.user("add", "eva", "--password-stdin", stdin="x\n")
            self.assertEqual(stat.S_IMODE(os.stat(self.at("users")).st_mode), 0o600)
        else:
            self.assertIn("600", outcome.err)


class OtherCommandTests(ScratchTestCase):
    def test_version(self):
        outcome = dittofs("version")
        self.assertEqual(outcome.code, 0)
        self.assertRegex(outcome.out, r"^dittofs \d+\.\d+")

    def test_doctor(self):
        outcome = dittofs("doctor", DITTOFS_ADAPTERS_SMB_PORT=free_port())
        self.assertEqual(outcome.code, 0, outcome)
        with socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            other.listen()
            outcome = dittofs("doctor", DITTOFS_ADAPTERS_SMB_PORT=other.getsockname()[1])
            self.assertEqual(outcome.code, 1, outcome)
            self.assertIn(str(other.getsockname()[1]), outcome.out)

    def test_help_of_each_command(self):
        for command in (
            (),
            ("start",),
            ("run",),
            ("config", "check"),
            ("config", "show"),
            ("user", "add"),
            ("status",),
            ("doctor",),
            ("version",),
        ):
            outcome = dittofs(*command, "--help")
            self.assertEqual(outcome.code, 0, outcome)
            self.assertIn("USAGE", outcome.out)
        self.assertNotEqual(dittofs("nonsense").code, 0)


if __name__ == "__main__":
    main()
