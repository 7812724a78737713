"""An open file or directory: bytes, information, listings."""

import struct

from .filecontrol import FileControls
from .filelock import FileLocks
from .numbers import (
    ATTRIBUTE_DIRECTORY,
    CLOSE,
    END_OF_FILE_OFFSET,
    FLUSH,
    QUERY_DIRECTORY,
    QUERY_INFO,
    READ,
    SET_INFO,
    WRITE,
)
from .transport import Response, SMBError


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


class File(FileLocks, FileControls):
    """An open file."""

    def __init__(self, tree, path: str, response: Response):
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
