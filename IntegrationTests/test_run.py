"""`dittofs run`: what the command gets, and how long it waits for it."""

import json
import os
import pty
import signal
import statistics
import stat
import subprocess
import tempfile
import time

from support import commands, processes, trees
from support.commands import dittofs
from support.instance import BINARY
from support.runtests import RunTestCase
from support.testing import main

TIME_LIMIT = 240
VARIABLES = (
    "DITTOFS_SMB_HOST",
    "DITTOFS_SMB_PORT",
    "DITTOFS_SHARE",
    "DITTOFS_USER",
    "DITTOFS_PASSWORD",
    "DITTOFS_MOUNT",
    "DITTOFS_URL",
    "DITTOFS_AUTH_FILE",
)


class EnvironmentTests(RunTestCase):
    def test_variables(self):
        outcome = self.assertEnds(self.shell("env"))
        found = dict(line.split("=", 1) for line in outcome.out.splitlines() if "=" in line)
        for name in VARIABLES:
            self.assertTrue(found.get(name), name)
        self.assertEqual(found["DITTOFS_SMB_HOST"], "127.0.0.1")
        self.assertEqual(found["DITTOFS_SHARE"], "export")
        self.assertTrue(found["DITTOFS_URL"].startswith("smb://"), found["DITTOFS_URL"])
        self.assertIn("%s:%s/" % (found["DITTOFS_SMB_HOST"], found["DITTOFS_SMB_PORT"]), found["DITTOFS_URL"])
        self.assertEqual(outcome.err, "", "it is silent otherwise")
        again = dict(line.split("=", 1) for line in self.shell("env").out.splitlines() if "=" in line)
        self.assertNotEqual(found["DITTOFS_PASSWORD"], again["DITTOFS_PASSWORD"])

    def test_both_doors(self):
        outcome = self.assertEnds(self.shell("""
            echo hello > "$DITTOFS_MOUNT/readme.txt"
            smbclient "//$DITTOFS_SMB_HOST/$DITTOFS_SHARE" -p "$DITTOFS_SMB_PORT" -A "$DITTOFS_AUTH_FILE" -c 'get readme.txt -; put /etc/hostname name' 2>/dev/null
            cmp /etc/hostname "$DITTOFS_MOUNT/name"; [ $(stat -c %u:%g "$DITTOFS_MOUNT/name") = $(id -u):$(id -g) ]
            smbclient "//$DITTOFS_SMB_HOST/$DITTOFS_SHARE" -p "$DITTOFS_SMB_PORT" -U "$DITTOFS_USER%$DITTOFS_PASSWORD" -c 'del readme.txt; mkdir d' >/dev/null 2>&1
            [ ! -e "$DITTOFS_MOUNT/readme.txt" ]; rmdir "$DITTOFS_MOUNT/d"; [ $(stat -c %a "$DITTOFS_AUTH_FILE") = 600 ]
        """))
        self.assertIn("hello\n", outcome.out)

    def test_no_guest_by_default(self):
        outcome = self.shell("""smbclient "//$DITTOFS_SMB_HOST/$DITTOFS_SHARE" -p "$DITTOFS_SMB_PORT" -N -c ls""")
        self.assertNotEqual(outcome.code, 0, outcome)

    def test_share_and_mount_given(self):
        place = os.path.join(self.scratch, "place")
        os.mkdir(place)
        outcome = self.assertEnds(
            self.shell(
                """
            [ "$DITTOFS_SHARE" = media ]; echo "$DITTOFS_MOUNT"; echo x > "$DITTOFS_MOUNT/f"
            smbclient "//$DITTOFS_SMB_HOST/media" -p "$DITTOFS_SMB_PORT" -A "$DITTOFS_AUTH_FILE" -c ls >/dev/null
        """,
                "--share",
                "media",
                "--mount",
                place,
            )
        )
        self.assertEqual(outcome.out.strip(), place)
        self.assertEqual(os.listdir(place), [], "a directory that was given stays, empty")

    def test_unprivileged(self):
        """Without root the mount needs user_allow_other or allow_other off; the instance finds that out by itself."""
        if os.stat("/dev/fuse").st_mode & 0o006 != 0o006:
            mode = stat.S_IMODE(os.stat("/dev/fuse").st_mode)
            os.chmod("/dev/fuse", 0o666)
            self.addCleanup(os.chmod, "/dev/fuse", mode)
        home = os.path.join(self.scratch, "home")
        os.mkdir(home)
        os.chown(home, 65534, 65534)
        os.chmod(self.scratch, 0o755)
        script = 'id -u; echo mine > "$DITTOFS_MOUNT/f"; stat -c %u "$DITTOFS_MOUNT/f"'
        result = subprocess.run(
            ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", BINARY, "run", "--", "sh", "-ec", script],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            timeout=30,
            stdin=subprocess.DEVNULL,
            env=dict(commands.environment(HOME=home, TMPDIR=home), XDG_RUNTIME_DIR=home),
        )
        self.assertEqual((result.returncode, result.stdout.split(), result.stderr), (0, [b"65534", b"65534"], b""))

    def test_no_mount(self):
        outcome = self.assertEnds(
            self.shell(
                """
            [ -z "${DITTOFS_MOUNT:-}" ]; smbclient "//$DITTOFS_SMB_HOST/$DITTOFS_SHARE" -p "$DITTOFS_SMB_PORT" -A "$DITTOFS_AUTH_FILE" -c 'mkdir x; ls'
            grep -c fuse.dittofs /proc/mounts || true
        """,
                "--no-mount",
            )
        )
        self.assertIn("  x ", outcome.out)

    def test_filled_from_a_directory(self):
        source = os.path.join(self.scratch, "source")
        os.makedirs(source + "/sub/dir")
        trees.write_payload(source + "/sub/large", 3_000_000)
        open(source + "/empty", "w").close()
        open(source + "/sub/dir/übung", "w").write("text")
        os.symlink("sub/large", source + "/link")
        os.chmod(source + "/empty", 0o640)
        os.utime(source + "/empty", ns=(10**18, 10**18 + 123456789))
        outcome = self.assertEnds(
            self.shell(
                'diff -r --no-dereference "$1" "$DITTOFS_MOUNT"; cd "$DITTOFS_MOUNT"; stat -c %a:%.9Y empty; readlink link'.replace(
                    '"$1"', "'%s'" % source
                ),
                "--from",
                source,
            )
        )
        self.assertEqual(outcome.out.split(), ["640:1000000000.123456789", "sub/large"])
        missing = self.shell("true", "--from", source + "/none")
        self.assertEqual(missing.code, 125, missing)

    def test_standard_streams(self):
        outcome = self.assertEnds(dittofs("run", "--", "cat", stdin="through\n"))
        self.assertEqual((outcome.out, outcome.err), ("through\n", ""))
        outcome = self.shell("echo out; echo err >&2; exit 3")
        self.assertEqual((outcome.code, outcome.out, outcome.err), (3, "out\n", "err\n"))

    def test_terminal(self):
        """On a terminal the command is in the foreground: it reads from it, and Ctrl-C reaches it and not DittoFS."""
        script = (
            "test -t 0 && test -t 1 && echo terminal; read line; echo got $line; "
            "trap 'echo interrupted; exit 33' INT; echo ready; while :; do sleep 0.05; done"
        )
        pid, terminal = pty.fork()
        if pid == 0:
            os.execve(BINARY, [BINARY, "run", "--", "bash", "-c", script], commands.environment())
        seen = b""

        def read_until(word):
            nonlocal seen
            while word not in seen:
                try:
                    piece = os.read(terminal, 4096)
                except OSError:
                    piece = b""
                self.assertTrue(piece, "the terminal closed after %r" % seen)
                seen += piece

        try:
            read_until(b"terminal\r\n")
            os.write(terminal, b"words\n")
            read_until(b"got words\r\n")
            read_until(b"ready\r\n")
            os.write(terminal, b"\x03")
            read_until(b"interrupted\r\n")
            self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), 33)
        finally:
            os.close(terminal)

    def test_json(self):
        outcome = self.assertEnds(dittofs("run", "--json", "--", "true"))
        line = json.loads(outcome.out)
        self.assertEqual(line["smb"]["host"], "127.0.0.1")
        self.assertGreater(line["smb"]["port"], 0)
        self.assertGreater(line["pid"], 1)
        self.assertTrue(line["version"])
        self.assertEqual([share["name"] for share in line["shares"]], ["export"])
        self.assertIn("/", line["shares"][0]["mount"])

    def test_log_file(self):
        log = os.path.join(self.scratch, "log")
        outcome = self.assertEnds(self.shell("ls $DITTOFS_MOUNT", "--log", log))
        self.assertEqual(outcome.err, "")
        self.assertTrue(os.path.exists(log))

    def test_keep(self):
        process = commands.start("run", "--json", "--keep", "--", "true", stdout=subprocess.PIPE)
        try:
            line = json.loads(process.stdout.readline())
            mount = line["shares"][0]["mount"]
            processes.wait_until(lambda: "stays up" in open(process.errors).read(), 10)
            open(os.path.join(mount, "file"), "w").close()
            self.assertEqual(os.listdir(mount), ["file"])
        finally:
            code = commands.end(process, signal.SIGINT)
        self.assertEqual(code, 0)

    def test_nested_and_parallel(self):
        outcome = self.assertEnds(
            dittofs(
                "run", "--", BINARY, "run", "--", "sh", "-c", "grep -c 'fuse.*dittofs' /proc/mounts; ls $DITTOFS_MOUNT"
            )
        )
        self.assertGreaterEqual(int(outcome.out.split()[0]), 2)
        many = [
            commands.start("run", "--", "sh", "-c", "echo $DITTOFS_SMB_PORT; sleep 0.5; echo x > $DITTOFS_MOUNT/f")
            for _ in range(5)
        ]
        ports = [process.communicate(timeout=30)[0].strip() for process in many]
        self.assertEqual([process.returncode for process in many], [0] * 5)
        self.assertEqual(len(set(ports)), 5)


