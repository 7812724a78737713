"""A running DittoFS with both doors open, for a test. `DITTOFS_BINARY` names the executable.

`DITTOFS_TEST_ORACLE=samba` puts a private Samba and a plain directory in its place: what a test demands of DittoFS can be
tried on a pair that has been right for decades. Nothing of that is used in an ordinary run.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time

from . import fuse, ntlm, smb2
from .processes import wait_until

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BINARY = os.environ.get("DITTOFS_BINARY") or os.path.join(ROOT, ".build-release", "release", "dittofs")
ORACLE = os.environ.get("DITTOFS_TEST_ORACLE", "")
LONG = bool(os.environ.get("DITTOFS_TEST_LONG"))  # `run --long`
READY_SECONDS = 20
STOP_SECONDS = 40


class InstanceFailure(Exception):
    """The instance did not start or stop as it should; the text carries its log."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def user(name: str, password: str, uid: int, gid: int) -> dict:
    return {"name": name, "uid": uid, "gid": gid, "nt_hash": ntlm.nt_hash(password).hex()}


def smbclient_environment() -> dict:
    return dict(os.environ, LC_ALL="C.UTF-8", HOME=tempfile.gettempdir())


class Instance:
    """`with Instance() as server:` starts one and takes it down again, whatever happens in between."""

    def __init__(
        self,
        *,
        users=None,
        shares=None,
        smb=None,
        fuse_options=None,
        content=None,
        log_level="info",
        share_options=None,
        extra=None,
        environment=None,
        mount=True,
    ):
        self.directory = tempfile.mkdtemp(prefix="instance.")
        os.chmod(self.directory, 0o755)
        self.host, self.port = "127.0.0.1", free_port()
        self.user, self.password = ("root" if ORACLE else "tester"), "Secret-%s" % os.urandom(4).hex()
        self.mount = os.path.join(self.directory, "mount")
        os.mkdir(self.mount)
        self.share = "export"
        self.log_path = os.path.join(self.directory, "log")
        self.process = None
        self.ready = {}
        self.environment = environment or {}
        share = {"name": "/export", "metadata_store": "default", "content_store": "default"}
        if mount:
            share["mount"] = self.mount
        share.update(share_options or {})
        self.config = {
            "logging": {"level": log_level, "format": "text"},
            "adapters": {
                "smb": dict({"enabled": True, "bind_address": self.host, "port": self.port}, **(smb or {})),
                "fuse": dict({"enabled": mount}, **(fuse_options or {})),
            },
            "shares": [share] + (shares or []),
            "users": [user(self.user, self.password, os.getuid(), os.getgid())] + (users or []),
        }
        if content is not None:
            self.config["content_stores"] = {"default": content}
        self.config.update(extra or {})
        self.auth_file = os.path.join(self.directory, "auth")
        with open(os.open(self.auth_file, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
            file.write("username=%s\npassword=%s\n" % (self.user, self.password))

    # -- life ---------------------------------------------------------------------------------------------------
    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.clean_up()
            raise
        return self

    def __exit__(self, kind, *_):
        try:
            self.stop()
        except InstanceFailure:
            if kind is None:
                raise
        finally:
            self.clean_up()

    def write_config(self) -> str:
        path = os.path.join(self.directory, "dittofs.yaml")
        with open(path, "w") as file:
            json.dump(self.config, file, indent=1)  # JSON is YAML
            file.write("\n")
        return path

    def command(self) -> list:
        return [BINARY, "start", "--config", self.write_config(), "--ready-file", self.ready_path]

    @property
    def ready_path(self) -> str:
        return os.path.join(self.directory, "ready")

    def start(self):
        if ORACLE == "samba":
            from . import oracle

            oracle.start(self)
            return
        self.launch()
        self.await_ready()

    def launch(self):
        """Starts the process and returns at once."""
        if not os.access(BINARY, os.X_OK):
            raise InstanceFailure("%s is not there: swift build -c release --scratch-path .build-release" % BINARY)
        log = open(self.log_path, "ab")
        self.process = subprocess.Popen(
            self.command(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=dict(os.environ, **self.environment),
            start_new_session=True,
        )
        log.close()

    def await_ready(self):
        def answered():
            if self.process.poll() is not None:
                raise InstanceFailure("ended with %d before it was ready:\n%s" % (self.process.returncode, self.log()))
            return os.path.exists(self.ready_path) and open(self.ready_path).read().endswith("\n")

        if not wait_until(answered, READY_SECONDS, 0.002):
            raise InstanceFailure("not ready after %d s:\n%s" % (READY_SECONDS, self.log()))
        self.ready = json.loads(open(self.ready_path).read())

    def log(self) -> str:
        try:
            with open(self.log_path, errors="replace") as file:
                return file.read()[-6000:]
        except FileNotFoundError:
            return ""

    def stop(self, sent=signal.SIGTERM) -> int:
        """Ends it as a user would; it has to go by itself and take its mounts along."""
        if self.process is None:
            return 0
        process, self.process = self.process, None
        if process.poll() is None:
            process.send_signal(sent)
        try:
            code = process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            fuse.sweep(self.directory)
            process.wait(20)
            raise InstanceFailure("still there %d s after signal %d:\n%s" % (STOP_SECONDS, sent, self.log()))
        left = fuse.sweep(self.directory)
        if left:
            raise InstanceFailure("mounts left behind: %s\n%s" % (left, self.log()))
        if code != 0 and not ORACLE:
            raise InstanceFailure("exit code %d after signal %d:\n%s" % (code, sent, self.log()))
        return code

    def clean_up(self):
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            fuse.sweep(self.directory)
            self.process.wait(20)
        fuse.sweep(self.directory)
        shutil.rmtree(self.directory, ignore_errors=True)

    # -- doors --------------------------------------------------------------------------------------------------
    def path(self, *parts) -> str:
        """A path through the mount."""
        return os.path.join(self.mount, *parts)

    def tree(self, user=None, password=None, share=None, **options) -> smb2.Tree:
        """A session of its own through the SMB door."""
        return smb2.open_tree(
            self.host,
            self.port,
            share or self.share,
            self.user if user is None else user,
            self.password if password is None else password,
            **options,
        )

    def smbclient_command(self, commands, *, share=None, options=(), login=None, dialect=None) -> list:
        return [
            "smbclient",
            "//%s/%s" % (self.host, share or self.share),
            "-p",
            str(self.port),
            *(["-m", dialect] if dialect else []),
            *(login if login is not None else ["-A", self.auth_file]),
            *options,
            "-c",
            commands,
        ]

    def smbclient(
        self, commands, *, check=True, timeout=180, cwd=None, stdin=None, **options
    ) -> subprocess.CompletedProcess:
        """Runs smbclient; `check` refuses any exit code but 0 and any NT_STATUS in what it says."""
        result = subprocess.run(
            self.smbclient_command(commands, **options),
            stdout=subprocess.PIPE,
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            stderr=subprocess.STDOUT,
            cwd=cwd,
            timeout=timeout,
            env=smbclient_environment(),
        )
        result.text = result.stdout.decode("utf-8", "surrogateescape")
        if check and (result.returncode != 0 or "NT_STATUS_" in result.text):
            raise AssertionError(
                "smbclient -c %r: exit code %d\n%s" % (commands, result.returncode, result.text[-3000:])
            )
        return result


def timed(action) -> float:
    start = time.monotonic()
    action()
    return time.monotonic() - start
