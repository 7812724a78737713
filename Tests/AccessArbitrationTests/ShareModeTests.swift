import AccessArbitration
import FileSystemModel
import Testing

@Suite("Share modes — [MS-FSA] 2.1.5.1.2.2")
struct ShareModeTests {
    struct Row: Sendable, CustomStringConvertible {
        var first: (OpenStyle, DataAccess, ShareMode)
        var second: (OpenStyle, DataAccess, ShareMode)
        var meets: Bool
        var description: String { "\(first) then \(second): \(meets ? "refused" : "admitted")" }
    }

    static let rows: [Row] = [
        // Each side's access must be in the other's share mode.
        Row(first: (.windows, .read, .all), second: (.windows, .write, .all), meets: false),
        Row(first: (.windows, .read, .read), second: (.windows, .read, .read), meets: false),
        Row(first: (.windows, .read, .read), second: (.windows, .write, .all), meets: true),
        Row(first: (.windows, .write, .all), second: (.windows, .read, .read), meets: true),
        Row(first: (.windows, .read, []), second: (.windows, .read, .all), meets: true),
        Row(first: (.windows, .delete, .all), second: (.windows, .read, [.read, .write]), meets: true),
        Row(first: (.windows, .delete, .all), second: (.windows, .read, [.delete]), meets: false),
        Row(first: (.windows, .delete, []), second: (.windows, .read, .all), meets: true),
        // Opens without data access meet nobody.
        Row(first: (.windows, [], []), second: (.windows, [.read, .write, .delete], []), meets: false),
        Row(first: (.windows, [.read, .write, .delete], []), second: (.windows, [], []), meets: false),
        Row(first: (.windows, .write, []), second: (.posix, [], .all), meets: false),
        Row(first: (.posix, [], .all), second: (.windows, .write, []), meets: false),
        // A POSIX open shares everything, and needs to find its own access shared.
        Row(first: (.posix, [.read, .write], .all), second: (.windows, [.read, .write, .delete], .all), meets: false),
        Row(first: (.posix, .write, .all), second: (.windows, .read, .read), meets: true),
        Row(first: (.posix, .read, .all), second: (.windows, [.read, .delete], .read), meets: false),
        Row(first: (.windows, .read, .read), second: (.posix, .write, .all), meets: true),
        Row(first: (.windows, .read, .read), second: (.posix, .read, .all), meets: false),
        Row(first: (.posix, .write, .all), second: (.posix, .write, .all), meets: false),
    ]

    @Test("who meets whom", arguments: rows)
    func meets(_ row: Row) {
        let table = Table()
        #expect(table.admit(1, row.first.0, row.first.1, share: row.first.2).isAdmitted)
        let second = table.admit(2, row.second.0, row.second.1, share: row.second.2)
        #expect(second.isAdmitted == !row.meets)
        #expect(second.error == (row.meets ? .sharingViolation : nil))
        table.leave(1)
        table.leave(2)
        #expect(table.table.isIdle)
    }

    @Test("what a call does in passing must find its share mode, but leaves no trace")
    func passing() {
        let table = Table()
        table.admit(1, .windows, .read, share: .read)
        #expect(table.admit(2, .windows, .read, passing: .write).error == .sharingViolation)
        #expect(table.admit(2, .windows, [], passing: .write).error == .sharingViolation)
        table.leave(1)
        #expect(table.admit(2, .windows, .read, passing: .write).isAdmitted)
        #expect(table.admit(3, .windows, .read, share: .read).isAdmitted)
        table.leave(2)
        table.leave(3)
        #expect(table.table.isIdle)
    }

    @Test("an open that meets only flushed ones waits, and is resumed when one leaves")
    func flushed() {
        let table = Table()
        table.admit(1, .posix, .write)
        #expect(table.admit(2, .windows, .read, share: .read, waits: true).error == .sharingViolation)
        table.table.markFlushed(OpenID(rawValue: 1), inode: table.inode)
        #expect(table.admit(2, .windows, .read, share: .read).error == .sharingViolation)
        let ticket = table.admit(2, .windows, .read, share: .read, waits: true).ticket
        let ending = Ending(of: ticket)
        #expect(ticket != nil && ending.all.isEmpty)
        table.leave(1)
        #expect(ending.all == [.retry])
        #expect(table.admit(2, .windows, .read, share: .read, waits: true).isAdmitted)
        table.leave(2)
        #expect(table.table.isIdle)
    }

    @Test("one open that has not been flushed is enough to refuse")
    func halfFlushed() {
        let table = Table()
        table.admit(1, .posix, .write)
        table.admit(2, .posix, .write)
        table.table.markFlushed(OpenID(rawValue: 1), inode: table.inode)
        #expect(table.admit(3, .windows, .read, share: .read, waits: true).error == .sharingViolation)
    }

    @Test("a wait that is over or cancelled leaves nothing in the table", arguments: [false, true])
    func endedWait(expires: Bool) throws {
        let table = Table()
        table.admit(1, .posix, .write)
        table.table.markFlushed(OpenID(rawValue: 1), inode: table.inode)
        let ticket = try #require(table.admit(2, .windows, .read, share: .read, waits: true).ticket)
        let ending = Ending(of: ticket)
        if expires { ticket.expire() } else { ticket.cancel() }
        #expect(ending.all == [expires ? .retry : .cancelled(.cancelled)])
        table.table.abandon(ticket, inode: table.inode)
        table.leave(1)
        #expect(ending.all.count == 1)
        #expect(table.table.isIdle)
    }
}