class StartTimeTests(RunTestCase):
    def test_ready_within_150_ms(self):
        """From the start of the process to both doors' readiness, median of 15."""
        seconds = []
        for _ in range(15):
            reading, writing = os.pipe()
            mount = tempfile.mkdtemp(prefix="mount.", dir=self.scratch)
            begin = time.monotonic()
            process = commands.start(
                "start",
                "--port",
                "0",
                "--mount",
                mount,
                "--ready-fd",
                str(writing),
                stdout=subprocess.DEVNULL,
                pass_fds=(writing,),
            )
            os.close(writing)
            line = os.read(reading, 4096)
            seconds.append(time.monotonic() - begin)
            os.close(reading)
            self.assertEqual(commands.end(process), 0)
            self.assertTrue(json.loads(line)["smb"]["port"] > 0)
        middle = statistics.median(seconds)
        print(
            "    ready after %.0f ms (median), %.0f to %.0f" % (middle * 1000, min(seconds) * 1000, max(seconds) * 1000)
        )
        self.assertLessEqual(middle, 0.150)

    def test_run_true_within_400_ms(self):
        seconds = []
        for _ in range(15):
            begin = time.monotonic()
            self.assertEnds(dittofs("run", "--", "true"))
            seconds.append(time.monotonic() - begin)
        middle = statistics.median(seconds)
        print(
            "    run -- true takes %.0f ms (median), %.0f to %.0f"
            % (middle * 1000, min(seconds) * 1000, max(seconds) * 1000)
        )
        self.assertLessEqual(middle, 0.400)


if __name__ == "__main__":
    main()
