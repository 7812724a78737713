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

    /// Walks a path from the root, names compared without regard to case or exactly, symbolic links followed inside the share.
    /// Under the namespace lock.
    ///
    /// - Throws: `.pathNotFound` when a component before the last is missing or no directory; `.notFound` for a link that leads out of
    ///   the share or round in a circle, and for a last component that is a link to nothing; `.accessDenied` without search permission;
    ///   with `stopping`, `.stoppedOnSymbolicLink` instead of following one.
    func resolve(
        _ path: [FileName], followingLast: Bool, stopping: Bool = false, exactly: Bool = false, _ context: OperationContext
    ) throws(FileSystemError) -> ResolvedPath {
        /// Where the walk stands, and the directories from the root to there.
        var directory = try record(.root)
        var ancestors: [InodeNumber] = []
        var rest = path[...]
        /// What links have put before `rest`, the next one last.
        var ofLinks: [Component] = []
        var linksFollowed = 0
        /// A component is missing, or in the middle and no directory: the request's path is wrong, or the link that was to be its last
        /// component leads nowhere.
        func missing() -> FileSystemError { rest.isEmpty ? .notFound : .pathNotFound }
        while true {
            let name: FileName
            let isFromLink = !ofLinks.isEmpty
            if let component = ofLinks.popLast() {
                switch component {
                case .parent:
                    guard let parent = ancestors.popLast() else { throw .notFound }
                    directory = try record(parent)
                    continue
                case .name(let next): name = next
                }
            } else if let next = rest.popFirst() {
                name = next
            } else {
                break
            }
            try AccessCheck.require(.execute, of: context.identity, to: directory.attributes)
            let isLast = rest.isEmpty && ofLinks.isEmpty
            let number = directory.attributes.inode
            guard
                let entry = exactly
                    ? try metadata.entry(named: name, in: number) : try entryIgnoringCase(name, in: number)
            else {
                guard isLast, !isFromLink else { throw missing() }
                return ResolvedPath(parent: directory, name: name)
            }
            let target = try record(entry.inode)
            switch target.attributes.type {
            case .symbolicLink where !isLast || followingLast:
                guard !stopping else { throw .stoppedOnSymbolicLink }
                linksFollowed += 1
                guard linksFollowed <= Self.maximumLinksFollowed else { throw .notFound }
                ofLinks += try components(of: target.symbolicLinkTarget ?? []).reversed()
            case .directory where !isLast:
                ancestors.append(directory.attributes.inode)
                directory = target
            case _ where isLast:
                return ResolvedPath(parent: directory, name: name, entry: entry, target: target)
            default:
                throw missing()
            }
        }
        // The root, or a link that ends in `.` or `..`.
        guard let parent = ancestors.last else { return ResolvedPath(target: directory) }
        let entry = try name(of: directory.attributes.inode, in: parent).flatMap { name throws(FileSystemError) in
            try metadata.entry(named: name, in: parent)
        }
        return ResolvedPath(parent: try record(parent), name: entry?.name, entry: entry, target: directory)
    }

    private enum Component {
        case name(FileName)
        case parent
    }

    /// A link's target as components. Absolute ones lead out of the share.
    private func components(of target: [UInt8]) throws(FileSystemError) -> [Component] {
        guard let first = target.first, first != UInt8(ascii: "/") else { throw .notFound }
        var result: [Component] = []
        for part in target.split(separator: UInt8(ascii: "/")) {
            switch Array(part) {
            case [0x2E]: continue
            case [0x2E, 0x2E]: result.append(.parent)
            case let bytes:
                guard let name = try? FileName(bytes) else { throw .notFound }
                result.append(.name(name))
            }
        }
        return result
    }
}
