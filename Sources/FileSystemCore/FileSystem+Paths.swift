import AccessArbitration
import AccessControl
import FileSystemModel
import MetadataStore

/// Where a path of SMB's leads: a directory, the name asked for in it, and what bears that name.
struct ResolvedPath {
    /// Nil for the root itself.
    var parent: InodeRecord?
    var name: FileName?
    /// The entry as it is written in the directory, whose case may differ from the name asked for.
    var entry: EntryRecord?
    var target: InodeRecord?
}

extension FileSystem {
    /// How many symbolic links one path may go through.
    private static let maximumLinksFollowed = 40

    /// Walks a path from the root, names compared without regard to case, symbolic links followed inside the share. Under the
    /// namespace lock.
    ///
    /// - Throws: `.pathNotFound` when a component before the last is missing or no directory; `.notFound` for a link that leads out of
    ///   the share, nowhere, or round in a circle; `.accessDenied` without search permission.
    func resolve(
        _ path: [FileName], followingLast: Bool, _ context: OperationContext
    ) throws(FileSystemError) -> ResolvedPath {
        let root = try record(.root)
        /// The directories from the root to where the walk stands.
        var trail = [root]
        var rest = path.map { Component(name: $0, isOfLink: false) }[...]
        var linksFollowed = 0
        while let component = rest.popFirst() {
            guard let name = component.name else {
                guard trail.count > 1 else { throw .notFound }
                trail.removeLast()
                continue
            }
            let directory = trail[trail.count - 1]
            try AccessCheck.require(.execute, of: context.identity, to: directory.attributes)
            let isLast = rest.isEmpty
            guard let entry = try entryIgnoringCase(name, in: directory.attributes.inode) else {
                // What a link names and is not there makes the link dangle; only the request's own last name can be made.
                guard !component.isOfLink else { throw .notFound }
                guard isLast else { throw .pathNotFound }
                return ResolvedPath(parent: directory, name: name)
            }
            let target = try record(entry.inode)
            switch target.attributes.type {
            case .symbolicLink where !isLast || followingLast:
                linksFollowed += 1
                guard linksFollowed <= Self.maximumLinksFollowed else { throw .notFound }
                rest = try components(of: target.symbolicLinkTarget ?? [])[...] + rest
            case .directory where !isLast:
                trail.append(target)
            case _ where isLast:
                return ResolvedPath(parent: directory, name: name, entry: entry, target: target)
            default:
                throw .pathNotFound
            }
        }
        // The root, or a link that ends in `.` or `..`.
        let last = trail[trail.count - 1]
        guard trail.count > 1 else { return ResolvedPath(target: last) }
        let parent = trail[trail.count - 2]
        let entry = try name(of: last.attributes.inode, in: parent.attributes.inode).flatMap { name throws(FileSystemError) in
            try metadata.entry(named: name, in: parent.attributes.inode)
        }
        return ResolvedPath(parent: parent, name: entry?.name, entry: entry, target: last)
    }

    /// One step of a walk; without a name it goes up.
    private struct Component {
        var name: FileName?
        /// It comes from a link's target, not from the request.
        var isOfLink = true
    }

    /// A link's target as components. Absolute ones lead out of the share.
    private func components(of target: [UInt8]) throws(FileSystemError) -> [Component] {
        guard let first = target.first, first != UInt8(ascii: "/") else { throw .notFound }
        var result: [Component] = []
        for part in target.split(separator: UInt8(ascii: "/")) {
            switch Array(part) {
            case [0x2E]: continue
            case [0x2E, 0x2E]: result.append(Component())
            case let bytes:
                guard let name = try? FileName(bytes) else { throw .notFound }
                result.append(Component(name: name))
            }
        }
        return result
    }
}
