"""NTLMv2 as [MS-NLMP] describes it, client side only, with nothing but the standard library."""

import hmac
import os
import struct
import time

UNICODE, NTLM, ALWAYS_SIGN, EXTENDED = 0x1, 0x200, 0x8000, 0x80000
ANONYMOUS, TARGET, TARGET_INFO, N128, N56 = 0x800, 0x4, 0x800000, 0x20000000, 0x80000000
SIGN, KEY_EXCHANGE, VERSION = 0x10, 0x40000000, 0x02000000
FLAGS = UNICODE | NTLM | ALWAYS_SIGN | EXTENDED | TARGET | TARGET_INFO | N128 | N56 | SIGN

AV_EOL, AV_FLAGS, AV_TIMESTAMP = 0, 6, 7


def md4(data: bytes) -> bytes:
    """RFC 1320. OpenSSL 3 no longer offers it to hashlib by default."""
    mask = 0xFFFFFFFF
    message = data + b"\x80" + bytes((55 - len(data)) % 64) + struct.pack("<Q", len(data) * 8)
    state = [0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476]

    def rotate(value, bits):
        value &= mask
        return (value << bits | value >> (32 - bits)) & mask

    for start in range(0, len(message), 64):
        x = struct.unpack_from("<16I", message, start)
        a, b, c, d = state
        for i in range(16):
            a, b, c, d = d, rotate(a + ((b & c) | (~b & d)) + x[i], (3, 7, 11, 19)[i % 4]), b, c
        for i in range(16):
            k = (i % 4) * 4 + i // 4
            a, b, c, d = d, rotate(a + ((b & c) | (b & d) | (c & d)) + x[k] + 0x5A827999, (3, 5, 9, 13)[i % 4]), b, c
        order = (0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15)
        for i in range(16):
            a, b, c, d = d, rotate(a + (b ^ c ^ d) + x[order[i]] + 0x6ED9EBA1, (3, 9, 11, 15)[i % 4]), b, c
        state = [(old + new) & mask for old, new in zip(state, (a, b, c, d))]
    return struct.pack("<4I", *state)


def nt_hash(password: str) -> bytes:
    return md4(password.encode("utf-16-le"))


def md5_mac(key: bytes, data: bytes) -> bytes:
    return hmac.new(key, data, "md5").digest()


def negotiate_message(flags: int = FLAGS) -> bytes:
    return b"NTLMSSP\0" + struct.pack("<II", 1, flags) + bytes(16)


class Authenticator:
    """One authentication: `first()`, then `second(challenge)`; `session_key` is what signs afterwards."""

    def __init__(self, user: str, password: str, domain: str = "", *, with_mic: bool = True):
        self.user, self.password, self.domain, self.with_mic = user, password, domain, with_mic
        self.session_key = b""
        self._first = negotiate_message()
        self.challenge_flags = 0
        self.target_info = {}

    def first(self) -> bytes:
        return self._first

    def second(self, challenge: bytes) -> bytes:
        if challenge[:8] != b"NTLMSSP\0" or struct.unpack_from("<I", challenge, 8)[0] != 2:
            raise ValueError("not an NTLM challenge: " + challenge[:16].hex())
        self.challenge_flags = struct.unpack_from("<I", challenge, 20)[0]
        server_challenge = challenge[24:32]
        length, _, offset = struct.unpack_from("<HHI", challenge, 40)
        self.target_info = parse_pairs(challenge[offset : offset + length])
        if not self.user:
            return self._authenticate(b"\0", b"", FLAGS | ANONYMOUS, None, challenge)
        key = md5_mac(nt_hash(self.password), (self.user.upper() + self.domain).encode("utf-16-le"))
        pairs = dict(self.target_info)
        if self.with_mic:
            pairs[AV_FLAGS] = struct.pack("<I", 2)
        stamp = pairs.get(AV_TIMESTAMP) or struct.pack("<Q", int(time.time() * 10_000_000) + 116444736000000000)
        client = b"\1\1" + bytes(6) + stamp + os.urandom(8) + bytes(4) + pack_pairs(pairs) + bytes(4)
        proof = md5_mac(key, server_challenge + client)
        self.session_key = md5_mac(key, proof)
        return self._authenticate(
            bytes(24), proof + client, FLAGS, self.session_key if self.with_mic else None, challenge
        )

    def _authenticate(self, lm, nt, flags, mic_key, challenge) -> bytes:
        fields = [
            lm,
            nt,
            self.domain.encode("utf-16-le"),
            self.user.encode("utf-16-le"),
            "CLIENT".encode("utf-16-le"),
            b"",
        ]
        offset, header, payload = 64 + 8 + 16, b"", b""
        for field in fields:
            header += struct.pack("<HHI", len(field), len(field), offset + len(payload))
            payload += field
        start = b"NTLMSSP\0" + struct.pack("<I", 3) + header + struct.pack("<I", flags) + bytes(8)
        mic = md5_mac(mic_key, self._first + challenge + start + bytes(16) + payload) if mic_key else bytes(16)
        return start + mic + payload


def parse_pairs(data: bytes) -> dict:
    pairs, at = {}, 0
    while at + 4 <= len(data):
        kind, length = struct.unpack_from("<HH", data, at)
        if kind == AV_EOL:
            break
        pairs[kind] = data[at + 4 : at + 4 + length]
        at += 4 + length
    return pairs


def pack_pairs(pairs: dict) -> bytes:
    return b"".join(struct.pack("<HH", kind, len(value)) + value for kind, value in pairs.items()) + bytes(4)
