package import FileSystemModel

extension ArbitrationTable {
    /// Enters an open of a named stream at the file, which it keeps there, and at the stream, where it meets other opens of it: both
    /// or neither, in one step. One entry that had to be taken out again could be the one for which another's delete-on-close has
    /// left the file in its place meanwhile.
    ///
    /// - Parameters:
    ///   - holder: The entry at the file, whose name is the file's.
    ///   - linkCount: How many names the file has.
    ///   - passing: As in ``admit(_:to:linkCount:passing:discardsStreams:waitingSince:)``.
    /// - Returns: Why it is refused; nil where it is not.
    package func admit(
        _ holder: OpenEntry, to inode: InodeNumber, linkCount: UInt32, _ entry: OpenEntry, toStream number: InodeNumber,
        passing: DataAccess
    ) -> FileSystemError? {
        with(inode, number) { file, stream in
            guard file.hindrance(to: holder, linkCount: linkCount, passing: DataAccess()) == nil else { return .deletePending }
            switch stream.hindrance(to: entry, linkCount: 1, passing: passing) {
            case .deletePending: return .deletePending
            case .opens: return .sharingViolation
            case nil: break
            }
            file.opens.append(holder)
            stream.opens.append(entry)
            return nil
        }
    }
}

/// What an open is of when a file's unnamed stream is renamed to a named one, or the reverse. The caller keeps new opens out.
extension ArbitrationTable {
    /// An open of the file itself becomes one of a named stream. False, with nothing changed, when anybody else has the file itself
    /// open, or anything of it is locked.
    package func turn(_ id: OpenID, of inode: InodeNumber, intoStream number: InodeNumber, _ link: Link) -> Bool {
        let entry = with(inode) { state -> OpenEntry? in
            guard state.locks.isEmpty, state.lockWaiters.isEmpty, state.opens.allSatisfy({ $0.id == id || $0.isOfStream }),
                let index = state.opens.firstIndex(where: { $0.id == id && !$0.isOfStream })
            else { return nil }
            state.opens[index].isOfStream = true
            return state.opens[index]
        }
        guard var entry else { return false }
        entry.isOfStream = false
        entry.link = link
        with(number) { [entry] state in state.opens.append(entry) }
        return true
    }

    /// The reverse. False, with nothing changed, when anybody else has the stream or the file itself open, or the stream is locked.
    package func turn(_ id: OpenID, ofStream number: InodeNumber, into inode: InodeNumber) -> Bool {
        let isAlone = with(inode) { state in state.opens.allSatisfy(\.isOfStream) }
        guard isAlone else { return false }
        let hasLeft = with(number) { state in
            guard state.locks.isEmpty, state.lockWaiters.isEmpty, state.opens.count == 1, state.opens.first?.id == id else {
                return false
            }
            state.opens = []
            state.pendingLinks = []
            return true
        }
        guard hasLeft else { return false }
        with(inode) { state in
            for index in state.opens.indices where state.opens[index].id == id { state.opens[index].isOfStream = false }
        }
        return true
    }
}
