import AccessArbitration
import AccessControl
package import FileSystemModel
import MetadataStore

extension FileSystem {
    /// mknod, mkdir and symlink.
    ///
    /// - Throws: `.exists`, `.accessDenied`, `.notPermitted` for a device, `.notFound`, `.notDirectory`, `.tooManyLinks`, `.readOnly`,
    ///   `.noSpace`, `.nameTooLong` for a link's target.
    package func make(
        _ file: NewFile, named name: FileName, in parent: InodeNumber, _ context: OperationContext
    ) throws(FileSystemError) -> Outcome<Attributes> {
        try perform(.make, .entry(parent: parent, name: name), context) { () throws(FileSystemError) in
            try namespace.writing { () throws(FileSystemError) in
                let (record, receipt) = try insert(file, named: name, in: parent, context)
                return .done(record.attributes, receipt)
            }
        }
    }

    /// An entry behind all others of its directory, or in the place of one that was there before.
    func newEntry(
        named name: FileName, of inode: InodeNumber, in parent: inout InodeRecord, at cookie: DirectoryCookie? = nil
    ) -> EntryRecord {
        let entry = EntryRecord(
            parent: parent.attributes.inode, name: name, foldedName: FoldedName(name), inode: inode,
            cookie: cookie ?? parent.nextCookie)
        if ShortName.cookie(in: name.bytes) != nil { parent.hasHeldShortNames = true }
        if cookie == nil { parent.nextCookie = DirectoryCookie(rawValue: parent.nextCookie.rawValue &+ 1) }
        return entry
    }

    /// Makes an inode and its first name. Under the namespace lock, written.
    func insert(
        _ file: NewFile, named name: FileName, in parentNumber: InodeNumber, at cookie: DirectoryCookie? = nil,
        _ context: OperationContext
    ) throws(FileSystemError) -> (InodeRecord, Receipt) {
        try inodes.writing(parentNumber) { () throws(FileSystemError) in
            var parent = try directory(parentNumber)
            // Before anything is said about the name: without search permission nobody learns which there are.
            try AccessCheck.require(.execute, of: context.identity, to: parent.attributes)
            guard try metadata.entry(named: name, in: parentNumber) == nil else { throw .exists }
            // symlink(2): no longer than a path can be.
            guard file.symbolicLinkTarget.count < Self.maximumPathBytes else { throw .nameTooLong }
            try requireWritable()
            parent = try writableDirectory(parentNumber, context)
            if file.type == .characterDevice || file.type == .blockDevice, !context.identity.isPrivileged {
                throw .notPermitted
            }
            if file.type == .directory, parent.attributes.linkCount >= Self.maximumLinks { throw .tooManyLinks }
            let now = environment.clock.now()
            let number = try metadata.allocateInodeNumbers(1)
            let record = newRecord(file, number: number, in: parent, identity: context.identity, now: now)
            let entry = newEntry(named: name, of: number, in: &parent, at: cookie)
            if file.type == .directory { parent.attributes.linkCount &+= 1 }
            touch(&parent.attributes, now)
            let receipt = try commit(
                [.putInode(record), .putEntry(entry), .putInode(parent)], context,
                preconditions: [.entryAbsent(parent: parentNumber, name: name)], orElse: .exists,
                events: [ChangeEvent(.created(Link(parent: parentNumber, name: name)), number)])
            return (record, receipt)
        }
    }

    /// PATH_MAX, the NUL at the end included.
    static let maximumPathBytes = 4096

    /// A hard link's and a directory's bound, as ext4 has it for hard links.
    static let maximumLinks: UInt32 = 65_000

