import AccessArbitration
import FileSystemModel
import Synchronization
import Testing

@Suite("Opens of named streams in the table")
struct StreamAdmissionTests {
    private let file = InodeNumber(rawValue: 42)
    private let table = ArbitrationTable()

    /// Enters an open of a stream of ``file``, or says why not.
    private func admit(
        _ id: UInt64, _ access: DataAccess, share: ShareMode = .all, link: Link, stream: InodeNumber
    ) throws -> FileSystemError? {
        let name = Link(parent: file, name: try FileName("s"))
        func entry(_ link: Link, isOfStream: Bool) -> OpenEntry {
            OpenEntry(
                id: OpenID(rawValue: id), style: .windows, access: access, share: share, link: link, isOfStream: isOfStream)
        }
        return table.admit(
            entry(link, isOfStream: true), to: file, linkCount: 1, entry(name, isOfStream: false), toStream: stream, passing: [])
    }

    /// Takes an open of a stream out as a close does; true when the file's name is due.
    private func leave(_ id: UInt64, stream: InodeNumber) -> Bool {
        table.leave(OpenID(rawValue: id), inode: stream, deletes: false).settle()
        let departure = table.leave(OpenID(rawValue: id), inode: file, deletes: false)
        departure.settle()
        return departure.isRemovalDue
    }

    @Test("an open of a stream is entered at the file and at the stream, whichever shards they are in", arguments: [41, 43, 106])
    func entered(number: UInt64) throws {
        let stream = InodeNumber(rawValue: number)
        let link = try Table.link("f")
        #expect(try admit(1, .read, share: [.read, .delete], link: link, stream: stream) == nil)
        #expect(table.opens(of: file).map(\.isOfStream) == [true])
        #expect(table.opens(of: stream).map(\.isOfStream) == [false])
        #expect(try admit(2, .write, link: link, stream: stream) == .sharingViolation)
        #expect(table.opens(of: file).count == 1 && table.opens(of: stream).count == 1)
        #expect(try admit(2, .read, link: link, stream: stream) == nil)
        #expect(table.setDeletePending(true, by: OpenID(rawValue: 1), inode: file))
        #expect(try admit(3, .read, link: link, stream: stream) == .deletePending)
        #expect(!leave(1, stream: stream))
        #expect(leave(2, stream: stream))
        table.clearDeletePending(link, of: file)
        #expect(table.isIdle)
    }

    private final class Round: Sendable {
        let number = Atomic<Int>(0)
    }

    @Test("one that is refused is never there: nobody who leaves meanwhile takes it for a reason to leave a name in its place")
    func refused() async throws {
        let stream = InodeNumber(rawValue: 43)
        let rounds = 30_000
        let links = try (0..<rounds).map { try Table.link("f\($0)") }
        let table = table
        // Through another name of the file, which keeps this one's in nobody's way.
        #expect(try admit(2, .read, share: .delete, link: Table.link("other"), stream: stream) == nil)
        let round = Round()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { round.number.store(rounds, ordering: .releasing) }
                for (number, link) in links.enumerated() {
                    round.number.store(number, ordering: .releasing)
                    let id = OpenID(rawValue: 1)
                    let entry = OpenEntry(id: id, style: .windows, access: .delete, share: .all, link: link)
                    _ = table.admit(entry, to: file, linkCount: 1, waitingSince: nil)
                    let isDue = table.leave(id, inode: file, deletes: true).isRemovalDue
                    guard isDue else { throw FileSystemError.deletePending }
                    table.clearDeletePending(link, of: file)
                }
            }
            group.addTask {
                while case let number = round.number.load(ordering: .acquiring), number < rounds {
                    guard try admit(3, .read, link: links[number], stream: stream) != nil else { throw FileSystemError.exists }
                }
            }
            try await group.waitForAll()
        }
        #expect(!leave(2, stream: stream))
        #expect(table.isIdle)
    }
}
