package import FileSystemModel

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
