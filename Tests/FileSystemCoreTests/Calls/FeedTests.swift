import AccessArbitration
import AccessControl
import FileSystemCore
import FileSystemModel
import Synchronization
import Testing

/// Keeps all that it is told.
private final class Recorder: ChangeObserver, OperationObserver {
    let changes = Mutex<[(events: [ChangeEvent], sequence: CommitSequence)]>([])
    let traces = Mutex<[OperationTrace]>([])

    func changed(_ events: [ChangeEvent], sequence: CommitSequence, door: DoorID) {
        changes.withLock { $0.append((events: events, sequence: sequence)) }
    }

    func completed(_ trace: OperationTrace, in fileSystem: FileSystem) {
        traces.withLock { $0.append(trace) }
    }
}

@Suite("What follows a commit: the feed, gates, traces")
struct FeedTests {
    @Test("who keeps only the places of directories hears of nothing but their moves")
    func movedDirectories() throws {
        let world = try World()
        let alice = world.alice
        let (places, everything) = (Holder(.movedDirectories), Holder())
        world.fileSystem.attach(places)
        func recalled(by holder: Holder, _ body: () throws -> Void) throws -> Int {
            let before = holder.gates.withLock { $0.count }
            try body()
            return holder.gates.withLock { $0.count } - before
        }
        try alice.makeDirectory("a")
        try alice.makeDirectory("b")
        try alice.make("file")
        #expect(try recalled(by: places) { try alice.rename("file", "a/file") } == 0)
        #expect(try recalled(by: places) { try alice.rename("b", "c") } == 0, "it stays in its directory")
        #expect(try recalled(by: places) { try alice.rename("c", "a/c") } == 1)
        world.fileSystem.attach(everything)
        #expect(try recalled(by: places) { try alice.rename("a/file", "file") } == 0)
        #expect(try recalled(by: everything) { try alice.rename("file", "other") } == 1)
        #expect(try recalled(by: everything) { try alice.rename("a/c", "c") } == 1)
    }

    @Test("each change is told, with the names it is about")
    func events() throws {
        let world = try World()
        let alice = world.alice
        let recorder = Recorder()
        world.fileSystem.subscribe(recorder)
        func told(_ body: () throws -> Void) throws -> [ChangeEvent.Kind] {
            let before = recorder.changes.withLock { $0.count }
            try body()
            return recorder.changes.withLock { $0.dropFirst(before).flatMap { $0.events.map(\.kind) } }
        }
        func link(_ name: String) throws -> Link { Link(parent: .root, name: try FileName(name)) }
        #expect(try told { try alice.make("a") } == [.created(link("a"))])
        #expect(try told { try alice.link("a", to: "b") } == [.created(link("b"))])
        #expect(try told { try alice.chmod("a", 0o600) } == [.attributes])
        #expect(try told { try alice.rename("a", "c") } == [.renamed(from: link("a"), to: link("c"))])
        try alice.make("d")
        #expect(try told { try alice.rename("d", "b") } == [.removed(link("b")), .renamed(from: link("d"), to: link("b"))])
        #expect(
            try told { try alice.rename("b", "c", .exchange) } == [
                .renamed(from: link("b"), to: link("c")), .renamed(from: link("c"), to: link("b")),
            ])
        #expect(try told { try alice.unlink("b") } == [.removed(link("b"))])
        let open = try alice.open("c", .write)
        #expect(try told { try alice.write(open, [1, 2], at: 10) } == [.data(10..<12)])
        #expect(try told { try alice.set("", via: open) { $0.size = 5 } } == [.data(5..<UInt64.max)])
        alice.close(open)
        #expect(try told { _ = try alice.stat("c") } == [])
        #expect(try told { #expect(throws: FileSystemError.exists) { try alice.make("c") } } == [])
    }

    @Test("observers see the order of the commits, each once, from many threads")
    func order() async throws {
        let world = try World()
        let alice = world.alice
        let opens = try (0..<6).map { try alice.create("f\($0)") }
        let recorder = Recorder()
        world.fileSystem.subscribe(recorder)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (thread, open) in opens.enumerated() {
                group.addTask {
                    for index in 0..<400 {
                        // Names have one lock, files many.
                        if index % 4 == 0 { try alice.make("t\(thread)-\(index)") } else { try alice.write(open, [1]) }
                    }
                }
            }
            try await group.waitForAll()
        }
        for open in opens { alice.close(open) }
        let sequences = recorder.changes.withLock { $0.map(\.sequence) }
        #expect(sequences.count == 2400)
        let isOrdered = zip(sequences, sequences.dropFirst()).allSatisfy { $0 < $1 }
        #expect(isOrdered)
    }

    @Test("the answer's gate opens when every cache has given up what it held")
    func gates() throws {
        let world = try World()
        let (one, two) = (Holder(), Holder())
        let context = world.alice.context()
        func make(_ name: String) throws -> Gate? {
            guard
                case .done(_, let receipt) = try world.fileSystem.make(
                    NewFile(type: .regular, permissions: []), named: FileName(name), in: .root, context)
            else { throw NotDone(ticket: nil) }
            return receipt.gate
        }
        #expect(try make("a") == nil)
        world.fileSystem.attach(one)
        world.fileSystem.attach(two)
        let gate = try #require(try make("b"))
        let isOpen = Flag()
        gate.whenOpen { isOpen.raise() }
        #expect(!isOpen.isRaised)
        one.gates.withLock { $0[0] }.pass()
        #expect(!isOpen.isRaised)
        two.gates.withLock { $0[0] }.pass()
        #expect(isOpen.isRaised)
        let late = Flag()
        gate.whenOpen { late.raise() }
        #expect(late.isRaised)
    }

    @Test("every call is traced, with its result")
    func traces() throws {
        let world = try World()
        let recorder = Recorder()
        world.fileSystem.add(observer: recorder)
        try world.alice.make("a")
        #expect(throws: FileSystemError.notFound) { try world.alice.stat("b") }
        let traces = recorder.traces.withLock { $0 }
        #expect(traces.map(\.operation) == [.make, .lookup])
        #expect(traces.map(\.error) == [nil, .notFound])
        #expect(traces.allSatisfy { $0.identity.uid == 1000 })
    }

    @Test("receipts count the commits up")
    func receipts() throws {
        let world = try World()
        let context = world.alice.context()
        func sequence(_ name: String) throws -> CommitSequence {
            guard
                case .done(_, let receipt) = try world.fileSystem.make(
                    NewFile(type: .regular, permissions: []), named: FileName(name), in: .root, context)
            else { throw NotDone(ticket: nil) }
            return receipt.sequence
        }
        let first = try sequence("a")
        #expect(try sequence("b") > first)
    }
}
