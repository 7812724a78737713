"""A small SMB 2.0.2 client: persistent sessions for the tests, and frames by hand for the tests that misbehave.

It shares no line with the server, so a constant that is wrong there is not wrong here too.
"""

import hashlib
import hmac
import os
import socket
import struct

from . import ntlm

(
    NEGOTIATE,
    SESSION_SETUP,
    LOGOFF,
    TREE_CONNECT,
    TREE_DISCONNECT,
    CREATE,
    CLOSE,
    FLUSH,
    READ,
    WRITE,
    LOCK,
    IOCTL,
    CANCEL,
    ECHO,
    QUERY_DIRECTORY,
    CHANGE_NOTIFY,
    QUERY_INFO,
    SET_INFO,
    OPLOCK_BREAK,
) = range(19)

STATUS = {
    "SUCCESS": 0,
    "PENDING": 0x103,
    "BUFFER_OVERFLOW": 0x80000005,
    "NO_MORE_FILES": 0x80000006,
    "UNSUCCESSFUL": 0xC0000001,
    "NOT_IMPLEMENTED": 0xC0000002,
    "INVALID_INFO_CLASS": 0xC0000003,
    "INFO_LENGTH_MISMATCH": 0xC0000004,
    "INVALID_HANDLE": 0xC0000008,
    "INVALID_PARAMETER": 0xC000000D,
    "NO_SUCH_FILE": 0xC000000F,
    "INVALID_DEVICE_REQUEST": 0xC0000010,
    "END_OF_FILE": 0xC0000011,
    "MORE_PROCESSING_REQUIRED": 0xC0000016,
    "ACCESS_DENIED": 0xC0000022,
    "IO_REPARSE_TAG_MISMATCH": 0xC0000277,
    "IO_REPARSE_TAG_NOT_HANDLED": 0xC0000279,
    "NOT_A_REPARSE_POINT": 0xC0000275,
    "INVALID_VIEW_SIZE": 0xC000001F,
    "BUFFER_TOO_SMALL": 0xC0000023,
    "INVALID_OWNER": 0xC000005A,
    "OBJECT_NAME_INVALID": 0xC0000033,
    "OBJECT_NAME_NOT_FOUND": 0xC0000034,
    "OBJECT_NAME_COLLISION": 0xC0000035,
    "OBJECT_PATH_NOT_FOUND": 0xC000003A,
    "OBJECT_PATH_SYNTAX_BAD": 0xC000003B,
    "SHARING_VIOLATION": 0xC0000043,
    "FILE_LOCK_CONFLICT": 0xC0000054,
    "LOCK_NOT_GRANTED": 0xC0000055,
    "DELETE_PENDING": 0xC0000056,
    "RANGE_NOT_LOCKED": 0xC000007E,
    "PRIVILEGE_NOT_HELD": 0xC0000061,
    "LOGON_FAILURE": 0xC000006D,
    "DISK_FULL": 0xC000007F,
    "INSUFFICIENT_RESOURCES": 0xC000009A,
    "MEDIA_WRITE_PROTECTED": 0xC00000A2,
    "FILE_IS_A_DIRECTORY": 0xC00000BA,
    "NOT_SUPPORTED": 0xC00000BB,
    "NETWORK_NAME_DELETED": 0xC00000C9,
    "BAD_NETWORK_NAME": 0xC00000CC,
    "DIRECTORY_NOT_EMPTY": 0xC0000101,
    "NOT_A_DIRECTORY": 0xC0000103,
    "CANCELLED": 0xC0000120,
    "CANNOT_DELETE": 0xC0000121,
    "FILE_CLOSED": 0xC0000128,
    "INVALID_LOCK_RANGE": 0xC00001A1,
    "USER_SESSION_DELETED": 0xC0000203,
    "STOPPED_ON_SYMLINK": 0x8000002D,
}
NAMES = {code: name for name, code in STATUS.items()}

