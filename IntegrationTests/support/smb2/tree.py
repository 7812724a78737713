"""A share that is connected to, and what can be done there by name."""

import struct

from .file import File
from .numbers import (
    CREATE,
    CREATE_NEW,
    DELETE,
    DELETE_ON_CLOSE,
    DIRECTORY_FILE,
    GENERIC_READ,
    GENERIC_WRITE,
    OPEN,
    OVERWRITE_IF,
    READ_ATTRIBUTES,
    SHARE_ALL,
    TREE_DISCONNECT,
)
from .transport import Response, SMBError, Transport


class Tree:
    def __init__(self, connection: Transport, response: Response):
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
    ) -> File:
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
