"""pysmb: begins with SMB1's NEGOTIATE and speaks nothing of SMB2 but 2.0.2; asks for contexts in every CREATE."""

import io

from driver import chain, serve
from smb.SMBConnection import SMBConnection
from smb.smb_structs import OperationFailure

DIALECT_2_0_2 = 0x0202


class LogonFailure(Exception):
    status = 0xC000006D


def status_of(error):
    for each in chain(error):
        if isinstance(each, LogonFailure):
            return each.status
        if isinstance(each, OperationFailure):
            statuses = [message.status for message in each.smb_messages]
            failed = [status for status in statuses if isinstance(status, int) and status]
            return failed[-1] if failed else None
    return None


class Client:
    def connect(self, host, port, share, user, password, sign):
        self.share = share
        signing = SMBConnection.SIGN_WHEN_SUPPORTED if sign else SMBConnection.SIGN_WHEN_REQUIRED
        self.connection = SMBConnection(
            user, password, "tests", host, use_ntlm_v2=True, sign_options=signing, is_direct_tcp=True
        )
        if not self.connection.connect(host, port, timeout=20):
            raise LogonFailure
        if not self.connection.isUsingSMB2:
            raise AssertionError("SMB1 was negotiated")
        return {"dialect": DIALECT_2_0_2, "signs": self.connection.is_signing_active}

    def tree(self, share):
        self.connection.listPath(share, "/")

    def mkdir(self, path):
        self.connection.createDirectory(self.share, path)

    def rmdir(self, path):
        self.connection.deleteDirectory(self.share, path)

    def write(self, path, source):
        with open(source, "rb") as data:
            self.connection.storeFile(self.share, path, data)

    def write_at(self, path, offset, text):
        self.connection.storeFileFromOffset(self.share, path, io.BytesIO(text.encode()), offset)

    def read(self, path, target):
        with open(target, "wb") as data:
            self.connection.retrieveFile(self.share, path, data)

    def read_at(self, path, offset, count):
        data = io.BytesIO()
        self.connection.retrieveFileFromOffset(self.share, path, data, offset, count)
        return data.getvalue().decode()

    def list(self, path, pattern):
        return [
            [entry.filename, entry.file_size, entry.isDirectory]
            for entry in self.connection.listPath(self.share, path, pattern=pattern)
            if entry.filename not in (".", "..")
        ]

    def rename(self, path, new):
        self.connection.rename(self.share, path, new)

    def delete(self, path):
        self.connection.deleteFiles(self.share, path)

    def delete_matching(self, pattern):
        self.connection.deleteFiles(self.share, pattern, delete_matching_folders=True)

    def info(self, path):
        info = self.connection.getAttributes(self.share, path)
        return {
            "size": info.file_size,
            "directory": info.isDirectory,
            "attributes": info.file_attributes,
            "written": round(info.last_write_time * 1e6) * 1000,
            "accessed": round(info.last_access_time * 1e6) * 1000,
            "number": info.file_id,
        }

    def set_times(self, path, accessed, written):
        self.connection.setLastWriteTime(self.share, path, written // 1_000_000_000)

    def set_attributes(self, path, attributes):
        self.connection.resetFileAttributes(self.share, path, attributes)

    def shares(self):
        return [share.name for share in self.connection.listShares()]

    def snapshots(self, path):
        return self.connection.listSnapshots(self.share, path)

    def echo(self):
        self.connection.echo(b"hello")

    def close(self):
        self.connection.close()


if __name__ == "__main__":
    serve(Client(), status_of)
