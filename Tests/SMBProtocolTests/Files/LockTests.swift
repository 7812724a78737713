import AccessArbitration
import FileSystemCore
import FileSystemModel
import SMBMessages
@testable import SMBProtocol
import Testing
import WindowsTypes
import WireCoding

@Suite("LOCK — [MS-SMB2] 3.3.5.14")
struct LockTests {
    private let server: TestServer
    private let peer: Peer

    init() throws {
        server = try TestServer()
        peer = try Peer.connected(to: server, signs: true)
    }

    private static let exclusive: LockFlags = [.exclusiveLock, .failImmediately]
    private static let shared: LockFlags = [.sharedLock, .failImmediately]

    private func body(_ file: FileID, _ elements: [(UInt64, UInt64, LockFlags)]) -> LockRequest {
        LockRequest(fileID: file, locks: elements.map { LockElement(offset: $0.0, length: $0.1, flags: $0.2) })
    }

    private func lock(_ file: FileID, _ elements: (UInt64, UInt64, LockFlags)...) throws -> NTStatus {
        try peer.request(.lock, body(file, elements)).status
    }

    /// A lock that has to wait; its AsyncId and its message id.
    private func wait(_ file: FileID, _ offset: UInt64, _ length: UInt64) throws -> (async: AsyncID, message: UInt64) {
        let id = peer.nextMessageID
        let replies = try peer.send(peer.message(.lock, body(file, [(offset, length, .exclusiveLock)])))
        try #require(replies.map(\.status) == [.pending])
        return (try #require(replies[0].header.asyncID), id)
    }

    private func cancel(_ wait: (async: AsyncID, message: UInt64)) throws {
        let empty = try peer.send(
            peer.message(.cancel, CancelRequest(), messageID: wait.message, asyncID: wait.async))
        #expect(empty.isEmpty)
    }

    /// The flags of a request's elements, and its status: on a file that nobody has locked.
    private static let flagCases: [([LockFlags], NTStatus)] = [
        ([[]], .invalidParameter), ([LockFlags(rawValue: 0x20)], .invalidParameter),
        ([.failImmediately], .invalidParameter), ([[.unlock, .failImmediately]], .invalidParameter),
        ([[.unlock, .sharedLock]], .invalidParameter), ([[.unlock, .exclusiveLock]], .invalidParameter),
        ([[.sharedLock, .exclusiveLock]], .invalidParameter),
        ([[.sharedLock, .failImmediately, LockFlags(rawValue: 0x100)]], .invalidParameter),
        ([.unlock], .rangeNotLocked), ([.sharedLock], .success), ([.exclusiveLock], .success),
        ([shared], .success), ([exclusive], .success),
        ([shared, .sharedLock], .invalidParameter), ([.exclusiveLock, exclusive], .invalidParameter),
        ([shared, .unlock], .invalidParameter), ([.unlock, shared], .rangeNotLocked), ([shared, []], .invalidParameter),
        ([shared, exclusive], .success), ([exclusive, shared, shared], .success),
    ]

    @Test("which flags an element may have", arguments: flagCases)
    func flags(_ flags: [LockFlags], _ status: NTStatus) throws {
        let file = try peer.open("f")
        let elements = flags.enumerated().map { (UInt64($0.offset) * 10, UInt64(10), $0.element) }
        #expect(try peer.request(.lock, body(file, elements)).status == status)
        // What was refused has locked nothing.
        let other = try peer.open("f")
        #expect(try lock(other, (0, 100, Self.exclusive)) == (status == .success ? .lockNotGranted : .success))
    }

    @Test("unlocks are carried out until one fails or is none")
    func unlocks() throws {
        let file = try peer.open("f")
        #expect(try lock(file, (0, 10, Self.exclusive), (10, 10, Self.exclusive)) == .success)
        #expect(try lock(file, (0, 10, .unlock), (10, 10, Self.exclusive)) == .invalidParameter)
        #expect(try lock(file, (0, 10, .unlock)) == .rangeNotLocked, "the first was unlocked")
        #expect(try lock(file, (10, 10, .unlock), (0, 10, .unlock)) == .rangeNotLocked)
        #expect(try lock(file, (10, 10, .unlock)) == .rangeNotLocked, "and so was this")
    }

    @Test("whose lock stands where reads and writes go")
    func conflicts() throws {
        let (one, two) = (try peer.open("f"), try peer.open("f"))
        func write(_ file: FileID, at offset: UInt64) throws -> NTStatus {
            let data: [UInt8] = [1, 2]
            let request = WriteRequest(dataLength: 2, offset: offset, fileID: file)
            return try #require(
                try peer.send(peer.message(.write, { request.write(data: data.span.bytes, to: &$0) })).first
            ).status
        }
        func read(_ file: FileID, at offset: UInt64) throws -> NTStatus {
            try peer.request(.read, ReadRequest(length: 2, offset: offset, fileID: file)).status
        }
        #expect(try write(one, at: 0) == .success)
        #expect(try lock(one, (1, 1, Self.exclusive)) == .success)
        #expect(try [write(one, at: 0), read(one, at: 0)] == [.success, .success])
        #expect(try [write(two, at: 0), read(two, at: 0)] == [.fileLockConflict, .fileLockConflict])
        #expect(try lock(one, (1, 1, .unlock)) == .success)
        #expect(try [write(two, at: 0), read(two, at: 0)] == [.success, .success])
        #expect(try lock(one, (1, 1, Self.shared)) == .success)
        #expect(try [write(one, at: 0), read(one, at: 0)] == [.fileLockConflict, .success])
        #expect(try [write(two, at: 0), read(two, at: 0)] == [.fileLockConflict, .success])
    }

