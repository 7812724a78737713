#!/usr/bin/python3
"""Runs inside the guest, on a cifs mount: cifs_guest.py MOUNTPOINT RESULT PAYLOAD-SOURCE PLACE MEBIBYTES FILES.

Writes one JSON object of answers. The host made `from-host` through its own door before; what is made here below PLACE
the host looks at afterwards, and at a lock (RESULT.held) while it is held (until RESULT.tried).
"""

import ctypes
import errno
import fcntl
import hashlib
import json
import mmap
import os
import shutil
import subprocess
import sys
import time

here, result, source, place = sys.argv[1:5]
mebibytes, files = int(sys.argv[5]), int(sys.argv[6])
answers = {}


def note(name, action):
    try:
        answers[name] = action()
    except OSError as error:
        answers[name] = errno.errorcode.get(error.errno, str(error.errno))
    except Exception as error:
        answers[name] = "%s: %s" % (type(error).__name__, error)


def tree(root):
    found = {}
    for directory, _, files in os.walk(root):
        for name in files:
            path = os.path.join(directory, name)
            with open(path, "rb") as file:
                found[os.path.relpath(path, root)] = hashlib.sha256(file.read()).hexdigest()
    return found


def drop_caches():
    os.sync()
    with open("/proc/sys/vm/drop_caches", "w") as file:
        file.write("3")


os.chdir(here)
note("from-host", lambda: tree("from-host"))
note("numbers", lambda: {name: os.stat("from-host/" + name).st_ino for name in sorted(os.listdir("from-host"))})
os.mkdir(place)
os.chdir(place)
note("copy", lambda: subprocess.run(["cp", "-r", source, "tree"], check=True).returncode)
drop_caches()
note("copied", lambda: tree("tree"))


def large():
    digest, began = hashlib.sha256(), time.monotonic()
    with open("large", "wb") as file:
        for i in range(mebibytes):
            piece = hashlib.sha256(str(i).encode()).digest() * 32768
            digest.update(piece)
            file.write(piece)
    drop_caches()
    written = time.monotonic()
    with open("large", "rb") as file:
        again = hashlib.sha256()
        while piece := file.read(1 << 20):
            again.update(piece)
    answers["speed"] = mebibytes / (written - began), mebibytes / (time.monotonic() - written)
    return digest.hexdigest() == again.hexdigest() and digest.hexdigest()


note("large", large)


def names():
    for name in (
        "plain",
        "Übergröße",
        "日本語",
        "emoji 😀",
        "a:b",
        "a*b",
        "a?b",
        'a"b',
        "a<b",
        "a>b",
        "a|b",
        "dot.",
        "space ",
    ):
        with open("names-" + name, "w") as file:
            file.write(name)
    return sorted(name for name in os.listdir(".") if name.startswith("names-"))


note("names", names)


def changes():
    with open("change", "wb") as file:
        file.write(b"0123456789")
    with open("change", "ab") as file:
        file.write(b"appended")
    os.truncate("change", 15)
    os.rename("change", "changed")
    os.utime("changed", ns=(1_000_000_000_000_000_000, 1_111_111_111_111_111_100))
    with open("changed", "rb") as file:
        return file.read().decode(), os.stat("changed").st_mtime_ns, os.stat("changed").st_size


note("changes", changes)


def replaced():
    for name in ("old", "new"):
        with open(name, "w") as file:
            file.write(name)
    os.rename("new", "old")
    with open("old") as file:
        return file.read(), os.path.exists("new")


note("replaced", replaced)
os.mkdir("full")
open("full/x", "w").close()
note("rmdir full", lambda: os.rmdir("full"))
note("mkdir again", lambda: os.mkdir("full"))
note("open missing", lambda: os.open("missing", os.O_RDONLY))
note("exclusive", lambda: os.open("old", os.O_CREAT | os.O_EXCL | os.O_WRONLY))
note("unlink and rmdir", lambda: (os.unlink("full/x"), os.rmdir("full"), os.path.exists("full"))[2])


def many():
    """Small files, the first and every fortieth of them empty; the host looks at those that are left in `small`."""
    os.mkdir("many")
    for i in range(files):
        with open("many/f%04d" % i, "w") as file:
            file.write(("%d\n" % i) * (i % 40))
    drop_caches()
    answers["small files"] = tree("many")
    listed = len(os.listdir("many"))
    for i in range(0, files, 2):
        os.unlink("many/f%04d" % i)
    drop_caches()
    left = len(os.listdir("many"))
    os.rename("many", "small")
    os.mkdir("many")
    return listed, left


