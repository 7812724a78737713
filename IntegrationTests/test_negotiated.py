"""What was really agreed on: `dittofs status` shows it for each client, and a run can demand it."""

import json
import subprocess
import unittest

from support import processes
from support.commands import dittofs
from support.instance import Instance, smbclient_environment
from support.testing import main

TIME_LIMIT = 120
DIALECTS = {"SMB2_02": "2.0.2", "SMB2_10": "2.1", "SMB3_00": "3.0", "SMB3_02": "3.0.2", "SMB3_11": "3.1.1"}
LIST = 'smbclient //127.0.0.1/"$DITTOFS_SHARE" -p "$DITTOFS_SMB_PORT" -A "$DITTOFS_AUTH_FILE" %s -c ls >/dev/null'


class Connected:
    """An smbclient that has listed the share and stays."""

    def __init__(self, server, *options):
        where = "//%s/%s" % (server.host, server.share)
        command = ["smbclient", where, "-p", str(server.port), "-A", server.auth_file, *options]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env=smbclient_environment(),
        )

    def __enter__(self):
        self.process.stdin.write(b"ls\n")
        self.process.stdin.flush()
        return self

    def __exit__(self, *_):
        self.process.communicate(b"quit\n", timeout=20)


class StatusTests(unittest.TestCase):
    def clients(self, server):
        outcome = dittofs("status", "--json", "--control", server.ready["control"])
        return json.loads(outcome.out)["doors"]["smb"].get("clients", [])

    def connected(self, server, *options, **expected):
        """What status says of one smbclient, once it has its share and its session is what is expected."""
        found = []

        def is_there():
            found[:] = [c for c in self.clients(server) if any("export" in s["shares"] for s in c["sessions"])]
            return len(found) == 1 and found[0]["sessions"][0].items() >= expected.items()

        with Connected(server, *options):
            self.assertTrue(processes.wait_until(is_there, 20, 0.02), self.clients(server))
        self.assertTrue(processes.wait_until(lambda: not self.clients(server), 20, 0.02), "it is forgotten when it goes")
        return found[0]

    def test_each_dialect(self):
        with Instance(mount=False) as server:
            for option, dialect in DIALECTS.items():
                with self.subTest(dialect):
                    client = self.connected(server, "-m", option)
                    self.assertEqual(client["dialect"], dialect)
                    self.assertEqual(
                        client["signing"],
                        {"2": "HMAC-SHA256", "3.0": "AES-128-CMAC", "3.1": "AES-128-GMAC"}[
                            dialect[:1] if dialect < "3" else dialect[:3]
                        ],
                    )
                    self.assertTrue(client["address"].startswith("127.0.0.1"), client)
                    self.assertEqual(client["sessions"][0]["user"], server.user)
                    self.assertFalse(client["sessions"][0]["encrypted"])
                    if dialect < "3":
                        self.assertIsNone(client["cipher"])

    def test_encrypted(self):
        with Instance(mount=False, smb={"encryption": "preferred"}) as server:
            for option, cipher in (("SMB3_11", "AES-128-GCM"), ("SMB3_00", "AES-128-CCM")):
                client = self.connected(server, "-m", option)
                self.assertEqual(client["cipher"], cipher)
                self.assertTrue(client["sessions"][0]["encrypted"])
            self.assertFalse(self.connected(server, "-m", "SMB2_10")["sessions"][0]["encrypted"])

    def test_unasked(self):
        """What a client does by itself counts as what it was made to do."""
        with Instance(mount=False) as server:
            self.connected(server, "--client-protection=encrypt", signed=True, encrypted=True)
            self.connected(server, "--client-protection=sign", signed=True, encrypted=False)
            self.connected(server, "-m", "SMB2_10", "--client-protection=sign", signed=True, encrypted=False)
            self.connected(server, "-m", "SMB2_10", "--client-protection=off", signed=False, encrypted=False)

    def test_encrypted_share(self):
        with Instance(mount=False, share_options={"encryption": "required"}) as server:
            self.connected(server, signed=True, encrypted=True)

    def test_bounds(self):
        with Instance(mount=False, smb={"min_dialect": "2.1", "max_dialect": "3.0"}) as server:
            self.assertEqual(self.connected(server)["dialect"], "3.0")
            self.assertNotEqual(server.smbclient("ls", dialect="SMB2_02", check=False).returncode, 0)

    def test_required(self):
        with Instance(mount=False, smb={"encryption": "required"}) as server:
            self.assertTrue(self.connected(server)["sessions"][0]["encrypted"])
            self.assertNotEqual(server.smbclient("ls", dialect="SMB2_10", check=False).returncode, 0)


class DemandTests(unittest.TestCase):
    def run_with(self, demands, *scripts):
        return dittofs("run", "--no-mount", *demands, "--", "bash", "-euc", "\n".join(LIST % s for s in scripts))

    def test_met(self):
        for demands, option in (
            (["--require-dialect", "3.1.1"], ""),
            (["--require-dialect", "2.1"], "-m SMB3_00"),
            (["--require-encryption"], "--client-protection=encrypt"),
            (["--require-dialect", "3.1.1", "--require-encryption"], "--client-protection=encrypt"),
        ):
            with self.subTest(demands=demands, option=option):
                outcome = self.run_with(demands, option)
                self.assertEqual((outcome.code, outcome.err), (0, ""))

    def test_not_met(self):
        for demands, option, complaint in (
            (["--require-dialect", "3.1.1"], "-m SMB3_02", "dialect 3.0.2"),
            (["--require-encryption"], "", "in clear"),
            (["--require-encryption"], "-m SMB2_10", "in clear"),
        ):
            with self.subTest(demands=demands, option=option):
                outcome = self.run_with(demands, "--client-protection=encrypt", option)
                self.assertEqual(outcome.code, 123, outcome)
                self.assertIn(complaint, outcome.err)

    def test_nobody_did_less(self):
        """No client, and one that has asked for no file: what leads to a share may come in clear."""
        for script in ("true", 'smbclient -L //127.0.0.1 -p "$DITTOFS_SMB_PORT" -A "$DITTOFS_AUTH_FILE" >/dev/null'):
            demands = ["--require-dialect", "3.1.1", "--require-encryption"]
            outcome = dittofs("run", "--no-mount", *demands, "--", "bash", "-c", script)
            self.assertEqual((outcome.code, outcome.err), (0, ""), script)

    def test_the_commands_own_failure_stays(self):
        outcome = dittofs("run", "--no-mount", "--require-dialect", "3.1.1", "--", "bash", "-c", LIST % "-m SMB2_02" + "; exit 7")
        self.assertEqual(outcome.code, 7, outcome)
        self.assertIn("dialect 2.0.2", outcome.err)

    def test_no_such_dialect(self):
        outcome = dittofs("run", "--require-dialect", "4.0", "--", "true")
        self.assertNotEqual(outcome.code, 0)
        self.assertIn("3.1.1", outcome.err)


if __name__ == "__main__":
    main()
