"""Who may what: mode bits, search permission, access(2), chmod(2), chown(2), set-id bits."""

import errno
import os
import stat

from harness import GROUP, OTHER_GROUP, OTHER_USER, USER, as_user, case, checked, libc, raises


def mode_of(path):
    return oct(stat.S_IMODE(os.stat(path).st_mode))


def try_open(path, flags):
    os.close(os.open(path, flags))


@case
def every_mode_for_every_class(t):
    """Owner, group, supplementary group, other: each permission bit decides for its own class only."""
    path = t.file("file", b"x")
    os.chown(path, USER, GROUP)
    callers = {
        "owner": (USER, OTHER_GROUP, []),
        "group": (OTHER_USER, GROUP, []),
        "member": (OTHER_USER, OTHER_GROUP, [5, GROUP, 9]),
        "other": (OTHER_USER, OTHER_GROUP, []),
    }
    for mode in (0o000, 0o400, 0o200, 0o040, 0o020, 0o004, 0o002, 0o666, 0o077, 0o707, 0o770, 0o111):
        os.chmod(path, mode)
        for name, (user, group, groups) in callers.items():

            def attempt():
                from harness import outcome

                return [outcome(try_open, path, flags) for flags in (os.O_RDONLY, os.O_WRONLY, os.O_RDWR)]

            t.same("%04o %s" % (mode, name), as_user(attempt, user=user, group=group, groups=groups))
    os.chmod(path, 0)
    t.works("root reads and writes anything", try_open, path, os.O_RDWR)
    os.chmod(path, 0o040)
    t.equal("owner before group", as_user(try_open, path, os.O_RDONLY, user=USER, group=GROUP), "EACCES")


@case
def directory_bits(t):
    directory = t.dir("dir")
    t.file("dir/file", b"x", 0o666)
    os.chown(directory, USER, GROUP)
    for mode in (0o000, 0o100, 0o200, 0o300, 0o400, 0o500, 0o600, 0o700):
        os.chmod(directory, mode)

        def attempt():
            from harness import outcome

            results = [
                outcome(lambda: len(os.listdir(directory))),
                outcome(lambda: os.stat(directory + "/file").st_size),
                outcome(try_open, directory + "/file", os.O_RDWR),
                outcome(os.mkdir, directory + "/new"),
                outcome(os.rename, directory + "/file", directory + "/file2"),
                outcome(os.rename, directory + "/file2", directory + "/file"),
            ]
            return results + [outcome(os.rmdir, directory + "/new"), outcome(os.chdir, directory)]

        t.same("%04o" % mode, as_user(attempt))


@case
def search_on_the_way(t):
    deep = t.dir("a")
    os.makedirs(t.at("a/b/c"))
    t.file("a/b/c/file", b"x", 0o666)
    t.equal("open", as_user(try_open, t.at("a/b/c/file"), os.O_RDWR), None)
    os.chmod(t.at("a/b"), 0o700)
    t.equal("closed in the middle", as_user(try_open, t.at("a/b/c/file"), os.O_RDWR), "EACCES")
    t.equal("stat", as_user(os.stat, t.at("a/b/c/file")), "EACCES")
    t.equal("but the directory itself can be seen", as_user(lambda: os.stat(t.at("a/b")).st_uid), 0)
    os.chmod(t.at("a/b"), 0o711)
    t.equal(
        "search without reading",
        (as_user(os.listdir, t.at("a/b")), as_user(try_open, t.at("a/b/c/file"), os.O_RDWR)),
        ("EACCES", None),
    )
    fd_path = deep

    def keeps():
        fd = os.open(fd_path + "/b/c", os.O_RDONLY)
        return fd

    t.true("opened", isinstance(as_user(keeps), int))
    os.chmod(t.at("a/b"), 0o700)
    t.equal("closed again, at once", as_user(os.stat, t.at("a/b/c")), "EACCES")


