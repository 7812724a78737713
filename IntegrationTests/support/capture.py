#!/usr/bin/env python3
"""Record what a real client and a server say to each other, as files of the corpus of Tests/SMBMessagesTests.

    python3 IntegrationTests/support/capture.py --listen 4450 --server 127.0.0.1:445 --prefix smbclient-311 --into DIR

Stands between the two for one connection and writes every kind of message once: a kind is a command, a direction, a
status, and the class of information that is asked for. Sealed frames are passed on and not written, so the client is not
to seal. Says `listening` when a client can come, and ends with the connection.
"""
import argparse
import os
import socket
import struct
import threading

COMMANDS = ["negotiate", "session-setup", "logoff", "tree-connect", "tree-disconnect", "create", "close", "flush", "read",
            "write", "lock", "ioctl", "cancel", "echo", "query-directory", "change-notify", "query-info", "set-info",
            "oplock-break"]
LINE = 48


def messages(frame):
    """The messages of a compound, each with what pads it to the next."""
    while len(frame) >= 64 and frame[:4] == b"\xfeSMB":
        following = struct.unpack_from("<I", frame, 20)[0]
        yield frame[:following] if following else frame
        if not following:
            return
        frame = frame[following:]


def kind(message):
    """What tells a message from others worth keeping; a longest transfer is none of them."""
    status, command, flags = struct.unpack_from("<IH2xI", message, 8)
    is_response = flags & 1
    name = COMMANDS[command] if command < len(COMMANDS) else f"command-{command}"
    parts = [name, "response" if is_response else "request"]
    if is_response and status:
        parts.append(f"{status:08x}")
    body = message[64:]
    if not is_response and command in (16, 17) and len(body) > 4:
        parts.append(f"type{body[2]}-class{body[3]}")
    if not is_response and command == 14 and len(body) > 4:
        parts.append(f"class{body[2]}")
    if command == 11 and len(body) > 8:
        parts.append(f"{struct.unpack_from('<I', body, 4)[0]:08x}")
    return "-".join(parts)


class Recorder:
    def __init__(self, directory, prefix, limit):
        self.directory, self.prefix, self.limit = directory, prefix, limit
        self.seen, self.lock = set(), threading.Lock()

    def take(self, frame):
        for message in messages(frame):
            name = kind(message)
            with self.lock:
                if name in self.seen or len(message) > self.limit:
                    continue
                self.seen.add(name)
            text = message.hex()
            lines = [text[start:start + 2 * LINE] for start in range(0, len(text), 2 * LINE)]
            with open(os.path.join(self.directory, f"{self.prefix}-{name}.hex"), "w") as file:
                file.write(f"# {self.prefix}, recorded on a loopback connection.\n" + "\n".join(lines) + "\n")


def exactly(source, count):
    parts = b""
    while len(parts) < count:
        part = source.recv(count - len(parts))
        if not part:
            return None
        parts += part
    return parts


def forward(source, target, recorder):
    try:
        while (head := exactly(source, 4)) is not None:
            frame = exactly(source, int.from_bytes(head[1:], "big"))
            if frame is None:
                break
            recorder.take(frame)
            target.sendall(head + frame)
    except OSError:
        pass
    for end in (source, target):
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--listen", type=int, required=True, help="port of 127.0.0.1 that the client connects to")
    parser.add_argument("--server", required=True, metavar="HOST:PORT")
    parser.add_argument("--prefix", required=True, help="what the files' names begin with: who speaks")
    parser.add_argument("--into", required=True, metavar="DIR")
    parser.add_argument("--limit", type=int, default=4096, help="bytes of the longest message that is written")
    arguments = parser.parse_args()
    os.makedirs(arguments.into, exist_ok=True)
    host, port = arguments.server.rsplit(":", 1)
    with socket.create_server(("127.0.0.1", arguments.listen)) as listener:
        print("listening", flush=True)
        client, _ = listener.accept()
    server = socket.create_connection((host, int(port)))
    recorder = Recorder(arguments.into, arguments.prefix, arguments.limit)
    ways = [threading.Thread(target=forward, args=pair) for pair in ((client, server, recorder), (server, client, recorder))]
    for way in ways:
        way.start()
    for way in ways:
        way.join()
    print(f"{len(recorder.seen)} kinds of messages in {arguments.into}")


if __name__ == "__main__":
    main()
