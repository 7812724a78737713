"""A real tree of thousands of files through every tool that copies trees, compared whole by digest."""

import os
import subprocess

from support import trees
from support.testing import DoorsTestCase, main

TIME_LIMIT = 600
MINIMUM = 2000


class TreeTests(DoorsTestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.source = os.path.join(cls.server.directory, "source")
        cls.count = trees.build_headers(cls.source)
        cls.for_smb = os.path.join(cls.server.directory, "single")
        trees.build_headers(cls.for_smb, twins=False)
        cls.sent_by_smb = trees.snapshot(cls.for_smb, links="target")
        cls.as_links = trees.snapshot(cls.source)
        cls.as_targets = trees.snapshot(cls.source, links="target")

    def test_tree_is_of_thousands(self):
        self.assertGreaterEqual(self.count, MINIMUM, "/usr/include is too small for this test")
        self.assertEqual(sum(entry[0] == "link" for entry in self.as_links.values()), 4)

    def test_cp_in_and_out(self):
        target = self.mounted("cp")
        subprocess.run(["cp", "-a", self.source, target], check=True, timeout=200)
        self.assertSameTree(self.as_links, trees.snapshot(target))
        back = self.local("back")
        subprocess.run(["cp", "-a", target, back], check=True, timeout=200)
        self.assertSameTree(
            trees.snapshot(self.source, modes=True, times=True), trees.snapshot(back, modes=True, times=True)
        )
        subprocess.run(["rm", "-r", target], check=True, timeout=200)
        self.assertFalse(os.path.exists(target))

    def test_tar_in_and_out(self):
        target, back, archive = self.mounted("tar"), self.local("back"), self.local("archive.tar")
        os.mkdir(target)
        os.mkdir(back)
        subprocess.run(
            "tar -C '%s' --format=posix -cf - . | tar -C '%s' -xpf -" % (self.source, target),
            shell=True,
            check=True,
            timeout=200,
        )
        self.assertSameTree(self.as_links, trees.snapshot(target))
        subprocess.run(["tar", "-C", target, "--format=posix", "-cf", archive, "."], check=True, timeout=200)
        subprocess.run(["tar", "-C", back, "-xpf", archive], check=True, timeout=200)
        self.assertSameTree(
            trees.snapshot(self.source, modes=True, times=True), trees.snapshot(back, modes=True, times=True)
        )
        difference = subprocess.run(
            ["diff", "-r", "--no-dereference", self.source, target],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=200,
        )
        self.assertEqual(difference.stdout, b"")

    def test_written_through_the_mount_read_by_smbclient_tar(self):
        subprocess.run(["cp", "-a", self.source, self.mounted("out")], check=True, timeout=200)
        archive, back = self.local("smb.tar"), self.local("back")
        os.mkdir(back)
        self.server.smbclient("tar c %s out" % archive, timeout=300, check=False)
        subprocess.run(["tar", "-C", back, "-xf", archive], check=True, timeout=200)
        self.assertSameTree(self.as_targets, trees.snapshot(os.path.join(back, "out")))

    def test_smbclient_mget(self):
        subprocess.run(["cp", "-a", self.source, self.mounted("get")], check=True, timeout=200)
        self.server.smbclient("recurse on; prompt off; lcd %s; mget get" % self.scratch, timeout=300)
        self.assertSameTree(self.as_targets, trees.snapshot(self.local("get")))

    def test_smbclient_mput(self):
        parent = os.path.dirname(self.for_smb)
        self.server.smbclient("recurse on; prompt off; mkdir put; lcd %s; cd put; mput single" % parent, timeout=300)
        self.assertSameTree(self.sent_by_smb, trees.snapshot(self.mounted("put", "single")))

    def test_smbclient_tar_extract(self):
        archive = self.local("source.tar")
        subprocess.run(
            [
                "tar",
                "-C",
                self.for_smb,
                "--dereference",
                "--hard-dereference",
                "--format=gnu",
                "--format=posix",
                "-cf",
                archive,
                ".",
            ],
            check=True,
            timeout=200,
        )
        self.server.smbclient("mkdir extract; cd extract; tar x %s" % archive, timeout=300)
        self.assertSameTree(self.sent_by_smb, trees.snapshot(self.mounted("extract")))


class DeepTreeTests(DoorsTestCase):
    def test_a_hundred_levels(self):
        path = ""
        with self.server.tree() as tree:
            for level in range(100):
                path = path + ("/" if path else "") + "level%d" % level
                if level % 2:
                    tree.mkdir(path)
                else:
                    os.mkdir(self.mounted(path))
            tree.write_file(path + "/bottom", b"deep")
            with open(self.mounted(path, "bottom"), "rb") as file:
                self.assertEqual(file.read(), b"deep")
            os.rename(self.mounted("level0"), self.mounted("top"))
            self.assertEqual(tree.read_file("top" + path[6:] + "/bottom"), b"deep")


if __name__ == "__main__":
    main()
