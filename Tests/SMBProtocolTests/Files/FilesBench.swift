import AccessArbitration
import AccessControl
import Authentication
import ContentStore
import FileSystemCore
import FileSystemModel
import MetadataStore
import SMBMessages
import Synchronization
import Testing
import WindowsTypes
import WireCoding

@testable import SMBProtocol

/// A clock that stands still until a test moves it.
final class StandingClock: CoreClock {
    private let time = Mutex(Timestamp(seconds: 1_700_000_000, nanoseconds: 123_456_700))

    func now() -> Timestamp { time.withLock { $0 } }

    func advance(seconds: Int64) { time.withLock { $0.seconds += seconds } }

    func advance(milliseconds: Int64) {
        time.withLock { time in
            let nanoseconds = Int64(time.nanoseconds) + milliseconds % 1000 * 1_000_000
            time = Timestamp(
                seconds: time.seconds + milliseconds / 1000 + nanoseconds / 1_000_000_000,
                nanoseconds: UInt32(nanoseconds % 1_000_000_000))
        }
    }

    func schedule(afterMilliseconds delay: UInt32, _ body: @escaping @Sendable () -> Void) {}
}

/// A generator whose whole run follows from its seed.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }
}

/// What a handler has answered.
struct Answer {
    let status: NTStatus
    /// The whole message, its header included, and READ's data behind it.
    let message: [UInt8]
    let isPending: Bool
    /// What goes with a refusal.
    var error = ErrorResponse()

    func body<Body: SMB2Body>(_ type: Body.Type = Body.self) throws -> Body {
        try Body(message: message.span.bytes)
    }
}

/// The file commands over memory stores, called one by one: a request in, a response out, without a connection's
/// checks.
final class FilesBench {
    let fileSystem: FileSystem
    let share: Share
    let server: ServerContext
    let connection: Connection
    let session: Session
    let tree: TreeConnection
    let clock = StandingClock()
    private var chain = CompoundChain()

    private final class Host: ConnectionHost {
        private final class Buffer: PayloadBuffer {
            private let memory: UnsafeMutableRawBufferPointer
            private var count = 0

            init(_ capacity: Int) { memory = .allocate(byteCount: capacity, alignment: 16) }

            deinit { memory.deallocate() }

            func fill(_ body: (UnsafeMutableRawBufferPointer) -> Int) { count = body(memory) }

            func withMutableBytes(_ body: (UnsafeMutableRawBufferPointer) -> Void) {
                body(UnsafeMutableRawBufferPointer(rebasing: memory[..<count]))
            }

            func withBytes(_ body: (UnsafeRawBufferPointer) -> Void) {
                body(UnsafeRawBufferPointer(rebasing: memory[..<count]))
            }
        }

        func makePayload(capacity: Int) -> any PayloadBuffer { Buffer(capacity) }

        func wake(_ wake: Wake) {}
    }

    init(
        identity: Identity = Identity(uid: 1000, gid: 1000, name: "alice"), isReadOnly: Bool = false,
        presentation: SharePresentation = SharePresentation()
    ) throws {
        let random = Mutex(SplitMix(state: 7))
        let environment = CoreEnvironment(
            clock: clock, randomness: { random.withLock { $0.next() } }, report: { Issue.record("\($0)") })
        fileSystem = try FileSystem(
            options: FileSystemOptions(name: "/export", isReadOnly: isReadOnly), metadata: MemoryMetadataStore(),
            content: MemoryContentStore(maximumBytes: 1 << 30), environment: environment)
        share = Share(name: "/export", fileSystem: fileSystem, door: DoorID(rawValue: 1), presentation: presentation)
        var authentication = AuthenticationConfiguration(
            users: StaticUserDatabase(), policy: AuthenticationPolicy(allowsGuest: true, allowsAnonymous: true))
        authentication.fileTime = { [clock] in FileTime(clock.now()).rawValue }
        server = ServerContext(shares: [share], authentication: authentication)
        connection = Connection(server: server, client: "test", host: Host())
        session = Session(id: SessionID(rawValue: 1), home: connection)
        tree = TreeConnection(
            id: TreeID(rawValue: 1), session: session, target: .disk(share), identity: identity)
    }

    // MARK: One request

    func send(_ command: Command, _ request: some SMB2Body) -> Answer {
        send(command) { request.write(to: &$0) }
    }

    func send(_ command: Command, write: (inout WireWriter) -> Void) -> Answer {
        let header = SMB2Header(command: command, messageID: MessageID(rawValue: 5))
        var request = WireWriter()
        header.write(to: &request)
        write(&request)
        var response = WireWriter()
        header.write(to: &response)
        return request.bytes.withUnsafeBytes { message in
            var context = CommandContext(
                header: header, message: message, connection: connection, session: session, tree: tree, share: share,
                mayBlock: true, resuming: nil, progress: nil, writer: response, chain: chain)
            do throws(SMBFailure) {
                let result = try handle(command, &context)
                return answer(result, &context)
            } catch {
                return Answer(status: error.status, message: [], isPending: false, error: error.response)
            }
        }
    }

    private func handle(_ command: Command, _ context: inout CommandContext) throws(SMBFailure) -> CommandResult {
        switch command {
        case .create: try CreateCommand.handle(&context)
        case .close: try CloseCommand.handle(&context)
        case .flush: try FlushCommand.handle(&context)
        case .read: try ReadCommand.handle(&context)
        case .write: try WriteCommand.handle(&context)
        case .queryDirectory: try QueryDirectoryCommand.handle(&context)
        case .queryInfo: try QueryInfoCommand.handle(&context)
        case .setInfo: try SetInfoCommand.handle(&context)
        default: throw SMBFailure(.notSupported)
        }
    }

