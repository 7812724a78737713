import AccessArbitration
import AccessControl
package import FileSystemModel
import MetadataStore

/// What a file can be beside bytes and a directory: POSIX's special files, Windows' reparse points.
package enum SpecialFile: Equatable, Sendable {
    /// The target, verbatim.
    case symbolicLink([UInt8])
    case fifo
    case socket
    case characterDevice(DeviceNumber)
    case blockDevice(DeviceNumber)

    var type: FileType {
        switch self {
        case .symbolicLink: .symbolicLink
        case .fifo: .fifo
        case .socket: .socket
        case .characterDevice: .characterDevice
        case .blockDevice: .blockDevice
        }
    }
}

extension InodeRecord {
    /// Nil for files and directories.
    var specialFile: SpecialFile? {
        switch attributes.type {
        case .regular, .directory: nil
        case .symbolicLink: .symbolicLink(symbolicLinkTarget ?? [])
        case .fifo: .fifo
        case .socket: .socket
        case .characterDevice: .characterDevice(DeviceNumber(rawValue: attributes.device))
        case .blockDevice: .blockDevice(DeviceNumber(rawValue: attributes.device))
        }
    }
}

/// A symbolic link that a path runs into.
package struct LinkOnPath: Equatable, Sendable {
    /// Verbatim.
    package var target: [UInt8]
    /// How many components of the path follow the link.
    package var componentsBehind: Int

    package init(target: [UInt8], componentsBehind: Int) {
        self.target = target
        self.componentsBehind = componentsBehind
    }
}

extension FileSystem {
    /// What an open's file is; nil for a file or directory.
    package func specialFile(_ open: Open, _ context: OperationContext) throws(FileSystemError)
        -> Outcome<SpecialFile?>
    {
        try perform(.readLink, .open(open.id, open.inode), context) { () throws(FileSystemError) in
            .done(try record(open.inode).specialFile, unchanged)
        }
    }

    /// The first symbolic link that a path runs into, for who does not want it followed; nil where there is none.
    ///
    /// - Throws: as an open of the path.
    package func symbolicLink(
        on path: [FileName], followingLast: Bool, exactly: Bool = false, _ context: OperationContext
    ) throws(FileSystemError) -> Outcome<LinkOnPath?> {
        try perform(.readLink, .path(path), context) { () throws(FileSystemError) in
            let found = try namespace.reading { () throws(FileSystemError) -> LinkOnPath? in
                var directory = try record(.root)
                for (index, name) in path.enumerated() {
                    let isLast = index == path.count - 1
                    guard directory.attributes.isDirectory else { throw .pathNotFound }
                    try AccessCheck.require(.execute, of: context.identity, to: directory.attributes)
                    let entry =
                        exactly
                        ? try metadata.entry(named: name, in: directory.attributes.inode)
                        : try entryIgnoringCase(name, in: directory.attributes.inode)
                    guard let entry else {
                        return nil
                    }
                    directory = try record(entry.inode)
                    if !isLast || followingLast, let target = directory.symbolicLinkTarget {
                        return LinkOnPath(target: target, componentsBehind: path.count - 1 - index)
                    }
                }
                return nil
            }
            return .done(found, unchanged)
        }
    }

    /// Makes of an empty file (or, for a link, an empty directory) what it is to be from now on; of one that is special
    /// already, another of its kind — [MS-FSA] 2.1.5.10.37. Its number, names, owner and extended attributes stay.
    ///
    /// - Throws: `.accessDenied` without the right to write data or attributes, `.notPermitted` for a device,
    ///   `.sharingViolation` while somebody else has the file open, `.directoryNotEmpty`, `.notSupported` for a file
    ///   with bytes or streams and for the root, `.invalidArgument` where a link is to become no link or the reverse,
    ///   `.nameTooLong`, `.readOnly`, `.stale`.
    package func transform(
        _ open: Open, into special: SpecialFile, _ context: OperationContext
    ) throws(FileSystemError) -> Outcome<Void> {
        try perform(.make, .open(open.id, open.inode), context) { () throws(FileSystemError) in
            switch special {
            case .symbolicLink(let target) where target.isEmpty: throw .invalidArgument
            case .symbolicLink(let target) where target.count >= Self.maximumPathBytes: throw .nameTooLong
            case .characterDevice where !context.identity.isPrivileged,
                .blockDevice where !context.identity.isPrivileged:
                throw .notPermitted
            default: break
            }
            return try rebuild(open, context) { (record) throws(FileSystemError) in
                let isLink = special.type == .symbolicLink
                switch record.attributes.type {
                case .regular:
                    guard record.attributes.size == 0, try metadata.streamCount(of: open.inode) == 0 else {
                        throw .notSupported
                    }
                case .directory:
                    guard isLink else { throw .isDirectory }
                    guard try metadata.isDirectoryEmpty(open.inode) else { throw .directoryNotEmpty }
                    guard try metadata.streamCount(of: open.inode) == 0 else { throw .notSupported }
                    record.attributes.dosAttributes.insert(.directoryLink)
                default:
                    guard (record.attributes.type == .symbolicLink) == isLink else { throw .invalidArgument }
                }
                record.attributes.type = special.type
                record.attributes.size = 0
                record.attributes.device = 0
                record.symbolicLinkTarget = nil
                switch special {
                case .symbolicLink(let target):
                    record.symbolicLinkTarget = target
                    record.attributes.size = UInt64(target.count)
                    record.attributes.permissions = Permissions(rawValue: 0o777)
                case .characterDevice(let number), .blockDevice(let number):
                    record.attributes.device = number.rawValue
                case .fifo, .socket: break
                }
            }
        }
    }

