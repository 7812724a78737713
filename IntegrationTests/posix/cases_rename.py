"""rename(2) and renameat2(2)."""

import errno
import os

from harness import as_user, case, checked, libc, outcome, raises

NOREPLACE, EXCHANGE = 1, 2
AT_FDCWD = -100
LONG = "n" * 256


def rename2(old, new, flags):
    return checked(libc.renameat2(AT_FDCWD, os.fsencode(old), AT_FDCWD, os.fsencode(new), flags))


@case
def errors(t):
    t.file("file")
    t.dir("dir")
    t.dir("full")
    t.file("full/x")
    os.mkdir(t.at("dir/sub"))
    os.symlink("loop", t.at("loop"))
    t.fails("ENOENT", errno.ENOENT, os.rename, t.at("none"), t.at("x"))
    t.fails("ENOENT target path", errno.ENOENT, os.rename, t.at("file"), t.at("none/x"))
    t.fails("ENOENT empty", errno.ENOENT, os.rename, t.at("file"), "")
    t.fails("ENOTDIR source path", errno.ENOTDIR, os.rename, t.at("file/x"), t.at("y"))
    t.fails("ENOTDIR target path", errno.ENOTDIR, os.rename, t.at("dir"), t.at("file/y"))
    t.fails("ENOTDIR directory over file", errno.ENOTDIR, os.rename, t.at("dir"), t.at("file"))
    t.fails("EISDIR file over directory", errno.EISDIR, os.rename, t.at("file"), t.at("dir"))
    t.fails("ENOTEMPTY", errno.ENOTEMPTY, os.rename, t.at("dir"), t.at("full"))
    t.fails("EINVAL into itself", errno.EINVAL, os.rename, t.at("dir"), t.at("dir/sub/inner"))
    t.fails("EINVAL below itself", errno.EINVAL, os.rename, t.at("dir"), t.at("dir/x"))
    t.fails("ENOTEMPTY over its parent", errno.ENOTEMPTY, os.rename, t.at("dir/sub"), t.at("dir"))
    t.fails("EBUSY dot", errno.EBUSY, os.rename, t.at("dir/."), t.at("x"))
    t.fails("EBUSY dot dot", errno.EBUSY, os.rename, t.at("dir/sub/.."), t.at("x"))
    t.fails("ENAMETOOLONG", errno.ENAMETOOLONG, os.rename, t.at("file"), t.at(LONG))
    t.fails("ENAMETOOLONG source", errno.ENAMETOOLONG, os.rename, t.at(LONG), t.at("x"))
    t.fails("ELOOP", errno.ELOOP, os.rename, t.at("loop/x"), t.at("x"))
    t.fails("EXDEV", errno.EXDEV, os.rename, t.at("file"), "/proc/x")
    t.fails("trailing slash on a file", errno.ENOTDIR, os.rename, t.at("file"), t.at("new/"))
    t.works("trailing slash on a directory", os.rename, t.at("dir"), t.at("moved/"))


@case
def permissions(t):
    closed, opened = t.dir("closed", 0o755), t.dir("open", 0o777)
    t.file("closed/x")
    as_user(lambda: open(opened + "/mine", "w").close())
    t.fails("EACCES source directory", errno.EACCES, lambda: raises(as_user(os.rename, closed + "/x", opened + "/y")))
    t.fails(
        "EACCES target directory", errno.EACCES, lambda: raises(as_user(os.rename, opened + "/mine", closed + "/y"))
    )
    os.mkdir(opened + "/roots", 0o755)
    os.mkdir(t.at("other"))
    os.chmod(t.at("other"), 0o777)
    t.fails(
        "EACCES a directory that changes its parent must be writable",
        errno.EACCES,
        lambda: raises(as_user(os.rename, opened + "/roots", t.at("other/roots"))),
    )
    t.equal("within its parent it need not be", as_user(os.rename, opened + "/roots", opened + "/renamed"), None)
    private = t.dir("private", 0o700)
    t.file("private/x")
    t.fails("EACCES search", errno.EACCES, lambda: raises(as_user(os.rename, private + "/x", opened + "/z")))


