import RemoteProcedures
import SMBMessages
@testable import SMBProtocol
import Testing
import WindowsTypes
import WireCoding

@Suite("Named pipes — [MS-SMB2] 3.3.5.9 to 3.3.5.15")
struct PipeTests {
    private static func peer(limits: ServerLimits = ServerLimits()) throws -> Peer {
        let peer = try Peer.connected(to: try TestServer(limits: limits))
        try peer.connect("IPC$")
        return peer
    }

    private static let bind: [UInt8] = {
        var writer = WireWriter()
        PacketHeader(.bind, callID: 1).write(to: &writer)
        BindRequest(contexts: [PresentationContext(id: 0, interface: ServerService.identifier)]).write(to: &writer)
        PacketHeader.finish(&writer)
        return writer.bytes
    }()

    /// NetrServerGetInfo, level 101.
    private static let call: [UInt8] = {
        var arguments = NDRWriter()
        arguments.pointer(false)
        arguments.integer(UInt32(101))
        var writer = WireWriter()
        PacketHeader(.request, callID: 2).write(to: &writer)
        RequestPacket(contextID: 0, operation: 21, stub: arguments.bytes).write(to: &writer)
        PacketHeader.finish(&writer)
        return writer.bytes
    }()

    private static func write(_ peer: Peer, _ pipe: FileID, _ bytes: [UInt8]) throws -> Reply {
        let replies = try peer.send(
            peer.message(
                .write,
                { writer in
                    let request = WriteRequest(dataLength: bytes.count, offset: 0, fileID: pipe)
                    request.write(data: bytes.span.bytes, to: &writer)
                }))
        return try #require(replies.first)
    }

    private static func read(_ peer: Peer, _ pipe: FileID, _ count: UInt32) throws -> (NTStatus, [UInt8]) {
        let reply = try peer.request(.read, ReadRequest(length: count, offset: 0, fileID: pipe))
        guard !reply.status.isError else { return (reply.status, []) }
        let body: ReadResponse = try reply.body()
        return (reply.status, Array(reply.bytes[body.dataRange]))
    }

    private static func transceive(
        _ peer: Peer, _ pipe: FileID, _ bytes: [UInt8], room: UInt32 = 4096
    ) throws -> (NTStatus, [UInt8]) {
        let reply = try peer.request(
            .ioctl, IoctlRequest(ctlCode: .pipeTransceive, fileID: pipe, input: bytes, maxOutputResponse: room))
        guard !reply.status.isError else { return (reply.status, []) }
        return (reply.status, try reply.body(IoctlResponse.self).output)
    }

    @Test(
        "pipes are opened by name",
        arguments: [
            ("srvsvc", NTStatus.success), ("WKSSVC", .success), ("\\PIPE\\srvsvc", .success), ("\\srvsvc", .success),
            ("spoolss", .objectNameNotFound), ("", .objectNameNotFound), ("a\\srvsvc", .objectNameNotFound),
        ])
    func opens(name: String, status: NTStatus) throws {
        let peer = try Self.peer()
        let reply = try peer.request(.create, Peer.create(name))
        #expect(reply.status == status)
        guard status == .success else { return }
        let body: CreateResponse = try reply.body()
        #expect(body.createAction == .opened)
        #expect(body.fileAttributes == .normal)
        #expect(try peer.request(.flush, FlushRequest(fileID: body.fileID)).status == .success)
        #expect(try peer.request(.close, CloseRequest(fileID: body.fileID)).status == .success)
        #expect(try peer.request(.close, CloseRequest(fileID: body.fileID)).status == .fileClosed)
    }

    @Test("a call by WRITE and READ, its answer in parts")
    func writesAndReads() throws {
        let peer = try Self.peer()
        let pipe = try peer.open("srvsvc")
        #expect(try Self.write(peer, pipe, Self.bind).status == .success)
        let first = try Self.read(peer, pipe, 20)
        #expect(first.0 == .bufferOverflow)
        #expect(first.1.count == 20 && first.1[2] == 12)
        let rest = try Self.read(peer, pipe, 4096)
        #expect(rest.0 == .success)
        #expect(first.1.count + rest.1.count == Int(first.1[8]))
        #expect(try Self.write(peer, pipe, Self.call).status == .success)
        #expect(try Self.read(peer, pipe, 4096).1[2] == 2)
    }

