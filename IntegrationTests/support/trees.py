"""Payloads, digests and comparisons of files and whole trees."""

import hashlib
import os
import random
import stat

CHUNK = 1 << 20


def payload(size: int, seed: int = 0) -> bytes:
    """Bytes that differ at every offset, so that a shifted or repeated block is seen."""
    return random.Random(seed * 1_000_003 + size).randbytes(size)


def write_payload(path: str, size: int, seed: int = 0) -> str:
    """Writes random bytes in pieces and returns their SHA-256."""
    source, digest = random.Random(seed * 1_000_003 + size), hashlib.sha256()
    with open(path, "wb") as file:
        while size:
            piece = source.randbytes(min(size, CHUNK))
            digest.update(piece)
            file.write(piece)
            size -= len(piece)
    return digest.hexdigest()


def digest(path: str) -> str:
    result = hashlib.sha256()
    with open(path, "rb", buffering=0) as file:
        buffer = bytearray(CHUNK)
        while count := file.readinto(buffer):
            result.update(memoryview(buffer)[:count])
    return result.hexdigest()


def snapshot(root: str, *, links: str = "link", modes: bool = False, times: bool = False) -> dict:
    """Relative path -> what is there. `links`: `link` keeps a symlink's target, `target` follows it to a file's bytes."""
    found, root = {}, os.fsencode(root)

    def walk(directory: bytes):
        with os.scandir(directory) as entries:
            for entry in entries:
                name, info = os.path.relpath(entry.path, root), entry.stat(follow_symlinks=False)
                extra = ((stat.S_IMODE(info.st_mode),) if modes else ()) + ((info.st_mtime_ns,) if times else ())
                if stat.S_ISLNK(info.st_mode):
                    if links == "link":
                        found[name] = ("link", os.readlink(entry.path))
                        continue
                    info = os.stat(entry.path)
                if stat.S_ISDIR(info.st_mode):
                    found[name] = ("directory",) + extra
                    walk(entry.path)
                elif stat.S_ISREG(info.st_mode):
                    found[name] = ("file", info.st_size, digest(entry.path)) + extra
                else:
                    found[name] = ("special", stat.S_IFMT(info.st_mode))

    walk(root)
    return found


def differences(left: dict, right: dict, limit: int = 12) -> list:
    """Readable lines, empty when both are equal."""
    lines = []
    for name in sorted(left.keys() | right.keys()):
        if left.get(name) != right.get(name):
            lines.append("%r: %r against %r" % (name, left.get(name), right.get(name)))
            if len(lines) == limit:
                lines.append("...")
                break
    return lines


HEADERS = 4000


def build_headers(target: str, *, twins: bool = True) -> int:
    """A real tree of up to HEADERS files with links of every harmless kind; returns the number of files.

    Two names of one directory of /usr/include may differ in case only (xt_MARK.h, xt_mark.h). The POSIX door keeps such
    twins apart and the SMB door finds each by its exact name, but nobody can create the second one over SMB: without
    `twins` only the first is taken.
    """
    count = 0
    for directory, names, files in os.walk("/usr/include"):
        relative = os.path.relpath(directory, "/usr/include")
        here = os.path.normpath(os.path.join(target, relative))
        os.makedirs(here, exist_ok=True)
        names[:] = sorted(name for name in names if not os.path.islink(os.path.join(directory, name)))
        folded = set()
        for name in sorted(files):
            source = os.path.join(directory, name)
            if not os.path.isfile(source) or (name.lower() in folded and not twins) or count >= HEADERS:
                continue
            folded.add(name.lower())
            with open(source, "rb") as reader, open(os.path.join(here, name), "wb") as writer:
                writer.write(reader.read())
            info = os.stat(source)
            os.utime(os.path.join(here, name), ns=(info.st_atime_ns, info.st_mtime_ns))
            count += 1
    links = os.path.join(target, "links")
    os.makedirs(os.path.join(links, "deep", "er"))
    with open(os.path.join(links, "original"), "w") as file:
        file.write("the target\n")
    for name, to in (("near", "original"), ("up", "../stdio.h"), ("deep/er/far", "../../original"), ("chain", "near")):
        os.symlink(to, os.path.join(links, name))
    return count
