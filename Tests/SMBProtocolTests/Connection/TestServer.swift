import AccessArbitration
import Authentication
import ContentStore
import FileSystemCore
import FileSystemModel
import MetadataStore
import SMBCryptography
import SMBMessages
@testable import SMBProtocol
import Synchronization
import Testing
import WindowsTypes
import WireCoding

/// A clock that stands still and never calls anybody.
final class StillClock: CoreClock {
    func now() -> Timestamp { Timestamp(seconds: 1_700_000_000, nanoseconds: 0) }
    func schedule(afterMilliseconds delay: UInt32, _ body: @escaping @Sendable () -> Void) {}
}

final class ArrayPayload: PayloadBuffer {
    private var memory: [UInt8]
    private(set) var count = 0

    init(capacity: Int) { memory = [UInt8](repeating: 0xAA, count: capacity) }

    func fill(_ body: (UnsafeMutableRawBufferPointer) -> Int) { count = memory.withUnsafeMutableBytes(body) }

    func withMutableBytes(_ body: (UnsafeMutableRawBufferPointer) -> Void) {
        memory.withUnsafeMutableBytes { body(UnsafeMutableRawBufferPointer(rebasing: $0.prefix(count))) }
    }

    func withBytes(_ body: (UnsafeRawBufferPointer) -> Void) {
        memory.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0.prefix(count))) }
    }
}

/// Keeps what would wake a connection until a test lets it.
final class TestHost: ConnectionHost {
    private let wakes = Mutex<[Wake]>([])
    /// What was given to other threads; nil where there are none.
    private let jobs = Mutex<[@Sendable () -> Void]?>(nil)
    let localAddresses = [[127, 0, 0, 1], [UInt8](repeating: 0, count: 15) + [1]].compactMap { LocalAddress(bytes: $0) }

    func makePayload(capacity: Int) -> any PayloadBuffer { ArrayPayload(capacity: capacity) }
    func wake(_ wake: Wake) { wakes.withLock { $0.append(wake) } }

    func compute(_ job: @escaping @Sendable () -> Void) -> Bool { jobs.withLock { $0?.append(job) != nil } }

    /// From now on there are other threads: tests that run what these are given.
    func startThreads() { jobs.withLock { $0 = [] } }

    func takeJobs() -> [@Sendable () -> Void] {
        jobs.withLock { jobs in
            defer { jobs = [] }
            return jobs ?? []
        }
    }

    func takeWakes() -> [Wake] {
        wakes.withLock { wakes in
            defer { wakes = [] }
            return wakes
        }
    }
}

/// A server in memory: one share, one user, guests welcome.
struct TestServer {
    let fileSystem: FileSystem
    let context: ServerContext

    static let password = "secret"

    init(
        limits: ServerLimits = ServerLimits(), dialects: ClosedRange<Dialect> = .smb202...(.smb311),
        signing: SigningPolicy = .enabled, encryption: EncryptionPolicy = .off, shareEncryption: EncryptionPolicy = .off,
        guests: Bool = true, hasSecondShare: Bool = false, symbolicLinks: SymbolicLinkPolicy = .follow,
        sessionLifetimeMilliseconds: Int64? = nil, listening: ListeningAddresses? = nil,
        fileTime: (@Sendable () -> UInt64)? = nil, clock: any CoreClock = StillClock(), answersTortureControls: Bool = false,
        observer: (any RequestObserver)? = nil, contentBytes: UInt64 = 64 << 20
    ) throws {
        let random = Mutex<UInt64>(0x1234_5678)
        @Sendable func next() -> UInt64 {
            random.withLock { state in
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return state
            }
        }
        func make(_ name: String) throws -> FileSystem {
            try FileSystem(
                options: FileSystemOptions(name: name), metadata: MemoryMetadataStore(),
                content: MemoryContentStore(maximumBytes: contentBytes),
                environment: CoreEnvironment(clock: clock, randomness: next, report: { _ in }))
        }
        fileSystem = try make("/export")
        var shares = [
            Share(
                name: "/export", fileSystem: fileSystem, door: DoorID(rawValue: 1), symbolicLinks: symbolicLinks,
                encryption: shareEncryption)
        ]
        if hasSecondShare {
            shares.append(Share(name: "/second", fileSystem: try make("/second"), door: DoorID(rawValue: 1)))
        }
        let users = StaticUserDatabase([
            UserRecord(name: "alice", uid: 1000, gid: 1000, ntHash: try NTHash(password: Self.password)),
            UserRecord(name: "bob", uid: 1001, gid: 1001, ntHash: try NTHash(password: Self.password)),
        ])
        var authentication = AuthenticationConfiguration(
            users: users, policy: AuthenticationPolicy(allowsGuest: guests, allowsAnonymous: guests))
        if let fileTime { authentication.fileTime = fileTime }
        context = ServerContext(
            shares: shares, authentication: authentication,
            limits: limits, minimumDialect: dialects.lowerBound, maximumDialect: dialects.upperBound,
            signing: signing, encryption: encryption, sessionLifetimeMilliseconds: sessionLifetimeMilliseconds,
            listening: listening, answersTortureControls: answersTortureControls, observer: observer)
    }
}