note("many", many)


def mapped():
    with open("mapped", "wb") as file:
        file.write(bytes(8192))
    with open("mapped", "r+b") as file, mmap.mmap(file.fileno(), 0) as area:
        area[100:106] = b"mapped"
        area.flush()
    drop_caches()
    with open("mapped", "rb") as file:
        return file.read()[100:106].decode()


note("mapped", mapped)


def sparse():
    with open("sparse", "wb") as file:
        file.seek(1_000_000)
        file.write(b"end")
    drop_caches()
    with open("sparse", "rb") as file:
        data = file.read()
    return len(data), data[:1_000_000] == bytes(1_000_000), hashlib.sha256(data).hexdigest()


note("sparse", sparse)
note("statfs", lambda: os.statvfs(".").f_blocks * os.statvfs(".").f_frsize)


def unlinked():
    with open("unlinked", "w+b") as file:
        file.write(b"kept")
        file.flush()
        os.unlink("unlinked")
        file.seek(0)
        kept = file.read().decode()
    return kept, os.path.exists("unlinked")


note("open and unlinked", unlinked)
# Not with the owners: with modefromsid alone this client asks a daemon for their SIDs, and there is none.
note("tar", lambda: subprocess.run("tar cf - tree | tar xof - -C many", shell=True, check=True).returncode)
shutil.rmtree("many")
note("gone", lambda: os.path.exists("many"))