@case
def semantics(t):
    t.file("a", b"A")
    t.file("b", b"B")
    number = os.stat(t.at("a")).st_ino
    held = os.open(t.at("b"), os.O_RDONLY)
    os.rename(t.at("a"), t.at("b"))
    t.equal(
        "replaced",
        (open(t.at("b"), "rb").read(), os.stat(t.at("b")).st_ino == number, os.path.exists(t.at("a"))),
        (b"A", True, False),
    )
    t.equal("the replaced one is nameless", (os.fstat(held).st_nlink, os.read(held, 5)), (0, b"B"))
    t.works("onto itself", os.rename, t.at("b"), t.at("b"))
    os.link(t.at("b"), t.at("c"))
    os.rename(t.at("b"), t.at("c"))
    t.equal("onto a link of the same file nothing happens", sorted(os.listdir(t.directory)), ["b", "c"])
    os.mkdir(t.at("d1"))
    os.mkdir(t.at("d2"))
    os.rename(t.at("d1"), t.at("d2"))
    t.equal("an empty directory is replaced", sorted(os.listdir(t.directory)), ["b", "c", "d2"])
    os.symlink("c", t.at("link"))
    os.rename(t.at("link"), t.at("moved"))
    t.equal("a link moves, not its target", os.readlink(t.at("moved")), "c")
    os.rename(t.at("c"), t.at("moved"))
    t.equal("over a link", os.path.islink(t.at("moved")), False)
    os.makedirs(t.at("deep/er/est"))
    t.file("deep/er/est/file", b"x")
    os.rename(t.at("deep"), t.at("d2/deep"))
    t.equal("whole trees", open(t.at("d2/deep/er/est/file"), "rb").read(), b"x")
    os.chdir(t.at("d2/deep/er"))
    os.rename(t.at("d2"), t.at("d3"))
    t.equal("getcwd follows", os.getcwd(), t.at("d3/deep/er"))
    fd = os.open(t.at("d3/deep/er/est/file"), os.O_RDWR)
    os.rename(t.at("d3"), t.at("d4"))
    os.write(fd, b"yz")
    t.equal("an open file follows", open(t.at("d4/deep/er/est/file"), "rb").read(), b"yz")


@case
def times(t):
    t.file("file")
    t.dir("from")
    t.dir("to")
    os.rename(t.at("file"), t.at("from/file"))
    for name in ("from", "to"):
        os.utime(t.at(name), ns=(10**18, 10**18))
    os.utime(t.at("from/file"), ns=(10**18, 10**18))
    os.rename(t.at("from/file"), t.at("to/file"))
    t.true("the source's mtime moves", os.stat(t.at("from")).st_mtime_ns > 10**18)
    t.true("the target's mtime moves", os.stat(t.at("to")).st_mtime_ns > 10**18)
    t.equal("the file's mtime stays", os.stat(t.at("to/file")).st_mtime_ns, 10**18)


@case
def flags(t):
    t.file("a", b"A")
    t.file("b", b"B")
    t.dir("d")
    t.file("d/inner")
    t.fails("NOREPLACE EEXIST", errno.EEXIST, rename2, t.at("a"), t.at("b"), NOREPLACE)
    t.fails("NOREPLACE EEXIST directory", errno.EEXIST, rename2, t.at("a"), t.at("d"), NOREPLACE)
    t.works("NOREPLACE", rename2, t.at("a"), t.at("new"), NOREPLACE)
    t.fails("NOREPLACE ENOENT", errno.ENOENT, rename2, t.at("a"), t.at("x"), NOREPLACE)
    t.works("EXCHANGE", rename2, t.at("new"), t.at("b"), EXCHANGE)
    t.equal("exchanged", (open(t.at("new"), "rb").read(), open(t.at("b"), "rb").read()), (b"B", b"A"))
    t.works("EXCHANGE a file and a directory", rename2, t.at("b"), t.at("d"), EXCHANGE)
    t.equal(
        "exchanged kinds",
        (os.path.isdir(t.at("b")), open(t.at("d"), "rb").read(), os.listdir(t.at("b"))),
        (True, b"A", ["inner"]),
    )
    t.fails("EXCHANGE ENOENT", errno.ENOENT, rename2, t.at("b"), t.at("none"), EXCHANGE)
    t.fails("EINVAL both", errno.EINVAL, rename2, t.at("b"), t.at("d"), NOREPLACE | EXCHANGE)
    t.fails("EINVAL unknown", errno.EINVAL, rename2, t.at("b"), t.at("d"), 64)
    t.fails(
        "EXCHANGE with its own parent", (errno.EINVAL, errno.ENOTEMPTY), rename2, t.at("b/inner"), t.at("b"), EXCHANGE
    )
    os.makedirs(t.at("p/q"))
    os.makedirs(t.at("r/s/t"))
    t.works("EXCHANGE of directories", rename2, t.at("p/q"), t.at("r/s"), EXCHANGE)
    t.equal("their contents", (os.listdir(t.at("p/q")), os.listdir(t.at("r/s"))), (["t"], []))
    t.equal(
        "their parents",
        (os.stat(t.at("p/q/..")).st_ino == os.stat(t.at("p")).st_ino, os.stat(t.at("p")).st_nlink),
        (True, 3),
    )
    t.same("EXCHANGE with itself", outcome(rename2, t.at("p"), t.at("p"), EXCHANGE))
