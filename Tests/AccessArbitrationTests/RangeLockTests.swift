import AccessArbitration
import FileSystemModel
import Testing

@Suite("Range locks: fcntl(2), flock(2), [MS-FSA] 2.1.5.8")
struct RangeLockTests {
    @Test("POSIX locks split, join and change their kind")
    func arithmetic() {
        var locks = RangeLockSet()
        func lock(_ range: ClosedRange<UInt64>, _ isExclusive: Bool) -> RangeLock {
            RangeLock(first: range.lowerBound, last: range.upperBound, isExclusive: isExclusive, owner: .process(1))
        }
        locks.add(lock(0...99, false))
        locks.add(lock(40...59, true))
        #expect(locks.advisory.map { [$0.first, $0.last, $0.isExclusive ? 1 : 0] }.sorted { $0[0] < $1[0] }
            == [[0, 39, 0], [40, 59, 1], [60, 99, 0]])
        locks.add(lock(40...59, false))
        #expect(locks.advisory == [lock(0...99, false)], "neighbours of one kind are one lock")
        locks.carve(first: 10, last: 19, owner: .process(1))
        #expect(locks.advisory.count == 2)
        locks.carve(first: 5, last: .max, owner: .process(1))
        #expect(locks.advisory == [lock(0...4, false)])
        locks.add(lock(5...UInt64.max, false))
        #expect(locks.advisory == [lock(0...UInt64.max, false)])
    }

    @Test("flock does not see POSIX locks, and both see SMB's")
    func families() {
        func meets(_ first: LockOwner, _ second: LockOwner) -> Bool {
            RangeLock(first: 0, last: 9, isExclusive: true, owner: first)
                .hinders(RangeLock(first: 5, last: 5, isExclusive: false, owner: second))
        }
        #expect(!meets(.process(1), .file(2)) && !meets(.file(2), .process(1)))
        #expect(meets(.handle(1), .file(2)) && meets(.handle(1), .process(2)) && meets(.process(2), .handle(1)))
        #expect(meets(.file(1), .file(2)) && meets(.process(1), .process(2)))
        #expect(!meets(.file(1), .file(1)) && !meets(.process(1), .process(1)))
        #expect(meets(.handle(1), .handle(2)) && !meets(.handle(1), .handle(1)), "a shared one on top, of its owner's")
    }

    @Test("only SMB's locks stop reads and writes; a shared one stops its owner's writes too")
    func mandatory() {
        var locks = RangeLockSet()
        locks.add(RangeLock(first: 0, last: 9, isExclusive: true, owner: .process(1)))
        #expect(!locks.forbids(.write, first: 0, last: 9, by: .process(2)))
        locks.add(RangeLock(first: 20, last: 29, isExclusive: false, owner: .handle(1)))
        #expect(!locks.forbids(.read, first: 20, last: 29, by: .handle(2)))
        #expect(locks.forbids(.write, first: 29, last: 40, by: .handle(2)))
        #expect(locks.forbids(.write, first: 20, last: 20, by: .handle(1)))
        #expect(!locks.forbids(.write, first: 30, last: 40, by: .handle(2)))
        locks.add(RangeLock(first: 50, last: 59, isExclusive: true, owner: .handle(1)))
        #expect(locks.forbids(.read, first: 0, last: 50, by: .handle(2)))
        #expect(!locks.forbids(.write, first: 50, last: 59, by: .handle(1)))
    }

    @Test("first come, first served: nobody passes a waiter whom he would hinder, waiting or not")
    func order() throws {
        let table = Table()
        for id in 1...4 as ClosedRange<UInt64> { table.admit(id, .posix, .read) }
        #expect(table.lock(0...9, exclusive: false, .process(1), by: 1).isGranted)
        let writer = try #require(table.lock(0...9, exclusive: true, .process(2), by: 2).ticket)
        #expect(table.lock(0...9, exclusive: false, .process(3), by: 3, waits: false).error == .lockNotGranted)
        let reader = try #require(table.lock(5...5, exclusive: false, .process(3), by: 3).ticket)
        #expect(table.lock(20...29, exclusive: true, .process(4), by: 4).isGranted, "elsewhere nobody is in the way")
        let (writing, reading) = (Ending(of: writer), Ending(of: reader))
        table.unlock(0...9, .process(1))
        #expect(writing.all == [.retry] && writer.isGranted && reading.all.isEmpty)
        table.unlock(0...9, .process(2))
        #expect(reading.all == [.retry])
        for id in 1...4 as ClosedRange<UInt64> { table.leave(id) }
        #expect(table.table.isIdle)
    }

    @Test("who holds what a waiter waits for passes him: to ask again, for more, or for less")
    func holderPasses() throws {
        let table = Table()
        table.admit(1, .posix, .read)
        table.admit(2, .posix, .read)
        #expect(table.lock(0...9, exclusive: false, .process(1), by: 1).isGranted)
        let waiter = try #require(table.lock(0...19, exclusive: true, .process(2), by: 2).ticket)
        #expect(table.lock(0...9, exclusive: false, .process(1), by: 1).isGranted, "the same again")
        #expect(table.lock(10...19, exclusive: true, .process(1), by: 1).isGranted, "more, although the waiter wants it")
        #expect(table.lock(0...9, exclusive: true, .process(1), by: 1, waits: false).isGranted, "an upgrade")
        #expect(!waiter.isGranted)
        table.unlock(0...19, .process(1))
        #expect(waiter.isGranted)
    }

    @Test("a holder that must wait itself is served when it can be, before those who wait for it")
    func waitingHolder() throws {
        let table = Table()
        for id in 1...3 as ClosedRange<UInt64> { table.admit(id, .posix, .read) }
        #expect(table.lock(0...9, exclusive: false, .process(1), by: 1).isGranted)
        #expect(table.lock(0...9, exclusive: false, .process(3), by: 3).isGranted)
        let first = try #require(table.lock(0...9, exclusive: true, .process(2), by: 2).ticket)
        let upgrade = try #require(table.lock(0...9, exclusive: true, .process(1), by: 1).ticket)
        table.unlock(0...9, .process(3))
        #expect(upgrade.isGranted && !first.isGranted)
        table.unlock(0...9, .process(1))
        #expect(first.isGranted)
    }

    @Test("a downgrade lets in whom the exclusive lock stopped")
    func downgrade() throws {
        let table = Table()
        table.admit(1, .posix, .read)
        table.admit(2, .posix, .read)
        #expect(table.lock(0...9, exclusive: true, .process(1), by: 1).isGranted)
        let waiter = try #require(table.lock(0...9, exclusive: false, .process(2), by: 2).ticket)
        let ending = Ending(of: waiter)
        #expect(table.lock(0...9, exclusive: false, .process(1), by: 1).isGranted)
        #expect(ending.all == [.retry] && waiter.isGranted)
    }

    @Test("a circle of processes is a deadlock; a circle through SMB waits")
    func deadlock() throws {
        let table = Table()
        for id in 1...3 as ClosedRange<UInt64> { table.admit(id, .posix, .read) }
        for id in 1...3 as ClosedRange<UInt64> {
            #expect(table.lock(id * 10...id * 10, exclusive: true, .process(id), by: id).isGranted)
        }
        #expect(table.lock(20...20, exclusive: true, .process(1), by: 1).ticket != nil)
        #expect(table.lock(30...30, exclusive: true, .process(2), by: 2).ticket != nil)
        #expect(table.lock(10...10, exclusive: true, .process(3), by: 3).error == .deadlock)
        #expect(table.lock(10...10, exclusive: true, .process(3), by: 3, waits: false).error == .lockNotGranted)
    }

    @Test("a circle that only the queue closes is opened: the turn is taken out of turn")
    func queueCircle() throws {
        let table = Table()
        for id in 1...3 as ClosedRange<UInt64> { table.admit(id, .posix, .read) }
        #expect(table.lock(0...0, exclusive: true, .process(1), by: 1).isGranted)
        #expect(table.lock(10...10, exclusive: true, .process(2), by: 2).isGranted)
        // 3 waits for 2's lock, and 2 waits for 1's; 1 wants what 3 is first in line for, and nobody holds.
        #expect(table.lock(10...20, exclusive: true, .process(3), by: 3).ticket != nil)
        #expect(table.lock(0...0, exclusive: true, .process(2), by: 2).ticket != nil)
        #expect(table.lock(20...20, exclusive: true, .process(1), by: 1).isGranted)
    }

    @Test("a lock does not outlive its open: neither held nor waiting, and none is taken after it")
    func closing() throws {
        let table = Table()
        table.admit(1, .windows, .read)
        table.admit(2, .windows, .read)
        table.admit(3, .windows, .read)
        #expect(table.lock(0...9, exclusive: true, .handle(1), by: 1).isGranted)
        let second = Ending(of: table.lock(0...9, exclusive: true, .handle(2), by: 2).ticket)
        let third = Ending(of: table.lock(0...9, exclusive: true, .handle(3), by: 3).ticket)
        table.leave(2)
        #expect(second.all == [.cancelled(.rangeNotLocked)] && third.all.isEmpty)
        table.leave(1)
        #expect(third.all == [.retry])
        #expect(table.lock(0...9, exclusive: true, .handle(1), by: 1).error == .badHandle)
        table.leave(3)
        #expect(table.table.isIdle)
    }

    @Test("the last open takes every lock along, and ends every wait")
    func lastOpen() throws {
        let table = Table()
        table.admit(1, .posix, .read)
        #expect(table.lock(0...9, exclusive: true, .process(1), by: 1).isGranted)
        #expect(table.lock(0...UInt64.max, exclusive: true, .file(1), by: 1).isGranted)
        let waiter = Ending(of: table.lock(0...9, exclusive: true, .process(2), by: 1).ticket)
        table.leave(1)
        #expect(waiter.all == [.cancelled(.badHandle)])
        #expect(table.table.isIdle)
    }

    @Test("a cancelled waiter lets those behind it go on, and is never granted")
    func cancelled() throws {
        let table = Table()
        for id in 1...3 as ClosedRange<UInt64> { table.admit(id, .posix, .read) }
        #expect(table.lock(0...9, exclusive: false, .process(1), by: 1).isGranted)
        let writer = try #require(table.lock(0...9, exclusive: true, .process(2), by: 2).ticket)
        let reader = try #require(table.lock(0...9, exclusive: false, .process(3), by: 3).ticket)
        writer.cancel()
        table.table.abandon(writer, inode: table.inode)
        #expect(reader.isGranted && !writer.isGranted)
        table.unlock(0...9, .process(1))
        table.unlock(0...9, .process(3))
        #expect(!writer.isGranted)
        for id in 1...3 as ClosedRange<UInt64> { table.leave(id) }
        #expect(table.table.isIdle)
    }
}
