import AccessArbitration
import AccessControl
import ContentStore
import FileSystemCore
import FileSystemModel
import HostileInput
import MetadataStore
import StoreDoubles
import Synchronization
import Testing

/// A clock that a test moves: every look at it is a microsecond later than the one before.
final class ManualClock: CoreClock {
    private struct State {
        var microseconds: Int64 = 1_700_000_000_000_000
        var scheduled: [(due: Int64, body: @Sendable () -> Void)] = []
    }

    private let state = Mutex(State())

    func now() -> Timestamp {
        state.withLock { state in
            state.microseconds += 1
            return Timestamp(
                seconds: state.microseconds / 1_000_000, nanoseconds: UInt32(state.microseconds % 1_000_000) * 1000)
        }
    }

    func schedule(afterMilliseconds delay: UInt32, _ body: @escaping @Sendable () -> Void) {
        state.withLock { $0.scheduled.append((due: $0.microseconds + Int64(delay) * 1000, body: body)) }
    }

    /// Lets time pass, and runs what was due meanwhile.
    func advance(milliseconds: Int64) {
        let due = state.withLock { state -> [@Sendable () -> Void] in
            state.microseconds += milliseconds * 1000
            let now = state.microseconds
            let due = state.scheduled.filter { $0.due <= now }.sorted { $0.due < $1.due }.map(\.body)
            state.scheduled.removeAll { $0.due <= now }
            return due
        }
        for body in due { body() }
    }
}

/// A share on memory stores, and who calls it.
final class World: Sendable {
    let fileSystem: FileSystem
    let metadata = HookedMetadataStore()
    let content: HookedContentStore
    let clock = ManualClock()
    let reports = Reports()

    final class Reports: Sendable {
        let lines = Mutex<[String]>([])
    }

    init(maximumBytes: UInt64 = 64 << 20, isReadOnly: Bool = false, rootMode: UInt16 = 0o777) throws {
        content = HookedContentStore(maximumBytes: maximumBytes)
        let random = SharedGenerator()
        let reports = reports
        fileSystem = try FileSystem(
            options: FileSystemOptions(
                name: "test", isReadOnly: isReadOnly, rootPermissions: Permissions(rawValue: rootMode)),
            metadata: metadata, content: content,
            environment: CoreEnvironment(clock: clock, randomness: { random.next() }) { line in
                reports.lines.withLock { $0.append(line) }
            })
    }

    private final class SharedGenerator: Sendable {
        private let generator = Mutex(SeededGenerator(seed: 1))
        func next() -> UInt64 { generator.withLock { $0.next() } }
    }

    func posix(uid: UInt32, gid: UInt32 = 100, groups: [UInt32] = []) -> Caller {
        Caller(world: self, style: .posix, identity: Identity(uid: uid, gid: gid, groups: groups, name: "u\(uid)"))
    }

    func windows(uid: UInt32, gid: UInt32 = 100) -> Caller {
        Caller(world: self, style: .windows, identity: Identity(uid: uid, gid: gid, name: "u\(uid)"))
    }

    var root: Caller { posix(uid: 0, gid: 0) }
    var alice: Caller { posix(uid: 1000) }
    var bob: Caller { posix(uid: 1001) }

    /// What the content store has left, in bytes.
    var free: UInt64 { get throws { try content.space().free } }

    /// The root among them.
    var inodeCount: UInt64 { get throws { try metadata.inodeCount() } }

    /// Nothing but the root is left, and nothing is spent: what every test that tidies up may ask.
    func expectEmpty(_ comment: Comment? = nil) throws {
        #expect(fileSystem.openCount == 0, comment)
        #expect(try metadata.inodeCount() == 1, comment)
        #expect(try metadata.orphans().isEmpty, comment)
        #expect(try metadata.pendingDeletes().isEmpty, comment)
        #expect(try content.space().free == content.space().total, comment)
        #expect(reports.lines.withLock { $0.isEmpty }, comment)
    }
}

/// The call was not done: it waits, or would block.
struct NotDone: Error {
    let ticket: Ticket?
}

extension Outcome {
    /// The value of a call that is done.
    func get() throws -> Value {
        switch self {
        case .done(let value, _): return value
        case .pending(let ticket): throw NotDone(ticket: ticket)
        case .wouldBlock: throw NotDone(ticket: nil)
        }
    }
}
