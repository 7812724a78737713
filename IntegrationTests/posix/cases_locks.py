"""fcntl(2) record locks, open file description locks, flock(2): exclusion, waiting, interruption, release."""

import errno
import fcntl
import os
import signal
import struct
import time

from harness import Child, case, outcome

OFD_GETLK, OFD_SETLK, OFD_SETLKW = 36, 37, 38
READ, WRITE, UNLOCK = fcntl.F_RDLCK, fcntl.F_WRLCK, fcntl.F_UNLCK
AGAIN = (errno.EAGAIN, errno.EACCES)


def lock(fd, kind, start=0, length=0, command=fcntl.F_SETLK, whence=0):
    fcntl.fcntl(fd, command, struct.pack("hhqqi4x", kind, whence, start, length, 0))


def holder(fd, kind, start=0, length=0, command=fcntl.F_GETLK):
    """(kind, start, length, whether it has an owner) of the lock in the way."""
    kind, _, start, length, pid = struct.unpack(
        "hhqqi4x", fcntl.fcntl(fd, command, struct.pack("hhqqi4x", kind, 0, start, length, 0))
    )
    return kind, start, length, pid


def elsewhere(path, action, *arguments, flags=os.O_RDWR):
    """The call in another process, on an open of its own."""

    def run():
        fd = os.open(path, flags)
        return action(fd, *arguments)

    return Child(run).wait()


@case
def record_locks_exclude(t):
    path = t.file("file", b"x" * 100)
    fd = os.open(path, os.O_RDWR)
    lock(fd, WRITE, 10, 10)
    t.same("overlap", elsewhere(path, lock, WRITE, 15, 1))
    t.true("overlap is refused", elsewhere(path, lock, WRITE, 15, 1) in ("EAGAIN", "EACCES"))
    t.true("a reader too", elsewhere(path, lock, READ, 19, 5) in ("EAGAIN", "EACCES"))
    t.equal("before", elsewhere(path, lock, WRITE, 0, 10), None)
    t.equal("after", elsewhere(path, lock, WRITE, 20, 0), None)
    kind, start, length, pid = elsewhere(path, holder, WRITE, 0, 0)
    t.equal("F_GETLK", (kind, start, length, pid == os.getpid()), (WRITE, 10, 10, True))
    t.equal("one's own locks do not exclude", holder(fd, WRITE)[0], UNLOCK)
    lock(fd, READ, 10, 10)
    t.equal("downgraded: readers share", elsewhere(path, lock, READ, 0, 0), None)
    t.true("writers do not", elsewhere(path, lock, WRITE, 12, 1) in ("EAGAIN", "EACCES"))
    lock(fd, UNLOCK, 13, 2)
    t.equal("a hole in the middle", elsewhere(path, lock, WRITE, 13, 2), None)
    t.equal("its left side", elsewhere(path, holder, WRITE, 0, 0)[1:3], (10, 3))
    t.equal("its right side", elsewhere(path, holder, WRITE, 14, 0)[1:3], (15, 5))
    lock(fd, UNLOCK)
    t.equal("all free", elsewhere(path, holder, WRITE)[0], UNLOCK)
    lock(fd, WRITE, -5, 3, whence=2)
    t.equal("from the end", elsewhere(path, holder, WRITE)[1:3], (95, 3))
    lock(fd, UNLOCK)
    lock(fd, WRITE, 50, 0)
    t.equal("to the end and past it", elsewhere(path, holder, WRITE)[1:3], (50, 0))
    t.true("far past it", elsewhere(path, lock, WRITE, 1 << 40, 1) in ("EAGAIN", "EACCES"))


@case
def record_lock_errors(t):
    path = t.file("file")
    reader, writer = os.open(path, os.O_RDONLY), os.open(path, os.O_WRONLY)
    t.fails("EBADF write lock of a reader", errno.EBADF, lock, reader, WRITE)
    t.fails("EBADF read lock of a writer", errno.EBADF, lock, writer, READ)
    t.fails("EINVAL kind", errno.EINVAL, lock, writer, 9)
    t.fails("EINVAL negative start", errno.EINVAL, lock, writer, WRITE, -1, 1)
    t.fails("EINVAL negative length past the start", errno.EINVAL, lock, writer, WRITE, 5, -10)
    t.fails("EOVERFLOW", (errno.EOVERFLOW, errno.EINVAL), lock, writer, WRITE, (1 << 63) - 1, 10)
    t.fails("EBADF descriptor", errno.EBADF, lock, 9999, WRITE)
    t.works("a negative length", lock, writer, WRITE, 10, -5)
    t.equal("covers what is before", elsewhere(path, holder, WRITE)[1:3], (5, 5))


