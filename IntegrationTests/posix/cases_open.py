"""open(2), creat(2), mknod(2), and what each of their errors is for."""

import ctypes
import errno
import os
import shutil
import socket
import stat
import subprocess

from harness import USER, as_user, case, checked, libc, raises

LONG = "n" * 256
DEEP = "/".join(["d" * 200] * 25)


def opened(path, flags, mode=0o666):
    os.close(os.open(path, flags, mode))


@case
def missing_names(t):
    t.fails("ENOENT", errno.ENOENT, os.open, t.at("none"), os.O_RDONLY)
    t.fails("ENOENT in the path", errno.ENOENT, os.open, t.at("none/file"), os.O_RDWR | os.O_CREAT)
    t.fails("ENOENT empty path", errno.ENOENT, os.open, "", os.O_RDONLY)
    t.file("file")
    t.fails("ENOTDIR in the path", errno.ENOTDIR, os.open, t.at("file/x"), os.O_RDONLY)
    t.fails("ENOTDIR in the path when creating", errno.ENOTDIR, os.open, t.at("file/x"), os.O_RDWR | os.O_CREAT)
    t.fails("ENOTDIR O_DIRECTORY", errno.ENOTDIR, os.open, t.at("file"), os.O_RDONLY | os.O_DIRECTORY)
    t.fails("trailing slash on a file", errno.ENOTDIR, os.open, t.at("file/"), os.O_RDONLY)
    t.fails("trailing slash when creating", errno.EISDIR, os.open, t.at("new/"), os.O_RDWR | os.O_CREAT)
    t.fails("ENAMETOOLONG component", errno.ENAMETOOLONG, os.open, t.at(LONG), os.O_RDONLY)
    t.fails("ENAMETOOLONG component when creating", errno.ENAMETOOLONG, os.open, t.at(LONG), os.O_RDWR | os.O_CREAT)
    t.fails("ENAMETOOLONG path", errno.ENAMETOOLONG, os.open, t.at(DEEP), os.O_RDONLY)
    t.works("a name of 255", opened, t.at("n" * 255), os.O_RDWR | os.O_CREAT)
    t.fails("EFAULT", errno.EFAULT, lambda: checked(libc.open(ctypes.c_void_p(1), os.O_RDONLY)))


@case
def existing_names(t):
    t.file("file")
    t.dir("dir")
    t.fails("EEXIST file", errno.EEXIST, os.open, t.at("file"), os.O_CREAT | os.O_EXCL | os.O_WRONLY)
    t.fails("EEXIST directory", errno.EEXIST, os.open, t.at("dir"), os.O_CREAT | os.O_EXCL | os.O_RDONLY)
    os.symlink("nowhere", t.at("dangling"))
    t.fails("EEXIST dangling link", errno.EEXIST, os.open, t.at("dangling"), os.O_CREAT | os.O_EXCL | os.O_WRONLY)
    t.fails("ENOENT dangling link", errno.ENOENT, os.open, t.at("dangling"), os.O_RDONLY)
    t.works("creates through a dangling link", opened, t.at("dangling"), os.O_CREAT | os.O_WRONLY)
    t.true("the target is there", os.path.isfile(t.at("nowhere")))
    t.fails("EISDIR writing", errno.EISDIR, os.open, t.at("dir"), os.O_WRONLY)
    t.fails("EISDIR both", errno.EISDIR, os.open, t.at("dir"), os.O_RDWR)
    t.fails("EISDIR O_TRUNC", errno.EISDIR, os.open, t.at("dir"), os.O_RDONLY | os.O_TRUNC)
    t.fails("EISDIR O_CREAT", errno.EISDIR, os.open, t.at("dir"), os.O_RDONLY | os.O_CREAT)


@case
def links_in_the_way(t):
    t.file("file", b"x")
    os.symlink("file", t.at("link"))
    os.symlink("loop", t.at("loop"))
    os.symlink("b", t.at("a"))
    os.symlink("a", t.at("b"))
    t.fails("ELOOP O_NOFOLLOW", errno.ELOOP, os.open, t.at("link"), os.O_RDONLY | os.O_NOFOLLOW)
    t.fails("ELOOP itself", errno.ELOOP, os.open, t.at("loop"), os.O_RDONLY)
    t.fails("ELOOP two", errno.ELOOP, os.open, t.at("a"), os.O_RDONLY)
    t.fails("ELOOP in the path", errno.ELOOP, os.open, t.at("loop/x"), os.O_RDONLY)
    t.fails(
        "ENOTDIR O_NOFOLLOW O_DIRECTORY",
        errno.ENOTDIR,
        os.open,
        t.at("link"),
        os.O_RDONLY | os.O_NOFOLLOW | os.O_DIRECTORY,
    )
    for i in range(45):
        os.symlink("chain%d" % (i + 1), t.at("chain%d" % i))
    t.file("chain45")
    t.works("a chain of 39", opened, t.at("chain6"), os.O_RDONLY)
    t.fails("a chain of 45", errno.ELOOP, os.open, t.at("chain0"), os.O_RDONLY)
    fd = os.open(t.at("link"), os.O_PATH | os.O_NOFOLLOW)
    t.true("O_PATH sees the link", stat.S_ISLNK(os.fstat(fd).st_mode))
    t.fails("EBADF reading an O_PATH descriptor", errno.EBADF, os.read, fd, 1)
    os.close(fd)