READ_DATA, WRITE_DATA, APPEND_DATA, READ_ATTRIBUTES, WRITE_ATTRIBUTES = 0x1, 0x2, 0x4, 0x80, 0x100
DELETE, READ_CONTROL, SYNCHRONIZE, MAXIMUM_ALLOWED = 0x10000, 0x20000, 0x100000, 0x02000000
GENERIC_READ, GENERIC_WRITE, GENERIC_ALL = 0x80000000, 0x40000000, 0x10000000
SHARE_NONE, SHARE_READ, SHARE_WRITE, SHARE_DELETE, SHARE_ALL = 0, 1, 2, 4, 7
SUPERSEDE, OPEN, CREATE_NEW, OPEN_IF, OVERWRITE, OVERWRITE_IF = range(6)
DIRECTORY_FILE, NON_DIRECTORY_FILE, DELETE_ON_CLOSE, OPEN_REPARSE_POINT = 0x1, 0x40, 0x1000, 0x200000
ATTRIBUTE_READONLY, ATTRIBUTE_HIDDEN, ATTRIBUTE_SYSTEM, ATTRIBUTE_DIRECTORY, ATTRIBUTE_ARCHIVE, ATTRIBUTE_NORMAL = (
    0x1,
    0x2,
    0x4,
    0x10,
    0x20,
    0x80,
)
FLAG_RESPONSE, FLAG_ASYNC, FLAG_RELATED, FLAG_SIGNED = 0x1, 0x2, 0x4, 0x8
LOCK_SHARED, LOCK_EXCLUSIVE, LOCK_UNLOCK, LOCK_FAIL_IMMEDIATELY = 0x1, 0x2, 0x4, 0x10
END_OF_FILE_OFFSET = 0xFFFFFFFFFFFFFFFF
EPOCH_DIFFERENCE = 116444736000000000  # FILETIME units between 1601 and 1970


def status_name(code: int) -> str:
    return NAMES.get(code, "0x%08X" % code)


class SMBError(Exception):
    """An answer whose status is not the wanted one."""

    def __init__(self, status: int, command: int = 0):
        super().__init__("STATUS_%s (command %d)" % (status_name(status), command))
        self.status, self.command = status, command

    @property
    def name(self) -> str:
        return status_name(self.status)


class Disconnected(Exception):
    """The server closed the connection."""


class Response:
    def __init__(self, message: bytes):
        self.message = message
        (
            self.protocol,
            self.size,
            self.charge,
            self.status,
            self.command,
            self.credits,
            self.flags,
            self.next,
            self.message_id,
            self.process,
            self.tree_id,
            self.session_id,
            self.signature,
        ) = struct.unpack_from("<4sHHIHHIIQIIQ16s", message)
        self.body = message[64:]

    @property
    def name(self) -> str:
        return status_name(self.status)

    @property
    def async_fields(self) -> dict:
        """What names the request of an asynchronous response: the AsyncId stands where process and tree do otherwise."""
        return {"message_id": self.message_id, "process": self.process, "tree_id": self.tree_id}


def header(
    command,
    message_id,
    *,
    session_id=0,
    tree_id=0,
    flags=0,
    credits=64,
    next_command=0,
    charge=0,
    status=0,
    process=0xFEFF,
) -> bytes:
    return struct.pack(
        "<4sHHIHHIIQIIQ16s",
        b"\xfeSMB",
        64,
        charge,
        status,
        command,
        credits,
        flags,
        next_command,
        message_id,
        process,
        tree_id,
        session_id,
        bytes(16),
    )


