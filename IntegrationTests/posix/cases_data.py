"""Bytes: sizes, holes, fallocate(2), lseek(2), truncate(2), copy_file_range(2), mmap(2)."""

import ctypes
import errno
import mmap
import os
import resource
import signal

from harness import as_user, case, checked, libc, raises

KEEP_SIZE, PUNCH_HOLE, COLLAPSE, ZERO_RANGE, INSERT = 1, 2, 8, 16, 32


def fallocate(fd, mode, offset, length):
    return checked(libc.fallocate64(fd, mode, ctypes.c_long(offset), ctypes.c_long(length)))


@case
def reading_and_writing(t):
    fd = os.open(t.at("file"), os.O_RDWR | os.O_CREAT)
    t.equal("empty", os.read(fd, 10), b"")
    t.equal("write returns", os.write(fd, b"a" * 5000), 5000)
    t.equal("zero bytes", os.write(fd, b""), 0)
    t.equal("past the end", os.pread(fd, 10, 5000), b"")
    t.equal("far past the end", os.pread(fd, 10, 1 << 40), b"")
    t.equal("across the end", os.pread(fd, 100, 4990), b"a" * 10)
    os.pwrite(fd, b"z", 20_000)
    t.equal("the gap is zero", os.pread(fd, 15_001, 5000), bytes(15_000) + b"z")
    t.equal("readv", os.preadv(fd, [bytearray(10), bytearray(20)], 4995), 30)
    t.equal("pwritev", os.pwritev(fd, [b"one", b"two"], 10), 6)
    t.equal("bytes of pwritev", os.pread(fd, 8, 9), b"aonetwoa")
    for size in (1, 511, 4095, 4096, 4097, 131071, 131072, 131073, 1 << 20, (1 << 20) + 1, 5_000_001):
        data = os.urandom(size)
        os.pwrite(fd, data, 7)
        t.true("round trip of %d" % size, os.pread(fd, size, 7) == data)
    os.close(fd)


@case
def seeking(t):
    t.file("file", b"x" * 100)
    fd = os.open(t.at("file"), os.O_RDWR)
    t.equal("SEEK_END", os.lseek(fd, -10, os.SEEK_END), 90)
    t.equal("SEEK_CUR", os.lseek(fd, 5, os.SEEK_CUR), 95)
    t.equal("past the end", os.lseek(fd, 1000, os.SEEK_SET), 1000)
    t.fails("EINVAL negative", errno.EINVAL, os.lseek, fd, -1, os.SEEK_SET)
    t.fails("EINVAL before the start", errno.EINVAL, os.lseek, fd, -101, os.SEEK_END)
    t.fails("EINVAL whence", errno.EINVAL, os.lseek, fd, 0, 99)
    t.fails("EBADF", errno.EBADF, os.lseek, 9999, 0, os.SEEK_SET)
    t.fails("SEEK_DATA past the end", errno.ENXIO, os.lseek, fd, 100, os.SEEK_DATA)
    t.fails("SEEK_HOLE past the end", errno.ENXIO, os.lseek, fd, 101, os.SEEK_HOLE)
    t.fails("SEEK_DATA negative", (errno.ENXIO, errno.EINVAL), os.lseek, fd, -5, os.SEEK_DATA)
    t.equal("SEEK_DATA", os.lseek(fd, 10, os.SEEK_DATA), 10)
    t.equal("SEEK_HOLE is the end", os.lseek(fd, 10, os.SEEK_HOLE), 100)
    os.close(fd)


@case
def holes(t):
    fd = os.open(t.at("file"), os.O_RDWR | os.O_CREAT)
    os.ftruncate(fd, 8 << 20)
    t.fails("no data", errno.ENXIO, os.lseek, fd, 0, os.SEEK_DATA)
    t.equal("all hole", os.lseek(fd, 0, os.SEEK_HOLE), 0)
    t.true("no blocks", os.fstat(fd).st_blocks * 512 < 65536)
    os.pwrite(fd, b"d" * 65536, 4 << 20)
    os.fsync(fd)
    t.equal("the data", os.lseek(fd, 0, os.SEEK_DATA), 4 << 20)
    t.equal("its end", os.lseek(fd, 4 << 20, os.SEEK_HOLE), (4 << 20) + 65536)
    t.fails("no more data", errno.ENXIO, os.lseek, fd, (4 << 20) + 65536, os.SEEK_DATA)
    t.true("few blocks", 65536 <= os.fstat(fd).st_blocks * 512 < 1 << 20)
    fallocate(fd, PUNCH_HOLE | KEEP_SIZE, (4 << 20) + 16384, 16384)
    t.equal("punched", os.pread(fd, 32768, (4 << 20) + 8192), b"d" * 8192 + bytes(16384) + b"d" * 8192)
    t.equal("a hole there", os.lseek(fd, 4 << 20, os.SEEK_HOLE), (4 << 20) + 16384)
    t.equal("data after it", os.lseek(fd, (4 << 20) + 16384, os.SEEK_DATA), (4 << 20) + 32768)
    t.equal("size kept", os.fstat(fd).st_size, 8 << 20)
    fallocate(fd, PUNCH_HOLE | KEEP_SIZE, 0, 8 << 20)
    t.true("all punched", os.fstat(fd).st_blocks * 512 < 65536)
    t.equal("zeroes", os.pread(fd, 10, 4 << 20), bytes(10))
    os.close(fd)