@case
def truncation_and_append(t):
    t.file("file", b"0123456789")
    opened(t.at("file"), os.O_RDONLY)
    t.equal("O_RDONLY keeps", os.stat(t.at("file")).st_size, 10)
    fd = os.open(t.at("file"), os.O_WRONLY | os.O_TRUNC)
    t.equal("O_TRUNC", os.fstat(fd).st_size, 0)
    os.write(fd, b"abc")
    second = os.open(t.at("file"), os.O_RDWR | os.O_APPEND)
    os.write(second, b"def")
    os.write(fd, b"D")
    t.equal("append at the end", open(t.at("file"), "rb").read(), b"abcDef")
    os.lseek(second, 0, os.SEEK_SET)
    os.write(second, b"gh")
    t.equal("append after a seek", open(t.at("file"), "rb").read(), b"abcDefgh")
    t.equal("offset after an append", os.lseek(second, 0, os.SEEK_CUR), 8)
    os.pwrite(second, b"ij", 0)
    t.equal("pwrite on O_APPEND appends on Linux", open(t.at("file"), "rb").read(), b"abcDefghij")
    os.ftruncate(second, 2)
    os.write(second, b"kl")
    t.equal("append after a truncate", open(t.at("file"), "rb").read(), b"abkl")
    os.close(fd)
    os.close(second)
    fd = os.open(t.at("made"), os.O_CREAT | os.O_EXCL | os.O_TRUNC | os.O_APPEND | os.O_WRONLY, 0o400)
    t.works("a file of mode 0400 is writable by who made it", os.write, fd, b"x")
    os.close(fd)


@case
def two_appenders(t):
    t.file("log")

    def writer(letter):
        fd = os.open(t.at("log"), os.O_WRONLY | os.O_APPEND)
        for i in range(300):
            os.write(fd, b"%s%04d\n" % (letter, i))
        os.close(fd)
        return 0

    from harness import Child

    children = [Child(writer, letter) for letter in (b"a", b"b", b"c")]
    for child in children:
        child.wait()
    lines = open(t.at("log"), "rb").read().splitlines()
    t.equal("lines", len(lines), 900)
    t.equal("nothing lost", len(set(lines)), 900)


@case
def modes_of_new_files(t):
    for umask in (0, 0o022, 0o077, 0o777):

        def create(name):
            opened(t.at(name), os.O_CREAT | os.O_WRONLY, 0o6777)
            os.mkdir(t.at(name + ".d"), 0o1777)
            os.mknod(t.at(name + ".f"), 0o666 | stat.S_IFIFO)
            return [oct(os.stat(t.at(name + suffix)).st_mode) for suffix in ("", ".d", ".f")]

        t.same("umask %o as root" % umask, as_user(create, "r%o" % umask, user=0, umask=umask))
        t.same("umask %o as user" % umask, as_user(create, "u%o" % umask, umask=umask))
    t.equal("owner", (os.stat(t.at("u22")).st_uid, os.stat(t.at("u22")).st_gid), (USER, USER))


@case
def special_files(t):
    os.mkfifo(t.at("fifo"))
    t.fails("ENXIO no reader", errno.ENXIO, os.open, t.at("fifo"), os.O_WRONLY | os.O_NONBLOCK)
    reader = os.open(t.at("fifo"), os.O_RDONLY | os.O_NONBLOCK)
    writer = os.open(t.at("fifo"), os.O_WRONLY | os.O_NONBLOCK)
    os.write(writer, b"through")
    t.equal("a FIFO carries bytes", os.read(reader, 10), b"through")
    t.fails("ESPIPE", errno.ESPIPE, os.lseek, reader, 0, os.SEEK_SET)
    os.close(reader)
    os.close(writer)
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as client:
        os.chdir(t.directory)
        server.bind("socket")
        t.true("a socket", stat.S_ISSOCK(os.stat("socket").st_mode))
        server.listen()
        t.works("connect", client.connect, "socket")
        with socket.socket(socket.AF_UNIX) as other:
            t.fails("EADDRINUSE", errno.EADDRINUSE, other.bind, "socket")
    t.fails("ENXIO opening a socket", errno.ENXIO, os.open, "socket", os.O_RDWR)
    t.fails("ECONNREFUSED", errno.ECONNREFUSED, socket.socket(socket.AF_UNIX).connect, "socket")