class Connection:
    """One TCP connection. Requests are sent one at a time; the message id and the signature are kept here."""

    def __init__(self, host: str, port: int, timeout: float = 60):
        self.socket = socket.create_connection((host, port), timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.message_id, self.session_id, self.tree_id = 0, 0, 0
        self.signing_key, self.sign = b"", False
        self.granted = 0
        self.session_flags = 0
        self.max_read = self.max_write = 65536
        self.dialect = 0

    # -- bytes --------------------------------------------------------------------------------------------------
    def send_bytes(self, data: bytes):
        self.socket.sendall(data)

    def send_frame(self, message: bytes):
        self.socket.sendall(struct.pack(">I", len(message)) + message)

    def receive_exactly(self, count: int) -> bytes:
        parts = bytearray()
        while len(parts) < count:
            try:
                piece = self.socket.recv(min(count - len(parts), 1 << 20))
            except ConnectionError as error:
                raise Disconnected(str(error)) from error
            if not piece:
                raise Disconnected("end of stream")
            parts += piece
        return bytes(parts)

    def receive_frame(self) -> bytes:
        length = struct.unpack(">I", self.receive_exactly(4))[0]
        if length > 0xFFFFFF + 1:
            raise ValueError("frame of %d bytes announced" % length)
        return self.receive_exactly(length)

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    # -- requests -----------------------------------------------------------------------------------------------
    def signed(self, message: bytes) -> bytes:
        if not self.sign:
            return message
        flags = struct.unpack_from("<I", message, 16)[0] | FLAG_SIGNED
        message = message[:16] + struct.pack("<I", flags) + message[20:48] + bytes(16) + message[64:]
        mac = hmac.new(self.signing_key, message, hashlib.sha256).digest()[:16]
        return message[:48] + mac + message[64:]

    def next_id(self) -> int:
        value = self.message_id
        self.message_id += 1
        return value

    def post(self, command: int, body: bytes, **fields) -> int:
        """Sends a request and returns its message id without waiting."""
        message_id = fields.pop("message_id", None)
        message_id = self.next_id() if message_id is None else message_id
        fields.setdefault("session_id", self.session_id)
        fields.setdefault("tree_id", self.tree_id)
        self.send_frame(self.signed(header(command, message_id, **fields) + body))
        return message_id

    def answer(self) -> Response:
        """The next final response; interim ones are dropped."""
        while True:
            response = Response(self.receive_frame())
            if response.status == STATUS["PENDING"] and response.flags & FLAG_ASYNC:
                continue
            self.granted += response.credits
            # A session that is gone has no key: its answer carries the request's signature, as Samba's does.
            if self.sign and response.flags & FLAG_SIGNED and response.status != STATUS["USER_SESSION_DELETED"]:
                self.verify(response)
            return response

    def verify(self, response: Response):
        message = response.message[:48] + bytes(16) + response.message[64:]
        if hmac.new(self.signing_key, message, hashlib.sha256).digest()[:16] != response.signature:
            raise ValueError("wrong signature on the answer to command %d" % response.command)

    def call(self, command: int, body: bytes, *, want=("SUCCESS",), **fields) -> Response:
        message_id = self.post(command, body, **fields)
        response = self.answer()
        if response.message_id != message_id:
            raise ValueError("answer to message %d, expected %d" % (response.message_id, message_id))
        if self.sign and not response.flags & FLAG_SIGNED and response.status == 0:
            raise ValueError("unsigned answer to the signed command %d" % command)
        if want is not None and response.name not in want:
            raise SMBError(response.status, command)
        return response

    def cancel(self, interim: Response):
        """Ends the wait that the interim response has announced; there is no response to this."""
        self.post(CANCEL, struct.pack("<HH", 4, 0), flags=FLAG_ASYNC, **interim.async_fields)

    # -- session ------------------------------------------------------------------------------------------------
    def negotiate(self, dialects=(0x0202,), security_mode=1) -> Response:
        body = struct.pack("<HHHHI16sQ", 36, len(dialects), security_mode, 0, 0, os.urandom(16), 0)
        response = self.call(NEGOTIATE, body + struct.pack("<%dH" % len(dialects), *dialects), session_id=0, tree_id=0)
        (
            _,
            self.security_mode,
            self.dialect,
            _,
            self.server_guid,
            self.capabilities,
            self.max_transact,
            self.max_read,
            self.max_write,
            self.system_time,
            _,
            self.blob_offset,
            self.blob_length,
        ) = struct.unpack_from("<HHHH16sIIIIQQHH", response.body)
        return response

    def setup_body(self, token: bytes, *, security_mode=1, previous=0) -> bytes:
        return struct.pack("<HBBIIHHQ", 25, 0, security_mode, 0, 0, 88, len(token), previous) + token

    def login(self, user="", password="", *, sign=None, with_mic=True, domain="", previous=0) -> Response:
        """Raw NTLMSSP, without SPNEGO around it. `sign` None signs where the session is neither guest nor anonymous."""
        self.authenticator = ntlm.Authenticator(user, password, domain, with_mic=with_mic)
        self.session_id = 0
        first = self.call(
            SESSION_SETUP,
            self.setup_body(self.authenticator.first()),
            want=("MORE_PROCESSING_REQUIRED",),
            session_id=0,
            tree_id=0,
        )
        self.session_id = first.session_id
        offset, length = struct.unpack_from("<HH", first.body, 4)
        challenge = first.message[offset : offset + length]
        token = self.authenticator.second(challenge)
        response = self.call(SESSION_SETUP, self.setup_body(token, previous=previous), tree_id=0)
        self.session_flags = struct.unpack_from("<H", response.body, 2)[0]
        trusted = not self.session_flags & 3
        self.signing_key = self.authenticator.session_key
        self.sign = trusted if sign is None else sign
        return response

    def tree(self, host: str, share: str) -> "Tree":
        path = ("\\\\%s\\%s" % (host, share)).encode("utf-16-le")
        response = self.call(TREE_CONNECT, struct.pack("<HHHH", 9, 0, 72, len(path)) + path)
        return Tree(self, response)

    def echo(self):
        self.call(ECHO, struct.pack("<HH", 4, 0))

    def logoff(self):
        self.call(LOGOFF, struct.pack("<HH", 4, 0))


def open_tree(host, port, share, user="", password="", *, timeout=60, **login) -> "Tree":
    connection = Connection(host, port, timeout)
    try:
        connection.negotiate()
        connection.login(user, password, **login)
        return connection.tree(host, share)
    except BaseException:
        connection.close()
        raise


class Tree:
    def __init__(self, connection: Connection, response: Response):
        self.connection = connection
        self.id = connection.tree_id = response.tree_id
        _, self.kind, _, self.flags, self.capabilities, self.maximal_access = struct.unpack_from(
            "<HBBIII", response.body
        )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()

    def close(self):
        self.connection.close()

    def disconnect(self):
        self.connection.call(TREE_DISCONNECT, struct.pack("<HH", 4, 0), tree_id=self.id)

    @staticmethod
    def create_body(path, access, share, disposition, options, attributes, oplock=0, name=None) -> bytes:
        name = path.replace("/", "\\").encode("utf-16-le", "surrogatepass") if name is None else name
        return struct.pack(
            "<HBBIQQIIIIIHHII",
            57,
            0,
            oplock,
            2,
            0,
            0,
            access,
            attributes,
            share,
            disposition,
            options,
            120,
            len(name),
            0,
            0,
        ) + (name or b"\0")

    def open(
        self, path, access=GENERIC_READ, *, share=SHARE_ALL, disposition=OPEN, options=0, attributes=0, oplock=0
    ) -> "File":
        body = self.create_body(path, access, share, disposition, options, attributes, oplock)
        return File(self, path, self.connection.call(CREATE, body, tree_id=self.id))

    def mkdir(self, path):
        self.open(path, GENERIC_READ, disposition=CREATE_NEW, options=DIRECTORY_FILE).close()

    def write_file(self, path, data, offset=0, disposition=OVERWRITE_IF):
        with self.open(path, GENERIC_WRITE, disposition=disposition) as file:
            file.write(data, offset)

    def read_file(self, path) -> bytes:
        with self.open(path, GENERIC_READ) as file:
            return file.read_all()

    def remove(self, path, options=0):
        self.open(path, DELETE, options=DELETE_ON_CLOSE | options).close()

    def rename(self, old, new, replace=False):
        with self.open(old, DELETE | READ_ATTRIBUTES) as file:
            file.rename(new, replace)

    def list(self, path="", pattern="*", **options) -> list:
        with self.open(path, GENERIC_READ, options=DIRECTORY_FILE) as directory:
            return directory.list(pattern, **options)

    def names(self, path="", pattern="*") -> list:
        return [entry.name for entry in self.list(path, pattern) if entry.name not in (".", "..")]

    def exists(self, path) -> bool:
        try:
            self.open(path, READ_ATTRIBUTES).close()
            return True
        except SMBError as error:
            if error.name in ("OBJECT_NAME_NOT_FOUND", "OBJECT_PATH_NOT_FOUND", "DELETE_PENDING"):
                return False
            raise


class Entry:
    def __init__(self, data: bytes):
        (
            _,
            self.index,
            self.created,
            self.accessed,
            self.written,
            self.changed,
            self.size,
            self.allocation,
            self.attributes,
            length,
        ) = struct.unpack_from("<IIQQQQQQII", data)
        self.number = struct.unpack_from("<Q", data, 96)[0]
        self.name = data[104 : 104 + length].decode("utf-16-le", "surrogatepass")

    @property
    def is_directory(self):
        return bool(self.attributes & ATTRIBUTE_DIRECTORY)


class File:
    def __init__(self, tree: Tree, path: str, response: Response):
        self.tree, self.connection, self.path = tree, tree.connection, path
        (
            _,
            self.oplock,
            self.flags,
            self.action,
            self.created,
            self.accessed,
            self.written,
            self.changed,
            self.allocation,
            self.size,
            self.attributes,
            _,
            self.id,
        ) = struct.unpack_from("<HBBIQQQQQQII16s", response.body)
        self.is_open = True

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if self.is_open and (kind is None or issubclass(kind, (SMBError, AssertionError))):
            self.close()

    def call(self, command, body, **fields) -> Response:
        return self.connection.call(command, body, tree_id=self.tree.id, **fields)

    def close(self):
        self.is_open = False
        self.call(CLOSE, struct.pack("<HHI16s", 24, 0, 0, self.id))

    def read(self, count, offset=0, **fields) -> bytes:
        body = struct.pack("<HBBIQ16sIIIHH", 49, 0x50, 0, count, offset, self.id, 0, 0, 0, 0, 0) + b"\0"
        response = self.call(READ, body, **fields)
        start, length = struct.unpack_from("<BxI", response.body, 2)
        return response.message[start : start + length]

    def read_all(self) -> bytes:
        parts, offset = [], 0
        while True:
            try:
                piece = self.read(min(self.connection.max_read, 65536), offset)
            except SMBError as error:
                if error.name == "END_OF_FILE":
                    return b"".join(parts)
                raise
            parts.append(piece)
            offset += len(piece)

    def write(self, data: bytes, offset=0) -> int:
        done = 0
        while True:
            piece = data[done : done + min(self.connection.max_write, 65536)]
            at = offset if offset == END_OF_FILE_OFFSET else offset + done
            body = struct.pack("<HHIQ16sIIHHI", 49, 112, len(piece), at, self.id, 0, 0, 0, 0, 0) + piece
            done += struct.unpack_from("<I", self.call(WRITE, body).body, 4)[0]
            if done >= len(data):
                return done

    def append(self, data: bytes) -> int:
        return self.write(data, END_OF_FILE_OFFSET)

    def flush(self):
        self.call(FLUSH, struct.pack("<HHI16s", 24, 0, 0, self.id))

    def query(self, kind, information_class, length=65536, *, additional=0, data=b"", want=("SUCCESS",)) -> bytes:
        body = struct.pack(
            "<HBBIHHIII16s",
            41,
            kind,
            information_class,
            length,
            104 if data else 0,
            0,
            len(data),
            additional,
            0,
            self.id,
        ) + (data or b"\0")
        response = self.call(QUERY_INFO, body, want=want)
        start, count = struct.unpack_from("<HI", response.body, 2)
        return response.message[start : start + count]

    def set(self, kind, information_class, data: bytes, additional=0):
        body = struct.pack("<HBBIHHI16s", 33, kind, information_class, len(data), 96, 0, additional, self.id) + data
        self.call(SET_INFO, body)

    def rename(self, new: str, replace=False):
        name = new.replace("/", "\\").encode("utf-16-le", "surrogatepass")
        self.set(1, 10, struct.pack("<B7xQI", int(replace), 0, len(name)) + name + b"\0\0")

    def set_end_of_file(self, size):
        self.set(1, 20, struct.pack("<Q", size))

    def set_delete_pending(self, value=True):
        self.set(1, 13, struct.pack("<B", int(value)))

    def set_basic(self, created=0, accessed=0, written=0, changed=0, attributes=0):
        self.set(1, 4, struct.pack("<QQQQII", created, accessed, written, changed, attributes, 0))

    def standard(self):
        """(allocation, end of file, links, delete pending, directory)"""
        return struct.unpack_from("<QQIBB", self.query(1, 5))

    def basic(self):
        """(created, accessed, written, changed, attributes)"""
        return struct.unpack_from("<QQQQI", self.query(1, 4))

    def number(self) -> int:
        return struct.unpack("<Q", self.query(1, 6)[:8])[0]

    def pages(self, pattern="*", *, flags=0, size=65536, information_class=37):
        """One QUERY_DIRECTORY after the other until NO_MORE_FILES."""
        name = pattern.encode("utf-16-le")
        while True:
            body = struct.pack("<HBBI16sHHI", 33, information_class, flags, 0, self.id, 96, len(name), size) + (
                name or b"\0"
            )
            response = self.call(QUERY_DIRECTORY, body, want=("SUCCESS", "NO_MORE_FILES", "NO_SUCH_FILE"))
            if response.status:
                return
            start, count = struct.unpack_from("<HI", response.body, 2)
            yield response.message[start : start + count]
            flags &= ~0x11

    def list(self, pattern="*", **options) -> list:
        entries = []
        for page in self.pages(pattern, **options):
            at = 0
            while True:
                entries.append(Entry(page[at:]))
                step = struct.unpack_from("<I", page, at)[0]
                if not step:
                    break
                at += step
        return entries

    @staticmethod
    def lock_body(file_id, elements, sequence=0) -> bytes:
        """`elements` are (offset, length, flags)."""
        body = struct.pack("<HHI16s", 48, len(elements), sequence, file_id)
        return body + b"".join(struct.pack("<QQII", *element, 0) for element in elements)

    def lock(self, offset, length, flags):
        return self.call(LOCK, self.lock_body(self.id, [(offset, length, flags)]))

    def lock_all(self, *elements):
        return self.call(LOCK, self.lock_body(self.id, elements))

    def lock_exclusive(self, offset, length):
        return self.lock(offset, length, LOCK_EXCLUSIVE | LOCK_FAIL_IMMEDIATELY)

    def lock_shared(self, offset, length):
        return self.lock(offset, length, LOCK_SHARED | LOCK_FAIL_IMMEDIATELY)

    def unlock(self, offset, length):
        return self.lock(offset, length, LOCK_UNLOCK)

    def lock_later(self, offset, length, flags=LOCK_EXCLUSIVE) -> "Response":
        """A lock that has to wait: the interim response. The final one is the connection's next answer."""
        self.connection.post(LOCK, self.lock_body(self.id, [(offset, length, flags)]), tree_id=self.tree.id)
        response = Response(self.connection.receive_frame())
        if response.status != STATUS["PENDING"] or not response.flags & FLAG_ASYNC:
            raise SMBError(response.status, LOCK)
        return response

    def resume_key(self) -> bytes:
        """What names this file in `copy_chunks`: 24 bytes."""
        return ioctl_output(self.control(0x00140078, size=32))[:24]

    def copy_chunks(self, key: bytes, chunks, *, want=("SUCCESS",)):
        """(chunks, bytes of the last, bytes in all) of a server-side copy to this file; chunks are (from, to, count)."""
        data = key + struct.pack("<II", len(chunks), 0)
        data += b"".join(struct.pack("<QQII", source, target, count, 0) for source, target, count in chunks)
        return struct.unpack("<III", ioctl_output(self.control(0x001440F2, data, size=12, want=want)))

    def set_sparse(self, value=True):
        self.control(0x000900C4, struct.pack("<B", int(value)))

    def zero(self, start, end):
        self.control(0x000980C8, struct.pack("<QQ", start, end))

    def allocated_ranges(self, start=0, count=1 << 62, *, size=65536, want=("SUCCESS",)) -> list:
        output = ioctl_output(self.control(0x000940CF, struct.pack("<QQ", start, count), size=size, want=want))
        return list(struct.iter_unpack("<QQ", output))

    def duplicate_extents(self, source: "File", source_offset, target_offset, count):
        self.control(0x00098344, source.id + struct.pack("<QQQ", source_offset, target_offset, count))

    def reparse_point(self):
        """(tag, data)"""
        output = ioctl_output(self.control(0x000900A8, size=16384))
        tag, length = struct.unpack_from("<IH", output)
        return tag, output[8 : 8 + length]

    def set_reparse_point(self, tag, data: bytes):
        self.control(0x000900A4, struct.pack("<IHH", tag, len(data), 0) + data)

    def delete_reparse_point(self, tag):
        self.control(0x000900AC, struct.pack("<IHH", tag, 0, 0))

    def control(self, code, data=b"", size=65536, want=("SUCCESS",)) -> Response:
        body = struct.pack("<HHI16sIIIIIIII", 57, 0, code, self.id, 120, len(data), 0, 0, 0, size, 1, 0) + data
        return self.call(IOCTL, body, want=want)


def ioctl_output(response: Response) -> bytes:
    start, count = struct.unpack_from("<II", response.body, 32)
    return response.message[start : start + count]


def symbolic_link(target: str, relative=True) -> bytes:
    """The data of IO_REPARSE_TAG_SYMLINK."""
    name = target.encode("utf-16-le", "surrogatepass")
    return struct.pack("<HHHHI", 0, len(name), len(name), len(name), int(relative)) + name + name


def to_filetime(nanoseconds: int) -> int:
    return nanoseconds // 100 + EPOCH_DIFFERENCE


def from_filetime(value: int) -> int:
    """Nanoseconds since 1970."""
    return (value - EPOCH_DIFFERENCE) * 100
