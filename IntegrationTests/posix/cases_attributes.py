"""stat(2), statx(2), times, utimensat(2), statfs(2)."""

import ctypes
import errno
import os
import stat
import time

from harness import USER, as_user, case, checked, libc, outcome, raises

DAY = 86400 * 10**9


@case
def stat_errors(t):
    t.file("file")
    for label, call in (("stat", os.stat), ("lstat", os.lstat)):
        t.fails(label + " ENOENT", errno.ENOENT, call, t.at("none"))
        t.fails(label + " ENOENT empty", errno.ENOENT, call, "")
        t.fails(label + " ENOTDIR", errno.ENOTDIR, call, t.at("file/x"))
        t.fails(label + " ENAMETOOLONG", errno.ENAMETOOLONG, call, t.at("n" * 256))
        t.fails(label + " EACCES", errno.EACCES, lambda: raises(as_user(call, (t.dir(label, 0o700) + "/x"))))
    os.symlink("loop", t.at("loop"))
    t.fails("ELOOP", errno.ELOOP, os.stat, t.at("loop"))
    t.works("lstat of a loop", os.lstat, t.at("loop"))
    t.fails("EBADF", errno.EBADF, os.fstat, 9999)
    t.fails(
        "EFAULT",
        errno.EFAULT,
        lambda: checked(libc.statx(-100, os.fsencode(t.at("file")), 0, 0xFFF, ctypes.c_void_p(1))),
    )


@case
def stat_fields(t):
    path = t.file("file", b"x" * 5000)
    info = os.stat(path)
    t.equal("size", info.st_size, 5000)
    t.true("blocks cover the bytes", 5000 <= info.st_blocks * 512 <= 65536)
    t.true("block size", info.st_blksize >= 512)
    t.equal("owner", (info.st_uid, info.st_gid), (0, 0))
    t.equal("links", info.st_nlink, 1)
    t.equal("one device", os.stat(t.directory).st_dev, info.st_dev)
    t.true("a number", info.st_ino > 0)
    t.equal("stable", os.stat(path).st_ino, info.st_ino)
    numbers = set()
    for i in range(50):
        numbers.add(os.stat(t.file("f%d" % i)).st_ino)
    t.equal("different", len(numbers), 50)
    empty = os.stat(t.file("empty"))
    t.equal("an empty file has no blocks", empty.st_blocks, 0)
    buffer = ctypes.create_string_buffer(256)
    checked(libc.statx(-100, os.fsencode(path), 0, 0xFFF, buffer))
    mask, size, birth = (
        int.from_bytes(buffer[0:4], "little"),
        int.from_bytes(buffer[40:48], "little"),
        int.from_bytes(buffer[80:88], "little"),
    )
    t.equal("statx basics", mask & 0x7FF, 0x7FF)
    t.equal("statx size", size, 5000)
    t.true("statx gives a birth time, if any, of now", not mask & 0x800 or abs(birth - time.time()) < 100)
    t.fails(
        "statx EINVAL", errno.EINVAL, lambda: checked(libc.statx(-100, os.fsencode(path), 0x40000000, 0xFFF, buffer))
    )


@case
def setting_times(t):
    path = t.file("file")
    for value in (0, 1, 999_999_999, 1_234_567_890_123_456_789, 4_102_444_800_000_000_001):
        os.utime(path, ns=(value, value + 1))
        info = os.stat(path)
        t.equal("nanoseconds %d" % value, (info.st_atime_ns, info.st_mtime_ns), (value, value + 1))
    os.utime(path, ns=(-1_500_000_001, -2_500_000_002))
    info = os.stat(path)
    t.equal("before 1970", (info.st_atime_ns, info.st_mtime_ns), (-1_500_000_001, -2_500_000_002))
    before = time.time_ns()
    os.utime(path)
    t.true("now", abs(os.stat(path).st_mtime_ns - before) < 2 * 10**9)

    def utimens(a, m, target=path, flags=0):
        pair = (ctypes.c_long * 4)(*a, *m)
        return checked(libc.utimensat(-100, os.fsencode(target), pair, flags))

    NOW, OMIT = (1 << 30) - 1, (1 << 30) - 2
    utimens((100, 5), (200, 6))
    utimens((0, OMIT), (300, 7))
    t.equal("UTIME_OMIT", (os.stat(path).st_atime_ns, os.stat(path).st_mtime_ns), (100_000_000_005, 300_000_000_007))
    utimens((0, NOW), (0, OMIT))
    t.true("UTIME_NOW", os.stat(path).st_atime > 10**9)
    t.equal("the other stays", os.stat(path).st_mtime_ns, 300_000_000_007)
    t.true("ctime is now", os.stat(path).st_ctime > 10**9)
    t.fails("EINVAL nanoseconds", errno.EINVAL, utimens, (0, 1_000_000_000), (0, 0))
    t.fails("ENOENT", errno.ENOENT, os.utime, t.at("none"))
    t.fails("ENOTDIR", errno.ENOTDIR, os.utime, t.at("file/x"))
    t.fails("EPERM setting, not the owner", errno.EPERM, lambda: raises(as_user(os.utime, path, (1, 2))))
    t.fails("EACCES now, not writable", errno.EACCES, lambda: raises(as_user(os.utime, path)))
    os.chmod(path, 0o666)
    t.equal("now, writable", as_user(os.utime, path), None)
    t.fails("EPERM setting, though writable", errno.EPERM, lambda: raises(as_user(os.utime, path, (1, 2))))
    t.equal("OMIT both is nothing", as_user(utimens, (0, OMIT), (0, OMIT)), 0)
    t.same("NOW and OMIT, not the owner", as_user(utimens, (0, NOW), (0, OMIT)))
    os.chown(path, USER, USER)
    t.equal("the owner may", as_user(os.utime, path, (1, 2)), None)