@case
def mknod_errors(t):
    t.file("file")
    t.works("regular", os.mknod, t.at("made"), stat.S_IFREG | 0o640)
    t.equal("regular mode", oct(os.stat(t.at("made")).st_mode), oct(0o100640))
    t.works("type 0 is regular", os.mknod, t.at("zero"), 0o600)
    t.true("regular", stat.S_ISREG(os.stat(t.at("zero")).st_mode))
    t.works("fifo", os.mknod, t.at("fifo"), stat.S_IFIFO | 0o600)
    t.works("socket", os.mknod, t.at("socket"), stat.S_IFSOCK | 0o600)
    t.works("device", os.mknod, t.at("null"), stat.S_IFCHR | 0o666, os.makedev(1, 3))
    t.equal("device number", os.stat(t.at("null")).st_rdev, os.makedev(1, 3))
    t.works("block device", os.mknod, t.at("block"), stat.S_IFBLK | 0o600, os.makedev(7, 200))
    t.fails("EEXIST", errno.EEXIST, os.mknod, t.at("file"), stat.S_IFREG | 0o600)
    t.fails("EPERM directory", errno.EPERM, os.mknod, t.at("dir"), stat.S_IFDIR | 0o700)
    t.fails("EINVAL type", errno.EINVAL, os.mknod, t.at("odd"), 0o070000 | 0o600)
    t.fails("ENOENT", errno.ENOENT, os.mknod, t.at("none/x"), stat.S_IFREG)
    t.fails("ENOTDIR", errno.ENOTDIR, os.mknod, t.at("file/x"), stat.S_IFREG)
    t.fails("ENAMETOOLONG", errno.ENAMETOOLONG, os.mknod, t.at(LONG), stat.S_IFREG)
    os.symlink("loop", t.at("loop"))
    t.fails("ELOOP", errno.ELOOP, os.mknod, t.at("loop/x"), stat.S_IFREG)
    t.fails(
        "EPERM device as user",
        errno.EPERM,
        lambda: raises(as_user(os.mknod, t.at("dev"), stat.S_IFCHR | 0o600, os.makedev(1, 3))),
    )
    t.equal("fifo as user", as_user(os.mknod, t.at("userfifo"), stat.S_IFIFO | 0o600), None)
    closed = t.dir("closed", 0o755)
    t.fails("EACCES", errno.EACCES, lambda: raises(as_user(os.mknod, closed + "/x", stat.S_IFIFO | 0o600)))


@case
def busy_programs(t):
    shutil.copy("/bin/sleep", t.at("program"))
    process = subprocess.Popen([t.at("program"), "20"])
    try:
        t.fails("ETXTBSY open", errno.ETXTBSY, os.open, t.at("program"), os.O_WRONLY)
        t.fails("ETXTBSY truncate", errno.ETXTBSY, os.truncate, t.at("program"), 5)
        t.works("unlink while it runs", os.unlink, t.at("program"))
        t.equal("it still runs", process.poll(), None)
    finally:
        process.kill()
        process.wait()
    shutil.copy("/bin/true", t.at("second"))
    fd = os.open(t.at("second"), os.O_RDWR)
    t.fails("ETXTBSY exec", errno.ETXTBSY, lambda: raises(as_user(os.execv, t.at("second"), ["true"], user=0)))
    os.close(fd)
    t.equal("runs", subprocess.run([t.at("second")]).returncode, 0)
    with open(t.at("script"), "w") as file:
        file.write("#!/bin/sh\nexit 7\n")
    os.chmod(t.at("script"), 0o755)
    t.equal("script", subprocess.run([t.at("script")]).returncode, 7)
    os.chmod(t.at("script"), 0o644)
    t.fails("EACCES exec", errno.EACCES, lambda: raises(as_user(os.execv, t.at("script"), ["script"], user=0)))


