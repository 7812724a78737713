package import FileSystemModel
import MetadataStore
import Synchronization

/// What directories were last seen to be called. No path is stored, and a record knows only its parent; a name that is remembered
/// here and still leads to its directory spares the search through the parent's entries. Hints, checked at each use.
final class DirectoryNames: Sendable {
    private let names = Mutex<[InodeNumber: FileName]>([:])
    /// Forgetting all is as good as forgetting the oldest, and costs no order.
    private static let maximum = 65_536

    func name(of directory: InodeNumber) -> FileName? { names.withLock { $0[directory] } }

    func note(_ name: FileName, of directory: InodeNumber) {
        names.withLock { names in
            if names.count >= Self.maximum { names = [:] }
            names[directory] = name
        }
    }
}

extension FileSystem {
    /// The names from the root to a directory; nil for one that has been removed. Takes no lock, so that observers may ask: while
    /// a directory above is renamed it may answer with the old name or the new one.
    package func path(of directory: InodeNumber) -> [FileName]? {
        var path: [FileName] = []
        var inode = directory
        while inode != .root {
            guard path.count < 4096, let found = try? metadata.inode(inode), found.attributes.linkCount > 0,
                let parent = found.parent, let name = name(of: inode, in: parent)
            else { return nil }
            path.append(name)
            inode = parent
        }
        return path.reversed()
    }

    /// The names from the root to an open file; nil when its name is gone.
    package func path(of open: Open) -> [FileName]? {
        if open.inode == .root { return [] }
        guard let link = open.link, let parent = path(of: link.parent) else { return nil }
        return parent + [link.name]
    }

    /// What a directory is called in its parent.
    func name(of inode: InodeNumber, in parent: InodeNumber) -> FileName? {
        if let hint = directoryNames.name(of: inode), (try? metadata.entry(named: hint, in: parent))?.inode == inode {
            return hint
        }
        var cookie = DirectoryCookie.start
        while let page = try? metadata.entries(in: parent, after: cookie, limit: 256), let last = page.last {
            if let entry = page.first(where: { $0.inode == inode }) {
                directoryNames.note(entry.name, of: inode)
                return entry.name
            }
            cookie = last.cookie
        }
        return nil
    }

    /// The names from the root to what bears a number, one of them where it has several: AAPL's "resolve id". No record knows where
    /// its file is named, so of a file that nobody has open every directory is searched.
    ///
    /// - Throws: `.notFound`.
    package func path(
        ofNumber inode: InodeNumber, _ context: OperationContext
    ) throws(FileSystemError) -> Outcome<[FileName]> {
        try perform(.lookup, .inode(inode), context) { () throws(FileSystemError) in
            guard let record = try metadata.inode(inode), record.attributes.linkCount > 0 else { throw .notFound }
            if record.attributes.isDirectory {
                guard let path = path(of: inode) else { throw .notFound }
                return .done(path, unchanged)
            }
            for open in opens where open.inode == inode {
                if let path = path(of: open) { return .done(path, unchanged) }
            }
            // Most searches come right after a listing, and this one costs: never on an event loop.
            guard context.mayBlock else { return .wouldBlock }
            var directories = [InodeNumber.root]
            while let directory = directories.popLast() {
                var cookie = DirectoryCookie.start
                while case let page = try metadata.entries(in: directory, after: cookie, limit: 256), let last = page.last {
                    for entry in page {
                        if entry.inode == inode {
                            guard let parent = path(of: directory) else { throw .notFound }
                            return .done(parent + [entry.name], unchanged)
                        }
                        if try metadata.inode(entry.inode)?.attributes.isDirectory == true { directories.append(entry.inode) }
                    }
                    cookie = last.cookie
                }
            }
            throw .notFound
        }
    }
}
