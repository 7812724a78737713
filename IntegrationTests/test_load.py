"""smbload: every workload runs against DittoFS, at each way of protection, and its line says what has been done."""

import json
import os
import subprocess

from support.instance import ROOT
from support.testing import DoorsTestCase, main

TIME_LIMIT = 900  # it may have to be built
SECONDS, BLOCK, SIZE, ENTRIES, CONNECTIONS, DEPTH = 0.1, 32768, 1 << 20, 40, 2, 3
DATA = ("read", "write", "seqread", "seqwrite")
PROTECTIONS = (
    ("2.0.2", ("--sign",), "HMAC-SHA256", None),
    ("2.1", ("--signing", "hmac"), "HMAC-SHA256", None),
    ("3.0", ("--signing", "cmac"), "AES-128-CMAC", None),
    ("3.0.2", ("--cipher", "aes-128-ccm"), None, "AES-128-CCM"),
    ("3.1.1", ("--signing", "gmac"), "AES-128-GMAC", None),
    ("3.1.1", ("--cipher", "aes-128-gcm"), None, "AES-128-GCM"),
    ("3.1.1", ("--cipher", "aes-256-ccm"), None, "AES-256-CCM"),
    ("3.1.1", ("--cipher", "aes-256-gcm"), None, "AES-256-GCM"),
)
NUMBERS = {"2.0.2": "0x202", "2.1": "0x210", "3.0": "0x300", "3.0.2": "0x302", "3.1.1": "0x311"}


class LoadTests(DoorsTestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        build = ["swift", "build", "--package-path", ROOT, "--product", "smbload"]
        done = subprocess.run(build, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=TIME_LIMIT - 100)
        if done.returncode:
            raise AssertionError(done.stdout[-3000:] + done.stderr[-3000:])
        shown = subprocess.run([*build, "--show-bin-path"], stdin=subprocess.DEVNULL, capture_output=True, text=True)
        cls.program = os.path.join(shown.stdout.strip(), "smbload")

    def run_load(self, workload, *options, password=None, seconds=SECONDS):
        where = ["--port", self.server.port, "--share", self.server.share]
        user = ["--user", self.server.user, "--password", password or self.server.password]
        sizes = ["--block", BLOCK, "--size", SIZE, "--entries", ENTRIES, "--seconds", seconds]
        return subprocess.run(
            [self.program, workload, *map(str, where + user + sizes), *options],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
        )

    def load(self, workload, *options, seconds=SECONDS):
        """What one run has said, after what holds for each of them."""
        done = self.run_load(workload, *options, seconds=seconds)
        self.assertEqual((done.returncode, done.stderr, done.stdout.count("\n")), (0, "", 1), done)
        said = json.loads(done.stdout)
        self.assertEqual((said["workload"], said["block"], said["errors"]), (workload, BLOCK, 0))
        self.assertGreater(said["operations"], 0)
        # It ends when its time is over, and not much later, but for a machine that is busy.
        self.assertTrue(seconds <= said["seconds"] < seconds + 20, said)
        self.assertAlmostEqual(said["per_second"], said["operations"] / said["seconds"], delta=0.01)
        self.assertTrue(0 < said["p50_us"] <= said["p99_us"] <= said["seconds"] * 1e6, said)
        self.assertTrue(0 < said["client_cpu_seconds"] <= said["seconds"] + 0.1, said)
        moved = said["operations"] * BLOCK if workload in DATA else 0
        self.assertAlmostEqual(said["megabytes_per_second"] * said["seconds"] * 1e6, moved, delta=1)
        return said

    def test_each_workload(self):
        """In plain, on two connections with three requests under way on each."""
        for workload in ("echo", "open", "stat", "create-delete", "list", "login") + DATA:
            with self.subTest(workload):
                said = self.load(
                    workload, "--dialect", "3.1.1", "--connections", str(CONNECTIONS), "--depth", str(DEPTH)
                )
                self.assertEqual((said["connections"], said["depth"]), (CONNECTIONS, DEPTH))
                self.assertEqual((said["dialect"], said["signing"], said["cipher"]), ("0x311", None, None))
                self.assertEqual(said["verified"], 0)
                listed = said["entries_per_second"] * said["seconds"]
                # A step lists all of it and the two dots; those that time cut short count what they had.
                least = said["operations"] * (ENTRIES + 2) if workload == "list" else 0
                most = least + CONNECTIONS * DEPTH * (ENTRIES + 2) if workload == "list" else 0
                self.assertTrue(least - 0.5 <= listed <= most + 0.5, said)
        self.assertEqual(sorted(os.listdir(self.mounted())), ["smbload.dat", "smbload.dir"])
        self.assertEqual(os.stat(self.mounted("smbload.dat")).st_size, SIZE)
        self.assertEqual(len(os.listdir(self.mounted("smbload.dir"))), ENTRIES)

    def test_each_protection(self):
        """For a moment: all that is to be written is protected before the clock starts, slowly in a debug build."""
        for dialect, options, signing, cipher in PROTECTIONS:
            for workload in ("seqread", "seqwrite"):
                with self.subTest(dialect=dialect, options=options, workload=workload):
                    said = self.load(workload, "--dialect", dialect, *options, seconds=0.02)
                    self.assertEqual(said["dialect"], NUMBERS[dialect])
                    self.assertEqual((said["signing"], said["cipher"]), (signing, cipher))
                    self.assertGreater(said["verified"], 0, "no answer was looked at")

    def test_what_cannot_be_done(self):
        """Nothing is said where nothing is measured: a wrong password, a cipher that the dialect has not, no load."""
        wrong = self.run_load("echo", password="wrong")
        sealed = self.run_load("echo", "--dialect", "2.1", "--cipher", "aes-128-gcm")
        for refused in (wrong, sealed):
            self.assertNotEqual(refused.returncode, 0)
            self.assertEqual(refused.stdout, "")
            self.assertNotEqual(refused.stderr, "")
        prepared = self.run_load("read", "--prepare-only")
        self.assertEqual((prepared.returncode, prepared.stdout), (0, ""))
        self.assertEqual(os.stat(self.mounted("smbload.dat")).st_size, SIZE)


if __name__ == "__main__":
    main()
