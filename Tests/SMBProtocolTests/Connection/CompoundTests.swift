import AccessArbitration
import AccessControl
import FileSystemCore
import FileSystemModel
import SMBMessages
@testable import SMBProtocol
import Testing
import WindowsTypes

@Suite("Compounds — [MS-SMB2] 3.3.5.2.7")
struct CompoundTests {
    @Test("related requests use the file that CREATE opened; credits stand on the last response")
    func related() throws {
        let peer = try Peer.connected(to: try TestServer(), signs: true)
        let data = Array("hello".utf8)
        let write = WriteRequest(dataLength: data.count, offset: 0, fileID: .inherited)
        let frame =
            peer.message(.create, Peer.create("a.txt"), credits: 3, next: true)
            + peer.message(
                .write, { write.write(data: data.span.bytes, to: &$0) }, flags: .relatedOperations, credits: 3,
                next: true)
            + peer.message(
                .read, ReadRequest(length: 10, offset: 0, fileID: .inherited), flags: .relatedOperations, credits: 3,
                next: true)
            + peer.message(.close, CloseRequest(fileID: .inherited), flags: .relatedOperations, credits: 3)
        let replies = try peer.send(frame)
        #expect(replies.map(\.status) == [.success, .success, .success, .success])
        #expect(replies.map(\.header.command) == [.create, .write, .read, .close])
        #expect(replies.dropLast().allSatisfy { $0.header.credits == 0 && $0.header.nextCommand % 8 == 0 })
        #expect(try #require(replies.last).header.credits == 12)
        #expect(replies.dropFirst().allSatisfy { $0.header.flags.contains(.relatedOperations) })
        #expect(replies.allSatisfy(peer.isSigned))
        let read: ReadResponse = try replies[2].body()
        #expect(Array(replies[2].bytes[read.dataRange]) == data)
        #expect(peer.connection.opens.isEmpty)
    }

