"""impacket: straight from the messages, with bodies and offsets that no other client makes."""

import struct

from driver import chain, serve
from impacket import smb3structs as smb3
from impacket.dcerpc.v5 import samr, srvs, wkst
from impacket.dcerpc.v5.rpcrt import DCERPCException
from impacket.dcerpc.v5.transport import SMBTransport
from impacket.nt_errors import STATUS_SUCCESS
from impacket.smb3 import SessionError as DirectError
from impacket.smbconnection import SessionError, SMBConnection

WRITE_ATTRIBUTES, READ_ATTRIBUTES, WRITE_DATA = 0x100, 0x80, 2
SHARE_ALL = 7
EPOCH_DIFFERENCE = 116_444_736_000_000_000
BASIC, STANDARD, INTERNAL, END_OF_FILE, DISK = 4, 5, 6, 20, 3


def status_of(error):
    for each in chain(error):
        if isinstance(each, SessionError):
            return each.getErrorCode()
        if isinstance(each, DirectError):
            return each.get_error_code()
    return None


class Client:
    def connect(self, host, port, share, user, password, sign, dialect=None, encrypted=False):
        self.connection = SMBConnection(host, host, sess_port=port, preferredDialect=dialect)
        self.direct, self.share = self.connection.getSMBServer(), share
        if sign:
            self.direct._Connection["RequireSigning"] = True
        self.connection.login(user, password)
        return {
            "dialect": self.connection.getDialect(),
            "signs": self.direct._Session["SigningActivated"],
            "guest": bool(self.connection.isGuestSession()),
        }

    def tree(self, share):
        self.connection.disconnectTree(self.connection.connectTree(share))

    def with_open(self, path, access, action, **options):
        tree = self.connection.connectTree(self.share)
        try:
            file = self.connection.openFile(tree, path, desiredAccess=access, shareMode=SHARE_ALL, **options)
            try:
                return action(tree, file)
            finally:
                self.connection.closeFile(tree, file)
        finally:
            self.connection.disconnectTree(tree)

    def mkdir(self, path):
        self.connection.createDirectory(self.share, path)

    def rmdir(self, path):
        self.connection.deleteDirectory(self.share, path)

    def write(self, path, source):
        with open(source, "rb") as data:
            self.connection.putFile(self.share, path, data.read)

    def write_at(self, path, offset, text):
        self.with_open(
            path, WRITE_DATA, lambda tree, file: self.connection.writeFile(tree, file, text.encode(), offset)
        )

    def read(self, path, target):
        with open(target, "wb") as data:
            self.connection.getFile(self.share, path, data.write)

    def read_at(self, path, offset, count):
        return self.with_open(
            path, 1, lambda tree, file: self.connection.readFile(tree, file, offset, count).decode()
        )

    def list(self, path, pattern):
        return [
            [entry.get_longname(), entry.get_filesize(), bool(entry.is_directory())]
            for entry in self.connection.listPath(self.share, path + "/" + pattern)
            if entry.get_longname() not in (".", "..")
        ]

    def rename(self, path, new):
        self.connection.rename(self.share, path, new)

    def delete(self, path):
        self.connection.deleteFile(self.share, path)

    def truncate(self, path, size):
        self.with_open(
            path,
            WRITE_DATA,
            lambda tree, file: self.connection.setInfo(tree, file, END_OF_FILE, struct.pack("<q", size)),
        )

    def query(self, path, *classes):
        def action(tree, file):
            return [self.connection.queryInfo(tree, file, each) for each in classes]

        return self.with_open(path, READ_ATTRIBUTES, action, creationOption=0)

    def info(self, path):
        basic, standard, internal = self.query(path, BASIC, STANDARD, INTERNAL)
        _, accessed, written, _, attributes = struct.unpack_from("<qqqqI", basic)
        _, size, links, _, directory = struct.unpack_from("<qqIBB", standard)
        return {
            "size": size,
            "directory": bool(directory),
            "attributes": attributes,
            "written": (written - EPOCH_DIFFERENCE) * 100,
            "accessed": (accessed - EPOCH_DIFFERENCE) * 100,
            "number": struct.unpack_from("<Q", internal)[0],
            "links": links,
        }

    def set_basic(self, path, accessed=0, written=0, attributes=0):
        data = struct.pack("<qqqqII", 0, accessed, written, 0, attributes, 0)
        self.with_open(
            path,
            WRITE_ATTRIBUTES,
            lambda tree, file: self.connection.setInfo(tree, file, BASIC, data),
            creationOption=0,
        )

    def set_times(self, path, accessed, written):
        self.set_basic(path, accessed // 100 + EPOCH_DIFFERENCE, written // 100 + EPOCH_DIFFERENCE)

    def set_attributes(self, path, attributes):
        self.set_basic(path, attributes=attributes)

    def volume(self):
        def action(tree, file):
            return self.direct.queryInfo(tree, file, infoType=smb3.SMB2_0_INFO_FILESYSTEM, fileInfoClass=DISK)

        data = self.with_open("", READ_ATTRIBUTES, action, creationOption=1)
        total, free, sectors, size = struct.unpack("<qqII", data)
        return {"total": total * sectors * size, "free": free * sectors * size}

    def shares(self):
        return [share["shi1_netname"] for share in self.connection.listShares()]

    def remote(self, pipe, interface, call):
        """What `call` returns, given a connection of impacket's that is bound to the interface."""
        transport = SMBTransport(
            self.connection.getRemoteHost(), filename="\\" + pipe, smb_connection=self.connection
        )
        remote = transport.get_dce_rpc()
        remote.connect()
        try:
            remote.bind(interface)
            return call(remote)
        finally:
            remote.disconnect()

    def share_names(self, level):
        def ask(remote):
            answer = srvs.hNetrShareEnum(remote, level)["InfoStruct"]["ShareInfo"]["Level%d" % level]
            return [row["shi%d_netname" % level].rstrip("\0") for row in answer["Buffer"]]

        return self.remote("srvsvc", srvs.MSRPC_UUID_SRVS, ask)

    def share_fault(self, name, level):
        """The Windows error that NetrShareGetInfo returns."""

        def ask(remote):
            try:
                srvs.hNetrShareGetInfo(remote, name + "\0", level)
            except srvs.DCERPCSessionError as error:
                return error.get_error_code()
            return 0

        return self.remote("srvsvc", srvs.MSRPC_UUID_SRVS, ask)

    def server(self):
        def ask(remote):
            answer = srvs.hNetrServerGetInfo(remote, 102)["InfoStruct"]["ServerInfo102"]
            return [answer["sv102_name"].rstrip("\0"), answer["sv102_version_major"], answer["sv102_platform_id"]]

        return self.remote("srvsvc", srvs.MSRPC_UUID_SRVS, ask)

    def workstation(self):
        def ask(remote):
            answer = wkst.hNetrWkstaGetInfo(remote, 102)["WkstaInfo"]["WkstaInfo102"]
            return [answer["wki102_computername"].rstrip("\0"), answer["wki102_langroup"].rstrip("\0")]

        return self.remote("wkssvc", wkst.MSRPC_UUID_WKST, ask)

    def trouble_of_sessions(self):
        """What the list of sessions, which is not offered, is refused with."""

        def ask(remote):
            try:
                srvs.hNetrSessionEnum(remote, "\0", "\0", 10)
            except DCERPCException as error:
                return str(error)
            return ""

        return self.remote("srvsvc", srvs.MSRPC_UUID_SRVS, ask)

    def trouble_of_binding(self, pipe):
        """What a bind to an interface that the pipe has not is refused with."""
        try:
            self.remote(pipe, samr.MSRPC_UUID_SAMR, lambda remote: None)
        except DCERPCException as error:
            return str(error)
        return ""

    def share_names_in_fragments(self):
        """As above, arguments and results cut into the smallest packets there are."""

        def ask(remote):
            remote.set_max_fragment_size(32)
            answer = srvs.hNetrShareEnum(remote, 1)["InfoStruct"]["ShareInfo"]["Level1"]
            return [row["shi1_netname"].rstrip("\0") for row in answer["Buffer"]]

        return self.remote("srvsvc", srvs.MSRPC_UUID_SRVS, ask)

    def symlink(self, target, path):
        tree = self.connection.connectTree(self.share)
        try:
            self.connection.createMountPoint(tree, path, target)
        finally:
            self.connection.disconnectTree(tree)

    def echo(self):
        packet = self.direct.SMB_PACKET()
        packet["Command"] = smb3.SMB2_ECHO
        packet["Data"] = smb3.SMB2Echo()
        if not self.direct.recvSMB(self.direct.sendSMB(packet)).isValidAnswer(STATUS_SUCCESS):
            raise AssertionError("no echo")

    def close(self):
        self.connection.logoff()
        self.connection.close()


if __name__ == "__main__":
    serve(Client(), status_of)
