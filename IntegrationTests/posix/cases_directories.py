"""mkdir(2), rmdir(2), getdents(2), link counts, what a removed directory still is."""

import errno
import os
import stat

from harness import GROUP, USER, as_user, case, raises

LONG = "n" * 256


@case
def mkdir_errors(t):
    t.file("file")
    t.dir("dir")
    t.fails("EEXIST directory", errno.EEXIST, os.mkdir, t.at("dir"))
    t.fails("EEXIST file", errno.EEXIST, os.mkdir, t.at("file"))
    os.symlink("nowhere", t.at("dangling"))
    t.fails("EEXIST dangling link", errno.EEXIST, os.mkdir, t.at("dangling"))
    t.fails("ENOENT", errno.ENOENT, os.mkdir, t.at("none/dir"))
    t.fails("ENOENT empty", errno.ENOENT, os.mkdir, "")
    t.fails("ENOTDIR", errno.ENOTDIR, os.mkdir, t.at("file/dir"))
    t.fails("ENAMETOOLONG", errno.ENAMETOOLONG, os.mkdir, t.at(LONG))
    os.symlink("loop", t.at("loop"))
    t.fails("ELOOP", errno.ELOOP, os.mkdir, t.at("loop/dir"))
    t.fails("dot", (errno.EEXIST, errno.ENOENT), os.mkdir, t.at("dir/."))
    t.fails("dot dot", (errno.EEXIST, errno.ENOENT), os.mkdir, t.at("dir/.."))
    closed = t.dir("closed", 0o755)
    t.fails("EACCES", errno.EACCES, lambda: raises(as_user(os.mkdir, closed + "/x")))
    t.works("trailing slash", os.mkdir, t.at("slash/"))


@case
def rmdir_errors(t):
    t.file("file")
    full = t.dir("full")
    os.mkdir(full + "/inner")
    t.fails("ENOTEMPTY", errno.ENOTEMPTY, os.rmdir, full)
    t.fails("ENOTDIR file", errno.ENOTDIR, os.rmdir, t.at("file"))
    os.symlink("full", t.at("link"))
    t.fails("ENOTDIR link", errno.ENOTDIR, os.rmdir, t.at("link"))
    t.fails("ENOTDIR in the path", errno.ENOTDIR, os.rmdir, t.at("file/x"))
    t.fails("ENOENT", errno.ENOENT, os.rmdir, t.at("none"))
    t.fails("EINVAL dot", errno.EINVAL, os.rmdir, t.at("full/inner/."))
    t.fails("ENOTEMPTY dot dot", errno.ENOTEMPTY, os.rmdir, t.at("full/inner/.."))
    t.fails("ENAMETOOLONG", errno.ENAMETOOLONG, os.rmdir, t.at(LONG))
    os.symlink("loop", t.at("loop"))
    t.fails("ELOOP", errno.ELOOP, os.rmdir, t.at("loop/x"))
    t.fails("EACCES", errno.EACCES, lambda: raises(as_user(os.rmdir, full + "/inner")))
    sticky = t.dir("sticky", 0o1777)
    os.mkdir(sticky + "/roots", 0o777)
    t.fails("EPERM sticky", errno.EPERM, lambda: raises(as_user(os.rmdir, sticky + "/roots")))
    t.works("gone", os.rmdir, full + "/inner")
    t.fails("EISDIR unlink", errno.EISDIR, os.unlink, full)


@case
def link_counts(t):
    top = t.dir("top")
    t.equal("empty", os.stat(top).st_nlink, 2)
    for i in range(3):
        os.mkdir(top + "/d%d" % i)
        open(top + "/f%d" % i, "w").close()
    t.equal("three below", os.stat(top).st_nlink, 5)
    os.rmdir(top + "/d0")
    t.equal("two below", os.stat(top).st_nlink, 4)
    os.mkdir(t.at("other"))
    os.rename(top + "/d1", t.at("other/d1"))
    t.equal("one moved out", (os.stat(top).st_nlink, os.stat(t.at("other")).st_nlink), (3, 3))
    os.mkdir(t.at("empty"))
    os.rename(t.at("empty"), top + "/d2")
    t.equal("one replaced", os.stat(top).st_nlink, 3)
    t.equal("own number through dot", os.stat(top + "/.").st_ino, os.stat(top).st_ino)
    t.equal("parent through dot dot", os.stat(top + "/..").st_ino, os.stat(t.directory).st_ino)
    os.rename(top + "/d2", t.at("other/d2"))
    t.equal("dot dot follows a move", os.stat(t.at("other/d2/..")).st_ino, os.stat(t.at("other")).st_ino)


