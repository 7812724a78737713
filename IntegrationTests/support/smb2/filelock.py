"""Byte-range locks of an open file."""

import struct

from .numbers import (
    FLAG_ASYNC,
    LOCK,
    LOCK_EXCLUSIVE,
    LOCK_FAIL_IMMEDIATELY,
    LOCK_SHARED,
    LOCK_UNLOCK,
    STATUS,
)
from .transport import Response, SMBError


class FileLocks:
    """LOCK in its forms, for a class that has `id`, `tree`, `connection` and `call`."""

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

    def lock_later(self, offset, length, flags=LOCK_EXCLUSIVE) -> Response:
        """A lock that has to wait: the interim response. The final one is the connection's next answer."""
        self.connection.post(LOCK, self.lock_body(self.id, [(offset, length, flags)]), tree_id=self.tree.id)
        response = Response(self.connection.receive_frame())
        if response.status != STATUS["PENDING"] or not response.flags & FLAG_ASYNC:
            raise SMBError(response.status, LOCK)
        return response