    private func answer(_ result: CommandResult, _ context: inout CommandContext) -> Answer {
        var bytes = context.writer.bytes
        switch context.payload {
        case .none: break
        case .scratch(let count): bytes.append(contentsOf: connection.scratch(count))
        case .external(let buffer, _): buffer.withBytes { bytes.append(contentsOf: $0) }
        }
        switch result {
        case .reply(let status, _): return Answer(status: status, message: bytes, isPending: false)
        default: return Answer(status: .pending, message: [], isPending: true)
        }
    }

    // MARK: The usual ones

    static let everything: UInt32 = 0x001F_01FF

    func create(
        _ name: String, _ disposition: SMBMessages.CreateDisposition = .openIf, access: UInt32 = FilesBench.everything,
        share: ShareAccess = [.read, .write, .delete], options: CreateOptions = [], attributes: FileAttributes = [],
        contexts: [CreateContext] = [], impersonation: ImpersonationLevel = .impersonation
    ) -> Answer {
        create(
            bytes: Array(name.utf8), disposition, access: access, share: share, options: options,
            attributes: attributes,
            contexts: contexts, impersonation: impersonation)
    }

    func create(
        bytes name: [UInt8], _ disposition: SMBMessages.CreateDisposition = .openIf,
        access: UInt32 = FilesBench.everything, share: ShareAccess = [.read, .write, .delete],
        options: CreateOptions = [],
        attributes: FileAttributes = [], contexts: [CreateContext] = [],
        impersonation: ImpersonationLevel = .impersonation
    ) -> Answer {
        send(
            .create,
            CreateRequest(
                impersonationLevel: impersonation, desiredAccess: access, fileAttributes: attributes,
                shareAccess: share,
                createDisposition: disposition, createOptions: options, name: name, createContexts: contexts))
    }

    /// An open that must succeed.
    func open(
        _ name: String, _ disposition: SMBMessages.CreateDisposition = .openIf, access: UInt32 = FilesBench.everything,
        share: ShareAccess = [.read, .write, .delete], options: CreateOptions = [], attributes: FileAttributes = [],
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> FileID {
        let answer = create(name, disposition, access: access, share: share, options: options, attributes: attributes)
        try #require(answer.status == .success, "CREATE \(name): \(answer.status)", sourceLocation: sourceLocation)
        return try answer.body(CreateResponse.self).fileID
    }

    @discardableResult
    func close(_ file: FileID, flags: CloseFlags = []) -> Answer {
        send(.close, CloseRequest(flags: flags, fileID: file))
    }

    /// Makes a file or directory and closes it.
    func make(_ name: String, _ text: String = "", directory: Bool = false, attributes: FileAttributes = []) throws {
        let file = try open(name, .create, options: directory ? .directoryFile : [], attributes: attributes)
        if !text.isEmpty { #expect(write(file, text).status == .success) }
        close(file)
    }

    func write(_ file: FileID, _ text: String, at offset: UInt64 = 0, flags: WriteFlags = []) -> Answer {
        write(file, bytes: Array(text.utf8), at: offset, flags: flags)
    }

    func write(_ file: FileID, bytes: [UInt8], at offset: UInt64 = 0, flags: WriteFlags = []) -> Answer {
        send(.write) { writer in
            WriteRequest(dataLength: bytes.count, offset: offset, fileID: file, flags: flags)
                .write(data: bytes.span.bytes, to: &writer)
        }
    }

    func read(_ file: FileID, _ length: UInt32, at offset: UInt64 = 0, minimum: UInt32 = 0) -> Answer {
        send(.read, ReadRequest(length: length, offset: offset, fileID: file, minimumCount: minimum))
    }

    func text(_ file: FileID, _ length: UInt32 = 65_536, at offset: UInt64 = 0) throws -> String {
        let answer = read(file, length, at: offset)
        if answer.status == .endOfFile { return "" }
        let response = try answer.body(ReadResponse.self)
        return String(decoding: answer.message[response.dataRange], as: UTF8.self)
    }

    func query(_ informationClass: FileInformationClass, _ file: FileID, room: UInt32 = 65_536) -> Answer {
        send(.queryInfo, QueryInfoRequest(informationClass, outputBufferLength: room, fileID: file))
    }

    func query<Structure: InformationStructure>(
        _ informationClass: FileInformationClass, _ file: FileID, as type: Structure.Type = Structure.self
    ) throws -> Structure {
        let answer = query(informationClass, file)
        try #require(answer.status == .success, "\(informationClass): \(answer.status)")
        return try Structure(bytes: answer.body(QueryInfoResponse.self).outputBuffer)
    }

    func set(_ informationClass: FileInformationClass, _ file: FileID, _ information: some InformationStructure)
        -> NTStatus
    {
        send(.setInfo, SetInfoRequest(informationClass, fileID: file, information)).status
    }

    func rename(_ file: FileID, to name: String, replacing: Bool = false) -> NTStatus {
        set(.rename, file, FileRenameInformation(replaceIfExists: replacing, fileName: Array(name.utf8)))
    }

    func exists(_ name: String) -> Bool {
        let answer = create(name, .open, access: 0x80)
        if answer.status == .success, let response = try? answer.body(CreateResponse.self) { close(response.fileID) }
        return answer.status == .success
    }
}
