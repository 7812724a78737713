"""Runs a command in User-Mode Linux: a kernel with cifs in it, without root, KVM or a module for the host's kernel.

The guest sees the host's root read-only below a throw-away layer; the host's 127.0.0.1 is 10.0.2.2 for it. `/run/shared` is
a directory that both see.
"""

import os
import shlex
import shutil
import signal
import socket
import subprocess
import tempfile

HOST = "10.0.2.2"
MTU = 32768
STAGES = r"""#!/bin/sh
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM=dumb LC_ALL=C.UTF-8
modules=/usr/lib/uml/modules/$(uname -r)
if [ "$1" != second ]; then
  mount -n -t proc proc /proc
  mount -n -t tmpfs -o mode=755 tmpfs /mnt
  mkdir /mnt/upper /mnt/work /mnt/root
  insmod "$modules/kernel/fs/overlayfs/overlay.ko"
  mount -n -t overlay -o lowerdir=/,upperdir=/mnt/upper,workdir=/mnt/work overlay /mnt/root
  cd /mnt/root
  mount -n --move /proc proc
  mount -n -t devtmpfs dev dev
  exec chroot . /bin/sh @STAGES@ second
fi
mount -t sysfs sys /sys
mkdir -p /dev/shm /dev/pts
mount -t devpts devpts /dev/pts
mount -t tmpfs tmpfs /dev/shm
mount -t tmpfs tmpfs /run
mkdir /run/shared /run/lock
mount -t hostfs -o @SHARED@ none /run/shared
mount -t tmpfs tmpfs /mnt
mkdir -p /lib/modules
ln -sfn "$modules" /lib/modules/
ip link set lo up
ip link set vec0 mtu @MTU@
ip addr add 10.0.2.15/24 dev vec0
ip link set vec0 up
ip route add default via @HOST@
modprobe -a hmac md4 sha512_generic cmac ecb ctr ccm ghash-generic gcm nls_utf8 cifs
sh /run/shared/command </dev/null >/run/shared/output 2>&1
echo $? >/run/shared/code
sync
echo o >/proc/sysrq-trigger
sleep 20
"""


class Guest:
    """`run` gives (exit code, output); 124 when the time was up, 125 when the guest died."""

    def __init__(self):
        self.directory = tempfile.mkdtemp(prefix="uml.")
        self.shared = os.path.join(self.directory, "shared")
        os.mkdir(self.shared)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.directory, ignore_errors=True)

    def run(self, command: list, seconds: float) -> tuple:
        for tool in ("linux.uml", "libslirp-helper"):
            if not shutil.which(tool):
                raise AssertionError(tool + " is not installed")
        with open(os.path.join(self.shared, "command"), "w") as file:
            file.write("exec " + shlex.join(command) + "\n")
        stages = os.path.join(self.directory, "init")
        text = STAGES.replace("@STAGES@", stages).replace("@SHARED@", self.shared)
        with open(stages, "w") as file:
            file.write(text.replace("@MTU@", str(MTU)).replace("@HOST@", HOST))
        os.chmod(stages, 0o755)
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        for end in (ours, theirs):
            end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4 << 20)
        network = subprocess.Popen(
            ["libslirp-helper", "--fd=%d" % ours.fileno(), "--disable-ipv6", "--exit-with-parent", "--mtu=%d" % MTU],
            pass_fds=[ours.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        console = os.path.join(self.directory, "console")
        with open(console, "wb") as log:
            kernel = subprocess.Popen(
                [
                    "linux.uml",
                    "mem=512M",
                    "rootfstype=hostfs",
                    "rootflags=/",
                    "ro",
                    "init=" + stages,
                    "quiet",
                    "con=null",
                    "con0=null,fd:1",
                    "ssl=null",
                    "uml_dir=" + os.path.join(self.directory, "control"),
                    "vec0:transport=fd,fd=%d,depth=128,mtu=%d" % (theirs.fileno(), MTU),
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
                env=dict(os.environ, TMPDIR="/dev/shm"),
            )
        ours.close()
        theirs.close()
        code = 125
        try:
            kernel.wait(seconds)
        except subprocess.TimeoutExpired:
            code = 124
        finally:  # Ctrl-C included: the kernel is a session of its own and would stay.
            try:
                os.killpg(kernel.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            kernel.wait(20)
            network.kill()
            network.wait(20)

        def content(path):
            try:
                with open(path, errors="replace") as file:
                    return file.read()
            except FileNotFoundError:
                return ""

        written = content(os.path.join(self.shared, "code")).strip()
        if written.isdigit():
            code = int(written)
        output = content(os.path.join(self.shared, "output"))
        return code, output if code not in (124, 125) else output + "\n[console]\n" + content(console)[-4000:]
