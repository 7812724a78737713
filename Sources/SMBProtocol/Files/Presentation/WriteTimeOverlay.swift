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

    /// A file's own write time, and when it was looked at: by `turn`, readings stand in the order in which they began.
    struct Reading: Sendable {
        var time: Timestamp
        var turn: UInt64
    }

    private struct Writer {
        /// The end of its term; nil after that.
        var due: FileTime?
        /// It has written what is not shown yet.
        var isUnsettled = true
    }

    private struct Term {
        var due: FileTime
        var open: OpenID
    }

    /// One file may have as many writers as clients have opens, and all of a share's files stand behind one lock: no
    /// call here takes longer for there being more of them, but for the terms that it ends.
    private struct File {
        var shown: Timestamp
        /// The file's own time, as the writes here have left it, and as the reading with the latest turn tells it.
        var own: Reading
        var writesUnderWay = 0
        var writers: [OpenID: Writer] = [:]
        /// The terms that have begun, first due first; those of writers that have settled or closed meanwhile count no
        /// more.
        var terms: ArraySlice<Term> = []

        init(_ real: Reading) { (shown, own) = (real.time, real) }

        var isIdle: Bool { writesUnderWay == 0 && writers.isEmpty }

        /// Ends the terms that are over: the first ones, or the last ones when the clock was set back.
        mutating func advance(to now: FileTime) {
            while let term = terms.first, WriteTimeOverlay.isOver(term.due, at: now) {
                terms.removeFirst()
                end(term)
            }
            while let term = terms.last, WriteTimeOverlay.isOver(term.due, at: now) {
                terms.removeLast()
                end(term)
            }
        }

        private mutating func end(_ term: Term) {
            guard writers[term.open]?.due == term.due else { return }
            settle(term.open)
        }

        mutating func settle(_ open: OpenID) {
            writers[open] = Writer(due: nil, isUnsettled: false)
            shown = own.time
        }

        mutating func begin(from real: Reading, at now: FileTime) {
            advance(to: now)
            if writesUnderWay == 0, own.time != real.time, real.turn > own.turn { (shown, own) = (real.time, real) }
            writesUnderWay += 1
        }

        mutating func end(by open: OpenID, from before: Timestamp, leaving real: Reading?, at now: FileTime) {
            writesUnderWay -= 1
            guard let real, real.time != before else { return }
            if real.turn > own.turn { own = real }
            if writers[open] != nil {
                writers[open]?.isUnsettled = true
                return
            }
            let (end, overflow) = now.rawValue.addingReportingOverflow(WriteTimeOverlay.term)
            let due = overflow ? nil : FileTime(rawValue: end)
            writers[open] = Writer(due: due)
            if let due { insert(Term(due: due, open: open)) }
        }

        /// At the end, but for WRITEs at once that end in another order than they began.
        private mutating func insert(_ term: Term) {
            let earlier = terms.lastIndex { $0.due.rawValue <= term.due.rawValue }
            terms.insert(term, at: earlier.map { $0 + 1 } ?? terms.startIndex)
        }
    }

    private var files: [InodeNumber: File] = [:]

    /// How many files have writers.
    var count: Int { files.count }

    /// A clock that was set back does not make a term longer.
    private static func isOver(_ due: FileTime, at now: FileTime) -> Bool {
        now.rawValue >= due.rawValue || due.rawValue - now.rawValue > term
    }

    /// Changes a file where it stands, without a copy of its writers; nil for one that has none.
    private mutating func update<Result>(_ inode: InodeNumber, _ body: (inout File) -> Result) -> Result? {
        guard let index = files.index(forKey: inode) else { return nil }
        let result = body(&files.values[index])
        if files.values[index].isIdle { files.remove(at: index) }
        return result
    }

    /// What clients are shown where the file's own write time is `real`.
    mutating func shown(_ real: Timestamp, of inode: InodeNumber, at now: FileTime) -> Timestamp {
        update(inode) { file in
            file.advance(to: now)
            return file.writesUnderWay > 0 || file.own.time == real ? file.shown : real
        } ?? real
    }

    /// A WRITE begins, which ``endWrite(to:by:from:leaving:at:)`` must follow: until then nobody is shown what it does.
    ///
    /// - Parameter real: the file's own write time.
    mutating func beginWrite(to inode: InodeNumber, from real: Reading, at now: FileTime) {
        files[inode, default: File(real)].begin(from: real, at: now)
    }

    /// A WRITE has ended.
    ///
    /// - Parameters:
    ///   - before: the file's own write time as it began.
    ///   - real: the one that it has left; nil where it has written nothing. An open that has set or frozen the time
    ///     leaves it alone.
    mutating func endWrite(
        to inode: InodeNumber, by open: OpenID, from before: Timestamp, leaving real: Reading?, at now: FileTime
    ) {
        _ = update(inode) { $0.end(by: open, from: before, leaving: real, at: now) }
    }

    /// Shows what an open has written; its later writes show when it settles again or closes.
    mutating func settle(_ open: OpenID, of inode: InodeNumber) {
        _ = update(inode) { file in
            if file.writers[open] != nil { file.settle(open) }
        }
    }

    /// The file's own write time, as the writes here have left it, where an open has written what is not shown yet.
    mutating func unsettledTime(of inode: InodeNumber, by open: OpenID, at now: FileTime) -> Timestamp? {
        update(inode) { file in
            file.advance(to: now)
            return file.writers[open]?.isUnsettled == true ? file.own.time : nil
        } ?? nil
    }

    /// The open is closed.
    mutating func forget(_ open: OpenID, of inode: InodeNumber) {
        _ = update(inode) { $0.writers[open] = nil }
    }
}