@case
def allocation(t):
    fd = os.open(t.at("file"), os.O_RDWR | os.O_CREAT)
    t.works("allocate", fallocate, fd, 0, 0, 10_000)
    t.equal("size", os.fstat(fd).st_size, 10_000)
    t.true("blocks", os.fstat(fd).st_blocks * 512 >= 10_000)
    t.works("keep size", fallocate, fd, KEEP_SIZE, 0, 100_000)
    t.equal("size kept", os.fstat(fd).st_size, 10_000)
    os.pwrite(fd, b"A" * 10_000, 0)
    t.works("zero range", fallocate, fd, ZERO_RANGE, 100, 50)
    t.equal("zeroed", os.pread(fd, 70, 90), b"A" * 10 + bytes(50) + b"A" * 10)
    t.works("zero range past the end grows", fallocate, fd, ZERO_RANGE, 9_990, 1_000)
    t.equal("size grown", os.fstat(fd).st_size, 10_990)
    t.works("zero range that keeps the size", fallocate, fd, ZERO_RANGE | KEEP_SIZE, 10_000, 5_000)
    t.equal("size after it", os.fstat(fd).st_size, 10_990)
    t.works("allocation keeps bytes", fallocate, fd, 0, 0, 9_000)
    t.equal("kept", os.pread(fd, 10, 0), b"A" * 10)
    t.works("unaligned punch", fallocate, fd, PUNCH_HOLE | KEEP_SIZE, 3, 4)
    t.equal("punched", os.pread(fd, 10, 0), b"AAA" + bytes(4) + b"AAA")
    t.works("punch past the end", fallocate, fd, PUNCH_HOLE | KEEP_SIZE, 20_000, 100)
    t.equal("size after the punch", os.fstat(fd).st_size, 10_990)
    t.fails("EINVAL length 0", errno.EINVAL, fallocate, fd, 0, 0, 0)
    t.fails("EINVAL negative length", errno.EINVAL, fallocate, fd, 0, 0, -1)
    t.fails("EINVAL negative offset", errno.EINVAL, fallocate, fd, 0, -1, 10)
    t.fails("EFBIG", errno.EFBIG, fallocate, fd, 0, (1 << 63) - 10, 100)
    t.fails("EOPNOTSUPP punch alone", errno.EOPNOTSUPP, fallocate, fd, PUNCH_HOLE, 0, 10)
    t.fails("EOPNOTSUPP unknown mode", errno.EOPNOTSUPP, fallocate, fd, 0x4000, 0, 10)
    reader = os.open(t.at("file"), os.O_RDONLY)
    t.fails("EBADF reader", errno.EBADF, fallocate, reader, 0, 0, 10)
    pipe = os.pipe()
    t.fails("ESPIPE", errno.ESPIPE, fallocate, pipe[1], 0, 0, 10)
    directory = os.open(t.directory, os.O_RDONLY)
    t.fails("directory", (errno.EBADF, errno.EISDIR), fallocate, directory, 0, 0, 10)


@case
def truncating(t):
    path = t.file("file", b"0123456789")
    os.truncate(path, 4)
    t.equal("shrunk", open(path, "rb").read(), b"0123")
    os.truncate(path, 8)
    t.equal("grown with zeroes", open(path, "rb").read(), b"0123" + bytes(4))
    os.truncate(path, 8)
    t.equal("same size", os.stat(path).st_size, 8)
    t.works("large", os.truncate, path, 1 << 40)
    t.equal("size", os.stat(path).st_size, 1 << 40)
    os.truncate(path, 0)
    t.equal("empty", open(path, "rb").read(), b"")
    t.fails("EINVAL negative", errno.EINVAL, lambda: checked(libc.truncate64(os.fsencode(path), ctypes.c_long(-1))))
    t.fails("EISDIR", errno.EISDIR, os.truncate, t.directory, 0)
    t.fails("ENOENT", errno.ENOENT, os.truncate, t.at("none"), 0)
    t.fails("ENOTDIR", errno.ENOTDIR, os.truncate, t.at("file/x"), 0)
    t.fails("ENAMETOOLONG", errno.ENAMETOOLONG, os.truncate, t.at("n" * 256), 0)
    t.fails("EACCES", errno.EACCES, lambda: raises(as_user(os.truncate, path, 1)))
    os.symlink("loop", t.at("loop"))
    t.fails("ELOOP", errno.ELOOP, os.truncate, t.at("loop"), 0)
    reader = os.open(path, os.O_RDONLY)
    t.fails("EINVAL reader", errno.EINVAL, os.ftruncate, reader, 1)
    t.fails("EBADF", errno.EBADF, os.ftruncate, 9999, 1)