    @Test(
        "a pipe knows no buffers to go past and no remote memory, from the dialects on that could ask for them",
        arguments: [Dialect.smb210, .smb300, .smb302, .smb311])
    func refusesModes(dialect: Dialect) throws {
        let peer = try Self.peer()
        let pipe = try peer.open("srvsvc")
        #expect(try Self.write(peer, pipe, Self.bind).status == .success)
        peer.connection.terms.dialect = dialect
        func read(_ flags: ReadFlags = [], _ channel: DataChannel = .none) throws -> NTStatus {
            let request = ReadRequest(flags: flags, length: 1, offset: 0, fileID: pipe, channel: channel)
            return try peer.request(.read, request).status
        }
        func write(_ flags: WriteFlags, _ channel: DataChannel = .none) throws -> NTStatus {
            var request = WriteRequest(dataLength: 0, offset: 0, fileID: pipe, flags: flags)
            request.channel = channel
            let frame = peer.message(.write) { request.write(data: [UInt8]().span.bytes, to: &$0) }
            return try #require(try peer.send(frame).first).status
        }
        func status(from first: Dialect, _ otherwise: NTStatus) -> NTStatus {
            dialect < first ? otherwise : .invalidParameter
        }
        #expect(try read() == .bufferOverflow)
        #expect(try read(.readUnbuffered) == status(from: .smb302, .bufferOverflow))
        #expect(try read([], .rdmaV1) == status(from: .smb300, .bufferOverflow))
        #expect(try write([]) == .success)
        #expect(try write(.writeThrough) == status(from: .smb300, .success))
        #expect(try write(.writeUnbuffered) == status(from: .smb300, .success))
        #expect(try write([], .rdmaV1Invalidate) == status(from: .smb300, .success))
    }

    @Test("a call by FSCTL_PIPE_TRANSCEIVE, its answer longer than the room for it")
    func transceives() throws {
        let peer = try Self.peer()
        let pipe = try peer.open("srvsvc")
        #expect(try Self.transceive(peer, pipe, Self.bind).0 == .success)
        let cut = try Self.transceive(peer, pipe, Self.call, room: 30)
        #expect(cut.0 == .bufferOverflow)
        #expect(cut.1.count == 30)
        // What is left of one answer is to be read before the next call.
        #expect(try Self.transceive(peer, pipe, Self.call).0 == .pipeBusy)
        let rest = try Self.read(peer, pipe, 4096)
        #expect(rest.0 == .success)
        #expect(try Self.transceive(peer, pipe, Self.call).1.count == 30 + rest.1.count)
    }

    @Test("a READ waits until there is something to read")
    func waits() throws {
        let peer = try Self.peer()
        let pipe = try peer.open("srvsvc")
        let pending = try peer.send(peer.message(.read, ReadRequest(length: 4096, offset: 0, fileID: pipe)))
        #expect(pending.map(\.status) == [.pending])
        #expect(try Self.write(peer, pipe, Array(Self.bind.prefix(30))).status == .success)
        #expect(try peer.settle().isEmpty)
        #expect(try Self.write(peer, pipe, Array(Self.bind.dropFirst(30))).status == .success)
        let settled = try peer.settle()
        #expect(settled.map(\.status) == [.success])
        #expect(settled[0].header.asyncID == pending[0].header.asyncID)
        // The end of the pipe ends the wait, and so does CANCEL.
        let other = try peer.send(peer.message(.read, ReadRequest(length: 4096, offset: 0, fileID: pipe)))
        #expect(other.map(\.status) == [.pending])
        try peer.send(peer.message(.cancel, CancelRequest(), messageID: 0, asyncID: other[0].header.asyncID))
        #expect(try peer.settle().map(\.status) == [.cancelled])
        try peer.send(peer.message(.read, ReadRequest(length: 4096, offset: 0, fileID: pipe)))
        #expect(try peer.request(.close, CloseRequest(fileID: pipe)).status == .success)
        #expect(try peer.settle().map(\.status) == [.fileClosed])
    }

