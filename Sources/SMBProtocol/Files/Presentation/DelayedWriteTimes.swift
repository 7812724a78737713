import FileSystemCore
import FileSystemModel
import Synchronization
import WindowsTypes

/// The write times of a share that tells them late: ``WriteTimeOverlay`` for all connections, and its dealings with the
/// core.
package final class DelayedWriteTimes: Sendable {
    private let overlay = Mutex(WriteTimeOverlay())
    private let turns = Atomic<UInt64>(0)

    /// How many files are shown with another time than their own, or may be.
    package var count: Int { overlay.withLock { $0.count } }

    func shown(_ attributes: Attributes, at now: FileTime) -> Timestamp {
        overlay.withLock { $0.shown(attributes.modificationTime, of: attributes.inode, at: now) }
    }

    /// Executes a WRITE by `open` and keeps its time to itself. `read` tells the file's own write time, nil where that
    /// would wait.
    func write(
        by open: Open, at now: FileTime, reading read: () -> Timestamp?,
        _ body: () throws(SMBFailure) -> Outcome<Int>
    ) throws(SMBFailure) -> Outcome<Int> {
        guard let before = reading(read) else { return try body() }
        overlay.withLock { $0.beginWrite(to: open.inode, from: before, at: now) }
        var after: WriteTimeOverlay.Reading?
        defer {
            overlay.withLock { $0.endWrite(to: open.inode, by: open.id, from: before.time, leaving: after, at: now) }
        }
        let outcome = try body()
        if case .done(let count, _) = outcome, count > 0 { after = reading(read) }
        return outcome
    }

    /// What is read here may be told to the overlay after what another thread has read later: hence the turn, which is
    /// taken first, so that a reading sees all WRITEs whose readings have an earlier one.
    private func reading(_ read: () -> Timestamp?) -> WriteTimeOverlay.Reading? {
        let turn = turns.add(1, ordering: .acquiringAndReleasing).newValue
        return read().map { WriteTimeOverlay.Reading(time: $0, turn: turn) }
    }

    /// Shows what the open has written so far.
    func settle(_ open: Open) { overlay.withLock { $0.settle(open.id, of: open.inode) } }

    /// To be called before an open closes: a file to which it has written what is not shown yet has been written now,
    /// for everybody, as Samba has it; else the times that other doors have seen would come into sight here long after.
    /// A time that somebody else has set meanwhile stays.
    func close(
        _ open: Open, of fileSystem: FileSystem, at now: FileTime, _ operation: OperationContext
    ) -> Outcome<Void> {
        guard let own = overlay.withLock({ $0.unsettledTime(of: open.inode, by: open.id, at: now) }) else {
            return .unchanged
        }
        // A file that is gone by now has no times.
        return (try? fileSystem.noteWritten(open, since: own, operation)) ?? .unchanged
    }

    /// The open is closed.
    func forget(_ open: Open) { overlay.withLock { $0.forget(open.id, of: open.inode) } }
}

extension CommandContext {
    /// Executes a WRITE, whose time shows when the share says.
    func delayingWriteTime(
        of file: SMBOpen, _ body: () throws(SMBFailure) -> Outcome<Int>
    ) throws(SMBFailure) -> Outcome<Int> {
        // What is written with POSIX's rules shows at once, as with Samba.
        guard let times = share.delayedWriteTimes, !file.state.isPosix else { return try body() }
        return try times.write(
            by: file.open, at: connection.server.now,
            reading: { (try? fileSystem.attributes(of: file.open.inode, operation))?.value?.modificationTime }, body)
    }
}
