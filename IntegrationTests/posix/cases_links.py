"""link(2), symlink(2), readlink(2), unlink(2)."""

import ctypes
import errno
import os
import stat

from harness import USER, as_user, case, checked, libc, raises

LONG = "n" * 256


@case
def link_errors(t):
    path = t.file("file", b"x")
    t.dir("dir")
    t.fails("EEXIST", errno.EEXIST, os.link, path, t.at("dir"))
    t.fails("ENOENT source", errno.ENOENT, os.link, t.at("none"), t.at("x"))
    t.fails("ENOENT target path", errno.ENOENT, os.link, path, t.at("none/x"))
    t.fails("ENOTDIR", errno.ENOTDIR, os.link, path, t.at("file/x"))
    t.fails("EPERM directory", errno.EPERM, os.link, t.at("dir"), t.at("x"))
    t.fails("EXDEV", errno.EXDEV, os.link, path, "/dev/shm/dittofs-no-such-name")
    t.fails("ENAMETOOLONG", errno.ENAMETOOLONG, os.link, path, t.at(LONG))
    os.symlink("loop", t.at("loop"))
    t.fails("ELOOP", errno.ELOOP, os.link, t.at("loop/x"), t.at("y"))
    closed = t.dir("closed", 0o755)
    mine = t.at("mine")
    as_user(lambda: open(mine, "w").close())
    t.fails("EACCES target directory", errno.EACCES, lambda: raises(as_user(os.link, mine, closed + "/x")))
    t.fails("EACCES search", errno.EACCES, lambda: raises(as_user(os.link, t.dir("private", 0o700) + "/x", t.at("z"))))


@case
def hard_links(t):
    path = t.file("one", b"bytes")
    for i in range(20):
        os.link(path, t.at("link%d" % i))
    t.equal("count", os.stat(path).st_nlink, 21)
    t.equal("one number", {os.stat(t.at("link%d" % i)).st_ino for i in range(20)}, {os.stat(path).st_ino})
    with open(t.at("link3"), "ab") as file:
        file.write(b" more")
    t.equal("one content", open(path, "rb").read(), b"bytes more")
    os.chmod(t.at("link4"), 0o600)
    t.equal("one mode", oct(os.stat(path).st_mode), oct(0o100600))
    for i in range(20):
        os.unlink(t.at("link%d" % i))
    t.equal("count again", os.stat(path).st_nlink, 1)
    before = os.stat(path).st_ctime_ns
    os.link(path, t.at("late"))
    t.true("ctime moves", os.stat(path).st_ctime_ns >= before)
    fd = os.open(path, os.O_RDONLY)
    os.unlink(path)
    os.unlink(t.at("late"))
    t.equal("no link", os.fstat(fd).st_nlink, 0)
    t.fails(
        "a nameless file gets no name through /proc without a capability",
        (errno.ENOENT, errno.EXDEV),
        os.link,
        "/proc/self/fd/%d" % fd,
        t.at("revived"),
        follow_symlinks=True,
    )
    os.symlink("late", t.at("symbolic"))
    os.link(t.at("symbolic"), t.at("second"), follow_symlinks=False)
    t.equal("a link to a link", (os.readlink(t.at("second")), os.lstat(t.at("second")).st_nlink), ("late", 2))


@case
def symlink_errors(t):
    t.file("file")
    t.fails("EEXIST", errno.EEXIST, os.symlink, "x", t.at("file"))
    t.fails("ENOENT path", errno.ENOENT, os.symlink, "x", t.at("none/x"))
    t.fails("ENOENT empty target", errno.ENOENT, os.symlink, "", t.at("x"))
    t.fails("ENOTDIR", errno.ENOTDIR, os.symlink, "x", t.at("file/x"))
    t.fails("ENAMETOOLONG name", errno.ENAMETOOLONG, os.symlink, "x", t.at(LONG))
    t.fails("ENAMETOOLONG target", errno.ENAMETOOLONG, os.symlink, "x" * 4096, t.at("x"))
    t.fails("EACCES", errno.EACCES, lambda: raises(as_user(os.symlink, "x", t.dir("closed", 0o755) + "/x")))
    os.symlink("loop", t.at("loop"))
    t.fails("ELOOP", errno.ELOOP, os.symlink, "x", t.at("loop/x"))
    t.works("a target of 4000", os.symlink, "/".join(["x" * 99] * 40), t.at("long"))
    t.equal("comes back whole", os.readlink(t.at("long")), "/".join(["x" * 99] * 40))