@case
def record_locks_end(t):
    path = t.file("file")
    first, second = os.open(path, os.O_RDWR), os.open(path, os.O_RDWR)
    lock(first, WRITE)
    os.close(second)
    t.equal("any close of the file frees the process's locks", elsewhere(path, lock, WRITE), None)
    lock(first, WRITE)
    t.true("locked again", elsewhere(path, lock, WRITE) in ("EAGAIN", "EACCES"))
    child = Child(lambda: outcome(lock, first, WRITE))
    t.same("not inherited by fork", child.wait())

    def take_and_die():
        lock(os.open(path, os.O_RDWR), WRITE)
        return True

    os.close(first)
    t.equal("a process takes it", Child(take_and_die).wait(), True)
    t.equal("its end frees it", elsewhere(path, lock, WRITE), None)


@case
def record_locks_wait(t):
    path = t.file("file")
    fd = os.open(path, os.O_RDWR)
    lock(fd, WRITE)
    waiter = Child(lambda: elsewhere_wait(path))
    t.equal("waits", waiter.finished_within(0.3), False)
    lock(fd, UNLOCK)
    t.equal("is woken", waiter.finished_within(5), True)
    t.equal("has it", waiter.wait(), None)
    lock(fd, WRITE)
    waiters = [Child(lambda: elsewhere_wait(path, start, 1)) for start in range(5)]
    t.equal("five wait", [w.finished_within(0.05) for w in waiters], [False] * 5)
    os.close(fd)
    t.equal("all are woken", [w.wait() for w in waiters], [None] * 5)


def elsewhere_wait(path, start=0, length=0):
    fd = os.open(path, os.O_RDWR)
    return lock(fd, WRITE, start, length, fcntl.F_SETLKW)


class Interrupted(Exception):
    pass


def interruptible(action):
    """EINTR as the kernel gives it: Python would otherwise call again."""

    def handler(*_):
        raise Interrupted()

    signal.signal(signal.SIGALRM, handler)
    signal.setitimer(signal.ITIMER_REAL, 0.2)
    start = time.monotonic()
    try:
        return "returned %r" % outcome(action)
    except Interrupted:
        return "interrupted" if time.monotonic() - start < 5 else "late"


@case
def waiting_is_interrupted(t):
    path = t.file("file")
    fd = os.open(path, os.O_RDWR)
    lock(fd, WRITE)
    t.equal("F_SETLKW", Child(lambda: interruptible(lambda: elsewhere_wait(path))).wait(), "interrupted")
    fcntl.flock(fd, fcntl.LOCK_EX)
    t.equal(
        "flock",
        Child(lambda: interruptible(lambda: fcntl.flock(os.open(path, os.O_RDWR), fcntl.LOCK_EX))).wait(),
        "interrupted",
    )
    waiter = Child(lambda: elsewhere_wait(path))
    t.equal("another waits", waiter.finished_within(0.2), False)
    os.kill(waiter.pid, signal.SIGKILL)
    os.waitpid(waiter.pid, 0)
    lock(fd, UNLOCK)
    t.equal("a killed waiter leaves nothing", elsewhere(path, lock, WRITE), None)


@case
def deadlocks(t):
    path = t.file("file", b"ab")
    ready, go = os.pipe(), os.pipe()

    def other():
        fd = os.open(path, os.O_RDWR)
        lock(fd, WRITE, 1, 1)
        os.write(ready[1], b"x")
        lock(fd, WRITE, 0, 1, fcntl.F_SETLKW)
        return "got it"

    fd = os.open(path, os.O_RDWR)
    lock(fd, WRITE, 0, 1)
    child = Child(other)
    os.read(ready[0], 1)
    t.equal("the other waits", child.finished_within(0.3), False)
    os.close(go[0])
    signal.signal(signal.SIGALRM, lambda *_: None)
    t.fails("EDEADLK", errno.EDEADLK, lambda: guarded(lambda: lock(fd, WRITE, 1, 1, fcntl.F_SETLKW)))
    lock(fd, UNLOCK)
    t.equal("the other goes on", child.wait(), "got it")


def guarded(action):
    """Gives up after three seconds with EINTR instead of waiting for ever."""

    def handler(*_):
        raise OSError(errno.EINTR, "gave up")

    signal.signal(signal.SIGALRM, handler)
    signal.setitimer(signal.ITIMER_REAL, 3)
    try:
        return action()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