@case
def access_call(t):
    path = t.file("file", b"x", 0o640)
    os.chown(path, USER, GROUP)
    t.true("exists", os.access(path, os.F_OK))
    t.true("root may write", os.access(path, os.W_OK))
    t.equal("root may not execute what nobody may", os.access(path, os.X_OK), False)
    os.chmod(path, 0o641)
    t.equal("root may if somebody may", os.access(path, os.X_OK), True)
    os.chmod(path, 0o640)
    for name, user, group in (
        ("owner", USER, OTHER_GROUP),
        ("group", OTHER_USER, GROUP),
        ("other", OTHER_USER, OTHER_GROUP),
    ):
        t.same(
            name,
            as_user(
                lambda: [os.access(path, mode) for mode in (os.R_OK, os.W_OK, os.X_OK, os.R_OK | os.W_OK)],
                user=user,
                group=group,
            ),
        )
    t.fails("ENOENT", errno.ENOENT, lambda: checked(libc.access(os.fsencode(t.at("none")), 0)))
    t.fails("ENOTDIR", errno.ENOTDIR, lambda: checked(libc.access(os.fsencode(t.at("file/x")), 0)))
    t.fails("EINVAL", errno.EINVAL, lambda: checked(libc.access(os.fsencode(path), 0o777)))

    def real_against_effective():
        os.setresuid(USER, 0, 0)
        return os.access(t.at("roots"), os.R_OK), os.access(t.at("roots"), os.R_OK, effective_ids=True)

    t.file("roots", mode=0o600)
    t.equal("the real user counts", as_user(real_against_effective, user=0), (False, True))


@case
def chmod_rules(t):
    path = t.file("file")
    for mode in (0o0000, 0o0644, 0o1644, 0o2755, 0o4755, 0o6777, 0o7777):
        os.chmod(path, mode)
        t.equal("%04o" % mode, mode_of(path), oct(mode))
    t.fails("EPERM", errno.EPERM, lambda: raises(as_user(os.chmod, path, 0o777)))
    t.fails("ENOENT", errno.ENOENT, os.chmod, t.at("none"), 0)
    t.fails("ENOTDIR", errno.ENOTDIR, os.chmod, t.at("file/x"), 0)
    t.fails("ENAMETOOLONG", errno.ENAMETOOLONG, os.chmod, t.at("n" * 256), 0)
    t.fails("EACCES", errno.EACCES, lambda: raises(as_user(os.chmod, t.dir("private", 0o700) + "/x", 0)))
    os.symlink("loop", t.at("loop"))
    t.fails("ELOOP", errno.ELOOP, os.chmod, t.at("loop"), 0)
    os.chown(path, USER, OTHER_GROUP)
    os.chmod(path, 0o644)
    as_user(os.chmod, path, 0o2755)
    t.equal("who is not in the group gets no setgid bit", mode_of(path), oct(0o755))
    as_user(os.chmod, path, 0o2755, groups=[OTHER_GROUP])
    t.equal("a member does", mode_of(path), oct(0o2755))
    as_user(os.chmod, path, 0o4755)
    t.equal("the owner's setuid", mode_of(path), oct(0o4755))
    as_user(os.chmod, path, 0o1755)
    t.same("sticky on a file by its owner", mode_of(path))
    before = os.stat(path)
    os.chmod(path, 0o640)
    after = os.stat(path)
    t.true("ctime moves", after.st_ctime_ns >= before.st_ctime_ns)
    t.equal("mtime stays", after.st_mtime_ns, before.st_mtime_ns)
    fd = os.open(path, os.O_RDONLY)
    os.fchmod(fd, 0o604)
    t.equal("fchmod", mode_of(path), oct(0o604))
    t.fails("fchmod EBADF", errno.EBADF, os.fchmod, 9999, 0)