    @Test("errors have their statuses")
    func errors() throws {
        let (one, two) = (try peer.open("f"), try peer.open("f"))
        let directory = try peer.open("d", options: .directoryFile)
        #expect(try lock(one, (.max, .max, Self.exclusive)) == .invalidLockRange)
        #expect(try lock(one, (0, 1, Self.exclusive)) == .success)
        #expect(try lock(two, (0, 1, Self.shared)) == .lockNotGranted)
        #expect(try lock(one, (0, 1, Self.exclusive)) == .lockNotGranted)
        #expect(try lock(directory, (0, 1, Self.exclusive)) == .invalidParameter)
        #expect(try lock(FileID(persistent: 9, volatile: 9), (0, 1, Self.exclusive)) == .fileClosed)
    }

    @Test("a lock that waits is announced, and granted when the other goes; both answers are one request's")
    func waiting() throws {
        let (one, two) = (try peer.open("f"), try peer.open("f"))
        #expect(try lock(one, (0, 10, Self.exclusive)) == .success)
        let wait = try wait(two, 5, 1)
        #expect(try lock(one, (0, 10, .unlock)) == .success)
        let reply = try #require(try peer.settle().first)
        #expect(reply.status == .success && reply.header.command == .lock)
        #expect(reply.header.asyncID == wait.async && reply.header.messageID.rawValue == wait.message)
        #expect(peer.isSigned(reply))
        #expect(try lock(one, (5, 1, Self.shared)) == .lockNotGranted)
        // It is too late to cancel what was granted.
        try cancel(wait)
        #expect(try peer.settle().isEmpty)
        #expect(try lock(two, (5, 1, .unlock)) == .success)
    }

    @Test("CANCEL ends a wait, and leaves no lock")
    func cancelled() throws {
        let (one, two) = (try peer.open("f"), try peer.open("f"))
        #expect(try lock(one, (0, 10, Self.exclusive)) == .success)
        let wait = try wait(two, 0, 10)
        #expect(try lock(two, (0, 10, .unlock)) == .rangeNotLocked, "it is not there yet")
        try cancel(wait)
        #expect(try peer.settle().map(\.status) == [.cancelled])
        #expect(try lock(one, (0, 10, .unlock)) == .success)
        #expect(try lock(one, (0, 10, Self.exclusive)) == .success)
    }

    @Test("a wait ends with its handle, its tree connect and its session: there is no lock, and the answer is signed")
    func endings() throws {
        for ending in [Command.close, .treeDisconnect, .logoff] {
            let peer = try Peer.connected(to: server, signs: true)
            let (one, two) = (try peer.open("f"), try peer.open("f"))
            #expect(try peer.request(.lock, body(one, [(0, 10, Self.exclusive)])).status == .success)
            try #require(try peer.send(peer.message(.lock, body(two, [(0, 10, .exclusiveLock)]))).first?.status == .pending)
            let message =
                switch ending {
                case .close: peer.message(.close, CloseRequest(fileID: two))
                case .treeDisconnect: peer.message(.treeDisconnect, TreeDisconnectRequest())
                default: peer.message(.logoff, LogoffRequest())
                }
            let replies = try peer.send(message) + peer.settle()
            let expected: [Command] = ending == .close ? [.close, .lock] : [.lock, ending]
            #expect(replies.map(\.header.command) == expected)
            #expect(replies.allSatisfy { peer.isSigned($0) }, "\(ending)")
            #expect(replies.first { $0.header.command == .lock }?.status == .rangeNotLocked, "\(ending)")
            #expect(replies.first { $0.header.command == ending }?.status == .success)
            peer.connection.close(.peerClosed)
        }
        let file = try peer.open("f")
        #expect(try lock(file, (0, .max, Self.exclusive)) == .success, "all locks have gone with their connections")
    }

