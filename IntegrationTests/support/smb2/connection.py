"""From the first frame to a tree connect."""

import os
import struct

from .. import ntlm
from .numbers import ECHO, LOGOFF, NEGOTIATE, SESSION_SETUP, TREE_CONNECT
from .transport import Response, Transport
from .tree import Tree


class Connection(Transport):
    """A connection and the one session on it."""

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

    def tree(self, host: str, share: str) -> Tree:
        path = ("\\\\%s\\%s" % (host, share)).encode("utf-16-le")
        response = self.call(TREE_CONNECT, struct.pack("<HHHH", 9, 0, 72, len(path)) + path)
        return Tree(self, response)

    def echo(self):
        self.call(ECHO, struct.pack("<HH", 4, 0))

    def logoff(self):
        self.call(LOGOFF, struct.pack("<HH", 4, 0))


def open_tree(host, port, share, user="", password="", *, timeout=60, **login) -> Tree:
    connection = Connection(host, port, timeout)
    try:
        connection.negotiate()
        connection.login(user, password, **login)
        return connection.tree(host, share)
    except BaseException:
        connection.close()
        raise
