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
}