@case
def other_flags(t):
    t.file("file", b"abc")
    for name in ("O_SYNC", "O_DSYNC", "O_NONBLOCK", "O_CLOEXEC", "O_NOCTTY", "O_LARGEFILE", "O_NOATIME"):
        fd = t.works(name, os.open, t.at("file"), os.O_RDWR | getattr(os, name))
        if fd is not None:
            t.equal(name + " reads", os.read(fd, 3), b"abc")
            os.close(fd)
    t.fails(
        "EPERM O_NOATIME as another user",
        errno.EPERM,
        lambda: raises(as_user(os.open, t.at("file"), os.O_RDONLY | os.O_NOATIME)),
    )
    fd = t.works("O_DIRECT", os.open, t.at("file"), os.O_RDONLY | os.O_DIRECT)
    if fd is not None:
        os.close(fd)
    fd = os.open(t.at("file"), os.O_RDWR)
    os.lseek(fd, 1, os.SEEK_SET)
    other = os.open("/proc/self/fd/%d" % fd, os.O_RDONLY)
    t.equal("a descriptor opened again has its own offset", os.read(other, 3), b"abc")
    os.close(fd)
    os.close(other)
    directory = os.open(t.directory, os.O_RDONLY)
    t.works("openat", lambda: os.close(os.open("file", os.O_RDONLY, dir_fd=directory)))
    t.fails(
        "openat ENOTDIR", errno.ENOTDIR, lambda: os.open("x", os.O_RDONLY, dir_fd=os.open(t.at("file"), os.O_RDONLY))
    )
    t.fails("openat EBADF", errno.EBADF, lambda: os.open("x", os.O_RDONLY, dir_fd=9999))
    t.fails("O_TMPFILE without writing", errno.EINVAL, os.open, t.directory, os.O_TMPFILE | os.O_RDONLY)
    t.works("O_TMPFILE", opened, t.directory, os.O_TMPFILE | os.O_RDWR)


@case
def unlinked_while_open(t):
    fd = os.open(t.at("file"), os.O_RDWR | os.O_CREAT)
    os.write(fd, b"before")
    os.unlink(t.at("file"))
    t.fails("the name is gone", errno.ENOENT, os.stat, t.at("file"))
    t.equal("links", os.fstat(fd).st_nlink, 0)
    os.write(fd, b" after")
    t.equal("bytes", os.pread(fd, 100, 0), b"before after")
    os.ftruncate(fd, 3)
    t.equal("size", os.fstat(fd).st_size, 3)
    t.works("fchmod", os.fchmod, fd, 0o600)
    t.works("utime", os.utime, fd, (1, 2))
    t.equal("times", os.fstat(fd).st_mtime, 2.0)
    t.true("readlink", os.readlink("/proc/self/fd/%d" % fd).endswith("file (deleted)"))
    t.file("file", b"another")
    t.equal("the old one keeps its bytes", os.pread(fd, 100, 0), b"bef")
    t.true("another number", os.fstat(fd).st_ino != os.stat(t.at("file")).st_ino)
    again = t.works("opened again through /proc", os.open, "/proc/self/fd/%d" % fd, os.O_RDONLY)
    if again is not None:
        t.equal("bytes through /proc", os.read(again, 10), b"bef")
        os.close(again)
    os.close(fd)
    t.equal("directory", os.listdir(t.directory), ["file"])


@case
def descriptors_of_wrong_kinds(t):
    t.file("file", b"abc")
    reader, writer = os.open(t.at("file"), os.O_RDONLY), os.open(t.at("file"), os.O_WRONLY)
    directory = os.open(t.directory, os.O_RDONLY)
    t.fails("EBADF write", errno.EBADF, os.write, reader, b"x")
    t.fails("EBADF read", errno.EBADF, os.read, writer, 1)
    t.fails("EISDIR read", errno.EISDIR, os.read, directory, 1)
    t.fails("EBADF write to a directory", errno.EBADF, os.write, directory, b"x")
    t.fails(
        "EINVAL pread",
        errno.EINVAL,
        lambda: checked(libc.pread64(reader, ctypes.create_string_buffer(4), 4, ctypes.c_long(-1))),
    )
    t.fails("EINVAL pwrite", errno.EINVAL, lambda: checked(libc.pwrite64(writer, b"abcd", 4, ctypes.c_long(-1))))
    t.fails("EFAULT read", errno.EFAULT, lambda: checked(libc.read(reader, ctypes.c_void_p(1), 3)))
    t.fails("EFAULT write", errno.EFAULT, lambda: checked(libc.write(writer, ctypes.c_void_p(1), 3)))
    t.works("fsync of a reader", os.fsync, reader)
    t.works("fsync of a directory", os.fsync, directory)
    t.works("fdatasync", os.fdatasync, writer)
    t.fails("EBADF fsync", errno.EBADF, os.fsync, 9999)
    for fd in (reader, writer, directory):
        os.close(fd)
