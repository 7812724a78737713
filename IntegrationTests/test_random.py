"""Random operations, each through a door chosen at random, and the same ones on a plain directory: both trees stay equal.

The seed is printed; DITTOFS_TEST_SEED repeats a run.
"""

import errno
import os
import random

from support import smb2, trees
from support.testing import DoorsTestCase, main

TIME_LIMIT = 180
SEED = int(os.environ.get("DITTOFS_TEST_SEED", "0")) or random.SystemRandom().randrange(1 << 32)
STEPS = 4000

# What a Linux client makes of a status: the plain directory's errno has to be among these.
ERRNOS = {
    # ENOTDIR: a rename looks at its source first, and rename(2) at the path of its target.
    "OBJECT_NAME_NOT_FOUND": (errno.ENOENT, errno.ENOTDIR),
    "OBJECT_PATH_NOT_FOUND": (errno.ENOENT, errno.ENOTDIR),
    "OBJECT_NAME_COLLISION": (errno.EEXIST, errno.EISDIR, errno.ENOTEMPTY, errno.ENOTDIR),
    "DIRECTORY_NOT_EMPTY": (errno.ENOTEMPTY,),
    "NOT_A_DIRECTORY": (errno.ENOTDIR,),
    "FILE_IS_A_DIRECTORY": (errno.EISDIR,),
    # A directory as the target of a replacing rename, or a directory moved below itself.
    "ACCESS_DENIED": (errno.EISDIR, errno.ENOTEMPTY, errno.EINVAL, errno.ENOTDIR, errno.EEXIST),
    "SHARING_VIOLATION": (errno.EINVAL, errno.EEXIST),
    "INVALID_PARAMETER": (errno.EINVAL,),
}


def exclusive_rename(old, new):
    """What SMB's rename without replacement does, on a plain directory."""
    if os.path.lexists(new) and os.path.abspath(old) != os.path.abspath(new):
        os.lstat(old)
        raise OSError(errno.EEXIST, "there")
    os.rename(old, new)


class Plain:
    """The reference, and also what the mount is driven by."""

    def __init__(self, root):
        self.root = root

    def at(self, name):
        return os.path.join(self.root, name)

    def write(self, name, data):
        with open(self.at(name), "wb") as file:
            file.write(data)

    def patch(self, name, offset, data):
        fd = os.open(self.at(name), os.O_WRONLY)
        try:
            os.pwrite(fd, data, offset)
        finally:
            os.close(fd)

    def append(self, name, data):
        fd = os.open(self.at(name), os.O_WRONLY | os.O_APPEND)
        try:
            os.write(fd, data)
        finally:
            os.close(fd)

    def resize(self, name, size):
        os.truncate(self.at(name), size)

    def mkdir(self, name):
        os.mkdir(self.at(name))

    def rmdir(self, name):
        os.rmdir(self.at(name))

    def unlink(self, name):
        os.unlink(self.at(name))

    def rename(self, old, new):
        exclusive_rename(self.at(old), self.at(new))

    def replace(self, old, new):
        os.rename(self.at(old), self.at(new))

    def link(self, old, new):
        os.link(self.at(old), self.at(new))

    def read(self, name):
        with open(self.at(name), "rb") as file:
            return file.read()

    def names(self, name):
        return sorted(os.listdir(self.at(name)))


class Network:
    """The same operations over SMB."""

    def __init__(self, tree):
        self.tree = tree

    def write(self, name, data):
        with self.tree.open(
            name, smb2.GENERIC_WRITE, disposition=smb2.OVERWRITE_IF, options=smb2.NON_DIRECTORY_FILE
        ) as file:
            if data:
                file.write(data)

    def opened(self, name):
        return self.tree.open(name, smb2.GENERIC_WRITE, options=smb2.NON_DIRECTORY_FILE)

    def patch(self, name, offset, data):
        with self.opened(name) as file:
            file.write(data, offset)

    def append(self, name, data):
        with self.tree.open(name, smb2.APPEND_DATA, options=smb2.NON_DIRECTORY_FILE) as file:
            file.append(data)

    def resize(self, name, size):
        with self.opened(name) as file:
            file.set_end_of_file(size)

    def mkdir(self, name):
        self.tree.mkdir(name)

    def rmdir(self, name):
        with self.tree.open(name, smb2.DELETE, options=smb2.DIRECTORY_FILE) as file:
            file.set_delete_pending()

    def unlink(self, name):
        self.tree.remove(name, smb2.NON_DIRECTORY_FILE)

    def rename(self, old, new):
        self.tree.rename(old, new)

    def read(self, name):
        with self.tree.open(name, smb2.GENERIC_READ, options=smb2.NON_DIRECTORY_FILE) as file:
            return file.read_all()

    def names(self, name):
        return sorted(self.tree.names(name))


class RandomTests(DoorsTestCase):
    def test_two_doors_and_a_plain_directory(self):
        print("    DITTOFS_TEST_SEED=%d" % SEED)
        chance = random.Random(SEED)
        os.mkdir(self.local("plain"))
        plain, mount = Plain(self.local("plain")), Plain(self.mounted())
        with self.server.tree() as tree:
            network = Network(tree)
            for step in range(STEPS):
                operation, arguments = self.choose(chance)
                door = chance.choice((mount, network))
                if operation in ("link", "replace"):
                    door = mount
                wanted, seen = self.attempt(plain, operation, arguments), self.attempt(door, operation, arguments)
                label = "step %d, %s through %s %r" % (step, operation, type(door).__name__, arguments[:2])
                if isinstance(seen, str):
                    self.assertIsInstance(wanted, int, "%s: %s, but it works on the directory" % (label, seen))
                    self.assertIn(wanted, ERRNOS.get(seen, ()), "%s: %s, the directory says %s" % (label, seen, wanted))
                else:
                    self.assertEqual(seen, wanted, label)
                if step % 250 == 249:
                    self.assertSameTree(trees.snapshot(plain.root), trees.snapshot(mount.root), label)
                    self.compare_listing(plain, network, "")

    def attempt(self, door, operation, arguments):
        """The result, an errno, or the name of a status."""
        try:
            result = getattr(door, operation)(*arguments)
            return ("result", result)
        except OSError as error:
            return error.errno
        except smb2.SMBError as error:
            return error.name

    def compare_listing(self, plain, network, directory):
        names = plain.names(directory)
        self.assertEqual(network.names(directory), names)
        for name in names:
            path = directory + "/" + name if directory else name
            if os.path.isdir(plain.at(path)):
                self.compare_listing(plain, network, path)
            else:
                self.assertTrue(network.read(path) == plain.read(path), path)

    def choose(self, chance):
        def name(depth=None):
            depth = chance.choice((1, 1, 2, 2, 3)) if depth is None else depth
            return "/".join("n%d" % chance.randrange(4) for _ in range(depth))

        operation = chance.choice(
            "write write patch append resize mkdir mkdir rmdir unlink rename replace link read names".split()
        )
        if operation in ("write", "append"):
            return operation, (name(), chance.randbytes(chance.choice((0, 1, 100, 5000, 70_000)) or 1))
        if operation == "patch":
            return operation, (name(), chance.randrange(100_000), chance.randbytes(chance.randrange(1, 9000)))
        if operation == "resize":
            return operation, (name(), chance.choice((0, 1, 4096, chance.randrange(200_000))))
        if operation in ("rename", "replace", "link"):
            return operation, (name(), name())
        return operation, (name(),)


if __name__ == "__main__":
    main()
