import AccessArbitration
import AccessControl
import FileSystemCore
import FileSystemModel
import Synchronization
import Testing

@Suite("The answer to a call that commits more than once waits for all that followed")
struct ReceiptTests {
    private let world: World
    private let smb: Caller
    private let posix: Caller
    private let holder = Holder()

    init() throws {
        world = try World()
        smb = world.windows(uid: 1000)
        posix = world.alice
    }

    /// Makes a call with a cache attached; expects so many recalls, and an answer that waits for each of them.
    private func expect<Value>(
        recalls count: Int, _ sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Outcome<Value>
    ) throws {
        world.fileSystem.attach(holder)
        guard case .done(_, let receipt) = try body() else { throw NotDone(ticket: nil) }
        let isOpen = Flag()
        try #require(receipt.gate, sourceLocation: sourceLocation).whenOpen { isOpen.raise() }
        let gates = holder.gates.withLock { $0 }
        #expect(gates.count == count, sourceLocation: sourceLocation)
        for gate in gates.reversed() {
            #expect(!isOpen.isRaised, "a recall is under way", sourceLocation: sourceLocation)
            gate.pass()
        }
        #expect(isOpen.isRaised, sourceLocation: sourceLocation)
    }

    private func request(_ stream: String? = nil, options: WindowsOpenRequest.Options = []) throws -> WindowsOpenRequest {
        WindowsOpenRequest(
            path: try Caller.names("/f"), stream: try stream.map { try FileName($0) }, access: .all, share: .all,
            disposition: .openIf, options: options, allocationSize: 8192)
    }

    @Test("CREATE of a file, of its stream, and of the space for it")
    func create() throws {
        try expect(recalls: 3) { try world.fileSystem.open(request("s"), smb.context()) }
    }

    @Test("CLOSE of a stream and of the file that goes with it")
    func close() throws {
        let open = try world.fileSystem.open(request("s", options: .deleteOnClose), smb.context()).get().open
        let file = try smb.smbOpen("/f", .all, options: .deleteOnClose).open
        smb.close(file)
        try expect(recalls: 2) { try world.fileSystem.close(open, smb.context()) }
        try world.expectEmpty()
    }

    @Test("copies and clones of several pieces", arguments: [true, false])
    func pieces(clones: Bool) throws {
        let (source, target) = (try posix.create("/a"), try posix.create("/b"))
        for offset in stride(from: 0, to: UInt64(3 << 20), by: 65_536) { try posix.write(source, [1], at: offset) }
        try posix.set("/a") { $0.size = 3 << 20 }
        // The time of the first access is noted by itself.
        _ = try posix.read(source, count: 1)
        if clones {
            try expect(recalls: 3) {
                try world.fileSystem.clone(from: source, at: 0, to: target, at: 0, count: 3 << 20, posix.context())
            }
        } else {
            try expect(recalls: 3) {
                try world.fileSystem.copyRange(from: source, at: 0, to: target, at: 0, count: 3 << 20, posix.context())
            }
        }
        for open in [source, target] { posix.close(open) }
    }
}
