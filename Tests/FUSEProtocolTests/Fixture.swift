import AccessArbitration
import ContentStore
import FileSystemCore
import FileSystemModel
import MetadataStore
import Synchronization
import Testing

@testable import FUSEProtocol

/// A clock that moves only when it is told to; what is scheduled on it never runs by itself.
final class ManualClock: CoreClock {
    private let second = Mutex<Int64>(1_700_000_000)

    func now() -> Timestamp { Timestamp(seconds: second.withLock { $0 }, nanoseconds: 0) }
    func advance(by seconds: Int64) { second.withLock { $0 += seconds } }
    func schedule(afterMilliseconds delay: UInt32, _ body: @escaping @Sendable () -> Void) {}
}

/// Groups by process, and how often they were asked for.
final class GroupTable: GroupSource {
    let groups: [UInt32: [UInt32]]
    let questions = Atomic<Int>(0)

    init(_ groups: [UInt32: [UInt32]] = [:]) { self.groups = groups }

    func groups(ofProcess pid: UInt32) -> [UInt32] {
        questions.add(1, ordering: .relaxed)
        return groups[pid] ?? []
    }
}

/// Keeps the answers to one request; more than one is a fault of the handler's.
final class Recorder: FUSEResponder {
    private let state = Mutex<(replies: [FUSEReply], waits: Int)>(([], 0))
    private let accepts: Bool

    init(accepts: Bool = true) { self.accepts = accepts }

    func answer(_ reply: FUSEReply) -> Bool {
        state.withLock { $0.replies.append(reply) }
        return accepts
    }

    func willWait(unique: UInt64) { state.withLock { $0.waits += 1 } }

    var replies: [FUSEReply] { state.withLock { $0.replies } }
    var waits: Int { state.withLock { $0.waits } }
}

/// A mount without a kernel: a share over memory stores, and a handler that is asked directly.
final class Fixture: Sendable {
    let fileSystem: FileSystem
    let handler: FUSEHandler
    let clock = ManualClock()
    let groups: GroupTable
    private let next = Atomic<UInt64>(1)

    init(
        space: UInt64 = 64 << 20, isReadOnly: Bool = false, groups: GroupTable = GroupTable(),
        observer: (any FUSERequestObserver)? = nil
    ) throws {
        let counter = Counter()
        self.groups = groups
        fileSystem = try FileSystem(
            options: FileSystemOptions(name: "/export", isReadOnly: isReadOnly), metadata: MemoryMetadataStore(),
            content: MemoryContentStore(maximumBytes: space),
            environment: CoreEnvironment(clock: clock, randomness: { counter.next() }, report: { _ in }))
        handler = FUSEHandler(
            fileSystem: fileSystem, door: DoorID(rawValue: 7), groups: groups, observer: observer)
    }

    private final class Counter: Sendable {
        private let value = Atomic<UInt64>(1)
        func next() -> UInt64 { value.add(1, ordering: .relaxed).newValue &* 0x9E37_79B9_7F4A_7C15 }
    }

    /// Sends a request and does not expect it to be answered at once.
    func send(
        _ operation: FUSEOperation, uid: UInt32 = 0, gid: UInt32 = 0, pid: UInt32 = 100, to recorder: Recorder
    ) -> UInt64 {
        let unique = next.add(1, ordering: .relaxed).newValue
        handler.handle(FUSERequest(unique: unique, uid: uid, gid: gid, pid: pid), operation, recorder)
        return unique
    }

    /// Sends a request and returns its only answer.
    func ask(
        _ operation: FUSEOperation, uid: UInt32 = 0, gid: UInt32 = 0, pid: UInt32 = 100,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> FUSEReply {
        let recorder = Recorder()
        _ = send(operation, uid: uid, gid: gid, pid: pid, to: recorder)
        let replies = recorder.replies
        try #require(replies.count == 1, "answers", sourceLocation: sourceLocation)
        return replies[0]
    }

    func errno(
        _ operation: FUSEOperation, uid: UInt32 = 0, gid: UInt32 = 0, pid: UInt32 = 100,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> Int32 {
        try ask(operation, uid: uid, gid: gid, pid: pid, sourceLocation: sourceLocation).errno
    }

    // MARK: Short forms

    func entry(_ operation: FUSEOperation, uid: UInt32 = 0, gid: UInt32 = 0) throws -> Attributes {
        let reply = try ask(operation, uid: uid, gid: gid)
        guard case .entry(let attributes, let term) = reply else { throw Unexpected(reply: reply) }
        #expect(term == .none)
        return attributes
    }

    func mkdir(_ name: String, in parent: NodeID = .root, mode: UInt32 = 0o777) throws -> NodeID {
        NodeID(try entry(.mkdir(parent: parent, name: Array(name.utf8), mode: mode, umask: 0)).inode)
    }

    func create(
        _ name: String, in parent: NodeID = .root, mode: UInt32 = 0o666, flags: OpenFlags = .readWrite, uid: UInt32 = 0,
        gid: UInt32 = 0
    ) throws -> (node: NodeID, handle: FileHandleID) {
        let reply = try ask(
            .create(parent: parent, name: Array(name.utf8), mode: mode, umask: 0, flags: flags), uid: uid, gid: gid)
        guard case .created(let attributes, let term, let file) = reply else { throw Unexpected(reply: reply) }
        #expect(term == .none)
        return (NodeID(attributes.inode), file.handle)
    }

    func open(_ node: NodeID, _ flags: OpenFlags = .readWrite, uid: UInt32 = 0, gid: UInt32 = 0) throws -> FileHandleID
    {
        let reply = try ask(.open(node, flags: flags), uid: uid, gid: gid)
        guard case .opened(let file) = reply else { throw Unexpected(reply: reply) }
        return file.handle
    }

    func opendir(_ node: NodeID) throws -> FileHandleID {
        let reply = try ask(.opendir(node))
        guard case .opened(let file) = reply else { throw Unexpected(reply: reply) }
        return file.handle
    }

    func write(
        _ text: String, to handle: FileHandleID, at offset: UInt64 = 0, flags: OpenFlags = .readWrite,
        isWriteBack: Bool = false, uid: UInt32 = 0
    ) throws -> FUSEReply {
        let bytes = Array(text.utf8)
        return try bytes.withUnsafeBytes {
            try ask(.write(handle, offset: offset, ReceivedBytes($0), flags: flags, isWriteBack: isWriteBack), uid: uid)
        }
    }

    func read(_ handle: FileHandleID, at offset: UInt64 = 0, size: Int = 4096) throws -> String {
        let reply = try ask(.read(handle, offset: offset, size: size))
        guard case .data(let buffer) = reply else { throw Unexpected(reply: reply) }
        return String(decoding: buffer.bytes, as: UTF8.self)
    }

    func attributes(_ node: NodeID) throws -> Attributes {
        let reply = try ask(.getattr(node))
        guard case .attributes(let attributes, let term) = reply else { throw Unexpected(reply: reply) }
        #expect(term == .none)
        return attributes
    }

    func lookup(_ name: String, in parent: NodeID = .root) throws -> Attributes {
        try entry(.lookup(parent: parent, name: Array(name.utf8)))
    }
}

struct Unexpected: Error { let reply: FUSEReply }
