"""SMB clients that others wrote, from PyPI, at 2.0.2: smbprotocol and impacket. Compared with the mount both ways."""

import os
import subprocess
import sys

from support.testing import DoorsTestCase, main

TIME_LIMIT = 240
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
ENVIRONMENT = os.path.join(ROOT, ".build-integration")
PACKAGES = {"smbprotocol": "smbprotocol==1.15.0", "impacket": "impacket==0.12.0"}

SMBPROTOCOL = r"""
import sys, uuid
host, port, share, user, password = sys.argv[1], int(sys.argv[2]), *sys.argv[3:6]
import smbclient
from smbprotocol.connection import Connection, Dialects
from smbprotocol.session import Session
import smbclient._pool as pool
connection = Connection(uuid.uuid4(), host, port)
connection.connect(Dialects.SMB_2_0_2)
pool._SMB_CONNECTIONS["%s:%d" % (host.lower(), port)] = connection
smbclient.register_session(host, username=user, password=password, port=port)
root = r"\\%s\%s" % (host, share)
options = {"port": port}
smbclient.mkdir(root + r"\protocol", **options)
with smbclient.open_file(root + r"\protocol\text", mode="w", **options) as file:
    file.write("written by smbprotocol\n")
with smbclient.open_file(root + r"\protocol\text", mode="a", **options) as file:
    file.write("appended\n")
data = bytes(range(256)) * 4096
with smbclient.open_file(root + r"\protocol\large", mode="wb", **options) as file:
    file.write(data)
with smbclient.open_file(root + r"\protocol\large", mode="rb", **options) as file:
    assert file.read() == data
assert sorted(smbclient.listdir(root + r"\protocol", **options)) == ["large", "text"]
info = smbclient.stat(root + r"\protocol\large", **options)
assert info.st_size == len(data), info
smbclient.rename(root + r"\protocol\text", root + r"\protocol\renamed", **options)
smbclient.truncate(root + r"\protocol\large", 1000, **options)
smbclient.utime(root + r"\protocol\renamed", times=(1_000_000_000, 1_100_000_000), **options)
names = sorted(entry.name for entry in smbclient.scandir(root + r"\from-mount", **options))
assert names == ["a", "b", "ü"], names
with smbclient.open_file(root + r"\from-mount\ü", mode="r", encoding="utf-8", **options) as file:
    assert file.read() == "ünïcode"
try:
    smbclient.rmdir(root + r"\protocol", **options)
    raise AssertionError("a full directory was removed")
except OSError as error:
    import errno
    assert error.errno == errno.ENOTEMPTY, error
smbclient.remove(root + r"\from-mount\b", **options)
smbclient.reset_connection_cache()
print("done")
"""

IMPACKET = r"""
import io, sys
host, port, share, user, password = sys.argv[1], int(sys.argv[2]), *sys.argv[3:6]
from impacket.smbconnection import SMBConnection, SessionError
from impacket.smb3structs import SMB2_DIALECT_002
connection = SMBConnection(host, host, sess_port=port, preferredDialect=SMB2_DIALECT_002)
assert connection.getDialect() == SMB2_DIALECT_002
connection.login(user, password)
assert not connection.isGuestSession()
connection.createDirectory(share, "impacket")
data = bytes(range(255, -1, -1)) * 3000
connection.putFile(share, "impacket/large", io.BytesIO(data).read)
back = io.BytesIO()
connection.getFile(share, "impacket/large", back.write)
assert back.getvalue() == data
names = sorted(entry.get_longname() for entry in connection.listPath(share, "from-mount/*"))
assert [name for name in names if name not in (".", "..")] == ["a", "ü"], names
connection.rename(share, "impacket/large", "impacket/renamed")
try:
    connection.deleteDirectory(share, "impacket")
    raise AssertionError("a full directory was removed")
except SessionError as error:
    assert error.getErrorCode() == 0xC0000101, error
tree = connection.connectTree(share)
handle = connection.openFile(tree, "impacket/renamed")
assert connection.readFile(tree, handle, 10, 10) == data[10:20]
connection.closeFile(tree, handle)
connection.deleteFile(share, "from-mount/a")
connection.logoff()
print("done")
"""


class IndependentClientTests(DoorsTestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        python = os.path.join(ENVIRONMENT, "bin", "python3")
        wanted = (
            subprocess.run([python, "-c", "import smbprotocol, impacket"], stderr=subprocess.DEVNULL)
            if os.path.exists(python)
            else None
        )
        if wanted is None or wanted.returncode:
            subprocess.run([sys.executable, "-m", "venv", ENVIRONMENT], check=True, timeout=100)
            subprocess.run(
                [python, "-m", "pip", "install", "-q", "--disable-pip-version-check", *PACKAGES.values()],
                check=True,
                timeout=150,
            )
        cls.python = python
        os.mkdir(cls.server.path("from-mount"))
        for name, text in (("a", "1"), ("b", "2"), ("ü", "ünïcode")):
            with open(cls.server.path("from-mount", name), "w") as file:
                file.write(text)

    def client(self, program):
        server = self.server
        result = subprocess.run(
            [self.python, "-c", program, server.host, str(server.port), server.share, server.user, server.password],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=100,
        )
        text = result.stdout.decode(errors="replace")
        self.assertEqual((result.returncode, text.strip().splitlines()[-1:]), (0, ["done"]), text[-3000:])

    def test_1_smbprotocol(self):
        self.client(SMBPROTOCOL)
        with open(self.mounted("protocol", "renamed")) as file:
            self.assertEqual(file.read().replace("\r", ""), "written by smbprotocol\nappended\n")
        self.assertEqual(os.stat(self.mounted("protocol", "renamed")).st_mtime, 1_100_000_000)
        self.assertEqual(os.stat(self.mounted("protocol", "large")).st_size, 1000)
        self.assertEqual(sorted(os.listdir(self.mounted("from-mount"))), ["a", "ü"])

    def test_2_impacket(self):
        self.client(IMPACKET)
        with open(self.mounted("impacket", "renamed"), "rb") as file:
            self.assertEqual(file.read(), bytes(range(255, -1, -1)) * 3000)
        self.assertEqual(os.listdir(self.mounted("from-mount")), ["ü"])


if __name__ == "__main__":
    main()
