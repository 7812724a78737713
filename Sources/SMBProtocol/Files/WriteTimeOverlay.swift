import AccessArbitration
import FileSystemModel
import WindowsTypes

/// What clients are shown of write times that are told late, as Samba told them up to 4.22: a value without a lock or a
/// clock.
///
/// An open's first WRITE begins a term of two seconds. Until it is over the file shows the write time that it had
/// before; then it shows that of the last write within the term, and later writes of the same open show when it settles
/// (FLUSH, SET_INFO of times and sizes) or closes. The file's real times are the core's, always; a file stands here
/// while an open that has written to it is open. A time that none of these writes has left, because somebody else has
/// written or set it, is shown as it is.
struct WriteTimeOverlay: Sendable {
    /// In units of 100 ns.
    static let term: UInt64 = 20_000_000

    private struct Writer {
        /// The end of its term; nil after that.
        var due: FileTime?
        /// It has written what is not shown yet.
        var isUnsettled = true
    }

    private struct File {
        var shown: Timestamp
        /// The file's own time, as the writes here have left it.
        var own: Timestamp
        var writesUnderWay = 0
        var writers: [OpenID: Writer] = [:]

        var isIdle: Bool { writesUnderWay == 0 && writers.isEmpty }

        /// Ends the terms that are over.
        mutating func advance(to now: FileTime) {
            for (open, writer) in writers {
                guard let due = writer.due, WriteTimeOverlay.isOver(due, at: now) else { continue }
                writers[open] = Writer(due: nil, isUnsettled: false)
                shown = own
            }
        }
    }

    private var files: [InodeNumber: File] = [:]

    /// How many files have writers.
    var count: Int { files.count }

    /// A clock that was set back does not make a term longer.
    private static func isOver(_ due: FileTime, at now: FileTime) -> Bool {
        now.rawValue >= due.rawValue || due.rawValue - now.rawValue > term
    }

    /// What clients are shown where the file's own write time is `real`.
    mutating func shown(_ real: Timestamp, of inode: InodeNumber, at now: FileTime) -> Timestamp {
        guard var file = files[inode] else { return real }
        file.advance(to: now)
        files[inode] = file
        return file.writesUnderWay > 0 || file.own == real ? file.shown : real
    }

    /// A WRITE begins, which ``endWrite(to:by:from:leaving:at:)`` must follow: until then nobody is shown what it does.
    ///
    /// - Parameter real: the file's own write time.
    mutating func beginWrite(to inode: InodeNumber, from real: Timestamp, at now: FileTime) {
        var file = files[inode] ?? File(shown: real, own: real)
        file.advance(to: now)
        if file.writesUnderWay == 0, file.own != real { (file.shown, file.own) = (real, real) }
        file.writesUnderWay += 1
        files[inode] = file
    }

    /// A WRITE has ended.
    ///
    /// - Parameters:
    ///   - before: the file's own write time as it began.
    ///   - real: the one that it has left; nil where it has written nothing. An open that has set or frozen the time
    ///     leaves it alone.
    mutating func endWrite(
        to inode: InodeNumber, by open: OpenID, from before: Timestamp, leaving real: Timestamp?, at now: FileTime
    ) {
        guard var file = files[inode] else { return }
        file.writesUnderWay -= 1
        if let real, real != before {
            file.own = real
            let end = now.rawValue.addingReportingOverflow(Self.term)
            var writer = file.writers[open] ?? Writer(due: end.overflow ? nil : FileTime(rawValue: end.partialValue))
            writer.isUnsettled = true
            file.writers[open] = writer
        }
        files[inode] = file.isIdle ? nil : file
    }

    /// Shows what an open has written; its later writes show when it settles again or closes.
    mutating func settle(_ open: OpenID, of inode: InodeNumber) {
        guard var file = files[inode], file.writers[open] != nil else { return }
        file.writers[open] = Writer(due: nil, isUnsettled: false)
        file.shown = file.own
        files[inode] = file
    }

    /// Whether an open has written what is not shown yet.
    mutating func isUnsettled(_ open: OpenID, of inode: InodeNumber, at now: FileTime) -> Bool {
        guard var file = files[inode] else { return false }
        file.advance(to: now)
        files[inode] = file
        return file.writers[open]?.isUnsettled ?? false
    }

    /// Whether `real` is the time that the writes here have left, and not one that somebody else has.
    func isOwn(_ real: Timestamp, of inode: InodeNumber) -> Bool { files[inode]?.own == real }

    /// The open is closed.
    mutating func forget(_ open: OpenID, of inode: InodeNumber) {
        guard var file = files[inode] else { return }
        file.writers[open] = nil
        files[inode] = file.isIdle ? nil : file
    }
}
