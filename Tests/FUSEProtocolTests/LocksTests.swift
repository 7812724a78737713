import FileSystemModel
import Testing

@testable import FUSEProtocol

@Suite("Locks through the FUSE door")
struct LocksTests {
    func exclusive(_ owner: UInt64, start: UInt64 = 0, length: UInt64 = 0) -> LockRequest {
        LockRequest(kind: .exclusive, start: start, length: length, owner: owner, pid: UInt32(owner))
    }

    @Test("GETLK names the holder, and its range to the kernel's idea of the end")
    func getlk() throws {
        let fixture = try Fixture()
        let (_, handle) = try fixture.create("a")
        #expect(try fixture.errno(.setlk(handle, exclusive(1, start: 10, length: 5), waits: false)) == 0)
        guard case .lock(let held) = try fixture.ask(.getlk(handle, exclusive(2))) else { return #expect(Bool(false)) }
        #expect(held == HeldLock(first: 10, last: 14, isExclusive: true, pid: 1))
        guard case .lock(nil) = try fixture.ask(.getlk(handle, exclusive(2, start: 15))) else {
            return #expect(Bool(false))
        }
        guard case .lock(nil) = try fixture.ask(.getlk(handle, exclusive(1))) else { return #expect(Bool(false)) }
    }

    @Test("who does not wait gets EAGAIN; who waits is answered by the unlock, once")
    func waiting() throws {
        let fixture = try Fixture()
        let (_, handle) = try fixture.create("a")
        #expect(try fixture.errno(.setlk(handle, exclusive(1), waits: false)) == 0)
        #expect(try fixture.errno(.setlk(handle, exclusive(2), waits: false)) == 11)
        let waiter = Recorder()
        _ = fixture.send(.setlk(handle, exclusive(2), waits: true), to: waiter)
        #expect(waiter.replies.isEmpty)
        #expect(waiter.waits == 1)
        #expect(fixture.handler.waitingCount == 1)
        let unlock = LockRequest(kind: .unlock, start: 0, length: 0, owner: 1, pid: 1)
        #expect(try fixture.errno(.setlk(handle, unlock, waits: false)) == 0)
        #expect(waiter.replies.map(\.errno) == [0])
        #expect(fixture.handler.waitingCount == 0)
        #expect(try fixture.errno(.setlk(handle, exclusive(1), waits: false)) == 11)
    }

    @Test("INTERRUPT ends a wait with EINTR, and the lock goes to the next one")
    func interrupt() throws {
        let fixture = try Fixture()
        let (_, handle) = try fixture.create("a")
        _ = try fixture.ask(.setlk(handle, exclusive(1), waits: false))
        let first = Recorder()
        let second = Recorder()
        let unique = fixture.send(.setlk(handle, exclusive(2), waits: true), to: first)
        _ = fixture.send(.setlk(handle, exclusive(3), waits: true), to: second)
        fixture.handler.interrupt(unique: unique)
        fixture.handler.interrupt(unique: unique)
        fixture.handler.interrupt(unique: 999_999)
        #expect(first.replies.map(\.errno) == [4])
        #expect(second.replies.isEmpty)
        _ = try fixture.ask(.flush(handle, lockOwner: 1))
        #expect(second.replies.map(\.errno) == [0])
        #expect(first.replies.count == 1)
    }

    @Test("the end of the mount ends every wait with ENODEV, and nobody begins another")
    func cancelAll() throws {
        let fixture = try Fixture()
        let (_, handle) = try fixture.create("a")
        _ = try fixture.ask(.setlk(handle, exclusive(1), waits: false))
        let waiters = (0..<3).map { _ in Recorder() }
        for (index, waiter) in waiters.enumerated() {
            _ = fixture.send(.setlk(handle, exclusive(UInt64(index) + 2), waits: true), to: waiter)
        }
        fixture.handler.cancelAll()
        #expect(waiters.map { $0.replies.map(\.errno) } == [[19], [19], [19]])
        #expect(try fixture.errno(.setlk(handle, exclusive(9), waits: true)) == 19)
    }

    @Test("close of any descriptor drops the process's record locks, but no other's")
    func flush() throws {
        let fixture = try Fixture()
        let (node, handle) = try fixture.create("a")
        let other = try fixture.open(node)
        _ = try fixture.ask(.setlk(handle, exclusive(1, length: 10), waits: false))
        _ = try fixture.ask(.setlk(handle, exclusive(2, start: 20, length: 10), waits: false))
        _ = try fixture.ask(.flush(other, lockOwner: 1))
        #expect(try fixture.errno(.setlk(other, exclusive(3, length: 10), waits: false)) == 0)
        #expect(try fixture.errno(.setlk(other, exclusive(3, start: 20, length: 10), waits: false)) == 11)
    }

    @Test("locks of an open file description end with its release, for no FLUSH names their owner")
    func descriptionLocks() throws {
        let fixture = try Fixture()
        let (node, handle) = try fixture.create("a")
        let other = try fixture.open(node)
        _ = try fixture.ask(.setlk(handle, exclusive(0xFEED), waits: false))
        _ = try fixture.ask(.flush(handle, lockOwner: 1))
        #expect(try fixture.errno(.setlk(other, exclusive(2), waits: false)) == 11)
        _ = try fixture.ask(.release(handle))
        #expect(try fixture.errno(.setlk(other, exclusive(2), waits: false)) == 0)
    }

    @Test("release leaves a record lock alone that its owner has taken again through another handle")
    func releaseAfterFlush() throws {
        let fixture = try Fixture()
        let (node, handle) = try fixture.create("a")
        let other = try fixture.open(node)
        _ = try fixture.ask(.setlk(handle, exclusive(1), waits: false))
        _ = try fixture.ask(.flush(handle, lockOwner: 1))
        _ = try fixture.ask(.setlk(other, exclusive(1), waits: false))
        _ = try fixture.ask(.release(handle))
        #expect(try fixture.errno(.setlk(other, exclusive(2), waits: false)) == 11)
    }

    @Test("flock: exclusive, shared, EWOULDBLOCK, unlocked by release; it does not see record locks")
    func flock() throws {
        let fixture = try Fixture()
        let (node, one) = try fixture.create("a")
        let two = try fixture.open(node)
        #expect(try fixture.errno(.flock(one, owner: 1, operation: 2)) == 0)
        #expect(try fixture.errno(.flock(two, owner: 2, operation: 2 | 4)) == 11)
        #expect(try fixture.errno(.flock(two, owner: 2, operation: 1 | 4)) == 11)
        #expect(try fixture.errno(.setlk(two, exclusive(2), waits: false)) == 0)
        #expect(try fixture.errno(.flock(one, owner: 1, operation: 1)) == 0)
        #expect(try fixture.errno(.flock(two, owner: 2, operation: 1 | 4)) == 0)
        #expect(try fixture.errno(.flock(two, owner: 2, operation: 8)) == 0)
        #expect(try fixture.errno(.flock(two, owner: 2, operation: 3)) == 22)
        let waiter = Recorder()
        _ = fixture.send(.flock(two, owner: 2, operation: 2), to: waiter)
        #expect(waiter.replies.isEmpty)
        _ = try fixture.ask(.release(one))
        #expect(waiter.replies.map(\.errno) == [0])
    }

    @Test("two holders of shared flocks may both convert: who must wait for it has removed its own lock")
    func flockConversion() throws {
        let fixture = try Fixture()
        let (node, one) = try fixture.create("a")
        let two = try fixture.open(node)
        _ = try fixture.ask(.flock(one, owner: 1, operation: 1))
        _ = try fixture.ask(.flock(two, owner: 2, operation: 1))
        let first = Recorder()
        _ = fixture.send(.flock(one, owner: 1, operation: 2), to: first)
        #expect(first.replies.isEmpty)
        #expect(try fixture.errno(.flock(two, owner: 2, operation: 2)) == 0)
        #expect(first.replies.isEmpty)
        #expect(try fixture.errno(.flock(two, owner: 2, operation: 8)) == 0)
        #expect(first.replies.map(\.errno) == [0])
        #expect(try fixture.errno(.flock(two, owner: 2, operation: 1 | 4)) == 11)
    }

    @Test("a circle of record locks is EDEADLK")
    func deadlock() throws {
        let fixture = try Fixture()
        let (_, handle) = try fixture.create("a")
        _ = try fixture.ask(.setlk(handle, exclusive(1, start: 0, length: 1), waits: false))
        _ = try fixture.ask(.setlk(handle, exclusive(2, start: 1, length: 1), waits: false))
        _ = fixture.send(.setlk(handle, exclusive(1, start: 1, length: 1), waits: true), to: Recorder())
        #expect(try fixture.errno(.setlk(handle, exclusive(2, start: 0, length: 1), waits: true)) == 35)
    }
}
