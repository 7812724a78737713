"""A proxy that keeps what goes through it: the SMB2 messages of real clients, one by one, for the corpus of the tests.

In IntegrationTests, `python3 -B -m support.recording DIRECTORY` starts an instance, lets smbclient, smbprotocol and Linux's
cifs work on it at 3.1.1 without encryption, and writes a file of hexadecimal digits for each kind of message that they sent
and got. With `DITTOFS_TEST_ORACLE=samba` the server is Samba.
"""

import os
import socket
import struct
import sys
import threading

COMMANDS = """negotiate session-setup logoff tree-connect tree-disconnect create close flush read write lock ioctl cancel
echo query-directory change-notify query-info set-info oplock-break""".split()
LARGEST = 2048  # Longer messages repeat in their length what a short one says as well.


class Proxy:
    """`with Proxy(host, port) as proxy`: connect to `proxy.port`; `proxy.messages` is [(from client?, bytes)] in order."""

    def __init__(self, host, port):
        self.target, self.messages, self.lock = (host, port), [], threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port, self.sockets = self.listener.getsockname()[1], []

    def __enter__(self):
        threading.Thread(target=self.accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        for each in [self.listener] + self.sockets:
            try:
                each.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            each.close()

    def accept(self):
        while True:
            try:
                near, _ = self.listener.accept()
                far = socket.create_connection(self.target)
            except OSError:
                return
            self.sockets += [near, far]
            for source, sink, from_client in ((near, far, True), (far, near, False)):
                threading.Thread(target=self.relay, args=(source, sink, from_client), daemon=True).start()

    def relay(self, source, sink, from_client):
        held = b""
        try:
            while data := source.recv(1 << 18):
                sink.sendall(data)
                held += data
                while len(held) >= 4 and len(held) >= 4 + int.from_bytes(held[1:4], "big"):
                    length = 4 + int.from_bytes(held[1:4], "big")
                    with self.lock:
                        self.messages += [(from_client, each) for each in split(held[4:length])]
                    held = held[length:]
        except OSError:
            pass
        for each in (source, sink):
            try:
                each.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


def split(frame: bytes) -> list:
    """The messages of a compound, each ending where it does without the padding to the next; others as they are."""
    found = []
    while frame[:4] == b"\xfeSMB" and len(frame) >= 64:
        following = struct.unpack_from("<I", frame, 20)[0]
        if following == 0 or following > len(frame):
            found.append(frame)
            break
        found.append(frame[:following])
        frame = frame[following:]
    return found


def contexts(message: bytes, offset_at: int) -> str:
    """The names of a CREATE's contexts, in order."""
    offset, length = struct.unpack_from("<II", message, offset_at)
    names = []
    while length and offset + 16 <= len(message):
        following, name_at, name_length = struct.unpack_from("<IHH", message, offset)
        name = message[offset + name_at : offset + name_at + name_length]
        names.append(name.decode() if name_length == 4 else name.hex()[:8])
        if following == 0:
            break
        offset += following
    return "-" + "-".join(names) if names else ""


def kind(from_client: bool, message: bytes) -> str:
    """What a message is, as finely as the corpus tells them apart; empty for what it does not want."""
    status, command = struct.unpack_from("<IH", message, 8)
    if command >= len(COMMANDS) or len(message) > LARGEST:
        return ""
    name = COMMANDS[command]
    if not from_client:
        if status == 0xC0000016:
            return name + "-response-more"
        if status:
            return "error-%s-%08x" % (name, status)
        if name == "create":
            return name + "-response" + contexts(message, 64 + 80)
        return name + "-response"
    name += "-request"
    if command == 5:
        return name + contexts(message, 64 + 48)
    if command == 11:
        return name + "-%08x" % struct.unpack_from("<I", message, 68)
    if command == 14:
        return name + "-class%d" % message[66]
    if command in (16, 17):
        return name + "-type%d-class%d" % (message[66], message[67])
    return name


def write(directory: str, client: str, messages: list, server: str, answered: set) -> int:
    """One file a kind, the first message of each; a kind of answer once for all clients."""
    asked = set()
    for from_client, message in messages:
        name, seen = kind(from_client, message), asked if from_client else answered
        if not name or name in seen:
            continue
        seen.add(name)
        sender = "%s to %s" % ((client, server) if from_client else (server, client))
        digits = message.hex()
        with open(os.path.join(directory, "%s-3.1.1-%s.hex" % (client, name)), "w") as file:
            file.write("# Sent by %s on a loopback connection at 3.1.1.\n" % sender)
            file.writelines(digits[at : at + 96] + "\n" for at in range(0, len(digits), 96))
    return len(asked)


def with_smbclient(server, proxy):
    import subprocess

    from .instance import smbclient_environment

    script = os.path.join(server.directory, "put")
    with open(script, "w") as file:
        file.write("text")
    commands = (
        "mkdir d; put %s d/f; ls d/*; allinfo d/f; rename d/f d/g; get d/g -; setmode d/g +h; "
        "du; volume; utimes d/g 1 2 3 4; scopy d/g d/h; tarmode; del d/*; rmdir d; notthere" % script
    )
    command = ["smbclient", "//127.0.0.1/" + server.share, "-p", str(proxy.port), "-A", server.auth_file]
    subprocess.run(
        command + ["-m", "SMB3_11", "-c", commands],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        timeout=60,
        env=smbclient_environment(),
    )


def with_smbprotocol(server, proxy):
    from . import drivers

    drivers.install()
    with drivers.Driver("smbprotocol", server.directory) as client:
        client.connect("127.0.0.1", proxy.port, server.share, server.user, server.password, True, True)
        source = os.path.join(server.directory, "put")
        client.mkdir("p")
        client.write("p/f", source)
        client.read_at("p/f", 0, 4)
        client.append("p/f", "more")
        client.set_times("p/f", 1_000_000_000_000_000_000, 1_000_000_000_000_000_000)
        client.set_extended_attribute("p/f", "NAME", "value")
        client.extended_attributes("p/f")
        for action in (lambda: client.copy_on_server("p/f", "p/g"), lambda: client.streams("p/f"), client.volume):
            try:
                action()
            except Exception as error:
                print("smbprotocol:", error, file=sys.stderr)
        client.list("p", "*")
        client.remove_tree("p")
        client.echo()
        client.close()


def with_cifs(server, proxy):
    from . import uml

    work = """import fcntl, mmap, os
os.chdir('/mnt/share'); os.mkdir('k'); os.chdir('k')
f = open('f', 'w+b'); f.write(b'x' * 5000); f.flush(); os.fsync(f.fileno())
fcntl.lockf(f, fcntl.LOCK_EX, 100, 0); fcntl.lockf(f, fcntl.LOCK_UN, 100, 0)
os.setxattr('f', 'user.a', b'1'); os.listxattr('f'); f.close()
os.truncate('f', 100); os.link('f', 'g'); os.rename('g', 'h'); os.utime('h', (1, 2)); open('r', 'w').close(); os.chmod('r', 0o444)
os.sync(); open('/proc/sys/vm/drop_caches', 'w').write('3'); os.listdir('.'); open('f', 'rb').read(); os.statvfs('.')
os.system('fallocate -p -o 0 -l 50 f'); os.system('cp --reflink=never f c'); os.system('rm -rf ../k')
"""
    with uml.Guest() as guest:
        with open(os.path.join(guest.shared, "work.py"), "w") as file:
            file.write(work)
        with open(os.path.join(guest.shared, "script"), "w") as file:
            file.write(
                "printf 'username=%s\\npassword=%s\\n' >/run/credentials\nmkdir -p /mnt/share\n"
                % (server.user, server.password)
                + "timeout 40 mount -t cifs //%s/%s /mnt/share" % (uml.HOST, server.share)
                + " -o port=%d,vers=3.1.1,credentials=/run/credentials\n" % proxy.port
                + "/usr/bin/python3 -B /run/shared/work.py\ntimeout 20 umount /mnt/share\n"
            )
        code, output = guest.run(["/bin/sh", "/run/shared/script"], 100)
        if code:
            print("cifs: %d %s" % (code, output[-1000:]), file=sys.stderr)


def main(directory: str):
    from .instance import ORACLE, Instance

    os.makedirs(directory, exist_ok=True)
    name = "smbd-4.17" if ORACLE else "dittofs"
    answered = set()
    clients = {"smbclient-4.17": with_smbclient, "smbprotocol-1.17": with_smbprotocol, "cifs-6.1": with_cifs}
    with Instance() as server:
        os.chmod(server.mount, 0o777)
        for client, work in clients.items():
            with Proxy(server.host, server.port) as proxy:
                work(server, proxy)
                count = write(directory, client, proxy.messages, name, answered)
                print("%-18s %4d messages, %3d kinds of request" % (client, len(proxy.messages), count))


if __name__ == "__main__":
    main(sys.argv[1])
