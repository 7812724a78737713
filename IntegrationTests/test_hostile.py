"""Raw sockets that lie: an error or a closed connection for them, and nothing at all for the others."""

import random
import struct

from support import smb2
from support.hostility import SEED, HostileTestCase
from support.smb2 import header
from support.testing import main

TIME_LIMIT = 240


class FrameTests(HostileTestCase):
    def test_frames(self):
        good = header(smb2.ECHO, 1) + struct.pack("<HH", 4, 0)
        for label, data in (
            ("nothing", b""),
            ("one byte", b"\0"),
            ("an empty frame", b"\0\0\0\0"),
            ("a keep-alive", b"\x85\0\0\0"),
            ("a NetBIOS request", b"\x81\0\0\x44" + b" CKFDENECFDEFFCFGEFFCCACACACACACA\0" * 2),
            ("HTTP", b"GET / HTTP/1.1\r\n\r\n"),
            ("TLS", b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03" + bytes(500)),
            ("SSH", b"SSH-2.0-OpenSSH_9\r\n"),
            ("one byte of message", b"\0\0\0\x01\xfe"),
            ("half a header", struct.pack(">I", 32) + good[:32]),
            ("63 bytes", struct.pack(">I", 63) + good[:63]),
            ("a header alone", struct.pack(">I", 64) + good[:64]),
            ("16 MiB announced", struct.pack(">I", 0xFFFFFF) + good),
            ("2 GiB announced", struct.pack(">I", 0x7FFFFFFF) + good),
            ("4 GiB announced", b"\xff\xff\xff\xff" + good),
            ("a frame longer than its message", struct.pack(">I", 1000) + good + bytes(900)),
            ("another protocol id", struct.pack(">I", 68) + b"\xfdSMB" + good[4:]),
            ("SMB1 garbage", struct.pack(">I", 40) + b"\xffSMB" + bytes(36)),
            ("compression", struct.pack(">I", 68) + b"\xfcSMB" + good[4:]),
        ):
            with self.subTest(label):
                self.refuses(self.connect(), data, label)
                if len(data) >= 64:
                    self.refuses(self.negotiated(), data, label + " after NEGOTIATE")

    def test_headers(self):
        body = struct.pack("<HH", 4, 0)
        for label, options, edit in (
            ("structure size 0", {}, (4, b"\0\0")),
            ("structure size 65", {}, (4, b"\x41\0")),
            ("a response", {"flags": 1}, None),
            ("command 19", {}, (12, b"\x13\0")),
            ("command 65535", {}, (12, b"\xff\xff")),
            ("a session that is not", {"session_id": 0xDEAD}, None),
            ("a tree that is not", {"tree_id": 77}, None),
            ("next command 1", {"next_command": 1}, None),
            ("next command 8", {"next_command": 8}, None),
            ("next command at the end", {"next_command": 68}, None),
            ("next command far away", {"next_command": 0xFFFFFFF8}, None),
            ("next command 63", {"next_command": 63}, None),
            ("an async header", {"flags": 2}, None),
            ("related first", {"flags": 4}, None),
            ("signed without a session", {"flags": 8}, None),
            ("DFS", {"flags": 0x10000000}, None),
            ("all flags", {"flags": 0xFFFFFFFE}, None),
        ):
            for command in (smb2.ECHO, smb2.CREATE, smb2.TREE_CONNECT, smb2.READ, smb2.LOGOFF):
                with self.subTest(label, command=command):
                    connection = self.negotiated()
                    message = header(command, 1, **options) + body
                    if edit:
                        message = message[: edit[0]] + edit[1] + message[edit[0] + 2 :]
                    connection.send_frame(message)
                    for response in self.answers(connection, 2):
                        allowed = command == smb2.ECHO and label in (
                            "a tree that is not",
                            "a session that is not",
                            "next command at the end",
                            "DFS",
                        )
                        if isinstance(response, smb2.Response) and not allowed and label != "a response":
                            self.assertNotEqual(response.status, 0, "%s, command %d was accepted" % (label, command))

    def test_wrong_states(self):
        """Everything before NEGOTIATE, everything without a session, without a tree, after LOGOFF."""
        bodies = {
            smb2.LOGOFF: struct.pack("<HH", 4, 0),
            smb2.TREE_CONNECT: struct.pack("<HHHH", 9, 0, 72, 4) + b"\\\0a\0",
            smb2.CREATE: smb2.Tree.create_body("x", smb2.GENERIC_ALL, 7, 3, 0, 0),
            smb2.READ: struct.pack("<HBBIQ16sIIIHH", 49, 0, 0, 10, 0, b"\xff" * 16, 0, 0, 0, 0, 0) + b"\0",
            smb2.QUERY_DIRECTORY: struct.pack("<HBBI16sHHI", 33, 37, 0, 0, bytes(16), 96, 2, 1000) + b"*\0",
            smb2.CLOSE: struct.pack("<HHI16s", 24, 0, 0, bytes(16)),
            smb2.CHANGE_NOTIFY: struct.pack("<HHI16sII", 32, 0, 100, bytes(16), 1, 0),
            smb2.OPLOCK_BREAK: struct.pack("<HBBI16s", 24, 0, 0, 0, bytes(16)),
            smb2.CANCEL: struct.pack("<HH", 4, 0),
            smb2.FLUSH: struct.pack("<HHI16s", 24, 0, 0, bytes(16)),
            smb2.WRITE: struct.pack("<HHIQ16sIIHHI", 49, 112, 1, 0, bytes(16), 0, 0, 0, 0, 0) + b"x",
        }
        for command, body in bodies.items():
            with self.subTest(command=command, state="before NEGOTIATE"):
                connection = self.connect()
                connection.send_frame(header(command, 0) + body)
                self.assertEqual(
                    [r for r in self.answers(connection, 2) if isinstance(r, smb2.Response) and r.status == 0], []
                )
            with self.subTest(command=command, state="without a session"):
                connection = self.negotiated()
                connection.send_frame(header(command, 1) + body)
                self.assertEqual(
                    [r for r in self.answers(connection, 2) if isinstance(r, smb2.Response) and r.status == 0], []
                )
            if command not in (smb2.LOGOFF, smb2.TREE_CONNECT, smb2.CANCEL):
                with self.subTest(command=command, state="without a tree"):
                    connection = self.negotiated()
                    connection.login(self.server.user, self.server.password)
                    self.assertNotEqual(connection.call(command, body, want=None, tree_id=999).status, 0)
        connection = self.negotiated()
        connection.send_frame(
            header(smb2.NEGOTIATE, 1) + struct.pack("<HHHHI16sQH", 36, 1, 1, 0, 0, bytes(16), 0, 0x0202)
        )
        self.assertEqual(
            [r for r in self.answers(connection, 2) if isinstance(r, smb2.Response) and r.status == 0],
            [],
            "a second NEGOTIATE",
        )

    def test_negotiate(self):
        for label, body in (
            ("no dialect", struct.pack("<HHHHI16sQ", 36, 0, 1, 0, 0, bytes(16), 0)),
            ("65535 dialects", struct.pack("<HHHHI16sQ", 36, 65535, 1, 0, 0, bytes(16), 0)),
            ("an unknown dialect", struct.pack("<HHHHI16sQH", 36, 1, 1, 0, 0, bytes(16), 0, 0x0999)),
            ("cut off", struct.pack("<HHHH", 36, 1, 1, 0)),
            ("contexts far away", struct.pack("<HHHHI16sIHHH", 36, 1, 1, 0, 0, bytes(16), 0xFFFFFFF0, 5, 0, 0x0311)),
        ):
            with self.subTest(label):
                connection = self.connect()
                connection.send_frame(header(smb2.NEGOTIATE, 0) + body)
                answers = self.answers(connection, 2)
                self.assertEqual([r for r in answers if isinstance(r, smb2.Response) and r.status == 0], [])

    def test_tokens(self):
        randomness = random.Random(SEED)
        good = b"NTLMSSP\0" + struct.pack("<II", 1, 0xE2088297) + bytes(16)
        tokens = [
            b"",
            b"\0",
            b"NTLMSSP",
            b"NTLMSSP\0",
            good[:13],
            b"NTLMSSP\0" + struct.pack("<I", 3) + b"\xff" * 80,
            b"\x60" + b"\x84\xff\xff\xff\xff" + bytes(20),
            b"\x60\x80" + bytes(50),
            b"\xa1\x03\x30\x01\x00",
            b"\x60\x48\x06\x06+\x06\x01\x05\x05\x02" + b"\xa0\x84\x7f\xff\xff\xff" * 10,
            b"\x30\x80" * 5000,
        ]
        tokens += [randomness.randbytes(randomness.randrange(1, 300)) for _ in range(30)]
        for token in tokens:
            with self.subTest(token=token[:20].hex()):
                connection = self.negotiated()
                response = connection.call(smb2.SESSION_SETUP, connection.setup_body(token), want=None)
                self.assertNotEqual(response.status, 0)
        connection = self.negotiated()
        first = connection.call(smb2.SESSION_SETUP, connection.setup_body(good), want=None)
        self.assertEqual(first.name, "MORE_PROCESSING_REQUIRED")
        for offset, length in ((88, 0xFFFF), (0xFFFF, 10), (0, 100), (64, 24), (88, 0), (90, 65535)):
            body = struct.pack("<HBBIIHHQ", 25, 0, 1, 0, 0, offset, length, 0) + good
            with self.subTest(offset=offset, length=length):
                other = self.negotiated()
                self.assertNotEqual(other.call(smb2.SESSION_SETUP, body, want=None).status, 0)

    def test_lying_offsets(self):
        """Every (offset, length) pair of every command, pushed out of the message."""
        tree = self.server.tree(sign=False)
        self.addCleanup(tree.close)
        directory = tree.open("", smb2.GENERIC_READ, options=smb2.DIRECTORY_FILE)
        file = tree.open("hostile", smb2.GENERIC_ALL, disposition=smb2.OPEN_IF)
        pairs = [
            (0, 10),
            (1, 2),
            (63, 2),
            (64, 65535),
            (120, 65535),
            (65535, 1),
            (65534, 65535),
            (0xFFFF, 0xFFFF),
            (119, 2),
            (300, 4),
        ]
        wide = pairs + [(0xFFFFFFFF, 1), (0xFFFFFFF0, 0x20), (120, 0xFFFFFFFF), (0x80000000, 0x80000000)]
        for offset, length in pairs:
            for label, command, body in (
                (
                    "CREATE name",
                    smb2.CREATE,
                    struct.pack(
                        "<HBBIQQIIIIIHHII", 57, 0, 0, 2, 0, 0, smb2.GENERIC_READ, 0, 7, 1, 0, offset, length, 0, 0
                    )
                    + b"a\0b\0",
                ),
                (
                    "QUERY_DIRECTORY pattern",
                    smb2.QUERY_DIRECTORY,
                    struct.pack("<HBBI16sHHI", 33, 37, 0, 0, directory.id, offset, length, 65536) + b"*\0",
                ),
                (
                    "TREE_CONNECT path",
                    smb2.TREE_CONNECT,
                    struct.pack("<HHHH", 9, 0, offset, length) + b"\\\0\\\0a\0\\\0b\0",
                ),
                (
                    "SET_INFO buffer",
                    smb2.SET_INFO,
                    struct.pack("<HBBIHHI16s", 33, 1, 4, length, offset, 0, 0, file.id) + bytes(8),
                ),
                (
                    "WRITE data",
                    smb2.WRITE,
                    struct.pack("<HHIQ16sIIHHI", 49, offset, length, 0, file.id, 0, 0, 0, 0, 0) + b"data",
                ),
            ):
                with self.subTest(label, offset=offset, length=length):
                    self.assertNotEqual(tree.connection.call(command, body, want=None, tree_id=tree.id).status, 0)
        for offset, length in wide:
            for label, command, body in (
                (
                    "CREATE contexts",
                    smb2.CREATE,
                    struct.pack(
                        "<HBBIQQIIIIIHHII", 57, 0, 0, 2, 0, 0, smb2.GENERIC_READ, 0, 7, 1, 0, 120, 0, offset, length
                    )
                    + bytes(16),
                ),
                (
                    "IOCTL input",
                    smb2.IOCTL,
                    struct.pack("<HHI16sIIIIIIII", 57, 0, 0x00140204, b"\xff" * 16, offset, length, 0, 0, 0, 100, 1, 0),
                ),
                (
                    "QUERY_INFO input",
                    smb2.QUERY_INFO,
                    struct.pack("<HBBIHHIII16s", 41, 1, 15, 1000, offset & 0xFFFF, 0, length, 0, 0, file.id),
                ),
            ):
                with self.subTest(label, offset=offset, length=length):
                    self.assertNotEqual(tree.connection.call(command, body, want=None, tree_id=tree.id).status, 0)
        with self.subTest("rename with a name length that lies"):
            for length in (0, 1, 3, 1000, 0xFFFFFFFF, 0x7FFFFFFE):
                data = struct.pack("<B7xQI", 0, 0, length) + "x".encode("utf-16-le")
                self.assertStatus(
                    ("INVALID_PARAMETER", "INFO_LENGTH_MISMATCH", "OBJECT_NAME_INVALID")
                    + (("OBJECT_NAME_COLLISION", "ACCESS_DENIED") if length == 0 else ()),
                    file.set,
                    1,
                    10,
                    data,
                )
        with self.subTest("huge reads and writes"):
            for count, offset in (
                (0xFFFFFFFF, 0),
                (1, 0xFFFFFFFFFFFFFFFF),
                (65536, 0x7FFFFFFFFFFFFFFF),
                (1, 1 << 63),
                (0x1000001, 0),
            ):
                body = struct.pack("<HBBIQ16sIIIHH", 49, 0, 0, count, offset, file.id, 0, 0, 0, 0, 0) + b"\0"
                self.assertNotEqual(tree.connection.call(smb2.READ, body, want=None, tree_id=tree.id).status, 0)
        self.assertEqual(file.standard()[1], 0)

    def test_truncated_bodies(self):
        """Each command cut at every byte, on a good session."""
        tree, file = self.opened("truncated")
        bodies = {
            smb2.CREATE: tree.create_body("name", smb2.GENERIC_READ, 7, 1, 0, 0),
            smb2.CLOSE: struct.pack("<HHI16s", 24, 0, 0, b"\x11" * 16),
            smb2.READ: struct.pack("<HBBIQ16sIIIHH", 49, 0, 0, 10, 0, file.id, 0, 0, 0, 0, 0),
            smb2.WRITE: struct.pack("<HHIQ16sIIHHI", 49, 112, 4, 0, file.id, 0, 0, 0, 0, 0) + b"data",
            smb2.QUERY_INFO: struct.pack("<HBBIHHIII16s", 41, 1, 5, 100, 0, 0, 0, 0, 0, file.id),
            smb2.LOCK: struct.pack("<HHI16sQQII", 48, 1, 0, file.id, 0, 1, 2, 0),
            smb2.SET_INFO: struct.pack("<HBBIHHI16s", 33, 1, 20, 8, 96, 0, 0, file.id) + bytes(8),
            smb2.FLUSH: struct.pack("<HHI16s", 24, 0, 0, file.id),
            smb2.TREE_CONNECT: struct.pack("<HHHH", 9, 0, 72, 10) + "\\\\h\\s".encode("utf-16-le"),
        }
        old = file.id
        for command, body in bodies.items():
            for length in range(len(body)):
                try:
                    response = tree.connection.call(
                        command, body[:length].replace(old, file.id), want=None, tree_id=tree.id
                    )
                    if length < len(body) - 4:
                        self.assertNotEqual(response.status, 0, "command %d cut to %d bytes" % (command, length))
                except smb2.Disconnected:
                    tree, file = self.opened("truncated")
        tree.connection.echo()

    def opened(self, name):
        tree = self.server.tree(sign=False)
        self.addCleanup(tree.close)
        return tree, tree.open(name, smb2.GENERIC_ALL, disposition=smb2.OPEN_IF)

    def test_message_ids_and_credits(self):
        connection = self.negotiated()
        for message_id in (0, 5000, 1 << 63, 0xFFFFFFFFFFFFFFFF):
            with self.subTest(message_id=message_id):
                other = self.negotiated()
                other.send_frame(header(smb2.ECHO, message_id, session_id=0) + struct.pack("<HH", 4, 0))
                self.assertEqual(
                    [r for r in self.answers(other, 2) if isinstance(r, smb2.Response) and r.status == 0], []
                )
        connection.login(self.server.user, self.server.password, sign=False)
        for credits in (0, 1, 65535):
            response = connection.call(smb2.ECHO, struct.pack("<HH", 4, 0), credits=credits)
            self.assertGreaterEqual(response.credits, 1 if credits else 0)
        for _ in range(200):
            connection.call(smb2.ECHO, struct.pack("<HH", 4, 0), credits=65535)
        self.assertLess(connection.granted, 60_000, "credits without end")

    def test_compounds(self):
        tree = self.server.tree(sign=False)
        self.addCleanup(tree.close)
        connection = tree.connection

        def chain(parts, related=True):
            message = b""
            for index, (command, body) in enumerate(parts):
                body += bytes(-len(body) % 8)
                last = index == len(parts) - 1
                message += (
                    header(
                        command,
                        connection.next_id(),
                        session_id=connection.session_id,
                        tree_id=tree.id,
                        flags=4 if related and index else 0,
                        next_command=0 if last else 64 + len(body),
                    )
                    + body
                )
            connection.send_frame(message)

        def statuses(count):
            found = []
            while len(found) < count:
                frame, at = connection.receive_frame(), 0
                while True:
                    response = smb2.Response(frame[at:])
                    found.append(response.name)
                    if not response.next:
                        break
                    at += response.next
            return found

        same = b"\xff" * 16
        close = (smb2.CLOSE, struct.pack("<HHI16s", 24, 0, 0, same))
        query = (smb2.QUERY_INFO, struct.pack("<HBBIHHIII16s", 41, 1, 5, 100, 0, 0, 0, 0, 0, same))
        chain([(smb2.CREATE, tree.create_body("witness", smb2.GENERIC_READ, 7, 1, 0, 0)), query, close])
        self.assertEqual(statuses(3), ["SUCCESS"] * 3)
        chain([(smb2.CREATE, tree.create_body("missing", smb2.GENERIC_READ, 7, 1, 0, 0)), query, close])
        self.assertEqual(statuses(3), ["OBJECT_NAME_NOT_FOUND"] * 3)
        chain([(smb2.ECHO, struct.pack("<HH", 4, 0))] * 5, related=False)
        self.assertEqual(statuses(5), ["SUCCESS"] * 5)
        connection.echo()
        flood = self.server.tree(sign=False)
        self.addCleanup(flood.close)
        one = header(smb2.ECHO, 0, next_command=72) + struct.pack("<HH", 4, 0) + bytes(4)
        try:
            flood.connection.send_frame(one * 5000)
            self.answers(flood.connection, 5)
        except OSError:
            pass


if __name__ == "__main__":
    main()
