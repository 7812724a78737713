"""In a guest, on a cifs mount with the SMB3 POSIX extensions: what stat(2) says, and what can be done. Writes JSON.

A second mount, which shares no connection with it, is another client: what it sees of the first, and chmod and chown, which
6.1 sends with `modefromsid` and `idsfromsid` only. A third one keeps what a listing has said for a minute: 6.1 takes owners from
there alone, and shows its own user where it asks for one file.
"""

import errno
import json
import os
import stat
import sys


def facts(path: str) -> list:
    info = os.lstat(path)
    size = 0 if stat.S_ISDIR(info.st_mode) else info.st_size
    return [oct(info.st_mode), info.st_nlink, size, info.st_ino]


def owners(directory: str) -> dict:
    found = {}
    for name in sorted(os.listdir(directory)):
        info = os.lstat(os.path.join(directory, name))
        found[name] = [info.st_uid, info.st_gid]
    return found


def refusal(action, *arguments) -> str:
    try:
        action(*arguments)
    except OSError as error:
        return errno.errorcode[error.errno]
    return ""


def write(path: str, text: str, mode: int = 0o644) -> None:
    with os.fdopen(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, mode), "w") as file:
        file.write(text)


def read(path: str) -> str:
    with open(path) as file:
        return file.read()


def main(mount: str, other: str, listed: str, answers_path: str) -> None:
    os.umask(0o022)
    os.chdir(mount)
    answers = {"of host": {name: facts("host/" + name) for name in sorted(os.listdir("host"))}}
    answers["links"] = [os.readlink("host/link"), read("host/link"), os.readlink("host/dangling")]
    answers["through link"] = sorted(os.listdir("host/dirlink"))
    answers["dangling"] = refusal(open, "host/dangling")

    os.mkdir("guest", 0o750)
    for mode in (0o600, 0o640, 0o755, 0o4711, 0o444):
        write("guest/mode-%o" % mode, "", mode)
    for name in ("xx", "XX", "a:b*c?<>|\"", "back\\slash", "end.", "end ", "é"):
        write("guest/" + name, name)
    os.link("guest/xx", "guest/second")
    answers["of guest"] = {name: facts("guest/" + name) for name in sorted(os.listdir("guest"))}
    answers["read again"] = {name: read("guest/" + name) for name in ("xx", "XX", "a:b*c?<>|\"", "end.", "end ")}
    answers["other case"] = refusal(os.stat, "guest/Xx")

    write("guest/from", "new")
    write("guest/to", "old")
    with open("guest/to") as held:
        os.rename("guest/from", "guest/to")
        kept = held.read()
    # Not while it is held: Linux 6.1 would take the handle that it has by that name.
    answers["renamed over open"] = [kept, read("guest/to")]
    with open("guest/to") as held:
        os.unlink("guest/to")
        # The name itself is not asked for here: 6.1 answers stat(2) and open(2) of it from the handle that it holds under
        # that name, with no link left, and asks no server, be it this one or Samba.
        others = [os.path.exists(other + "/guest/to"), os.listdir(other + "/guest").count("to")]
        mine = os.fstat(held.fileno()).st_nlink, os.listdir("guest").count("to")
        answers["unlinked while open"] = [held.read(), *mine, others]
    os.unlink("guest/mode-444")
    answers["read-only gone"] = not os.path.exists("guest/mode-444")
    os.mkdir(other + "/guest/sticky", 0o755)
    for name, mode in (("xx", 0o604), ("sticky", 0o1777), ("mode-600", 0o4711)):
        os.chmod(other + "/guest/" + name, mode)
    for name, uid, gid in (("mode-640", 4711, 4712), ("mode-755", -1, 4712)):
        answers["chown " + name] = refusal(os.chown, other + "/guest/" + name, uid, gid)
    with open("/proc/sys/vm/drop_caches", "w") as file:
        file.write("3")
    answers["owners"] = {name: owners(os.path.join(listed, name)) for name in ("host", "guest")}
    names = ("xx", "sticky", "mode-600")
    answers["changed modes"] = [[facts(place + name) for name in names] for place in ("guest/", other + "/guest/")]
    info = os.statvfs(".")
    answers["statvfs"] = [info.f_blocks * info.f_frsize, info.f_files > 0]
    with open(answers_path, "w") as file:
        json.dump(answers, file)


if __name__ == "__main__":
    main(*sys.argv[1:])
