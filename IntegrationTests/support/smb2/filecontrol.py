"""Control codes of an open file: copies, holes, reparse points."""

import struct

from .numbers import IOCTL
from .transport import Response


def ioctl_output(response: Response) -> bytes:
    start, count = struct.unpack_from("<II", response.body, 32)
    return response.message[start : start + count]


def symbolic_link(target: str, relative=True) -> bytes:
    """The data of IO_REPARSE_TAG_SYMLINK."""
    name = target.encode("utf-16-le", "surrogatepass")
    return struct.pack("<HHHHI", 0, len(name), len(name), len(name), int(relative)) + name + name


class FileControls:
    """IOCTL in its forms, for a class that has `id` and `call`."""

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

    def duplicate_extents(self, source, source_offset, target_offset, count):
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
