import AccessArbitration
import FileSystemModel
import Synchronization

/// A table, one inode and names for it.
struct Table {
    let table: ArbitrationTable
    let inode = InodeNumber(rawValue: 42)

    init(lockLimits: LockLimits = LockLimits()) { table = ArbitrationTable(lockLimits: lockLimits) }

    static func link(_ name: String) throws -> Link { Link(parent: .root, name: try FileName(name)) }

    /// Enters an open, or says what became of it.
    @discardableResult
    func admit(
        _ id: UInt64, _ style: OpenStyle, _ access: DataAccess, share: ShareMode = .all, link: Link? = nil, linkCount: UInt32 = 1,
        passing: DataAccess = [], waits: Bool = false
    ) -> ArbitrationTable.Admission {
        table.admit(
            OpenEntry(id: OpenID(rawValue: id), style: style, access: access, share: share, link: link), to: inode,
            linkCount: linkCount, passing: passing, waitingSince: waits ? .epoch : nil)
    }

    @discardableResult
    func leave(_ id: UInt64, deletes: Bool = false) -> ArbitrationTable.Departure {
        let departure = table.leave(OpenID(rawValue: id), inode: inode, deletes: deletes)
        departure.settle()
        return departure
    }

    func lock(
        _ range: ClosedRange<UInt64>, exclusive: Bool, _ owner: LockOwner, by open: UInt64, waits: Bool = true
    ) -> ArbitrationTable.LockAdmission {
        let admission = table.lock(
            RangeLock(first: range.lowerBound, last: range.upperBound, isExclusive: exclusive, owner: owner),
            by: OpenID(rawValue: open), inode: inode, waitingSince: waits ? .epoch : nil)
        if case .granted(let settlements) = admission { for settlement in settlements { settlement.run() } }
        return admission
    }

    func unlock(_ range: ClosedRange<UInt64>, _ owner: LockOwner) {
        table.unlock(first: range.lowerBound, last: range.upperBound, owner: owner, inode: inode)
    }
}

extension LockOwner {
    static func process(_ number: UInt64) -> LockOwner { .posix(door: DoorID(rawValue: 1), owner: number) }
    static func file(_ number: UInt64) -> LockOwner { .flock(door: DoorID(rawValue: 1), owner: number) }
    static func handle(_ number: UInt64) -> LockOwner { .windows(OpenID(rawValue: number)) }
}

extension ArbitrationTable.Admission {
    var isAdmitted: Bool { if case .admitted = self { true } else { false } }
    var error: FileSystemError? { if case .refused(let error) = self { error } else { nil } }
    var ticket: Ticket? { if case .wait(let ticket) = self { ticket } else { nil } }
}

extension ArbitrationTable.LockAdmission {
    var isGranted: Bool { if case .granted = self { true } else { false } }
    var error: FileSystemError? { if case .refused(let error) = self { error } else { nil } }
    var ticket: Ticket? { if case .wait(let ticket) = self { ticket } else { nil } }
}

/// What became of a ticket, and how often.
final class Ending: Sendable {
    private let seen = Mutex<[Ticket.Resumption]>([])

    init(of ticket: Ticket?) {
        ticket?.whenSettled { resumption in self.seen.withLock { $0.append(resumption) } }
    }

    var all: [Ticket.Resumption] { seen.withLock { $0 } }
}
