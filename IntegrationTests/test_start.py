"""`dittofs start`: readiness, refusals with one clear line, status, trace, and its end under load."""

import json
import os
import re
import signal
import socket
import stat
import subprocess
import threading
import time

from support import commands, fuse, processes, smb2
from support.commands import dittofs
from support.instance import BINARY, Instance, smbclient_environment
from support.testing import DoorsTestCase, ScratchTestCase, main

TIME_LIMIT = 240


class ReadinessTests(ScratchTestCase):
    def test_the_first_connection_after_readiness_succeeds(self):
        for _ in range(5):
            with Instance() as server:
                self.assertEqual(os.listdir(server.mount), [])
                server.smbclient("ls")
                server.smbclient("ls", login=["-N"])
                self.assertEqual(server.ready["smb"], {"host": server.host, "port": server.port})
                self.assertEqual(server.ready["pid"], server.process.pid)
                self.assertEqual(server.ready["shares"], [{"name": "export", "mount": server.mount}])
                self.assertTrue(server.ready["version"])

    def test_descriptor(self):
        reading, writing = os.pipe()
        os.mkdir(self.at("mount"))
        process = commands.start(
            "start", "--port", "0", "--mount", self.at("mount"), "--ready-fd", str(writing), pass_fds=(writing,)
        )
        os.close(writing)
        with os.fdopen(reading) as file:
            lines = file.read().splitlines()  # and then it is closed
        self.assertEqual(len(lines), 1)
        self.assertEqual(json.loads(lines[0])["pid"], process.pid)
        self.assertEqual(commands.end(process), 0)

    def test_defaults_and_the_banner(self):
        """`dittofs start` alone: port 12445, share export, a mount in the runtime directory that goes with it."""
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", 12445))
            except OSError:
                self.fail("port 12445 is taken by somebody else: this test needs it")
        ready = self.at("ready")
        process = commands.start("start", "--ready-file", ready)
        self.assertTrue(
            processes.wait_until(lambda: os.path.exists(ready) or process.poll() is not None, 20), "not ready"
        )
        line = json.load(open(ready))
        mount = line["shares"][0]["mount"]
        self.assertTrue(mount.startswith(os.environ["XDG_RUNTIME_DIR"] + "/dittofs/"), mount)
        subprocess.run("echo hello > '%s/readme.txt'" % mount, shell=True, check=True)
        got = subprocess.run(
            ["smbclient", "//localhost/export", "-p", "12445", "-N", "-c", "get readme.txt -"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            timeout=20,
            env=smbclient_environment(),
        )
        self.assertEqual((got.returncode, got.stdout), (0, b"hello\n"), got)
        refused = subprocess.run(
            ["smbclient", "//localhost/other", "-p", "12445", "-N", "-c", "ls"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=20,
            env=smbclient_environment(),
        )
        self.assertEqual(refused.returncode, 1)
        self.assertIn(b"NT_STATUS_BAD_NETWORK_NAME", refused.stdout)
        process.send_signal(signal.SIGINT)
        banner = process.stdout.read().decode()
        self.assertEqual(process.wait(40), 0)
        process.stdout.close()
        for words in (
            "smbclient //",
            "-p 12445",
            "mount -t cifs",
            "ls",
            mount,
            "Guest access is on",
            "Ctrl-C",
        ):
            self.assertIn(words, banner)
        self.assertFalse(os.path.exists(mount))

    def test_each_ending_signal(self):
        for sent in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            server = Instance()
            with server:
                self.assertEqual(server.stop(sent), 0)
                self.assertEqual(os.listdir(server.mount), [])

    def test_killed_with_9(self):
        server = Instance()
        with server:
            with open(server.path("file"), "w") as file:
                file.write("x")
            mount, process = server.mount, server.process
            server.process = None
            process.kill()
            process.wait(20)
            self.assertTrue(
                processes.wait_until(lambda: not fuse.mounts(server.directory), 5, 0.01), "the mount stayed"
            )
            self.assertEqual(os.listdir(mount), [])
            again = Instance()
            again.mount = again.config["shares"][0]["mount"] = mount
            with again:
                self.assertEqual(os.listdir(mount), [])

    def test_a_mount_in_use_is_taken_down_all_the_same(self):
        server = Instance()
        with server:
            os.mkdir(server.path("dir"))
            user = subprocess.Popen(
                ["sh", "-c", "echo in; exec sleep 60"], cwd=server.path("dir"), stdout=subprocess.PIPE
            )
            user.stdout.readline()
            handle = open(server.path("open"), "w")
            begin = time.monotonic()
            try:
                self.assertEqual(server.stop(), 0)
                self.assertFalse(fuse.mounts(server.directory))
                self.assertLess(time.monotonic() - begin, 4)
            finally:
                user.kill()
                user.communicate()
                try:
                    handle.close()
                except OSError:
                    pass


class RefusalTests(ScratchTestCase):
    def refused(self, *words, **config):
        server = Instance(**config)
        self.addCleanup(server.clean_up)
        return self.refused_command(["start", "--config", server.write_config()], words)

    def refused_command(self, arguments, words):
        outcome = dittofs(*arguments, timeout=30)
        self.assertEqual(outcome.code, 1, outcome)
        text = outcome.err.strip()
        self.assertEqual(len(text.splitlines()), 1, "one clear line: " + text)
        for word in words:
            self.assertIn(word, text)
        return text

    def test_port_taken(self):
        with socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            other.listen()
            port = other.getsockname()[1]
            self.refused(str(port), "taken", smb={"port": port})

    def test_mount_point_not_empty(self):
        os.mkdir(self.at("full"))
        self.write("full/file", "x")
        self.refused(self.at("full"), "not empty", share_options={"mount": self.at("full")})

    def test_mount_point_is_a_file(self):
        self.write("file", "x")
        self.refused(self.at("file"), "not a directory", share_options={"mount": self.at("file")})

    def test_mount_point_in_use(self):
        with Instance() as server:
            self.refused(server.mount, share_options={"mount": server.mount})

    def test_a_mount_point_that_is_not_there_is_made_and_removed(self):
        with Instance(share_options={"mount": self.at("made/deep")}) as server:
            self.assertEqual(os.listdir(self.at("made/deep")), [])
            server.stop()
        self.assertFalse(os.path.exists(self.at("made")))

    def test_no_device(self):
        with Instance(mount=True) as server:
            server.stop()
            result = subprocess.run(
                [
                    "unshare",
                    "--mount",
                    "sh",
                    "-c",
                    'mount -t tmpfs none /dev; mknod /dev/null c 1 3; mknod /dev/urandom c 1 9; exec "$@"',
                    "sh",
                    BINARY,
                    "start",
                    "--config",
                    server.write_config(),
                ],
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                stdin=subprocess.DEVNULL,
                timeout=30,
                env=commands.environment(),
            )
            self.assertEqual(result.returncode, 1, result)
            self.assertIn(b"/dev/fuse", result.stderr)

    def test_second_instance_on_the_same_port(self):
        with Instance() as server:
            self.refused(str(server.port), "taken", smb={"port": server.port})
            server.smbclient("ls")

    def test_a_wrong_configuration(self):
        path = self.write("bad.yaml", "adapters:\n  smb:\n    prot: 1\n")
        self.refused_command(["start", "--config", path], ["bad.yaml:3", "prot", "port"])
        self.assertEqual(dittofs("start", "--config", self.at("none.yaml")).code, 1)


class StatusTests(DoorsTestCase):
    def status(self):
        outcome = dittofs("status", "--json", "--control", self.server.ready["control"])
        self.assertEqual(outcome.code, 0, outcome)
        return json.loads(outcome.out)

    def test_figures_follow_what_happens(self):
        self.assertEqual(self.status()["pid"], self.server.process.pid)
        before = self.status()["doors"]["smb"]
        for name in ("connections", "sessions", "opens"):
            self.assertIn(name, before)
        with self.server.tree() as tree, tree.open("status-file", smb2.GENERIC_WRITE, disposition=smb2.OPEN_IF):
            during = self.status()["doors"]["smb"]
            self.assertEqual([during[name] - before[name] for name in ("connections", "sessions", "opens")], [1, 1, 1])
        self.assertTrue(
            processes.wait_until(lambda: self.status()["doors"]["smb"] == before, 5, 0.02),
            "the figures do not come back",
        )

    def test_for_people(self):
        outcome = dittofs("status")
        self.assertEqual(outcome.code, 0, outcome)
        self.assertIn("connections", outcome.out)
        self.assertIn(self.server.mount, outcome.out)

    def test_control_socket_is_private(self):
        self.assertEqual(stat.S_IMODE(os.stat(self.server.ready["control"]).st_mode), 0o600)

    def test_nobody_answers(self):
        outcome = dittofs("status", "--control", "/nowhere")
        self.assertEqual(outcome.code, 1, outcome)


class TraceTests(DoorsTestCase):
    instance_options = {"log_level": "trace"}
    LINE = re.compile(r'^\S+ trace (smb|fuse) (\S+) (\S+) ("(?:[^"\\]|\\.)*") (\S+) (\d+)us$')

    def test_one_line_a_request_at_either_door(self):
        with open(self.mounted("traced file"), "w") as file:
            file.write("x")
        with self.server.tree() as tree:
            tree.read_file("traced file")
            self.assertFalse(tree.exists("not there"))

        def lines():
            return [
                match.groups()
                for match in map(self.LINE.match, open(self.server.log_path, errors="replace").read().splitlines())
                if match
            ]

        self.assertTrue(
            processes.wait_until(lambda: any("not there" in line[3] for line in lines()), 5), self.server.log()[-2000:]
        )
        found = lines()
        self.assertEqual({line[0] for line in found}, {"smb", "fuse"})
        for door in ("smb", "fuse"):
            self.assertTrue(any(line[0] == door and "traced file" in line[3] for line in found), "no path at " + door)
        self.assertTrue(any(line[0] == "smb" and line[1] == self.server.user for line in found), "no user")
        operations = {line[2].lower() for line in found if line[0] == "smb"}
        for word in ("create", "read", "close"):
            self.assertTrue(any(word in operation for operation in operations), operations)
        self.assertTrue(any(line[4] != "ok" and "not there" in line[3] for line in found))

    def test_a_name_cannot_forge_a_line(self):
        os.mkdir(self.mounted('a\n2026 trace smb root delete "x" ok 1us'))
        self.assertFalse(
            any(line.startswith("2026 trace smb") for line in open(self.server.log_path, errors="replace"))
        )


class TerminationUnderLoadTests(ScratchTestCase):
    """SIGTERM while six clients write: what they were told is done is in the share when its stores close."""

    def test_acknowledged_writes_are_there(self):
        for attempt in range(3):
            with self.subTest(attempt=attempt):
                self.once(self.at("digest.%d" % attempt))

    def once(self, digest_path):
        server = Instance()
        original = server.command
        server.command = lambda: original() + ["--digest-file", digest_path]
        acknowledged, lock, stop = {}, threading.Lock(), threading.Event()

        def by_smb(number):
            try:
                with server.tree(timeout=15) as tree:
                    for i in range(100_000):
                        name, data = "s%d-%d" % (number, i), b"%d-%d;" % (number, i) * (1 + i % 300)
                        with tree.open(name, smb2.GENERIC_WRITE, disposition=smb2.CREATE_NEW) as file:
                            file.write(data)
                            with lock:
                                acknowledged[name] = data
            except (smb2.Disconnected, smb2.SMBError, OSError):
                return

        def by_mount(number):
            try:
                for i in range(100_000):
                    name, data = "m%d-%d" % (number, i), b"%d+%d;" % (number, i) * (1 + i % 300)
                    if stop.is_set():
                        return
                    fd = os.open(server.path(name), os.O_CREAT | os.O_WRONLY)
                    try:
                        if os.fstat(fd).st_dev != device:
                            return  # unmounted: this is the directory below
                        os.write(fd, data)
                        with lock:
                            acknowledged[name] = data
                    finally:
                        os.close(fd)
            except OSError:
                return

        with server:
            device = os.stat(server.mount).st_dev
            threads = [
                threading.Thread(target=target, args=(number,)) for number in range(3) for target in (by_smb, by_mount)
            ]
            for thread in threads:
                thread.start()
            self.assertTrue(processes.wait_until(lambda: len(acknowledged) > 300, 30), "no load came about")
            self.assertEqual(server.stop(signal.SIGTERM), 0)
            stop.set()
            for thread in threads:
                thread.join(20)
            self.assertFalse(any(thread.is_alive() for thread in threads), "a client hangs")
            self.assertFalse(fuse.mounts(server.directory), "a mount stays")
        held = self.parse(digest_path)
        import hashlib

        missing = [name for name, data in acknowledged.items() if held.get(name) != hashlib.sha256(data).hexdigest()]
        self.assertEqual(
            missing[:10], [], "%d of %d acknowledged writes are not in the store" % (len(missing), len(acknowledged))
        )

    @staticmethod
    def parse(path):
        """Path -> SHA-256 of every file of the share."""
        with open(path) as file:
            rows = [json.loads(line) for line in file]
        return {row["path"]: row["sha256"] for row in rows if row["type"] == "regular"}


if __name__ == "__main__":
    main()