    @Test("what follows a CREATE that failed fails as it did")
    func failureIsInherited() throws {
        let peer = try Peer.connected(to: try TestServer())
        let frame =
            peer.message(.create, Peer.create("nosuch", disposition: .open), next: true)
            + peer.message(
                .read, ReadRequest(length: 10, offset: 0, fileID: .inherited), flags: .relatedOperations, next: true)
            + peer.message(.close, CloseRequest(fileID: .inherited), flags: .relatedOperations)
        #expect(
            try peer.send(frame).map(\.status) == [.objectNameNotFound, .objectNameNotFound, .objectNameNotFound])
    }

    @Test("unrelated requests stand alone, each with its own result")
    func unrelated() throws {
        let peer = try Peer.connected(to: try TestServer())
        let file = try peer.open("a.txt")
        let frame =
            peer.message(.close, CloseRequest(fileID: FileID(persistent: 77, volatile: 77)), next: true)
            + peer.message(.echo, EchoRequest(), next: true)
            + peer.message(.close, CloseRequest(fileID: file))
        #expect(try peer.send(frame).map(\.status) == [.fileClosed, .success, .success])
    }

    @Test("the first cannot be related, nor one be about a file where there is none")
    func misplaced() throws {
        let peer = try Peer.connected(to: try TestServer())
        let first = try peer.send(
            peer.message(.close, CloseRequest(fileID: .inherited), flags: .relatedOperations))
        #expect(first.map(\.status) == [.invalidParameter])
        let second = try peer.send(
            peer.message(.echo, EchoRequest(), next: true)
                + peer.message(.close, CloseRequest(fileID: .inherited), flags: .relatedOperations))
        #expect(second.map(\.status) == [.success, .invalidHandle])
    }

    @Test("a log-in or a tree connect that fails, or a message of no session, leaves what is related to it nothing")
    func nothingMade() throws {
        let peer = try Peer.connected(to: try TestServer())
        let connect = TreeConnectRequest(path: Array("\\\\server\\nosuch".utf8))
        func statuses(_ first: [UInt8]) throws -> [NTStatus] {
            try peer.send(
                first + peer.message(.create, Peer.create("a.txt"), flags: .relatedOperations, next: true)
                    + peer.message(.close, CloseRequest(fileID: .inherited), flags: .relatedOperations)
            ).map(\.status)
        }
        #expect(
            try statuses(peer.message(.treeConnect, connect, next: true))
                == [.badNetworkName, .invalidParameter, .invalidParameter])
        #expect(
            try statuses(
                peer.message(.sessionSetup, SessionSetupRequest(securityBuffer: [1, 2, 3]), sessionID: SessionID.none, next: true)
            ).dropFirst() == [.invalidParameter, .invalidParameter])
        #expect(
            try statuses(peer.message(.echo, EchoRequest(), sessionID: SessionID.none, next: true))
                == [.success, .invalidParameter, .invalidParameter])
    }

    @Test("what is related to a message without a session or a place has none either")
    func refusalIsInherited() throws {
        let peer = try Peer.connected(to: try TestServer())
        func pair(_ flags: HeaderFlags, _ session: SessionID?) throws -> [NTStatus] {
            try peer.send(
                peer.message(.create, Peer.create("a.txt"), flags: flags, sessionID: session, next: true)
                    + peer.message(.close, CloseRequest(fileID: .inherited), flags: .relatedOperations)
            ).map(\.status)
        }
        #expect(try pair(.relatedOperations, nil) == [.invalidParameter, .invalidParameter])
        #expect(try pair([], SessionID(rawValue: 5)) == [.userSessionDeleted, .invalidParameter])
        #expect(try pair([], nil) == [.success, .success])
    }

    @Test("session and tree are inherited, whatever stands in the header")
    func inheritedIDs() throws {
        let peer = try Peer.connected(to: try TestServer())
        let frame =
            peer.message(.create, Peer.create("a.txt"), next: true)
            + peer.message(
                .close, CloseRequest(fileID: .inherited), flags: .relatedOperations,
                sessionID: SessionID(rawValue: .max), treeID: .inherited)
        #expect(try peer.send(frame).map(\.status) == [.success, .success])
    }

    @Test(
        "NextCommand that is unaligned, too small or outside ends the connection",
        arguments: [1, 8, 63, 76, 4096, 0xFFFF_FFF8])
    func badNext(next: UInt32) throws {
        let server = try TestServer()
        let peer = try Peer.connected(to: server)
        var frame = peer.message(.create, Peer.create("a.txt"), next: true) + peer.message(.echo, EchoRequest())
        SMB2Header.patchNextCommand(next, in: &frame)
        #expect(try peer.send(frame).isEmpty)
        #expect(peer.connection.endReason == .badCompound)
        // The first message was not executed either.
        #expect(server.fileSystem.openCount == 0)
    }

    @Test("a compound has a bounded number of messages")
    func tooMany() throws {
        let peer = try Peer.connected(to: try TestServer())
        try peer.request(.echo, EchoRequest(), credits: 400)
        var frame: [UInt8] = []
        for _ in 0..<64 { frame += peer.message(.echo, EchoRequest(), next: true) }
        #expect(try peer.send(frame + peer.message(.echo, EchoRequest())).isEmpty)
        #expect(peer.connection.endReason == .badCompound)
    }
}

@Suite("Requests that wait — [MS-SMB2] 3.3.4.2, 3.3.5.16")
struct PendingTests {
    /// A server whose file `a.txt` is open at the other door, about to be closed: an exclusive CREATE waits for that.
    struct Waiting {
        let server: TestServer
        let peer: Peer
        let other: Open
        let context = OperationContext(
            door: DoorID(rawValue: 2), style: .posix, client: 1, identity: Identity(uid: 0, gid: 0, name: "root"))