@case
def chown_rules(t):
    path = t.file("file")
    os.chown(path, 11, 22)
    t.equal("both", (os.stat(path).st_uid, os.stat(path).st_gid), (11, 22))
    os.chown(path, -1, 33)
    t.equal("group alone", (os.stat(path).st_uid, os.stat(path).st_gid), (11, 33))
    os.chown(path, USER, -1)
    t.equal("owner alone", (os.stat(path).st_uid, os.stat(path).st_gid), (USER, 33))
    os.chown(path, 4_294_967_290, 4_294_967_291)
    t.equal("large", (os.stat(path).st_uid, os.stat(path).st_gid), (4_294_967_290, 4_294_967_291))
    os.chown(path, USER, GROUP)
    t.fails("EPERM giving away", errno.EPERM, lambda: raises(as_user(os.chown, path, OTHER_USER, -1)))
    t.fails("EPERM foreign group", errno.EPERM, lambda: raises(as_user(os.chown, path, -1, OTHER_GROUP)))
    t.equal("a group of one's own", as_user(os.chown, path, -1, OTHER_GROUP, groups=[OTHER_GROUP]), None)
    t.equal("it is", os.stat(path).st_gid, OTHER_GROUP)
    t.equal("owner to oneself", as_user(os.chown, path, USER, -1), None)
    t.fails("EPERM stranger", errno.EPERM, lambda: raises(as_user(os.chown, path, OTHER_USER, -1, user=OTHER_USER)))
    t.fails("EPERM root's file", errno.EPERM, lambda: raises(as_user(os.chown, t.file("roots"), USER, -1)))
    t.fails("ENOENT", errno.ENOENT, os.chown, t.at("none"), 0, 0)
    t.fails("ENOTDIR", errno.ENOTDIR, os.chown, t.at("file/x"), 0, 0)
    t.fails("ENAMETOOLONG", errno.ENAMETOOLONG, os.chown, t.at("n" * 256), 0, 0)
    t.fails("EACCES", errno.EACCES, lambda: raises(as_user(os.chown, t.dir("private", 0o700) + "/x", -1, -1)))
    os.symlink("loop", t.at("loop"))
    t.fails("ELOOP", errno.ELOOP, os.chown, t.at("loop"), 0, 0)
    t.fails("EBADF", errno.EBADF, os.fchown, 9999, 0, 0)


@case
def set_id_bits(t):
    def fresh(mode, owner=USER):
        path = t.at("program")
        if os.path.exists(path):
            os.unlink(path)
        t.file("program", b"program")
        os.chown(path, owner, GROUP)
        os.chmod(path, mode)
        return path

    def append(path):
        fd = os.open(path, os.O_WRONLY | os.O_APPEND)
        os.write(fd, b"x")
        os.close(fd)

    def truncate_open(path):
        os.close(os.open(path, os.O_WRONLY | os.O_TRUNC))

    for mode in (0o6777, 0o4777, 0o2777, 0o2767, 0o6666):
        for label, user in (("by the owner", USER), ("by another", OTHER_USER), ("by root", 0)):
            for what, action in (
                ("write", append),
                ("truncate", lambda p: os.truncate(p, 2)),
                ("O_TRUNC", truncate_open),
            ):
                path = fresh(mode)
                as_user(action, path, user=user, group=OTHER_GROUP)
                t.same("%s %s of %04o" % (what, label, mode), mode_of(path))
    for mode in (0o6777, 0o2767, 0o6644):
        path = fresh(mode)
        os.chown(path, OTHER_USER, OTHER_GROUP)
        t.same("chown by root of %04o" % mode, mode_of(path))
        path = fresh(mode)
        as_user(os.chown, path, -1, OTHER_GROUP, groups=[OTHER_GROUP])
        t.same("chgrp by the owner of %04o" % mode, mode_of(path))
    directory = t.dir("dir")
    os.chmod(directory, 0o6777)
    os.chown(directory, OTHER_USER, OTHER_GROUP)
    t.same("a directory keeps them", mode_of(directory))


@case
def parents_permission(t):
    """Creating, linking and removing ask the directory for write and search together."""
    directory = t.dir("dir")
    os.chown(directory, USER, GROUP)
    for mode in (0o200, 0o100, 0o500, 0o300):
        os.chmod(directory, mode)

        def attempt():
            from harness import outcome

            return [
                outcome(lambda: open(directory + "/f", "w").close()),
                outcome(os.mkdir, directory + "/d"),
                outcome(os.symlink, "x", directory + "/s"),
                outcome(os.mkfifo, directory + "/p"),
                outcome(os.link, directory + "/f", directory + "/l"),
                outcome(os.unlink, directory + "/f"),
                outcome(os.rmdir, directory + "/d"),
            ]

        t.same("%04o" % mode, as_user(attempt))
        os.chmod(directory, 0o700)
        for name in os.listdir(directory):
            (
                os.rmdir(directory + "/" + name)
                if os.path.isdir(directory + "/" + name)
                else os.unlink(directory + "/" + name)
            )
