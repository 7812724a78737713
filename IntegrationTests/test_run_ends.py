"""`dittofs run`: how it ends, whoever is killed, and that nothing stays."""

import os
import signal
import subprocess
import time

from support import commands, fuse, processes
from support.commands import dittofs
from support.instance import BINARY
from support.runtests import RunTestCase
from support.testing import main

TIME_LIMIT = 240


class EndTests(RunTestCase):
    def plain_file(self):
        """One that nobody may execute."""
        path = os.path.join(self.scratch, "plain")
        open(path, "w").close()
        return path

    def test_exit_codes(self):
        for code in (0, 1, 7, 77, 255):
            self.assertEqual(dittofs("run", "--", "sh", "-c", "exit %d" % code).code, code)
        self.assertEqual(dittofs("run", "--", "/no/such/command").code, 127)
        self.assertEqual(dittofs("run", "--", self.plain_file()).code, 126)
        self.assertNotEqual(dittofs("run").code, 0)

    def test_signals_of_the_command(self):
        for sent in (signal.SIGTERM, signal.SIGKILL, signal.SIGSEGV, signal.SIGINT, signal.SIGHUP):
            self.assertEqual(dittofs("run", "--", "sh", "-c", "kill -%d $$" % sent).code, 128 + sent)

    def test_signals_reach_the_command(self):
        for sent in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            with self.subTest(signal=sent):
                process = commands.start(
                    "run",
                    "--",
                    "bash",
                    "-c",
                    "trap 'echo caught; exit 42' %d; echo ready; while :; do sleep 0.05; done" % sent,
                )
                self.assertEqual(process.stdout.readline(), b"ready\n")
                process.send_signal(sent)
                self.assertEqual(process.stdout.read(), b"caught\n")
                self.assertEqual(process.wait(20), 42)
                process.stdout.close()
                process = commands.start("run", "--", "sh", "-c", "echo ready; exec sleep 60")
                process.stdout.readline()
                process.send_signal(sent)
                self.assertEqual(process.wait(20), 128 + sent)
                process.stdout.close()

    def test_timeout(self):
        start = time.monotonic()
        outcome = dittofs("run", "--timeout", "1", "--", "sleep", "60")
        self.assertEqual(outcome.code, 124, outcome)
        self.assertLess(time.monotonic() - start, 10)
        self.assertEqual(dittofs("run", "--timeout", "20", "--", "true").code, 0)

    def test_without_the_device(self):
        """In a mount name space without /dev/fuse it fails, and says what to do; --no-mount works."""

        def without(*arguments):
            return subprocess.run(
                [
                    "unshare",
                    "--mount",
                    "sh",
                    "-c",
                    'mount -t tmpfs none /dev && mkdir /dev/shm && ln -s /proc/self/fd /dev/fd && mknod /dev/null c 1 3 && chmod 666 /dev/null && mknod /dev/urandom c 1 9 && exec "$@"',
                    "sh",
                    BINARY,
                    "run",
                    *arguments,
                ],
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                stdin=subprocess.DEVNULL,
                timeout=30,
                env=commands.environment(),
            )

        refused = without("--", "true")
        self.assertEqual(refused.returncode, 125, refused)
        self.assertIn(b"/dev/fuse", refused.stderr)
        self.assertEqual(len(refused.stderr.strip().splitlines()), 1, refused.stderr)
        self.assertEqual(without("--no-mount", "--", "true").returncode, 0)


class KillTests(RunTestCase):
    """-9 for each of the three: nobody is blocked by a dead mount, and nothing stays."""

    def begin(self, script="echo $DITTOFS_MOUNT; exec sleep 300", prefix=()):
        if prefix:
            process = subprocess.Popen(
                [*prefix, BINARY, "run", "--", "bash", "-c", script],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                env=commands.environment(),
                start_new_session=True,
            )
        else:
            process = commands.start("run", "--", "bash", "-c", script)
        self.addCleanup(process.stdout.close)
        mount = process.stdout.readline().decode().strip()
        self.assertTrue(mount.startswith("/"), mount)
        return process, mount

    def assertFree(self, mount):
        """The mount point is gone, and a look at it never blocks."""
        looked = subprocess.run(["timeout", "5", "stat", mount], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.assertNotEqual(looked.returncode, 124, "stat of the mount point blocks")
        self.assertTrue(
            processes.wait_until(lambda: not any(point == mount for point, _, _ in fuse.mounts()), 5, 0.01),
            "still mounted",
        )
        self.assertTrue(processes.wait_until(lambda: not os.path.exists(mount), 5, 0.01), "the directory stayed")

    def test_the_command(self):
        process, mount = self.begin("echo $DITTOFS_MOUNT; kill -9 $$")
        self.assertEqual(process.wait(20), 137)
        self.assertFree(mount)

    def test_dittofs(self):
        process, mount = self.begin()
        process.kill()
        process.wait(20)
        self.assertFree(mount)

    def test_dittofs_while_the_command_works_on_the_mount(self):
        process, mount = self.begin(
            "echo $DITTOFS_MOUNT; cd $DITTOFS_MOUNT; while :; do head -c 3000000 /dev/urandom > a; cp a b; ls -l > c; done"
        )
        time.sleep(0.5)
        process.kill()
        process.wait(20)
        self.assertFree(mount)

    def test_the_parent(self):
        process, mount = self.begin(prefix=("bash", "-c", '"$@" & wait', "parent"))
        process.kill()
        process.wait(20)
        self.assertFree(mount)

    def test_children_of_the_command(self):
        """What the command left running does not keep the mount."""
        process, mount = self.begin("echo $DITTOFS_MOUNT; cd $DITTOFS_MOUNT; sleep 300 & exec > /dev/null; exit 5")
        self.assertEqual(process.wait(20), 5)
        self.assertFree(mount)

    def test_stopped_for_a_while(self):
        process, mount = self.begin("echo $DITTOFS_MOUNT; sleep 2; ls $DITTOFS_MOUNT; exit 9")
        process.send_signal(signal.SIGSTOP)
        time.sleep(0.3)
        process.send_signal(signal.SIGCONT)
        self.assertEqual(process.wait(20), 9)
        self.assertFree(mount)


if __name__ == "__main__":
    main()