    @Test("a lock that was granted before its handle closed is a success")
    func grantedThenClosed() throws {
        let (one, two) = (try peer.open("f"), try peer.open("f"))
        #expect(try lock(one, (0, 10, Self.exclusive)) == .success)
        _ = try wait(two, 0, 10)
        #expect(try lock(one, (0, 10, .unlock)) == .success)
        #expect(try peer.request(.close, CloseRequest(fileID: two)).status == .success)
        #expect(try peer.settle().map(\.status) == [.success])
        #expect(try lock(one, (0, 10, Self.exclusive)) == .success)
    }

    @Test("too many that wait on one connection are refused, and their locks are not taken later")
    func tooManyWaits() throws {
        var limits = ServerLimits()
        limits.pendingRequestsPerConnection = 1
        let peer = try Peer.connected(to: try TestServer(limits: limits))
        let (one, two) = (try peer.open("f"), try peer.open("f"))
        #expect(try peer.request(.lock, body(one, [(0, 10, Self.exclusive)])).status == .success)
        #expect(try peer.request(.lock, body(two, [(0, 1, .exclusiveLock)])).status == .pending)
        #expect(try peer.request(.lock, body(two, [(2, 1, .exclusiveLock)])).status == .insufficientResources)
        #expect(try peer.request(.lock, body(one, [(0, 10, .unlock)])).status == .success)
        #expect(try peer.settle().map(\.status) == [.success])
        #expect(try peer.request(.lock, body(one, [(2, 1, Self.exclusive)])).status == .success)
    }

    @Test("a replayed request is answered, not carried out, where several channels may be: bucket and number")
    func sequences() throws {
        let file = try peer.open("f")
        func send(_ bucket: UInt32, _ number: UInt32, _ flags: LockFlags) throws -> NTStatus {
            let lock = LockElement(offset: 0, length: 10, flags: flags)
            return try peer.request(
                .lock, LockRequest(lockSequence: bucket << 4 | number, fileID: file, locks: [lock])).status
        }
        #expect(try send(1, 1, Self.exclusive) == .success)
        #expect(try send(1, 1, Self.exclusive) == .lockNotGranted, "the field is reserved without channels")
        #expect(try send(1, 1, .unlock) == .success)
        peer.connection.terms.capabilities.insert(.multiChannel)
        for bucket in [0, 65, 1 << 27] as [UInt32] {
            #expect(try send(bucket, 1, Self.exclusive) == .success)
            #expect(try send(bucket, 1, Self.exclusive) == .lockNotGranted, "bucket \(bucket) is none")
            #expect(try send(bucket, 1, .unlock) == .success)
        }
        for bucket in [1, 64] as [UInt32] {
            #expect(try send(bucket, 1, Self.exclusive) == .success)
            #expect(try send(bucket, 1, Self.exclusive) == .success)
            #expect(try send(bucket, 1, .unlock) == .success, "what it says plays no part")
            #expect(try send(bucket, 2, Self.exclusive) == .lockNotGranted, "so it is locked still")
            #expect(try send(bucket, 2, Self.exclusive) == .lockNotGranted, "what failed is tried again")
            #expect(try send(bucket, 1, .unlock) == .success, "and has emptied the bucket")
            #expect(try send(bucket, 1, .unlock) == .success)
            #expect(try send(bucket, 15, .unlock) == .rangeNotLocked)
        }
    }

    @Test("a lock that had to wait is known when it is sent again")
    func waitedSequence() throws {
        peer.connection.terms.capabilities.insert(.multiChannel)
        let (one, two) = (try peer.open("f"), try peer.open("f"))
        #expect(try lock(one, (0, 10, Self.exclusive)) == .success)
        let request = LockRequest(
            lockSequence: 0x25, fileID: two, locks: [LockElement(offset: 0, length: 10, flags: .exclusiveLock)])
        #expect(try peer.request(.lock, request).status == .pending)
        #expect(try lock(one, (0, 10, .unlock)) == .success)
        #expect(try peer.settle().map(\.status) == [.success])
        #expect(try peer.request(.lock, request).status == .success)
        #expect(try lock(two, (0, 10, .unlock)) == .success)
        #expect(try lock(two, (0, 10, .unlock)) == .rangeNotLocked)
    }

