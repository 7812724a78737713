import FileSystemCore
import HostileInput
import SMBMessages
@testable import SMBProtocol
import Testing
import WindowsTypes
import WireCoding

@Suite("Hostile frames")
struct HostileFrameTests {
    @Test("what is not SMB2 ends the connection", arguments: [0, 1, 3, 4, 31, 32, 63])
    func short(count: Int) throws {
        let peer = try Peer.connected(to: try TestServer())
        let frame = Array(peer.message(.echo, EchoRequest()).prefix(count))
        #expect(try peer.send(frame).isEmpty)
        #expect(peer.connection.endReason != nil)
    }

    @Test("sealed and compressed frames, responses and other sizes of header end the connection")
    func transforms() throws {
        for (position, value) in [(0, UInt8(0xFD)), (0, 0xFC), (0, 0xFF), (4, 65), (16, 1)] {
            let peer = try Peer.connected(to: try TestServer())
            var frame = peer.message(.echo, EchoRequest())
            frame[position] = value
            #expect(try peer.send(frame).isEmpty)
            #expect(peer.connection.endReason != nil)
        }
    }

    @Test("an ECHO that says it is signed needs a session to be signed for")
    func signedWithoutSession() throws {
        let peer = Peer(try TestServer())
        try peer.negotiate()
        let replies = try peer.send(peer.message(.echo, EchoRequest(), flags: .signed))
        #expect(replies.map(\.status) == [.userSessionDeleted])
    }

    @Test("only CANCEL may have the asynchronous header")
    func asynchronousRequest() throws {
        let peer = try Peer.connected(to: try TestServer())
        let replies = try peer.send(peer.message(.echo, EchoRequest(), asyncID: AsyncID(rawValue: 5)))
        #expect(replies.map(\.status) == [.invalidParameter])
        #expect(try peer.request(.echo, EchoRequest()).status == .success)
    }

    @Test("unknown commands are INVALID_PARAMETER", arguments: [19, 0x7F, 0xFFFF] as [UInt16])
    func unknownCommand(number: UInt16) throws {
        let peer = try Peer.connected(to: try TestServer())
        #expect(try peer.request(.unknown(number), EchoRequest()).status == .invalidParameter)
        #expect(try peer.request(.echo, EchoRequest()).status == .success)
    }

    @Test(
        "every command with a body of the wrong size is refused and the connection lives", arguments: Command.allCases)
    func wrongStructureSize(command: Command) throws {
        guard command != .negotiate, command != .cancel else { return }
        let peer = try Peer.connected(to: try TestServer())
        let replies = try peer.send(peer.message(command, { $0.integer(UInt32(0xFFFF)) }))
        #expect(replies.map(\.status) == [.invalidParameter])
        #expect(try peer.request(.echo, EchoRequest()).status == .success)
    }

    @Test(
        "four bytes of length",
        arguments: [
            (0x0000_0048, FrameHeader.message(byteCount: 72)), (0x00FF_FFFF, .message(byteCount: 0xFF_FFFF)),
            (0x8100_0044, .sessionRequest(byteCount: 68)), (0x8500_0000, .keepAlive), (0x8500_0001, .invalid),
            (0x4745_5420, .invalid), (0x0100_0000, .invalid),
        ] as [(UInt32, FrameHeader)])
    func frameHeader(value: UInt32, expected: FrameHeader) {
        #expect(FrameHeader(value) == expected)
    }