@case
def file_size_limit(t):
    def limited():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))
        fd = os.open(t.at("file"), os.O_RDWR | os.O_CREAT)
        first = os.write(fd, b"x" * 4000)
        second = os.write(fd, b"x" * 4000)
        try:
            os.write(fd, b"x")
        except OSError as error:
            return first, second, errno.errorcode[error.errno], os.fstat(fd).st_size

    t.equal("EFBIG at the limit", as_user(limited, user=0), (4000, 1000, "EFBIG", 5000))


@case
def copying_ranges(t):
    data = os.urandom(300_000)
    t.file("source", data)
    source, target = os.open(t.at("source"), os.O_RDONLY), os.open(t.at("target"), os.O_RDWR | os.O_CREAT)

    def copy_all(count, at, to):
        done = 0
        while done < count:
            step = os.copy_file_range(source, target, count - done, at + done, to + done)
            if not step:
                break
            done += step
        return done

    t.equal("copied", copy_all(200_000, 1000, 5000), 200_000)
    t.true("bytes", os.pread(target, 200_000, 5000) == data[1000:201_000])
    t.equal("zeroes before", os.pread(target, 5000, 0), bytes(5000))
    t.equal("at the end", copy_all(1000, 300_000, 0), 0)
    t.equal("short at the end", copy_all(1000, 299_500, 0), 500)
    t.fails("EBADF target for reading", errno.EBADF, os.copy_file_range, target, source, 10)
    both = os.open(t.at("source"), os.O_RDWR)
    t.fails("EINVAL overlap", errno.EINVAL, os.copy_file_range, both, both, 1000, 0, 500)
    t.equal("the same file without overlap", os.copy_file_range(both, both, 1000, 0, 300_000), 1000)
    appender = os.open(t.at("target"), os.O_WRONLY | os.O_APPEND)
    t.fails("EBADF O_APPEND", errno.EBADF, os.copy_file_range, source, appender, 10)
    directory = os.open(t.directory, os.O_RDONLY)
    t.fails("EISDIR", errno.EISDIR, os.copy_file_range, directory, target, 10)
    t.fails("EINVAL flags", errno.EINVAL, lambda: checked(libc.copy_file_range(source, None, target, None, 10, 77)))
    t.equal("sendfile", os.sendfile(target, source, 0, 1000), 1000)
    t.works("posix_fadvise", os.posix_fadvise, source, 0, 1000, os.POSIX_FADV_WILLNEED)
    t.works("posix_fallocate", os.posix_fallocate, target, 0, 1 << 20)
    t.works("sync_file_range", lambda: checked(libc.sync_file_range(target, ctypes.c_long(0), ctypes.c_long(0), 7)))


@case
def mapping(t):
    t.file("file", b"0123456789" * 1000)
    fd = os.open(t.at("file"), os.O_RDWR)
    with mmap.mmap(fd, 0, mmap.MAP_PRIVATE, mmap.PROT_READ) as private:
        t.equal("private", private[5:15], b"5678901234")

    def shared():
        with mmap.mmap(fd, 0, mmap.MAP_SHARED, mmap.PROT_READ | mmap.PROT_WRITE) as area:
            area[3:6] = b"abc"
            area.flush()
            return True

    t.equal("shared", t.works("shared mapping", shared), True)
    t.equal("written", os.pread(fd, 8, 0), b"012abc67")

    def readable():
        with mmap.mmap(fd, 0, mmap.MAP_SHARED, mmap.PROT_READ) as area:
            return area[:8]

    t.equal("read shared", t.works("read-only shared mapping", readable), b"012abc67")
    os.close(fd)


@case
def writes_through_two_descriptors(t):
    first = os.open(t.at("file"), os.O_RDWR | os.O_CREAT)
    second = os.open(t.at("file"), os.O_RDWR)
    for i in range(50):
        os.pwrite(first, b"%08d" % i, i * 8)
        if os.pread(second, 8, i * 8) != b"%08d" % i or os.fstat(second).st_size != i * 8 + 8:
            t.equal("step %d" % i, False, True)
    duplicate = os.dup(first)
    os.lseek(first, 16, os.SEEK_SET)
    t.equal("a duplicate shares the offset", os.read(duplicate, 8), b"00000002")
    t.equal("size", os.stat(t.at("file")).st_size, 400)
