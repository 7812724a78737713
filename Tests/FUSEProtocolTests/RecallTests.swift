import AccessArbitration
import AccessControl
import FileSystemCore
import FileSystemModel
import Synchronization
import Testing

@testable import FUSEProtocol

/// A kernel that drops a name when the test says so.
private final class SlowKernel: KernelNotifier {
    struct Notice {
        let name: FileName
        let parent: NodeID
        let done: @Sendable () -> Void
    }

    let notices = Mutex<[Notice]>([])

    func invalidateEntry(_ name: FileName, in parent: NodeID, done: @escaping @Sendable () -> Void) {
        notices.withLock { $0.append(Notice(name: name, parent: parent, done: done)) }
    }

    var told: [String] { notices.withLock { $0.map { String(decoding: $0.name.bytes, as: UTF8.self) } } }
}

@Suite("What an uncached mount's kernel holds all the same: the places of directories")
struct RecallTests {
    /// `from/moved` and `to`, made through the mount, which knows all of them; and a kernel.
    private func fixture() throws -> (fixture: Fixture, kernel: SlowKernel, from: NodeID, to: NodeID) {
        let fixture = try Fixture()
        let kernel = SlowKernel()
        fixture.handler.connect(kernel)
        let from = try fixture.mkdir("from")
        let to = try fixture.mkdir("to")
        _ = try fixture.mkdir("moved", in: from)
        _ = try fixture.mkdir("sibling", in: from)
        return (fixture, kernel, from, to)
    }

    private func move(
        _ fixture: Fixture, _ name: String, _ from: NodeID, _ newName: String, _ to: NodeID, door: UInt32 = 9
    ) throws -> Gate? {
        let context = OperationContext(
            door: DoorID(rawValue: door), style: .posix, client: 1, identity: Identity(uid: 0, gid: 0, name: "root"))
        let outcome = try fixture.fileSystem.rename(
            FileName(name), in: from.inode, to: FileName(newName), in: to.inode, flags: [], context)
        guard case .done(_, let receipt) = outcome else { throw FileSystemError.io }
        return receipt.gate
    }

    @Test("a directory that another door moves is dropped where it was, before that door answers")
    func moved() throws {
        let (fixture, kernel, from, to) = try fixture()
        let gate = try #require(try move(fixture, "moved", from, "here", to))
        #expect(kernel.told == ["moved"])
        #expect(kernel.notices.withLock { $0.first?.parent } == from)
        let answers = Recorder()
        gate.whenOpen { _ = answers.answer(.success) }
        #expect(answers.replies.isEmpty)
        kernel.notices.withLock { $0.first?.done }?()
        #expect(answers.replies.count == 1)
    }

    @Test("nothing is dropped for what the mount itself moves, nor within a directory, nor when the mount has ended")
    func nothing() throws {
        let (fixture, kernel, from, to) = try fixture()
        #expect(try move(fixture, "moved", from, "there", from) == nil)
        #expect(try move(fixture, "there", from, "here", to, door: 7) == nil)
        fixture.handler.end()
        #expect(try move(fixture, "here", to, "back", from) == nil)
        #expect(kernel.told.isEmpty)
    }

    @Test("nothing is dropped in a directory that the kernel does not know")
    func unknown() throws {
        let (fixture, kernel, from, to) = try fixture()
        fixture.handler.forget(from, count: fixture.handler.references(of: from))
        #expect(try move(fixture, "moved", from, "here", to) == nil)
        #expect(kernel.told.isEmpty)
    }
}
