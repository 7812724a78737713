import Synchronization
import Testing

@testable import Instance

/// A door that notes what is done to it.
final class RecordingDoor: Door {
    let name: String
    private let journal: Journal
    private let failure: DoorError?

    init(_ name: String, journal: Journal, failing: Bool = false) {
        self.name = name
        self.journal = journal
        failure = failing ? DoorError(door: name, problem: "jammed", remedy: "oil it") : nil
    }

    func start() throws(DoorError) -> [Endpoint] {
        journal.note("start \(name)")
        if let failure { throw failure }
        return []
    }

    func status() -> DoorStatus {
        DoorStatus(name: name, endpoints: [], figures: [.init("knocks", 3)])
    }

    func stop(grace: Duration) {
        journal.note("stop \(name)")
    }
}

final class Journal: Sendable {
    private let entries = Mutex<[String]>([])

    var all: [String] { entries.withLock { $0 } }

    func note(_ entry: String) {
        entries.withLock { $0.append(entry) }
    }
}

@Suite("Instance")
struct InstanceTests {
    @Test("doors open and close in order, and the stores close last")
    func order() throws {
        let journal = Journal()
        let instance = Instance(doors: [RecordingDoor("a", journal: journal), RecordingDoor("b", journal: journal)]) {
            journal.note("close stores")
        }
        try instance.start()
        instance.stop(grace: .zero) { journal.note("digest") }
        #expect(journal.all == ["start a", "start b", "stop a", "stop b", "digest", "close stores"])
        instance.stop(grace: .zero)
        #expect(journal.all.count == 6, "a second stop does nothing")
    }

    @Test("when a door does not open, nothing stays open")
    func failure() {
        let journal = Journal()
        let doors = [RecordingDoor("a", journal: journal), RecordingDoor("b", journal: journal, failing: true)]
        let instance = Instance(doors: doors) { journal.note("close stores") }
        let error = #expect(throws: DoorError.self) { try instance.start() }
        #expect(error?.description == "jammed: oil it")
        #expect(journal.all == ["start a", "start b", "stop a", "stop b", "close stores"])
    }

    @Test("status comes from every door")
    func status() {
        let journal = Journal()
        let instance = Instance(doors: [RecordingDoor("a", journal: journal), RecordingDoor("b", journal: journal)])
        #expect(instance.status().map(\.name) == ["a", "b"])
        #expect(instance.status().first?.figures == [DoorStatus.Figure("knocks", 3)])
    }

    @Test("a listener that nobody serves is not ready")
    func notReady() {
        #expect(throws: DoorError.self) { try Readiness.check(.listener(host: "127.0.0.1", port: 1)) }
        #expect(Readiness.bindError(host: "127.0.0.1", port: 0) == 0)
        #expect(Readiness.bindError(host: "not an address", port: 0) != 0)
    }
}
