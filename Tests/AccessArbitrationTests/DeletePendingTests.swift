import AccessArbitration
import FileSystemModel
import Testing

@Suite("Names on their way out — [MS-FSA] 2.1.5.5")
struct DeletePendingTests {
    @Test("a pending name is due when the last SMB open of that name has gone")
    func due() throws {
        let table = Table()
        let name = try Table.link("a")
        table.admit(1, .windows, .delete, link: name)
        table.admit(2, .windows, .read, link: name)
        table.admit(3, .posix, .read, link: name)
        let first = table.leave(1, deletes: true)
        #expect(!first.isRemovalDue && !first.wasLast)
        #expect(table.admit(4, .windows, .read, link: name).error == .deletePending)
        #expect(table.admit(4, .posix, .read, link: name).error == .deletePending)
        let second = table.leave(2)
        #expect(second.isRemovalDue && !second.wasLast, "a POSIX open keeps the inode, not the name")
        #expect(table.table.dueLinks(of: table.inode) == [name])
        table.table.clearDeletePending(name, of: table.inode)
        #expect(table.leave(3).wasLast)
        #expect(table.table.isIdle)
    }

    @Test("another name of the same file is not on its way out")
    func perLink() throws {
        let table = Table()
        let (a, b) = (try Table.link("a"), try Table.link("b"))
        table.admit(1, .windows, .delete, link: a)
        table.admit(2, .windows, .delete, link: b)
        #expect(table.table.setDeletePending(true, by: OpenID(rawValue: 1), inode: table.inode))
        #expect(table.table.isDeletePending(a, of: table.inode))
        #expect(!table.table.isDeletePending(b, of: table.inode))
        #expect(table.admit(3, .windows, .read, link: b, linkCount: 2).isAdmitted)
        #expect(table.admit(4, .posix, .read, linkCount: 2).isAdmitted, "by number alone: the other name is left")
        #expect(table.admit(5, .posix, .read, linkCount: 1).error == .deletePending)
        #expect(table.leave(1).isRemovalDue, "opens through the other name do not keep this one")
        #expect(table.table.dueLinks(of: table.inode) == [a])
    }

    @Test("a renamed name goes under its new name; one that has gone takes its mark along")
    func renamed() throws {
        let table = Table()
        let (a, b) = (try Table.link("a"), try Table.link("b"))
        table.admit(1, .windows, .delete, link: a)
        #expect(table.table.setDeletePending(true, by: OpenID(rawValue: 1), inode: table.inode))
        #expect(table.table.moveLink(a, to: b, of: table.inode) == [OpenID(rawValue: 1)])
        #expect(table.table.isDeletePending(b, of: table.inode))
        #expect(table.table.forgetLink(b, of: table.inode) == [OpenID(rawValue: 1)])
        #expect(!table.leave(1, deletes: true).isRemovalDue)
        #expect(table.table.isIdle)
    }

    @Test("an open that has left can send nothing on its way out")
    func afterLeaving() throws {
        let table = Table()
        let name = try Table.link("a")
        table.admit(1, .windows, .delete, link: name)
        table.leave(1)
        #expect(!table.table.setDeletePending(true, by: OpenID(rawValue: 1), inode: table.inode))
        #expect(table.table.isIdle)
    }

    @Test("a call back undoes it")
    func undone() throws {
        let table = Table()
        let name = try Table.link("a")
        table.admit(1, .windows, .delete, link: name)
        #expect(table.table.setDeletePending(true, by: OpenID(rawValue: 1), inode: table.inode))
        #expect(table.table.setDeletePending(false, by: OpenID(rawValue: 1), inode: table.inode))
        #expect(!table.leave(1).isRemovalDue)
        #expect(table.table.isIdle)
    }
}