    private func newRecord(
        _ file: NewFile, number: InodeNumber, in parent: InodeRecord, identity: Identity, now: Timestamp
    ) -> InodeRecord {
        var permissions = Permissions(rawValue: file.permissions.rawValue & ~(file.umask & 0o777))
        var gid = identity.gid
        if parent.attributes.permissions.contains(.setGroupID) {
            gid = parent.attributes.gid
            if file.type == .directory {
                permissions.insert(.setGroupID)
            } else if permissions.contains([.setGroupID, .groupExecute]), !identity.isPrivileged, !identity.isMember(of: gid) {
                permissions.remove(.setGroupID)
            }
        }
        if file.type == .symbolicLink { permissions = Permissions(rawValue: 0o777) }
        var attributes = Attributes(
            inode: number, type: file.type, permissions: permissions, uid: identity.uid, gid: gid,
            linkCount: file.type == .directory ? 2 : 1, device: file.device,
            dosAttributes: file.dosAttributes.intersection(.settable), time: now)
        var record = InodeRecord(attributes: attributes, parent: file.type == .directory ? parent.attributes.inode : nil)
        if file.type == .symbolicLink {
            attributes.size = UInt64(file.symbolicLinkTarget.count)
            record.symbolicLinkTarget = file.symbolicLinkTarget
        }
        record.attributes = attributes
        return record
    }

    /// A directory's entries have changed.
    func touch(_ attributes: inout Attributes, _ now: Timestamp) {
        attributes.modificationTime = now
        attributes.changeTime = now
        attributes.changeNumber &+= 1
    }

    /// link(2).
    ///
    /// - Throws: `.notPermitted` for a directory, `.exists`, `.tooManyLinks`, `.notFound` for an inode without a name, as `make`.
    package func link(
        _ inode: InodeNumber, named name: FileName, in parentNumber: InodeNumber, _ context: OperationContext
    ) throws(FileSystemError) -> Outcome<Attributes> {
        try perform(.link, .entry(parent: parentNumber, name: name), context) { () throws(FileSystemError) in
            try namespace.writing { () throws(FileSystemError) in
                try AccessCheck.require(.execute, of: context.identity, to: try directory(parentNumber).attributes)
                guard try metadata.entry(named: name, in: parentNumber) == nil else { throw .exists }
                let (attributes, receipt, _) = try insertLink(inode, named: name, in: parentNumber, over: nil, context)
                return .done(attributes, receipt)
            }
        }
    }

    /// Adds a name to an inode, taken from the file that bears it where there is one. Under the namespace lock, written; that `target`
    /// may be replaced has been checked. Returns the content that is to be discarded.
    func insertLink(
        _ inode: InodeNumber, named name: FileName, in parentNumber: InodeNumber, over target: EntryRecord?,
        _ context: OperationContext
    ) throws(FileSystemError) -> (Attributes, Receipt, [ContentID]) {
        try inodes.writing([inode, parentNumber] + (target.map { [$0.inode] } ?? [])) { () throws(FileSystemError) in
            try requireWritable()
            var parent = try writableDirectory(parentNumber, context)
            var record = try record(inode)
            guard !record.attributes.isDirectory else { throw .notPermitted }
            guard record.attributes.linkCount > 0 else { throw .notFound }
            guard record.attributes.linkCount < Self.maximumLinks else { throw .tooManyLinks }
            let now = environment.clock.now()
            record.attributes.linkCount &+= 1
            record.attributes.changeTime = now
            record.attributes.changeNumber &+= 1
            let link = Link(parent: parentNumber, name: name)
            var events = [ChangeEvent(.created(link), inode)]
            var removal = Unlinking(mutations: [])
            if let target {
                removal = try unlinking(try self.record(target.inode), now)
                removal.mutations.append(.deleteEntry(parent: target.parent, name: target.name))
                events.insert(ChangeEvent(.removed(Link(parent: target.parent, name: target.name)), target.inode), at: 0)
            }
            let entry = newEntry(named: name, of: inode, in: &parent)
            touch(&parent.attributes, now)
            let receipt = try commit(
                removal.mutations + [.putInode(record), .putEntry(entry), .putInode(parent)], context, orElse: .exists,
                events: events)
            if let target {
                forgetLink(Link(parent: target.parent, name: target.name), of: target.inode)
                removal.discarded += reclaimKept(removal, target.inode)
            }
            return (record.attributes, receipt, removal.discarded)
        }
    }
}