@case
def listing(t):
    kinds = {
        "file": stat.S_IFREG,
        "dir": stat.S_IFDIR,
        "link": stat.S_IFLNK,
        "fifo": stat.S_IFIFO,
        "sock": stat.S_IFSOCK,
    }
    t.file("file")
    t.dir("dir")
    os.symlink("file", t.at("link"))
    os.mkfifo(t.at("fifo"))
    os.mknod(t.at("sock"), stat.S_IFSOCK | 0o600)
    with os.scandir(t.directory) as entries:
        seen = {
            e.name: (
                e.is_file(follow_symlinks=False),
                e.is_dir(follow_symlinks=False),
                e.is_symlink(),
                e.inode() == os.lstat(e.path).st_ino,
            )
            for e in entries
        }
    t.equal("names", sorted(seen), sorted(kinds))
    t.same("types", sorted(seen.items()))
    t.fails("ENOTDIR", errno.ENOTDIR, os.listdir, t.at("file"))
    t.fails("ENOENT", errno.ENOENT, os.listdir, t.at("none"))
    t.fails("EACCES", errno.EACCES, lambda: raises(as_user(os.listdir, t.dir("closed", 0o700))))
    t.equal("listing needs no search permission", as_user(os.listdir, t.dir("readable", 0o744)), [])


@case
def large_listing(t):
    names = {"name-%04d-%s" % (i, "x" * (i % 50)) for i in range(2000)}
    for name in names:
        open(t.at(name), "w").close()
    t.equal("all", set(os.listdir(t.directory)), names)
    seen = []
    with os.scandir(t.directory) as entries:
        for i, entry in enumerate(entries):
            seen.append(entry.name)
            if i % 2 == 0:
                os.unlink(entry.path)
    t.equal("each once although half is removed meanwhile", (len(seen), set(seen) == names), (2000, True))
    t.equal("half is left", len(os.listdir(t.directory)), 1000)
    fd = os.open(t.directory, os.O_RDONLY)
    t.equal("again from one descriptor", len(os.listdir(fd)), 1000)
    open(t.at("added"), "w").close()
    t.equal("a rewound listing sees what was added", "added" in os.listdir(fd), True)


@case
def removed_directory(t):
    path = t.dir("gone")
    fd = os.open(path, os.O_RDONLY)
    os.chdir(path)
    os.rmdir(path)
    t.equal("links", os.fstat(fd).st_nlink, 0)
    t.equal("empty", outcome_of(os.listdir, fd), [])
    t.fails("ENOENT create", errno.ENOENT, os.open, "file", os.O_CREAT | os.O_WRONLY)
    t.fails("ENOENT mkdir", errno.ENOENT, os.mkdir, "dir")
    t.fails("ENOENT getcwd", errno.ENOENT, os.getcwd)
    t.fails("ENOENT through dot dot", errno.ENOENT, os.stat, "../gone")
    t.works("fchmod", os.fchmod, fd, 0o700)


def outcome_of(action, *arguments):
    from harness import outcome

    return outcome(action, *arguments)


@case
def setgid_directories(t):
    shared = t.dir("shared")
    os.chown(shared, USER, 777)
    os.chmod(shared, 0o2777)
    os.mkdir(shared + "/dir", 0o755)
    open(shared + "/file", "w").close()
    os.mkfifo(shared + "/fifo")
    os.symlink("x", shared + "/link")
    t.equal(
        "group is the parent's", [os.lstat(shared + "/" + n).st_gid for n in ("dir", "file", "fifo", "link")], [777] * 4
    )
    t.equal("a directory inherits the bit", oct(os.stat(shared + "/dir").st_mode), oct(0o42755))
    t.equal("a file does not", oct(os.stat(shared + "/file").st_mode), oct(0o100644))

    def make(name):
        os.close(os.open(shared + "/" + name, os.O_CREAT | os.O_WRONLY, 0o2775))
        os.mkdir(shared + "/" + name + ".d")
        info = os.stat(shared + "/" + name)
        return oct(info.st_mode), info.st_gid, oct(os.stat(shared + "/" + name + ".d").st_mode)

    t.same("made by a stranger", as_user(make, "stranger", user=USER + 1, umask=0))
    t.same("made by a member", as_user(make, "member", user=USER, group=GROUP, groups=[777], umask=0))


@case
def sticky_directories(t):
    sticky = t.dir("sticky", 0o1777)
    as_user(lambda: open(sticky + "/mine", "w").close())
    as_user(lambda: open(sticky + "/theirs", "w").close(), user=USER + 1)
    os.chmod(sticky + "/theirs", 0o666)
    t.fails("EPERM unlink", errno.EPERM, lambda: raises(as_user(os.unlink, sticky + "/theirs")))
    t.fails("EPERM rename", errno.EPERM, lambda: raises(as_user(os.rename, sticky + "/theirs", sticky + "/x")))
    t.fails("EPERM rename over", errno.EPERM, lambda: raises(as_user(os.rename, sticky + "/mine", sticky + "/theirs")))
    t.equal("writing is allowed", as_user(lambda: open(sticky + "/theirs", "a").close()), None)
    t.equal("one's own", as_user(os.unlink, sticky + "/mine"), None)
    os.chown(sticky, USER, GROUP)
    t.equal("the directory's owner may", as_user(os.unlink, sticky + "/theirs"), None)
