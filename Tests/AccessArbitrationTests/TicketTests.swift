import AccessArbitration
import FileSystemModel
import Synchronization
import Testing

@Suite("Tickets and gates")
struct TicketTests {
    @Test("a ticket is settled once, whoever comes first")
    func once() {
        let ticket = Ticket(began: .epoch)
        let ending = Ending(of: ticket)
        ticket.cancel(.timedOut)
        ticket.cancel()
        ticket.expire()
        #expect(ticket.settle(.retry) == nil)
        #expect(ending.all == [.cancelled(.timedOut)])
        #expect(Ending(of: ticket).all == [.cancelled(.timedOut)], "who asks later is told at once")
    }

    @Test("an expired wait is resumed, and knows that it is over")
    func expired() {
        let ticket = Ticket(began: .epoch)
        let ending = Ending(of: ticket)
        #expect(!ticket.isOverdue)
        ticket.expire()
        #expect(ending.all == [.retry] && ticket.isOverdue && !ticket.isGranted)
    }

    /// Cancelled while it is granted: one of the two, and the lock is held exactly when it was the grant.
    @Test("grant against cancellation", arguments: 0..<200)
    func race(_ round: Int) async throws {
        let table = Table()
        table.admit(1, .posix, .read)
        table.admit(2, .posix, .read)
        _ = table.lock(0...9, exclusive: true, .process(1), by: 1)
        let ticket = try #require(table.lock(0...9, exclusive: true, .process(2), by: 2).ticket)
        let ending = Ending(of: ticket)
        ticket.whenSettled { if $0 != .retry { table.table.abandon(ticket, inode: table.inode) } }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { ticket.cancel() }
            group.addTask { table.unlock(0...9, .process(1)) }
        }
        #expect(ending.all.count == 1)
        let isHeld = table.table.conflict(
            with: RangeLock(first: 0, last: 9, isExclusive: true, owner: .process(3)), inode: table.inode) != nil
        #expect(isHeld == ticket.isGranted)
        #expect(ending.all == [ticket.isGranted ? .retry : .cancelled(.cancelled)])
        table.leave(1)
        table.leave(2)
        #expect(table.table.isIdle)
    }

    @Test("a gate opens at its last pass, and at once for who comes later")
    func gate() {
        let gate = Gate(count: 2)
        let opened = Mutex(0)
        gate.whenOpen { opened.withLock { $0 += 1 } }
        gate.pass()
        #expect(opened.withLock { $0 } == 0)
        gate.pass()
        gate.whenOpen { opened.withLock { $0 += 1 } }
        #expect(opened.withLock { $0 } == 2)
        let open = Gate(count: 0)
        open.whenOpen { opened.withLock { $0 += 1 } }
        #expect(opened.withLock { $0 } == 3)
    }

    @Test("pins keep an inode known, and giving up more than there are is giving up all")
    func pins() {
        let table = Table()
        table.table.pin(table.inode)
        table.table.pin(table.inode)
        #expect(!table.table.unpin(table.inode, count: 1))
        #expect(table.table.isPinned(table.inode))
        #expect(table.table.unpin(table.inode, count: 9))
        #expect(table.table.isIdle)
    }
}
