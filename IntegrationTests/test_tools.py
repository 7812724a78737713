"""Programs that lean on a file system: git, SQLite, a compiler, rsync's pattern, an interpreter's cache."""

import os
import subprocess

from support.testing import DoorsTestCase, main

TIME_LIMIT = 300
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


class ToolTests(DoorsTestCase):
    def shell(self, script, cwd=None, timeout=120):
        result = subprocess.run(
            ["bash", "-euc", script],
            cwd=cwd or self.mounted(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=timeout,
            env=dict(os.environ, HOME=self.scratch, GIT_CONFIG_NOSYSTEM="1", LC_ALL="C.UTF-8"),
        )
        text = result.stdout.decode(errors="replace")
        self.assertEqual(result.returncode, 0, script + "\n" + text[-3000:])
        return text

    def test_git_clone_and_fsck(self):
        """A repository with packs, loose objects and branches, cloned onto the mount, worked in, checked, read over SMB."""
        self.shell(
            """
            git init -q -b main origin; cd origin; git config user.name T; git config user.email t@example.com
            cp -r /usr/include/linux .; git add -A; git commit -qm 'kernel headers'; git gc -q
            for i in 1 2 3 4 5; do echo $i > f$i; git add f$i; git commit -qm "commit $i"; done
        """,
            self.scratch,
        )
        self.shell("""
            git clone -q '%s/origin' clone; cd clone; git config user.name T; git config user.email t@example.com
            git fsck --full --strict; [ -z "$(git status --porcelain)" ]
            git switch -qc topic; sed -i 's/a/b/' linux/types.h; git commit -qam change; git mv f1 f9; git commit -qm move
            git switch -q main; git merge -q --no-ff -m merge topic; git gc -q --aggressive --prune=now; git fsck --full --strict
            git log --oneline | wc -l | grep -qx 9; git stash list; git worktree add -q ../second topic; git -C ../second status
            echo dirty >> f9; [ -n "$(git status --porcelain)" ]; git checkout -q f9; [ -z "$(git status --porcelain)" ]
        """ % self.scratch)
        head = self.shell("git -C clone rev-parse HEAD").strip()
        with self.server.tree() as tree:
            self.assertEqual(tree.read_file("clone/.git/HEAD"), b"ref: refs/heads/main\n")
            self.assertIn(head + " refs/heads/main", tree.read_file("clone/.git/packed-refs").decode())

    def test_git_of_this_checkout(self):
        self.shell(
            "git clone -q --no-hardlinks '%s' checkout; cd checkout; git fsck; [ -z \"$(git status --porcelain)\" ]"
            % ROOT
        )

    def sqlite(self, journal):
        name = "data-%s.db" % journal
        schema = "CREATE TABLE t(id INTEGER PRIMARY KEY, who, at, blob); CREATE INDEX i ON t(who, at);"
        insert = "INSERT INTO t(who, at, blob) SELECT $n, $i, randomblob(3000) FROM generate_series(1, 20);"
        self.shell("sqlite3 %s 'PRAGMA journal_mode=%s; %s'" % (name, journal, schema))
        self.shell("""
            pids=
            for n in 1 2 3 4; do
              for i in $(seq 1 25); do
                sqlite3 -cmd '.timeout 60000' %s "BEGIN IMMEDIATE; %s COMMIT;"
              done &
              pids="$pids $!"
            done
            for pid in $pids; do wait $pid; done
        """ % (name, insert))
        self.assertEqual(
            self.shell("sqlite3 %s 'PRAGMA integrity_check; SELECT count(*) FROM t;'" % name).split(), ["ok", "2000"]
        )
        self.shell("sqlite3 %s 'DELETE FROM t WHERE at %% 2; VACUUM; PRAGMA integrity_check;'" % name)
        self.server.smbclient("get %s %s" % (name, self.local("copy.db")))
        self.assertEqual(
            self.shell("sqlite3 %s 'PRAGMA integrity_check; SELECT count(*) FROM t;'" % self.local("copy.db")).split(),
            ["ok", "960"],
        )

    def test_sqlite_with_four_writers_and_a_rollback_journal(self):
        self.sqlite("delete")

    def test_sqlite_with_four_writers_and_a_truncated_journal(self):
        self.sqlite("truncate")

    def test_compile_and_run(self):
        self.shell("""
            mkdir build; cd build
            for i in $(seq 1 20); do echo "int f$i(void) { return $i; }" > f$i.c; done
            { for i in $(seq 1 20); do echo "int f$i(void);"; done; echo 'int main(void) { int s = 0;'
              for i in $(seq 1 20); do echo "s += f$i();"; done; echo 'return s == 210 ? 0 : 1; }'; } > main.c
            for f in *.c; do cc -c -O1 -o ${f%.c}.o $f; done; ar rcs libf.a f*.o; cc -o program main.o libf.a; ./program
            cc -shared -fPIC -o libf.so f*.c; cc -o dynamic main.c -L. -lf -Wl,-rpath,'$ORIGIN'; ./dynamic
        """)

    def test_python_packages(self):
        self.shell("""
            mkdir -p py/pack; echo 'VALUE = 42' > py/pack/__init__.py; cd py; unset PYTHONDONTWRITEBYTECODE
            python3 -c 'import pack; assert pack.VALUE == 42'; ls pack/__pycache__/*.pyc
            echo 'VALUE = 43111' > pack/__init__.py; python3 -c 'import pack; assert pack.VALUE == 43111'
        """)

    def test_editors_save_by_rename(self):
        self.shell("""
            mkdir edit; cd edit; echo 1 > text
            for i in 2 3 4 5; do echo $i > .text.tmp; sync .text.tmp; mv .text.tmp text; [ "$(cat text)" = $i ]; done
            sed -i 's/5/6/' text; [ "$(cat text)" = 6 ]; cp --backup=numbered /etc/hostname text; [ -e text.~1~ ]
            dd if=/dev/zero of=direct bs=4096 count=16 oflag=direct status=none; dd if=direct of=/dev/null bs=4096 iflag=direct status=none
            truncate -s 10M sparse; cp --sparse=always sparse copy; cmp sparse copy; fallocate -l 1M alloc; [ $(stat -c %s alloc) = 1048576 ]
            ln text hard; ln -s text soft; [ "$(readlink soft)" = text ]; [ $(stat -c %h text) = 2 ]; cp -a . ../edit2; [ $(stat -c %h ../edit2/text) = 2 ]
            flock lock true; install -m 755 /bin/true tool; ./tool; touch -d '2001-02-03 04:05:06.789' text; [ "$(stat -c %y text | cut -c1-23)" = '2001-02-03 04:05:06.789' ]
            mktemp -d ./XXXXXX; find . -newer text -type f | grep -q alloc; du -s . ; df . ; rm -rf ../edit2
        """)


if __name__ == "__main__":
    main()