    @Test("FilePipeInformation: no waiting, and no messages")
    func modes() throws {
        let peer = try Self.peer()
        let pipe = try peer.open("srvsvc")
        func set(_ bytes: [UInt8]) throws -> NTStatus {
            var request = SetInfoRequest(.pipe, fileID: pipe, FilePositionInformation(currentByteOffset: 0))
            request.buffer = bytes
            return try peer.request(.setInfo, request).status
        }
        #expect(try set([0, 0, 0, 0, 1, 0, 0, 0]) == .success)
        #expect(try Self.read(peer, pipe, 10).0 == .pipeEmpty)
        #expect(try Self.write(peer, pipe, Self.bind).status == .success)
        #expect(try Self.read(peer, pipe, 10).0 == .success)
        #expect(try set([0, 0, 0, 0]) == .infoLengthMismatch)
        #expect(try set([2, 0, 0, 0, 0, 0, 0, 0]) == .invalidParameter)
        let state = try peer.request(
            .queryInfo, QueryInfoRequest(.pipe, outputBufferLength: 8, fileID: pipe))
        #expect(try state.body(QueryInfoResponse.self).outputBuffer == [0, 0, 0, 0, 1, 0, 0, 0])
    }

    @Test("what is asked of a pipe before it is spoken to")
    func queries() throws {
        let peer = try Self.peer()
        let pipe = try peer.open("srvsvc")
        #expect(try Self.write(peer, pipe, Self.bind).status == .success)
        func query(_ informationClass: FileInformationClass, _ room: UInt32 = 64) throws -> Reply {
            try peer.request(.queryInfo, QueryInfoRequest(informationClass, outputBufferLength: room, fileID: pipe))
        }
        let standard = try FileStandardInformation(bytes: try query(.standard).body(QueryInfoResponse.self).outputBuffer)
        #expect(standard.endOfFile == 68)
        #expect(standard.numberOfLinks == 1 && standard.deletePending && !standard.directory)
        #expect(try query(.standard, 23).status == .infoLengthMismatch)
        let local = try query(.pipeLocal).body(QueryInfoResponse.self).outputBuffer
        #expect(local.count == 40)
        #expect(local[20..<24] == [68, 0, 0, 0])
        #expect(try query(.basic).status == .notSupported)
        let peek = try peer.request(
            .ioctl, IoctlRequest(ctlCode: .pipePeek, fileID: pipe, maxOutputResponse: 20))
        #expect(peek.status == .bufferOverflow)
        let peeked = try peek.body(IoctlResponse.self).output
        #expect(peeked[..<16] == [3, 0, 0, 0, 68, 0, 0, 0, 1, 0, 0, 0, 68, 0, 0, 0])
        #expect(peeked.count == 20)
        // Whether there is a pipe at all.
        for (room, status) in [(0, NTStatus.success), (1, .infoLengthMismatch), (15, .infoLengthMismatch)] {
            let request = IoctlRequest(ctlCode: .pipePeek, fileID: pipe, maxOutputResponse: UInt32(room))
            let reply = try peer.request(.ioctl, request)
            #expect(reply.status == status)
            if room == 0 { #expect(try reply.body(IoctlResponse.self).output.isEmpty) }
        }
        let other = IoctlRequest(ctlCode: .getCompression, fileID: pipe, maxOutputResponse: 20)
        #expect(try peer.request(.ioctl, other).status == .fsDriverRequired)
    }

    @Test("FSCTL_PIPE_WAIT finds what is there")
    func pipeWait() throws {
        let peer = try Self.peer()
        for (name, status) in [("srvsvc", NTStatus.success), ("nosuch", .objectNameNotFound)] {
            var writer = WireWriter()
            writer.integer(UInt64(0))
            writer.integer(UInt32(clamping: name.utf16.count * 2))
            writer.integer(UInt16(0))
            for unit in name.utf16 { writer.integer(unit) }
            let request = IoctlRequest(ctlCode: .pipeWait, input: writer.bytes, maxOutputResponse: 0)
            #expect(try peer.request(.ioctl, request).status == status)
            let short = IoctlRequest(ctlCode: .pipeWait, input: writer.bytes.dropLast(), maxOutputResponse: 0)
            #expect(try peer.request(.ioctl, short).status == .invalidParameter)
        }
    }

    @Test("a compound opens, binds, reads and closes")
    func compound() throws {
        let peer = try Self.peer()
        let create = peer.message(.create, Peer.create("srvsvc"), next: true)
        let write = peer.message(
            .write,
            { writer in
                WriteRequest(dataLength: Self.bind.count, offset: 0, fileID: .inherited)
                    .write(data: Self.bind.span.bytes, to: &writer)
            }, flags: .relatedOperations, next: true)
        let read = peer.message(
            .read, ReadRequest(length: 4096, offset: 0, fileID: .inherited), flags: .relatedOperations, next: true)
        let close = peer.message(.close, CloseRequest(fileID: .inherited), flags: .relatedOperations)
        #expect(try peer.send(create + write + read + close).map(\.status) == [.success, .success, .success, .success])
        let failed =
            peer.message(.create, Peer.create("nosuch"), next: true)
            + peer.message(.close, CloseRequest(fileID: .inherited), flags: .relatedOperations)
        #expect(try peer.send(failed).map(\.status) == [.objectNameNotFound, .objectNameNotFound])
    }

    @Test("who leaves the protocol is disconnected from the pipe, and from nothing else")
    func disconnects() throws {
        let peer = try Self.peer()
        let pipe = try peer.open("srvsvc")
        #expect(try Self.write(peer, pipe, [UInt8](repeating: 0xFF, count: 100)).status == .success)
        #expect(try Self.write(peer, pipe, Self.bind).status == .pipeDisconnected)
        #expect(try Self.read(peer, pipe, 100).0 == .pipeDisconnected)
        #expect(try Self.transceive(peer, pipe, Self.bind).0 == .pipeDisconnected)
        #expect(try Self.transceive(peer, try peer.open("srvsvc"), Self.bind).0 == .success)
    }

    @Test("pipes of a connection, and the bytes in them, have limits")
    func limits() throws {
        var limits = ServerLimits()
        limits.pipesPerConnection = 3
        limits.pipeBytesPerConnection = 4000
        let peer = try Self.peer(limits: limits)
        let pipes = try (0..<3).map { _ in try peer.open("srvsvc") }
        #expect(try peer.request(.create, Peer.create("srvsvc")).status == .insufficientResources)
        // The beginnings of packets that never end.
        var part = Self.bind
        part[8] = 0xD0
        part[9] = 0x16
        part += [UInt8](repeating: 0, count: 1900)
        #expect(try Self.write(peer, pipes[0], part).status == .success)
        #expect(try Self.write(peer, pipes[1], part).status == .success)
        #expect(try Self.write(peer, pipes[2], part).status == .insufficientResources)
        #expect(try peer.request(.close, CloseRequest(fileID: pipes[0])).status == .success)
        #expect(try Self.write(peer, pipes[2], part).status == .success)
    }

    @Test("a pipe belongs to its tree connect")
    func trees() throws {
        let peer = try Self.peer()
        let pipe = try peer.open("srvsvc")
        let tree = peer.treeID
        try peer.connect("IPC$")
        #expect(try peer.request(.flush, FlushRequest(fileID: pipe)).status == .fileClosed)
        peer.treeID = tree
        #expect(try peer.request(.treeDisconnect, TreeDisconnectRequest()).status == .success)
        #expect(peer.connection.isIdle)
        // What only files have.
        try peer.connect("IPC$")
        let other = try peer.open("wkssvc")
        let listing = QueryDirectoryRequest(
            fileInformationClass: .names, fileID: other, fileName: Array("*".utf8), outputBufferLength: 100)
        #expect(try peer.request(.queryDirectory, listing).status == .invalidDeviceRequest)
    }
}
