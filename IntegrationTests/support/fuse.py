"""What has to be known about FUSE mounts from outside: which there are, and how one that hangs is let go."""

import os
import subprocess

CONTROL = "/sys/fs/fuse/connections"


def mount_control():
    """Mounts fusectl where it is not yet; without it a hung mount cannot be ended."""
    if not os.path.isdir(CONTROL) or not os.listdir(CONTROL):
        if not any(line.split()[1] == CONTROL for line in open("/proc/mounts")):
            subprocess.run(["mount", "-t", "fusectl", "none", CONTROL], stderr=subprocess.DEVNULL, timeout=10)


def mounts(below: str = "/") -> list:
    """(mount point, device minor, type) of every mount at or below a directory."""
    prefix, found = below.rstrip("/") + "/", []
    with open("/proc/self/mountinfo", errors="surrogateescape") as lines:
        for line in lines:
            fields = line.split()
            point = (
                fields[4].encode("utf-8", "surrogateescape").decode("unicode_escape")
                if "\\" in fields[4]
                else fields[4]
            )
            if point + "/" == prefix or point.startswith(prefix):
                found.append((point, int(fields[2].split(":")[1]), fields[fields.index("-") + 1]))
    return found


def abort(minor: int) -> bool:
    """Ends a connection: every caller that it blocks gets an error."""
    try:
        with open("%s/%d/abort" % (CONTROL, minor), "w") as file:
            file.write("1")
        return True
    except OSError:
        return False


def sweep(below: str) -> list:
    """Aborts and detaches every FUSE mount below a directory; returns what there was."""
    left = [(point, minor) for point, minor, kind in mounts(below) if kind.startswith("fuse") and kind != "fusectl"]
    for point, minor in reversed(left):
        abort(minor)
        subprocess.run(["umount", "-l", point], stderr=subprocess.DEVNULL, timeout=10)
    return [point for point, _ in left]