        init(signs: Bool = false, server: TestServer? = nil, name path: String = "a.txt") throws {
            self.server = try server ?? TestServer()
            peer = try Peer.connected(to: self.server, signs: signs)
            _ = try peer.request(.close, CloseRequest(fileID: try peer.open(path)))
            let name = try FileName(path)
            let found = try #require(try self.server.fileSystem.lookup(name, in: .root, context).value)
            other = try #require(
                try self.server.fileSystem.open(found.inode, PosixOpenRequest(access: [.read, .write]), context).value)
            self.server.fileSystem.noteClosing(other)
        }

        func release() throws { _ = try server.fileSystem.close(other, context) }

        var exclusive: CreateRequest { Peer.create("a.txt", share: [], disposition: .open) }
    }

    @Test("an interim response with an AsyncId, then the final one, signed", arguments: [false, true])
    func interim(signs: Bool) throws {
        let waiting = try Waiting(signs: signs)
        let peer = waiting.peer
        let id = peer.nextMessageID
        let interim = try #require(try peer.send(peer.message(.create, waiting.exclusive)).first)
        #expect(interim.status == .pending)
        #expect(interim.header.credits >= 1)
        #expect(!interim.header.flags.contains(.signed))
        let asyncID = try #require(interim.header.asyncID)
        // Others are answered meanwhile.
        #expect(try peer.request(.echo, EchoRequest()).status == .success)
        #expect(try peer.settle().isEmpty)
        try waiting.release()
        let final = try #require(try peer.settle().first)
        #expect(final.status == .success)
        #expect(final.header.asyncID == asyncID)
        #expect(final.header.messageID.rawValue == id)
        #expect(final.header.credits == 0)
        #expect(peer.isSigned(final) == signs)
        #expect(peer.connection.isIdle == false)
        #expect(peer.connection.pending.isEmpty)
    }

    @Test("CANCEL by AsyncId, by MessageId, and before its request", arguments: 0..<3)
    func cancel(way: Int) throws {
        let waiting = try Waiting()
        let peer = waiting.peer
        let id = peer.nextMessageID
        if way == 2 { #expect(try peer.send(peer.message(.cancel, CancelRequest(), messageID: id)).isEmpty) }
        let interim = try #require(try peer.send(peer.message(.create, waiting.exclusive)).first)
        #expect(interim.status == .pending)
        if way == 0 {
            #expect(
                try peer.send(peer.message(.cancel, CancelRequest(), messageID: 0, asyncID: interim.header.asyncID))
                    .isEmpty)
        } else if way == 1 {
            #expect(try peer.send(peer.message(.cancel, CancelRequest(), messageID: id)).isEmpty)
        }
        let final = try #require(try peer.settle().first)
        #expect(final.status == .cancelled)
        #expect(final.header.asyncID == interim.header.asyncID)
        #expect(peer.connection.pending.isEmpty)
        try waiting.release()
        #expect(try peer.settle().isEmpty)
    }

    @Test("a CANCEL may be unsigned where all else is signed; a wrong signature is worse than none — [MS-SMB2] 3.3.5.16")
    func cancelSignatures() throws {
        let waiting = try Waiting(signs: true, server: try TestServer(signing: .required))
        let peer = waiting.peer
        let interim = try #require(try peer.send(peer.message(.create, waiting.exclusive)).first)
        var forged = peer.message(.cancel, CancelRequest(), messageID: 0, asyncID: interim.header.asyncID)
        forged[50] ^= 1
        #expect(try peer.send(forged).isEmpty && peer.settle().isEmpty)
        let plain = peer.message(.cancel, CancelRequest(), messageID: 0, asyncID: interim.header.asyncID, signed: false)
        #expect(try peer.send(plain).isEmpty)
        let final = try #require(try peer.settle().first)
        #expect(final.status == .cancelled && peer.isSigned(final))
        try waiting.release()
    }

    @Test("in the middle of a compound it has its interim response, and so has what is related to it")
    func compound() throws {
        let waiting = try Waiting(signs: true)
        let peer = waiting.peer
        let ids = (peer.nextMessageID..<peer.nextMessageID + 4).map { $0 }
        let frame =
            peer.message(.echo, EchoRequest(), next: true) + peer.message(.create, waiting.exclusive, next: true)
            + peer.message(.flush, FlushRequest(fileID: .inherited), flags: .relatedOperations, next: true)
            + peer.message(.close, CloseRequest(fileID: .inherited), flags: .relatedOperations)
        let first = try peer.send(frame)
        #expect(first.map(\.status) == [.success, .pending, .pending, .pending])
        #expect(first.map(\.header.messageID.rawValue) == ids)
        // The interim responses stand last in their frames, and each grants for itself.
        #expect(first.dropFirst().allSatisfy { $0.header.nextCommand == 0 && $0.header.credits >= 1 })
        let asyncIDs = first.map(\.header.asyncID)
        #expect(Set(asyncIDs.dropFirst().compactMap { $0?.rawValue }).count == 3)
        #expect(try peer.request(.echo, EchoRequest()).status == .success)
        try waiting.release()
        let final = try peer.settle()
        #expect(final.map(\.status) == [.success, .success, .success])
        #expect(final.map(\.header.messageID.rawValue) == Array(ids.dropFirst()))
        #expect(final.map(\.header.asyncID) == Array(asyncIDs.dropFirst()))
        #expect(final.map { $0.header.flags.contains(.relatedOperations) } == [false, true, true])
        #expect(final.allSatisfy { peer.isSigned($0) && $0.header.credits == 0 })
        #expect(peer.connection.pending.isEmpty && peer.connection.pendingByteCount == 0)
        #expect(peer.connection.opens.isEmpty)
    }

    @Test("CANCEL of a request that waits behind another of its compound; both ways to name it", arguments: [false, true])
    func cancelBehind(byAsyncID: Bool) throws {
        let waiting = try Waiting()
        let peer = waiting.peer
        let second = try Waiting(server: waiting.server, name: "b.txt")
        let next = Peer.create("b.txt", share: [], disposition: .open)
        let first = try peer.send(
            peer.message(.create, waiting.exclusive, next: true)
                + peer.message(.create, next, flags: .relatedOperations))
        try #require(first.map(\.status) == [.pending, .pending])
        let target = first[1].header
        try peer.send(
            peer.message(
                .cancel, CancelRequest(), messageID: byAsyncID ? 0 : target.messageID.rawValue,
                asyncID: byAsyncID ? target.asyncID : nil))
        #expect(try peer.settle().isEmpty)
        try waiting.release()
        #expect(try peer.settle().map(\.status) == [.success, .cancelled])
        #expect(peer.connection.earlyCancels.isEmpty && peer.connection.pending.isEmpty)
        try second.release()
    }

    @Test("what is related to a LOCK that has waited has its file, granted or cancelled", arguments: [false, true])
    func relatedToLock(isCancelled: Bool) throws {
        let server = try TestServer()
        let holder = try Peer.connected(to: server)
        let peer = try Peer.connected(to: server)
        let (held, file) = (try holder.open("a.txt"), try peer.open("a.txt"))
        func lock(_ file: FileID, _ flags: LockFlags) -> LockRequest {
            LockRequest(fileID: file, locks: [LockElement(offset: 0, length: 10, flags: flags)])
        }
        #expect(try holder.request(.lock, lock(held, [.exclusiveLock, .failImmediately])).status == .success)
        let first = try peer.send(
            peer.message(.lock, lock(file, .exclusiveLock), next: true)
                + peer.message(.flush, FlushRequest(fileID: .inherited), flags: .relatedOperations))
        try #require(first.map(\.status) == [.pending, .pending])
        if isCancelled {
            try peer.send(peer.message(.cancel, CancelRequest(), messageID: 0, asyncID: first[0].header.asyncID))
        } else {
            #expect(try holder.request(.lock, lock(held, .unlock)).status == .success)
            try holder.settle()
        }
        #expect(try peer.settle().map(\.status) == [isCancelled ? .cancelled : .success, .success])
    }

    @Test("one that is announced and then waits for itself is announced once")
    func waitsInTurn() throws {
        let waiting = try Waiting()
        let peer = waiting.peer
        let second = try Waiting(server: waiting.server, name: "b.txt")
        let next = Peer.create("b.txt", share: [], disposition: .open)
        let first = try peer.send(
            peer.message(.create, waiting.exclusive, next: true)
                + peer.message(.create, next, flags: .relatedOperations, next: true)
                + peer.message(.close, CloseRequest(fileID: .inherited), flags: .relatedOperations))
        try #require(first.map(\.status) == [.pending, .pending, .pending])
        try waiting.release()
        #expect(try peer.settle().map(\.header.asyncID) == [first[0].header.asyncID])
        try second.release()
        let final = try peer.settle()
        #expect(final.map(\.status) == [.success, .success])
        #expect(final.map(\.header.asyncID) == [first[1].header.asyncID, first[2].header.asyncID])
    }

    @Test("what is not related to it goes on")
    func unrelated() throws {
        let waiting = try Waiting()
        let peer = waiting.peer
        let first = try peer.send(
            peer.message(.create, waiting.exclusive, next: true) + peer.message(.echo, EchoRequest(), next: true)
                + peer.message(.echo, EchoRequest()))
        #expect(first.map(\.status) == [.pending, .success, .success])
        #expect(first[0].header.nextCommand == 0)
        try waiting.release()
        #expect(try peer.settle().map(\.header.asyncID) == [first[0].header.asyncID])
    }

    @Test("what waits behind it may use no message id that was not granted")
    func badIDBehind() throws {
        let waiting = try Waiting()
        let peer = waiting.peer
        let frame =
            peer.message(.create, waiting.exclusive, next: true)
            + peer.message(
                .close, CloseRequest(fileID: .inherited), flags: .relatedOperations, messageID: peer.nextMessageID + 5000)
        try peer.send(frame)
        #expect(peer.connection.endReason == .badMessageID(peer.nextMessageID + 5000))
        peer.connection.close(.peerClosed)
        try waiting.release()
        #expect(waiting.server.fileSystem.openCount == 0)
    }

    @Test("as the last of a compound it answers the others with the interim response")
    func compoundLast() throws {
        let waiting = try Waiting()
        let peer = waiting.peer
        let frame = peer.message(.echo, EchoRequest(), next: true) + peer.message(.create, waiting.exclusive)
        #expect(try peer.send(frame).map(\.status) == [.success, .pending])
        try waiting.release()
        #expect(try peer.settle().map(\.status) == [.success])
    }

    @Test("LOGOFF and the connection's end end the wait", arguments: [false, true])
    func endings(byLogoff: Bool) throws {
        let waiting = try Waiting()
        let peer = waiting.peer
        #expect(try peer.send(peer.message(.create, waiting.exclusive)).map(\.status) == [.pending])
        if byLogoff {
            // Its own answer leaves behind those of what it ends.
            #expect(try peer.send(peer.message(.logoff, LogoffRequest())).isEmpty)
            let replies = try peer.settle()
            #expect(replies.map(\.status) == [.cancelled, .success])
            #expect(replies.map(\.header.command) == [.create, .logoff])
        } else {
            peer.connection.close(.peerClosed)
            #expect(try peer.settle().isEmpty)
        }
        #expect(peer.connection.pending.isEmpty)
        try waiting.release()
        #expect(waiting.server.fileSystem.openCount == 0)
    }

    @Test("only so many wait")
    func limit() throws {
        var limits = ServerLimits()
        limits.pendingRequestsPerConnection = 0
        let server = try TestServer(limits: limits)
        let peer = try Peer.connected(to: server)
        let waiting = try Waiting()
        _ = waiting
        let file = try peer.open("a.txt")
        #expect(try peer.request(.close, CloseRequest(fileID: file)).status == .success)
    }
}
