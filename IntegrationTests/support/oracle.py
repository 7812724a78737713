"""A private Samba over a plain directory, in the place of DittoFS."""

import os
import subprocess

from .processes import wait_until


def start(server):
    base = server.directory
    for name in ("private", "state", "lock", "cache", "pid", "ncalrpc", "log"):
        os.mkdir(os.path.join(base, name))
    os.rename(os.path.join(base, "log"), os.path.join(base, "logs"))
    os.chmod(server.mount, 0o777)
    conf = os.path.join(base, "smb.conf")
    lines = [
        "[global]",
        "workgroup = WORKGROUP",
        "server role = standalone server",
        "smb ports = %d" % server.port,
        "interfaces = 127.0.0.1/8",
        "bind interfaces only = yes",
        "passdb backend = tdbsam:%s/private/passdb.tdb" % base,
        "log file = %s/logs/log" % base,
        "disable netbios = yes",
        "disable spoolss = yes",
        "load printers = no",
        "map to guest = Bad User",
        "server min protocol = SMB2_02",
        "kernel share modes = no",
        "map archive = no",
        "posix locking = no",
        "kernel oplocks = no",
        "server multi channel support = yes",
        "vfs objects = acl_xattr streams_xattr",
        "ea support = yes",
        "store dos attributes = yes",
        "read only = no",
    ]
    for key in ("private", "state", "lock", "cache"):
        lines.append("%s %s = %s/%s" % (key, "directory" if key != "private" else "dir", base, key))
    lines += [
        "pid directory = %s/pid" % base,
        "ncalrpc dir = %s/ncalrpc" % base,
        "[export]",
        "path = %s" % server.mount,
        "admin users = root",
        "guest ok = yes",
        "guest account = nobody",
    ]
    # Accounts that every Debian has stand in for those that a test invents.
    stand_ins = dict(zip((user["name"] for user in server.config["users"][1:]), ("daemon", "bin", "games")))
    with open(os.path.join(base, "map"), "w") as file:
        file.writelines("%s = %s\n" % (account, name) for name, account in stand_ins.items())
    lines.insert(1, "username map = %s/map" % base)
    with open(conf, "w") as file:
        file.write("\n".join(lines) + "\n")
    passwords = {server.user: server.password, "daemon": "wonder land", "bin": "geheim ß €"}
    for account in [server.user, *stand_ins.values()]:
        subprocess.run(
            ["smbpasswd", "-c", conf, "-a", "-s", account],
            input=((passwords[account] + "\n") * 2).encode(),
            check=True,
            stdout=subprocess.DEVNULL,
        )
    server.process = subprocess.Popen(
        ["smbd", "-s", conf, "-F", "--no-process-group"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )

    def answers():
        try:
            server.tree(timeout=5).close()
            return True
        except OSError:
            return False

    if not wait_until(answers, 20, 0.05):
        raise RuntimeError("the oracle does not answer")