@case
def symlinks(t):
    for target in ("plain", "../up", "/absolute/path", "with space", "ünïcode", "trailing/", "a//b", "."):
        os.symlink(target, t.at("link"))
        t.equal("target " + target, os.readlink(t.at("link")), target)
        t.equal("size " + target, os.lstat(t.at("link")).st_size, len(os.fsencode(target)))
        os.unlink(t.at("link"))
    os.symlink(b"\xff\xfe bytes", os.fsencode(t.at("raw")))
    t.equal("any bytes", os.readlink(os.fsencode(t.at("raw"))), b"\xff\xfe bytes")
    t.equal("mode", oct(os.lstat(t.at("raw")).st_mode), oct(0o120777))
    t.dir("dir")
    t.file("dir/file", b"content")
    os.symlink("dir", t.at("todir"))
    t.equal("through a link", open(t.at("todir/file"), "rb").read(), b"content")
    t.equal("dot dot through a link", os.stat(t.at("todir/..")).st_ino, os.stat(t.directory).st_ino)
    as_user(os.symlink, "x", t.at("owned"))
    t.equal("owner", os.lstat(t.at("owned")).st_uid, USER)
    os.lchown(t.at("owned"), 5, 6)
    t.equal("lchown", (os.lstat(t.at("owned")).st_uid, os.lstat(t.at("owned")).st_gid), (5, 6))
    os.utime(t.at("owned"), ns=(1_000_000_001, 2_000_000_002), follow_symlinks=False)
    t.equal("lutimes", os.lstat(t.at("owned")).st_mtime_ns, 2_000_000_002)
    t.fails(
        "chmod of a link",
        (errno.EOPNOTSUPP, errno.ENOTSUP),
        os.chmod,
        "/proc/self/fd/%d" % os.open(t.at("owned"), os.O_PATH | os.O_NOFOLLOW),
        0o600,
    )


@case
def readlink_errors(t):
    t.file("file")
    t.fails("EINVAL file", errno.EINVAL, os.readlink, t.at("file"))
    t.fails("EINVAL directory", errno.EINVAL, os.readlink, t.directory)
    t.fails("ENOENT", errno.ENOENT, os.readlink, t.at("none"))
    t.fails("ENOTDIR", errno.ENOTDIR, os.readlink, t.at("file/x"))
    t.fails("ENAMETOOLONG", errno.ENAMETOOLONG, os.readlink, t.at(LONG))
    os.symlink("loop", t.at("loop"))
    t.equal("a loop can be read", os.readlink(t.at("loop")), "loop")
    t.fails("ELOOP", errno.ELOOP, os.readlink, t.at("loop/x"))
    t.fails("EACCES", errno.EACCES, lambda: raises(as_user(os.readlink, t.dir("private", 0o700) + "/x")))
    buffer = ctypes.create_string_buffer(10)
    t.fails("EINVAL size 0", errno.EINVAL, lambda: checked(libc.readlink(os.fsencode(t.at("loop")), buffer, 0)))
    t.equal("cut to the buffer", checked(libc.readlink(os.fsencode(t.at("loop")), buffer, 2)), 2)


@case
def unlink_errors(t):
    t.file("file")
    t.dir("dir")
    t.fails("ENOENT", errno.ENOENT, os.unlink, t.at("none"))
    t.fails("ENOENT empty", errno.ENOENT, os.unlink, "")
    t.fails("ENOTDIR", errno.ENOTDIR, os.unlink, t.at("file/x"))
    t.fails("ENOTDIR trailing slash", errno.ENOTDIR, os.unlink, t.at("file/"))
    t.fails("EISDIR", errno.EISDIR, os.unlink, t.at("dir"))
    t.fails("ENAMETOOLONG", errno.ENAMETOOLONG, os.unlink, t.at(LONG))
    os.symlink("loop", t.at("loop"))
    t.fails("ELOOP", errno.ELOOP, os.unlink, t.at("loop/x"))
    t.works("a loop itself", os.unlink, t.at("loop"))
    closed = t.dir("closed", 0o755)
    t.file("closed/x", mode=0o666)
    t.fails("EACCES", errno.EACCES, lambda: raises(as_user(os.unlink, closed + "/x")))
    t.fails("EACCES search", errno.EACCES, lambda: raises(as_user(os.unlink, t.dir("private", 0o700) + "/x")))
    opened = t.dir("open", 0o777)
    t.file("open/roots", mode=0o000)
    t.equal("the directory decides, not the file", as_user(os.unlink, opened + "/roots"), None)
    os.symlink("file", t.at("link"))
    os.unlink(t.at("link"))
    t.true("the target stays", os.path.exists(t.at("file")))
    for name, kind in (("fifo", stat.S_IFIFO), ("socket", stat.S_IFSOCK)):
        os.mknod(t.at(name), kind | 0o600)
        t.works("unlink a " + name, os.unlink, t.at(name))
    os.truncate(t.at("file"), 0)
    t.fails(
        "AT_REMOVEDIR of a file", errno.ENOTDIR, lambda: checked(libc.unlinkat(-100, os.fsencode(t.at("file")), 0x200))
    )
    t.fails("EINVAL flag", errno.EINVAL, lambda: checked(libc.unlinkat(-100, os.fsencode(t.at("file")), 0x40000)))