    /// A conversation that touches every command.
    static func conversation(_ server: TestServer) throws -> Peer {
        let peer = Peer(server)
        try peer.negotiate()
        try peer.logIn(signs: false)
        try peer.connect()
        let file = try peer.open("a.txt")
        let data = [UInt8](repeating: 7, count: 300)
        let write = WriteRequest(dataLength: data.count, offset: 3, fileID: file)
        try peer.send(peer.message(.write, { write.write(data: data.span.bytes, to: &$0) }))
        try peer.request(.read, ReadRequest(length: 100, offset: 0, fileID: file))
        try peer.request(
            .queryInfo, QueryInfoRequest(infoType: .file, fileInfoClass: 18, outputBufferLength: 4096, fileID: file))
        try peer.request(
            .queryInfo,
            QueryInfoRequest(infoType: .fileSystem, fileInfoClass: 3, outputBufferLength: 4096, fileID: file))
        try peer.request(
            .setInfo,
            SetInfoRequest(infoType: .file, fileInfoClass: 20, fileID: file, buffer: [9, 0, 0, 0, 0, 0, 0, 0]))
        try peer.request(.flush, FlushRequest(fileID: file))
        let directory = try peer.open("", options: .directoryFile)
        let query = QueryDirectoryRequest(
            fileInformationClass: .idBothDirectory, fileID: directory, fileName: Array("*".utf8),
            outputBufferLength: 4096)
        try peer.request(.queryDirectory, query)
        let lock = LockElement(offset: 0, length: 1, flags: .exclusiveLock)
        try peer.request(.lock, LockRequest(fileID: file, locks: [lock]))
        try peer.request(
            .changeNotify, ChangeNotifyRequest(outputBufferLength: 100, fileID: directory, completionFilter: .fileName))
        try peer.request(.ioctl, IoctlRequest(ctlCode: .dfsGetReferrals, input: [1, 2, 3], maxOutputResponse: 100))
        try peer.request(.oplockBreak, OplockBreak(oplockLevel: .none, fileID: file))
        try peer.send(
            peer.message(.create, Peer.create("b.txt"), next: true)
                + peer.message(
                    .queryInfo,
                    QueryInfoRequest(infoType: .file, fileInfoClass: 5, outputBufferLength: 100, fileID: .inherited),
                    flags: .relatedOperations, next: true)
                + peer.message(
                    .close, CloseRequest(flags: .postQueryAttrib, fileID: .inherited), flags: .relatedOperations))
        try peer.request(.close, CloseRequest(fileID: file))
        try peer.send(peer.message(.cancel, CancelRequest(), messageID: 3))
        try peer.request(.echo, EchoRequest())
        try peer.request(.treeDisconnect, TreeDisconnectRequest())
        try peer.request(.logoff, LogoffRequest())
        return peer
    }

    @Test("every truncation of every frame of a conversation is survived")
    func truncations() throws {
        let frames = try Self.conversation(try TestServer()).sent
        #expect(frames.count > 20)
        let server = try TestServer()
        for last in frames.indices {
            // The token of a log-in is long and is tested by its own room.
            let step = frames[last].count > 400 ? 37 : 5
            for length in stride(from: 0, to: frames[last].count, by: step) {
                let peer = Peer(server)
                for frame in frames[..<last] { _ = try peer.send(frame) }
                _ = try peer.send(Array(frames[last][..<length]))
                _ = try peer.settle()
                peer.connection.close(.peerClosed)
            }
        }
        #expect(server.fileSystem.openCount == 0)
    }

    @Test("mutated conversations are survived and leave nothing open")
    func mutations() throws {
        let server = try TestServer()
        let conversation = try Self.conversation(try TestServer()).sent
        // Session and tree numbers of another conversation are wrong in this one, so frames are mutated as the client
        // makes them.
        let corpus = conversation.enumerated().map { (name: "\($0.offset)", bytes: $0.element) }
        HostileRun(defaultSeconds: 1).forEachInput(of: corpus, label: "connection, unauthenticated") { _, bytes in
            let peer = Peer(server)
            _ = try? peer.negotiate()
            _ = try? peer.send(bytes)
            _ = try? peer.settle()
            peer.connection.close(.peerClosed)
        }
        var peer = try Peer.connected(to: server)
        HostileRun(defaultSeconds: 2).forEachInput(of: corpus, label: "connection, authenticated") { _, bytes in
            if peer.connection.endReason != nil || peer.connection.sessions.isEmpty || peer.nextMessageID > 20_000 {
                peer.connection.close(.peerClosed)
                guard let next = try? Peer.connected(to: server) else { return }
                peer = next
                _ = try? peer.open("a.txt")
            }
            guard bytes.count >= 64 else { return }
            var frame = bytes
            SMB2Header.patchMessageID(MessageID(rawValue: peer.nextMessageID), in: &frame)
            SMB2Header.patchSessionID(peer.sessionID, in: &frame)
            withUnsafeBytes(of: peer.treeID.rawValue.littleEndian) {
                for index in 0..<4 { frame[36 + index] = $0[index] }
            }
            peer.nextMessageID += 1
            peer.sent.removeAll(keepingCapacity: true)
            _ = try? peer.send(frame)
            _ = try? peer.settle()
        }
        peer.connection.close(.peerClosed)
        #expect(server.fileSystem.openCount == 0)
        #expect(server.context.registry.status().isEmpty)
    }
}