def moved(t, label, path, which, action):
    """Writes down which of the times an action moved."""
    os.utime(path, ns=(10**18, 10**18), follow_symlinks=False)
    changed = os.lstat(path).st_ctime_ns
    time.sleep(0.012)  # the kernel's own clock ticks every 4 to 10 ms
    action()
    info = os.lstat(path)
    seen = "".join(
        letter
        for letter, value in (
            ("a", info.st_atime_ns != 10**18),
            ("m", info.st_mtime_ns != 10**18),
            ("c", info.st_ctime_ns != changed),
        )
        if value
    )
    t.equal(label, seen, which)


@case
def times_that_move(t):
    path = t.file("file", b"data")
    fd = os.open(path, os.O_RDWR)
    moved(t, "write", path, "mc", lambda: os.pwrite(fd, b"x", 0))
    moved(t, "truncate", path, "mc", lambda: os.ftruncate(fd, 2))
    moved(t, "truncate to the same size", path, "mc", lambda: os.ftruncate(fd, 2))
    moved(t, "O_TRUNC", path, "mc", lambda: os.close(os.open(path, os.O_WRONLY | os.O_TRUNC)))
    moved(t, "O_TRUNC of an empty file", path, "mc", lambda: os.close(os.open(path, os.O_WRONLY | os.O_TRUNC)))
    moved(t, "open", path, "", lambda: os.close(os.open(path, os.O_RDWR)))
    moved(t, "write of nothing", path, "", lambda: os.write(fd, b""))
    moved(t, "chmod", path, "c", lambda: os.chmod(path, 0o600))
    moved(t, "chown", path, "c", lambda: os.chown(path, 1, 1))
    moved(t, "link", path, "c", lambda: os.link(path, t.at("second")))
    moved(t, "unlink of another link", path, "c", lambda: os.unlink(t.at("second")))
    moved(t, "setxattr", path, "c", lambda: os.setxattr(path, "user.x", b"1"))
    moved(t, "removexattr", path, "c", lambda: os.removexattr(path, "user.x"))
    moved(t, "fallocate", path, "mc", lambda: os.posix_fallocate(fd, 0, 100_000))
    directory = t.dir("dir")
    moved(t, "create in a directory", directory, "mc", lambda: open(directory + "/f", "w").close())
    moved(t, "write below a directory", directory, "", lambda: os.truncate(directory + "/f", 10))
    moved(t, "chmod below a directory", directory, "", lambda: os.chmod(directory + "/f", 0o600))
    moved(t, "mkdir", directory, "mc", lambda: os.mkdir(directory + "/d"))
    moved(t, "symlink", directory, "mc", lambda: os.symlink("x", directory + "/s"))
    moved(t, "rename inside", directory, "mc", lambda: os.rename(directory + "/f", directory + "/g"))
    moved(t, "unlink", directory, "mc", lambda: os.unlink(directory + "/g"))
    moved(t, "rmdir", directory, "mc", lambda: os.rmdir(directory + "/d"))
    moved(t, "failed unlink", directory, "", lambda: outcome(os.unlink, directory + "/none"))


@case
def relatime(t):
    """On a relatime mount a read moves the access time when it is older than the write, or than a day."""
    path = t.file("file", b"data")

    def read_with(atime, mtime):
        os.utime(path, ns=(atime, mtime))
        with open(path, "rb") as file:
            file.read()
        return os.stat(path).st_atime_ns != atime

    now = time.time_ns()
    t.equal("older than the write", read_with(now - 10**10, now - 10**9), True)
    t.equal("newer than the write and changed later", read_with(now + 10**11, now - 10**10), False)
    t.equal("older than a day", read_with(now - 2 * DAY, now - 3 * DAY), True)
    directory = t.dir("dir")
    os.utime(directory, ns=(now - 3 * DAY, now - 2 * DAY))
    os.listdir(directory)
    t.true("a listing", os.stat(directory).st_atime_ns > now - DAY)
    fd = os.open(path, os.O_RDONLY | os.O_NOATIME)
    os.utime(path, ns=(now - 2 * DAY, now))
    os.read(fd, 1)
    t.equal("O_NOATIME", os.stat(path).st_atime_ns, now - 2 * DAY)


@case
def file_system(t):
    info = os.statvfs(t.directory)
    t.equal("longest name", info.f_namemax, 255)
    t.true("blocks", info.f_blocks > 0 and info.f_bfree <= info.f_blocks and info.f_bavail <= info.f_bfree)
    t.true("block size", info.f_bsize >= 512 and info.f_frsize >= 512)
    t.true("files", info.f_files >= 0)
    t.equal("of a file", os.statvfs(t.file("file")).f_blocks, info.f_blocks)
    t.fails("ENOENT", errno.ENOENT, os.statvfs, t.at("none"))
    t.fails("ENOTDIR", errno.ENOTDIR, os.statvfs, t.at("file/x"))
    t.equal("pathconf", os.pathconf(t.directory, "PC_NAME_MAX"), 255)
    t.works("sync", os.sync)
    t.works("syncfs", lambda: checked(libc.syncfs(os.open(t.directory, os.O_RDONLY))))
    t.equal("kind of a directory", stat.S_ISDIR(os.stat(t.directory).st_mode), True)
