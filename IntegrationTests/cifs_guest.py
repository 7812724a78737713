#!/usr/bin/python3
"""Runs inside the guest, on a cifs mount: cifs_guest.py MOUNTPOINT RESULT PAYLOAD-SOURCE. Writes one JSON object of answers.

The host made `from-host` through its own door before; what is made here below `from-guest` the host looks at afterwards.
"""

import errno
import fcntl
import hashlib
import json
import mmap
import os
import shutil
import subprocess
import sys

here, result, source = sys.argv[1:4]
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
os.mkdir("from-guest")
os.chdir("from-guest")
note("copy", lambda: subprocess.run(["cp", "-r", source, "tree"], check=True).returncode)
drop_caches()
note("copied", lambda: tree("tree"))


def large():
    digest = hashlib.sha256()
    with open("large", "wb") as file:
        for i in range(100):
            piece = hashlib.sha256(str(i).encode()).digest() * 32768
            digest.update(piece)
            file.write(piece)
    drop_caches()
    with open("large", "rb") as file:
        return digest.hexdigest() == hashlib.sha256(file.read()).hexdigest() and digest.hexdigest()


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
    os.mkdir("many")
    for i in range(1000):
        open("many/f%04d" % i, "w").close()
    drop_caches()
    listed = len(os.listdir("many"))
    for i in range(0, 1000, 2):
        os.unlink("many/f%04d" % i)
    drop_caches()
    return listed, len(os.listdir("many"))


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
    return len(data), data[:1_000_000] == bytes(1_000_000)


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
note("tar", lambda: subprocess.run("tar cf - tree | tar xf - -C many", shell=True, check=True).returncode)
shutil.rmtree("many")
note("gone", lambda: os.path.exists("many"))
note("flock", lambda: fcntl.flock(os.open("old", os.O_RDWR), fcntl.LOCK_EX | fcntl.LOCK_NB))
os.chdir("/")
with open(result, "w") as file:
    json.dump(answers, file)