@case
def description_locks(t):
    path = t.file("file", b"x" * 20)
    first, second = os.open(path, os.O_RDWR), os.open(path, os.O_RDWR)
    lock(first, WRITE, 0, 10, OFD_SETLK)
    t.fails("two opens of one process exclude each other", AGAIN, lock, second, WRITE, 5, 1, OFD_SETLK)
    t.fails("a record lock too", AGAIN, lock, second, WRITE, 5, 1)
    t.equal("OFD_GETLK", holder(second, WRITE, 0, 0, OFD_GETLK), (WRITE, 0, 10, -1))
    duplicate = os.dup(first)
    t.works("a duplicate shares", lock, duplicate, WRITE, 0, 10, OFD_SETLK)
    os.close(duplicate)
    t.fails("closing a duplicate frees nothing", AGAIN, lock, second, WRITE, 5, 1, OFD_SETLK)
    other = os.open(path, os.O_RDONLY)
    os.close(other)
    t.fails("nor does closing another open", AGAIN, lock, second, WRITE, 5, 1, OFD_SETLK)
    child = Child(lambda: outcome(lock, first, UNLOCK, 0, 5, OFD_SETLK))
    t.equal("a child shares the description", child.wait(), None)
    t.works("what it freed is free", lock, second, WRITE, 0, 5, OFD_SETLK)
    os.close(first)
    t.works("the last close frees", lock, second, WRITE, 0, 20, OFD_SETLK)

    def wait_for_it():
        os.close(second)  # inherited, and as good as the parent's
        lock(os.open(path, os.O_RDWR), WRITE, 0, 0, OFD_SETLKW)

    waiter = Child(wait_for_it)
    t.equal("waits", waiter.finished_within(0.3), False)
    os.close(second)
    t.equal("woken by the close", waiter.wait(), None)
    t.fails(
        "EINVAL with a pid",
        errno.EINVAL,
        lambda: fcntl.fcntl(os.open(path, os.O_RDWR), OFD_SETLK, struct.pack("hhqqi4x", WRITE, 0, 0, 0, 77)),
    )


@case
def flocks(t):
    path = t.file("file")
    first, second = os.open(path, os.O_RDWR), os.open(path, os.O_RDONLY)
    fcntl.flock(first, fcntl.LOCK_EX)
    t.fails("exclusive", errno.EAGAIN, fcntl.flock, second, fcntl.LOCK_EX | fcntl.LOCK_NB)
    t.fails("shared", errno.EAGAIN, fcntl.flock, second, fcntl.LOCK_SH | fcntl.LOCK_NB)
    fcntl.flock(first, fcntl.LOCK_SH)
    t.works("converted to shared", fcntl.flock, second, fcntl.LOCK_SH | fcntl.LOCK_NB)
    t.fails("no upgrade while another shares", errno.EAGAIN, fcntl.flock, first, fcntl.LOCK_EX | fcntl.LOCK_NB)
    fcntl.flock(second, fcntl.LOCK_UN)
    t.works("upgrade", fcntl.flock, first, fcntl.LOCK_EX | fcntl.LOCK_NB)
    duplicate = os.dup(first)
    os.close(first)
    t.fails("held by the duplicate", errno.EAGAIN, fcntl.flock, second, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def wait_for_it():
        os.close(duplicate)  # inherited, and as good as the parent's
        fcntl.flock(os.open(path, os.O_RDWR), fcntl.LOCK_EX)

    waiter = Child(wait_for_it)
    t.equal("waits", waiter.finished_within(0.3), False)
    os.close(duplicate)
    t.equal("woken", waiter.wait(), None)
    t.works("a reader may lock exclusively", fcntl.flock, second, fcntl.LOCK_EX | fcntl.LOCK_NB)
    t.equal("flock and record locks do not meet", elsewhere(path, lock, WRITE), None)
    t.fails("EBADF", errno.EBADF, fcntl.flock, 9999, fcntl.LOCK_EX)
    t.fails("EINVAL", errno.EINVAL, fcntl.flock, second, 0)
    directory = os.open(t.directory, os.O_RDONLY)
    t.works("of a directory", fcntl.flock, directory, fcntl.LOCK_EX)


@case
def locks_of_an_unlinked_file(t):
    path = t.file("file")
    fd = os.open(path, os.O_RDWR)
    lock(fd, WRITE)
    os.unlink(path)
    t.file("file")
    t.equal("a new file of that name is free", elsewhere(path, lock, WRITE), None)
    t.works("unlock", lock, fd, UNLOCK)