def in_a_child(action):
    """What another process of this machine meets: `ok`, or the errno's name."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            action()
            said = "ok"
        except OSError as error:
            said = errno.errorcode.get(error.errno, str(error.errno))
        os.write(writing, said.encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        said = pipe.read()
    os.waitpid(child, 0)
    return said


def range_locks():
    """An exclusive range, seen by another process: refused over it, granted beside it and after it."""
    with open("locked", "wb") as file:
        file.write(bytes(200))
    mine = os.open("locked", os.O_RDWR)

    def attempt(start, length):
        return in_a_child(
            lambda: fcntl.lockf(os.open("locked", os.O_RDWR), fcntl.LOCK_EX | fcntl.LOCK_NB, length, start)
        )

    fcntl.lockf(mine, fcntl.LOCK_EX | fcntl.LOCK_NB, 100, 0)
    seen = [attempt(50, 10), attempt(100, 10)]
    fcntl.lockf(mine, fcntl.LOCK_UN, 100, 0)
    seen.append(attempt(50, 10))
    fcntl.lockf(mine, fcntl.LOCK_SH | fcntl.LOCK_NB, 100, 0)
    seen.append(attempt(50, 10))
    os.close(mine)
    seen.append(attempt(50, 10))
    return seen


def whole_locks():
    mine = os.open("locked", os.O_RDWR)
    fcntl.flock(mine, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def attempt():
        return in_a_child(lambda: fcntl.flock(os.open("locked", os.O_RDWR), fcntl.LOCK_EX | fcntl.LOCK_NB))

    seen = [attempt()]
    fcntl.flock(mine, fcntl.LOCK_UN)
    seen.append(attempt())
    os.close(mine)
    return seen


def waiting_lock():
    """A lock that blocks is granted when its holder lets go."""
    mine, ready = os.open("locked", os.O_RDWR), os.pipe()
    fcntl.lockf(mine, fcntl.LOCK_EX, 100, 0)
    child = os.fork()
    if child == 0:
        other = os.open("locked", os.O_RDWR)
        os.write(ready[1], b"x")
        fcntl.lockf(other, fcntl.LOCK_EX, 100, 0)
        os._exit(7)
    os.read(ready[0], 1)
    time.sleep(0.1)  # The child is to wait; if it does not yet, the lock is granted at once, and nothing is lost.
    held = os.waitpid(child, os.WNOHANG)[0] == 0
    fcntl.lockf(mine, fcntl.LOCK_UN, 100, 0)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    os.close(mine)
    return held, code


def seen_by_the_host():
    """A range that is held until the host has tried what it may do with it."""
    with open("held", "wb") as file:
        file.write(bytes(200))
    mine = os.open("held", os.O_RDWR)
    fcntl.lockf(mine, fcntl.LOCK_EX | fcntl.LOCK_NB, 100, 0)
    open(result + ".held", "w").close()
    end = time.monotonic() + 20
    while not os.path.exists(result + ".tried") and time.monotonic() < end:
        time.sleep(0.01)
    os.close(mine)
    return os.path.exists(result + ".tried")


note("range locks", range_locks)
note("whole locks", whole_locks)
note("waiting lock", waiting_lock)
note("lock seen by the host", seen_by_the_host)


def attributes():
    with open("attributes", "w") as file:
        file.write("x")
    os.setxattr("attributes", "user.one", b"1")
    os.setxattr("attributes", "user.two", b"22" * 100)
    os.setxattr("attributes", "user.gone", b"gone")
    os.removexattr("attributes", "user.gone")
    values = {name.lower(): os.getxattr("attributes", name).decode() for name in os.listxattr("attributes")}
    return {name: value for name, value in values.items() if name.startswith("user.")}


note("attributes", attributes)
note("kept attribute", lambda: os.getxattr("../from-host/size-4096", "user.FROM").decode())


def allocate(file, mode, offset, length):
    if ctypes.CDLL(None, use_errno=True).fallocate(file, mode, ctypes.c_long(offset), ctypes.c_long(length)):
        raise OSError(ctypes.get_errno(), "fallocate")


def holes():
    """Grown, a hole punched, a range zeroed: the bytes afterwards, and where SEEK_HOLE sees the hole."""
    keep, punch, zero = 1, 2, 16
    file = os.open("holes", os.O_RDWR | os.O_CREAT)
    os.write(file, b"a" * 1048576)
    os.fsync(file)
    os.ftruncate(file, 1572864)  # This client grows a file by fallocate only where it holds an oplock.
    allocate(file, keep | punch, 262144, 262144)
    allocate(file, keep | zero, 786432, 65536)
    os.close(file)
    drop_caches()
    with open("holes", "rb") as reading:
        data = reading.read()
        hole = os.lseek(reading.fileno(), 0, os.SEEK_HOLE)
        after = os.lseek(reading.fileno(), hole, os.SEEK_DATA)
    whole = b"a" * 262144 + bytes(262144) + b"a" * 262144 + bytes(65536) + b"a" * 196608 + bytes(524288)
    return data == whole, hole, after


note("holes", holes)


def copied_on_the_server():
    with open("original", "wb") as file:
        file.write(b"0123456789abcdef" * 65536)
    source, target = os.open("original", os.O_RDONLY), os.open("duplicate", os.O_RDWR | os.O_CREAT)
    left = 1048576
    while left:
        count = os.copy_file_range(source, target, left)
        if not count:
            break
        left -= count
    os.close(source)
    os.close(target)
    drop_caches()
    with open("duplicate", "rb") as file:
        return file.read() == b"0123456789abcdef" * 65536


note("copied on the server", copied_on_the_server)


def hard_links():
    os.link("old", "linked")
    same = os.stat("old").st_ino == os.stat("linked").st_ino
    count = subprocess.run(["stat", "--cached=never", "-c", "%h", "old"], stdout=subprocess.PIPE, check=True).stdout
    with open("linked") as file:
        return same, int(count), file.read()


note("hard links", hard_links)


def symbolic_links():
    os.symlink("old", "symbolic")
    with open("symbolic") as file:
        return os.readlink("symbolic"), os.path.islink("symbolic"), file.read()


note("symbolic links", symbolic_links)
note("the host's link", lambda: os.readlink("../from-host-links/link"))
note("through the host's link", lambda: open("../from-host-links/link").read())


def modes():
    """Of what is made with a mode, of what gets one, and of what the host made."""
    os.umask(0)
    os.close(os.open("mode-file", os.O_CREAT | os.O_WRONLY, 0o640))
    os.mkdir("mode-directory", 0o750)
    os.close(os.open("mode-changed", os.O_CREAT | os.O_WRONLY, 0o644))
    os.mkdir("mode-sticky", 0o755)
    os.chmod("mode-changed", 0o604)
    os.chmod("mode-sticky", 0o1777)
    drop_caches()
    names = ("mode-file", "mode-directory", "mode-changed", "mode-sticky", "../from-host-links/private")
    return [oct(os.stat(name).st_mode & 0o7777) for name in names]


note("modes", modes)


def given(name, uid, gid):
    """What is given to another user and group, and to another group alone."""
    os.close(os.open(name, os.O_CREAT | os.O_WRONLY, 0o644))
    os.chown(name, uid, gid)
    drop_caches()
    return [os.stat(name).st_uid, os.stat(name).st_gid]


note("owner", lambda: [os.stat("../from-host-links/private").st_uid, os.stat("../from-host-links/private").st_gid])
note("given", lambda: given("given", 4711, 4712))
note("given to a group", lambda: given("given-to-a-group", -1, 4712))
os.chdir("/")
with open(result, "w") as file:
    json.dump(answers, file)
