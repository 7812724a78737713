"""Frames on one TCP connection: headers, signatures, requests and their answers."""

import hashlib
import hmac
import socket
import struct

from .numbers import CANCEL, FLAG_ASYNC, FLAG_SIGNED, STATUS, status_name


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


class Transport:
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
