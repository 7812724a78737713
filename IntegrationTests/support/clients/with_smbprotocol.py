"""smbprotocol (and its smbclient module): signs and checks signatures, follows the specification's client closely."""

import os
import uuid

import smbclient
import smbclient.shutil
from driver import chain, serve
from smbclient._os import _set_basic_information
from smbprotocol.connection import Connection
from smbprotocol.exceptions import SMBResponseException


def status_of(error):
    for each in chain(error):
        status = each.status if isinstance(each, SMBResponseException) else getattr(each, "ntstatus", None)
        if status is not None:
            return int(status)
    return None


class Client:
    def connect(self, host, port, share, user, password, sign, dialect=None, encrypted=False):
        # There is no key to check the negotiation with where a session is a guest's.
        smbclient.ClientConfig(require_secure_negotiate=sign)
        self.root = "\\\\%s\\%s" % (host, share)
        connection = Connection(uuid.uuid4(), host, port, require_signing=sign)
        connection.connect(dialect)
        cache = {"%s:%d" % (host.lower(), port): connection}
        self.options = {"port": port, "connection_cache": cache, "username": user, "password": password}
        session = smbclient.register_session(
            host, username=user, password=password, port=port, connection_cache=cache, require_signing=sign,
            encrypt=encrypted,
        )
        self.session, self.connection = session, connection
        return {"dialect": int(connection.dialect), "signs": session.signing_required, "encrypts": bool(session.encrypt_data)}

    def path(self, path):
        return self.root + "\\" + path.replace("/", "\\")

    def tree(self, share):
        smbclient.listdir("%s\\%s\\" % (self.root.rpartition("\\")[0], share), **self.options)

    def mkdir(self, path):
        smbclient.mkdir(self.path(path), **self.options)

    def rmdir(self, path):
        smbclient.rmdir(self.path(path), **self.options)

    def write(self, path, source):
        with smbclient.open_file(self.path(path), mode="wb", **self.options) as file, open(source, "rb") as data:
            file.write(data.read())

    def write_at(self, path, offset, text):
        with smbclient.open_file(self.path(path), mode="r+b", **self.options) as file:
            file.seek(offset)
            file.write(text.encode())

    def append(self, path, text):
        with smbclient.open_file(self.path(path), mode="ab", **self.options) as file:
            file.write(text.encode())

    def read(self, path, target):
        with smbclient.open_file(self.path(path), mode="rb", **self.options) as file, open(target, "wb") as data:
            data.write(file.read())

    def read_at(self, path, offset, count):
        with smbclient.open_file(self.path(path), mode="rb", **self.options) as file:
            file.seek(offset)
            return file.read(count).decode()

    def list(self, path, pattern):
        return [
            [entry.name, entry.smb_info.end_of_file, entry.is_dir()]
            for entry in smbclient.scandir(self.path(path), search_pattern=pattern, **self.options)
        ]

    def rename(self, path, new):
        smbclient.rename(self.path(path), self.path(new), **self.options)

    def replace(self, path, new):
        smbclient.replace(self.path(path), self.path(new), **self.options)

    def delete(self, path):
        smbclient.remove(self.path(path), **self.options)

    def link(self, path, new):
        smbclient.link(self.path(path), self.path(new), **self.options)

    def truncate(self, path, size):
        smbclient.truncate(self.path(path), size, **self.options)

    def info(self, path):
        info = smbclient.stat(self.path(path), **self.options)
        return {
            "size": info.st_size,
            "directory": smbclient.path.isdir(self.path(path), **self.options),
            "attributes": info.st_file_attributes,
            "written": info.st_mtime_ns,
            "accessed": info.st_atime_ns,
            "number": info.st_ino,
            "links": info.st_nlink,
        }

    def set_times(self, path, accessed, written):
        smbclient.utime(self.path(path), ns=(accessed, written), **self.options)

    def set_attributes(self, path, attributes):
        _set_basic_information(self.path(path), file_attributes=attributes, **self.options)

    def volume(self):
        info = smbclient.stat_volume(self.path(""), **self.options)
        return {"total": info.total_size, "free": info.caller_available_size}

    def set_extended_attribute(self, path, name, value):
        smbclient.setxattr(self.path(path), name.encode(), value.encode(), **self.options)

    def extended_attributes(self, path):
        names = smbclient.listxattr(self.path(path), **self.options)
        return {
            name.decode(): smbclient.getxattr(self.path(path), name, **self.options).decode() for name in sorted(names)
        }

    def remove_extended_attribute(self, path, name):
        smbclient.removexattr(self.path(path), name.encode(), **self.options)

    def streams(self, path):
        return [[stream.name, stream.size] for stream in smbclient.liststreams(self.path(path), **self.options)]

    def copy_on_server(self, path, new):
        smbclient.copyfile(self.path(path), self.path(new), **self.options)

    def symlink(self, target, path):
        smbclient.symlink(target, self.path(path), **self.options)

    def copy_tree(self, source, path):
        # Not shutil.copytree: it forgets the port on the way.
        for top, directories, files in os.walk(source):
            here = os.path.normpath(os.path.join(path, os.path.relpath(top, source)))
            smbclient.mkdir(self.path(here), **self.options)
            for name in files:
                smbclient.shutil.copy2(os.path.join(top, name), self.path(here + "/" + name), **self.options)

    def remove_tree(self, path):
        smbclient.shutil.rmtree(self.path(path), **self.options)

    def walk(self, path):
        return [
            [top[len(self.root) + 1 :].replace("\\", "/"), sorted(directories), sorted(files)]
            for top, directories, files in smbclient.walk(self.path(path), **self.options)
        ]

    def echo(self):
        self.connection.echo(sid=self.session.session_id)

    def close(self):
        smbclient.reset_connection_cache(connection_cache=self.options["connection_cache"])


if __name__ == "__main__":
    serve(Client(), status_of)