    @Test("the last of a compound waits alone, announced behind the answers that are there")
    func lastOfCompound() throws {
        let holder = try peer.open("f")
        #expect(try lock(holder, (0, 10, Self.exclusive)) == .success)
        let replies = try peer.send(
            peer.message(.create, Peer.create("f"), next: true)
                + peer.message(.lock, body(.inherited, [(0, 10, .exclusiveLock)]), flags: .relatedOperations))
        #expect(replies.map(\.status) == [.success, .pending])
        let file = try replies[0].body(CreateResponse.self).fileID
        #expect(try lock(holder, (0, 10, .unlock)) == .success)
        let final = try peer.settle()
        #expect(final.map(\.status) == [.success] && final.first?.header.asyncID == replies[1].header.asyncID)
        #expect(try lock(file, (0, 10, .unlock)) == .success)
    }

    @Test("in the middle of a compound it is announced, what is not related goes on; CANCEL by its message id")
    func middleOfCompound() throws {
        let (holder, file) = (try peer.open("f"), try peer.open("f"))
        #expect(try lock(holder, (0, 10, Self.exclusive)) == .success)
        func sendPair() throws -> UInt64 {
            let id = peer.nextMessageID
            let replies = try peer.send(
                peer.message(.lock, body(file, [(0, 10, .exclusiveLock)]), next: true)
                    + peer.message(.echo, EchoRequest()))
            #expect(replies.map(\.status) == [.pending, .success])
            return id
        }
        let id = try sendPair()
        try peer.send(peer.message(.cancel, CancelRequest(), messageID: id))
        #expect(try peer.settle().map(\.status) == [.cancelled])
        _ = try sendPair()
        #expect(try lock(holder, (0, 10, .unlock)) == .success)
        #expect(try peer.settle().map(\.status) == [.success])
        #expect(try lock(file, (0, 10, .unlock)) == .success)
    }

    @Test("what is related to a lock that waits is carried out once it is granted")
    func relatedToWait() throws {
        let holder = try peer.open("f")
        #expect(try lock(holder, (0, 10, Self.exclusive)) == .success)
        let data: [UInt8] = [7, 8, 9]
        let write = WriteRequest(dataLength: 3, offset: 2, fileID: .inherited)
        let replies = try peer.send(
            peer.message(.create, Peer.create("f"), next: true)
                + peer.message(
                    .lock, body(.inherited, [(0, 10, .exclusiveLock)]), flags: .relatedOperations, next: true)
                + peer.message(
                    .write, { write.write(data: data.span.bytes, to: &$0) }, flags: .relatedOperations, next: true)
                + peer.message(.close, CloseRequest(fileID: .inherited), flags: .relatedOperations))
        #expect(replies.map(\.status) == [.success, .pending, .pending, .pending])
        #expect(try lock(holder, (0, 10, .unlock)) == .success)
        let final = try peer.settle()
        #expect(final.map(\.status) == [.success, .success, .success])
        #expect(final.map(\.header.asyncID) == replies.dropFirst().map(\.header.asyncID))
        let read = try peer.request(.read, ReadRequest(length: 10, offset: 0, fileID: holder))
        #expect(Array(read.bytes[try read.body(ReadResponse.self).dataRange]) == [0, 0, 7, 8, 9])
        #expect(try lock(holder, (0, 10, Self.exclusive)) == .success, "its handle has taken the lock along")
    }

    /// How a connection goes for which a lock was granted that it has not answered.
    @Test("a lock whose answer was lost with its channel is given back, and can be had again", arguments: [false, true])
    func answerLost(inCompound: Bool) throws {
        let first = try BindingTests.connected(server)
        let second = try BindingTests.second(server, Peer.request([.smb311]))
        try #require(try second.bind(to: first).status == .success)
        let (holder, file) = (try first.open("f"), try first.open("f"))
        func status(_ file: FileID, _ flags: LockFlags) throws -> NTStatus {
            try first.request(.lock, body(file, [(0, 10, flags)])).status
        }
        #expect(try status(holder, Self.exclusive) == .success)
        let request =
            inCompound
            ? second.message(.flush, FlushRequest(fileID: file), next: true)
                + second.message(.lock, body(.inherited, [(0, 10, .exclusiveLock)]), flags: .relatedOperations)
            : second.message(.lock, body(file, [(0, 10, .exclusiveLock)]))
        #expect(try second.send(request).last?.status == .pending)
        #expect(try status(holder, .unlock) == .success)
        #expect(try status(holder, Self.exclusive) == .lockNotGranted, "it is the other's")
        second.connection.close(.peerClosed)
        #expect(try second.settle().isEmpty)
        #expect(try status(file, Self.exclusive) == .success, "the client asks again")
        #expect(try status(file, .unlock) == .success)
        #expect(try status(file, .unlock) == .rangeNotLocked)
    }
}