    /// Makes a special file an empty file again, or a directory where it was one — [MS-FSA] 2.1.5.10.3.
    ///
    /// - Throws: `.notSymbolicLink` for what is none, as ``transform(_:into:_:)``.
    package func restorePlainFile(_ open: Open, _ context: OperationContext) throws(FileSystemError)
        -> Outcome<Void>
    {
        try perform(.make, .open(open.id, open.inode), context) { () throws(FileSystemError) in
            try rebuild(open, context) { (record) throws(FileSystemError) in
                guard record.specialFile != nil else { throw .notSymbolicLink }
                let isDirectory = record.attributes.dosAttributes.contains(.directoryLink)
                // A directory has one name.
                guard !isDirectory || record.attributes.linkCount == 1 else { throw .notSupported }
                if record.attributes.type == .symbolicLink {
                    record.attributes.permissions = Permissions(
                        rawValue: (isDirectory ? 0o777 : 0o666) & ~options.umask)
                }
                record.attributes.type = isDirectory ? .directory : .regular
                record.attributes.dosAttributes.remove(.directoryLink)
                record.attributes.size = 0
                record.attributes.device = 0
                record.symbolicLinkTarget = nil
            }
        }
    }

    /// Changes what an inode is, with nobody else looking; keeps the link counts of the directories right.
    private func rebuild(
        _ open: Open, _ context: OperationContext,
        _ change: (inout InodeRecord) throws(FileSystemError) -> Void
    ) throws(FileSystemError) -> Outcome<Void> {
        guard !open.access.isDisjoint(with: [.writeData, .writeAttributes]) else { throw .accessDenied }
        // A stream is no file that could become anything.
        guard open.stream == nil else { throw .notSupported }
        try requireWritable()
        var discarded: [ContentID] = []
        let receipt = try namespace.writing { () throws(FileSystemError) -> Receipt in
            guard let link = open.link else { throw .notSupported }
            return try inodes.writing(open.inode, link.parent) { () throws(FileSystemError) in
                guard arbitration.opens(of: open.inode).count <= 1 else { throw .sharingViolation }
                var record = try record(open.inode)
                var parent = try self.record(link.parent)
                let wasDirectory = record.attributes.isDirectory
                try change(&record)
                var mutations: [MetadataBatch.Mutation] = []
                if let id = record.contentID {
                    record.contentID = nil
                    record.attributes.allocatedSize = 0
                    mutations.append(.putPendingDelete(id))
                    discarded.append(id)
                }
                let now = environment.clock.now()
                record.attributes.modificationTime = now
                record.attributes.changeTime = now
                record.attributes.changeNumber &+= 1
                // Whoever knows the number knows another thing.
                record.attributes.generation &+= 1
                let isDirectory = record.attributes.isDirectory
                if wasDirectory != isDirectory {
                    record.attributes.linkCount = isDirectory ? 2 : 1
                    record.parent = isDirectory ? link.parent : nil
                    parent.attributes.linkCount =
                        isDirectory
                        ? parent.attributes.linkCount &+ 1 : parent.attributes.linkCount &- 1
                    mutations.append(.putInode(parent))
                }
                mutations.append(.putInode(record))
                return try commit(
                    mutations, context, preconditions: wasDirectory ? [.directoryEmpty(open.inode)] : [],
                    orElse: .directoryNotEmpty, events: [ChangeEvent(.attributes, open.inode)])
            }
        }
        discard(discarded)
        return .done((), receipt)
    }
}
