"""setxattr(2) and its family."""

import errno
import os

from harness import USER, as_user, case, raises

CREATE, REPLACE = os.XATTR_CREATE, os.XATTR_REPLACE


@case
def values(t):
    path = t.file("file")
    for name, value in (
        ("user.a", b"1"),
        ("user.empty", b""),
        ("user.binary", bytes(range(256))),
        ("user.large", b"x" * 3000),
        ("user.ünï", b"unicode"),
        ("user." + "n" * 250, b"long name"),
    ):
        t.works("set " + name[:12], os.setxattr, path, name, value)
        t.equal("get " + name[:12], os.getxattr(path, name), value)
    t.equal(
        "list",
        sorted(name for name in os.listxattr(path) if name.startswith("user.")),
        sorted(["user.a", "user.empty", "user.binary", "user.large", "user.ünï", "user." + "n" * 250]),
    )
    os.setxattr(path, "user.a", b"other")
    t.equal("replaced", os.getxattr(path, "user.a"), b"other")
    os.removexattr(path, "user.a")
    t.fails("removed", errno.ENODATA, os.getxattr, path, "user.a")
    os.link(path, t.at("second"))
    t.equal("through another link", os.getxattr(t.at("second"), "user.large"), b"x" * 3000)
    os.rename(path, t.at("moved"))
    t.equal("after a rename", os.getxattr(t.at("moved"), "user.large"), b"x" * 3000)
    fd = os.open(t.at("moved"), os.O_RDONLY)
    t.works("by descriptor", os.setxattr, fd, "user.fd", b"y")
    t.equal("by descriptor reads", os.getxattr(t.at("moved"), "user.fd"), b"y")
    directory = t.dir("dir")
    os.setxattr(directory, "user.d", b"z")
    t.equal("on a directory", os.getxattr(directory, "user.d"), b"z")
    os.unlink(t.at("moved"))
    os.unlink(t.at("second"))
    t.file("second")
    t.equal("a new file has none", [name for name in os.listxattr(t.at("second")) if name.startswith("user.")], [])


@case
def errors(t):
    path = t.file("file")
    t.fails("ENODATA", errno.ENODATA, os.getxattr, path, "user.none")
    t.fails("ENODATA remove", errno.ENODATA, os.removexattr, path, "user.none")
    t.fails("ENODATA replace", errno.ENODATA, os.setxattr, path, "user.none", b"x", REPLACE)
    os.setxattr(path, "user.a", b"1", CREATE)
    t.fails("EEXIST create", errno.EEXIST, os.setxattr, path, "user.a", b"2", CREATE)
    t.works("replace", os.setxattr, path, "user.a", b"3", REPLACE)
    t.fails("EINVAL flags", errno.EINVAL, os.setxattr, path, "user.a", b"2", 64)
    t.fails("EOPNOTSUPP name space", errno.EOPNOTSUPP, os.setxattr, path, "nonsense.a", b"2")
    t.fails("EOPNOTSUPP no name space", errno.EOPNOTSUPP, os.setxattr, path, "plain", b"2")
    t.fails("name space without a name", (errno.EINVAL, errno.EOPNOTSUPP), os.setxattr, path, "user.", b"2")
    t.fails("ERANGE name of 256", errno.ERANGE, os.setxattr, path, "user." + "n" * 251, b"x")
    t.fails("E2BIG", errno.E2BIG, os.setxattr, path, "user.a", b"x" * 65537)
    t.fails("ENOENT", errno.ENOENT, os.setxattr, t.at("none"), "user.a", b"x")
    t.fails("ENOTDIR", errno.ENOTDIR, os.getxattr, t.at("file/x"), "user.a")
    t.fails("ENAMETOOLONG", errno.ENAMETOOLONG, os.getxattr, t.at("n" * 256), "user.a")
    os.symlink("file", t.at("link"))
    t.equal("through a link", os.getxattr(t.at("link"), "user.a"), b"3")
    t.fails("EPERM on a link itself", errno.EPERM, os.setxattr, t.at("link"), "user.a", b"x", 0, follow_symlinks=False)
    os.mkfifo(t.at("fifo"))
    t.fails("EPERM on a FIFO", errno.EPERM, os.setxattr, t.at("fifo"), "user.a", b"x")
    import ctypes
    from harness import checked, libc

    buffer = ctypes.create_string_buffer(2)
    os.setxattr(path, "user.long", b"12345")
    t.fails("ERANGE get", errno.ERANGE, lambda: checked(libc.getxattr(os.fsencode(path), b"user.long", buffer, 2)))
    t.equal("size asked for", checked(libc.getxattr(os.fsencode(path), b"user.long", None, 0)), 5)
    t.fails("ERANGE list", errno.ERANGE, lambda: checked(libc.listxattr(os.fsencode(path), buffer, 2)))


@case
def permissions(t):
    path = t.file("file", mode=0o644)
    os.setxattr(path, "user.a", b"1")
    t.equal("reading needs read", as_user(os.getxattr, path, "user.a"), b"1")
    t.fails("EACCES writing", errno.EACCES, lambda: raises(as_user(os.setxattr, path, "user.a", b"2")))
    t.fails("EACCES removing", errno.EACCES, lambda: raises(as_user(os.removexattr, path, "user.a")))
    os.chmod(path, 0o600)
    t.fails("EACCES reading", errno.EACCES, lambda: raises(as_user(os.getxattr, path, "user.a")))
    t.works("trusted as root", os.setxattr, path, "trusted.t", b"root's")
    t.equal("trusted reads", os.getxattr(path, "trusted.t"), b"root's")
    os.chown(path, USER, USER)
    t.fails("EPERM trusted as user", errno.EPERM, lambda: raises(as_user(os.setxattr, path, "trusted.u", b"x")))
    t.fails("ENODATA reading trusted as user", errno.ENODATA, lambda: raises(as_user(os.getxattr, path, "trusted.t")))
    t.equal(
        "trusted is not listed to users",
        as_user(lambda: [n for n in os.listxattr(path) if n.startswith("trusted")]),
        [],
    )
    sticky = t.dir("sticky", 0o1777)
    t.fails(
        "EPERM user.* on a sticky directory of another",
        errno.EPERM,
        lambda: raises(as_user(os.setxattr, sticky, "user.a", b"x")),
    )


@case
def many(t):
    path = t.file("file")
    names = ["user.n%02d" % i for i in range(40)]
    for name in names:
        os.setxattr(path, name, name.encode())
    t.equal("all listed", sorted(n for n in os.listxattr(path) if n.startswith("user.")), names)
    for name in names[::2]:
        os.removexattr(path, name)
    t.equal("half listed", sorted(n for n in os.listxattr(path) if n.startswith("user.")), names[1::2])
    t.equal("each its own", {os.getxattr(path, n).decode() for n in names[1::2]}, set(names[1::2]))
