import AccessArbitration
package import AccessControl
import ContentStore
package import FileSystemModel
import MetadataStore
import Synchronization

extension FileSystem {
    /// stat(2): needs no right to the file itself.
    ///
    /// - Throws: `.stale`.
    package func attributes(
        of inode: InodeNumber, _ context: OperationContext
    ) throws(FileSystemError) -> Outcome<Attributes> {
        try perform(.attributes, .inode(inode), context) { () throws(FileSystemError) in
            .done(try record(inode).attributes, unchanged)
        }
    }

    /// fstat(2), and the query classes of SMB.
    package func attributes(_ open: Open, _ context: OperationContext) throws(FileSystemError) -> Outcome<Attributes> {
        try perform(.attributes, .open(open.id, open.inode), context) { () throws(FileSystemError) in
            guard open.stream != nil else { return .done(try record(open.inode).attributes, unchanged) }
            return .done(
                try inodes.reading(open.inode) { () throws(FileSystemError) in try opened(open).attributes }, unchanged)
        }
    }

    /// access(2) for the caller's identity.
    ///
    /// - Throws: `.accessDenied`, `.readOnly` when writing is asked for on a read-only share, `.stale`.
    package func checkAccess(
        _ wanted: PosixAccess, to inode: InodeNumber, _ context: OperationContext
    ) throws(FileSystemError) -> Outcome<Void> {
        try perform(.access, .inode(inode), context) { () throws(FileSystemError) in
            let attributes = try record(inode).attributes
            try AccessCheck.require(wanted, of: context.identity, to: attributes)
            if wanted.contains(.write), attributes.type == .regular || attributes.isDirectory { try requireWritable() }
            return .done((), unchanged)
        }
    }

    /// chmod, chown, truncate, utimens, and SMB's SET_INFO of basic, end-of-file and allocation information.
    ///
    /// Without an open, or with a POSIX one, POSIX's rules on who may do what apply; a Windows open needs the rights that
    /// [MS-FSA] 2.1.5.15 names, and was granted them when it was opened.
    ///
    /// - Throws: `.notPermitted`, `.invalidOwner`, `.accessDenied`, `.readOnly`, `.isDirectory`, `.fileTooLarge`, `.noSpace`, `.stale`, `.invalidArgument`,
    ///   `.rangeLocked`, `.sharingViolation` for a size that is set without an open.
    package func setAttributes(
        _ changes: AttributeChanges, of inode: InodeNumber, via open: Open?, _ context: OperationContext
    ) throws(FileSystemError) -> Outcome<Attributes> {
        try perform(.setAttributes, open.map { .open($0.id, inode) } ?? .inode(inode), context) { () throws(FileSystemError) in
            let (attributes, receipt) = try change(changes, of: inode, via: open, context)
            return .done(attributes, receipt)
        }
    }

    func change(
        _ changes: AttributeChanges, of inode: InodeNumber, via open: Open?, _ context: OperationContext
    ) throws(FileSystemError) -> (attributes: Attributes, receipt: Receipt) {
        try requireWritable()
        return try inodes.writing(inode) { () throws(FileSystemError) in
            var opened = try opened(inode, via: open)
            try authorize(changes, opened.attributes, open, context)
            let now = environment.clock.now()
            let oldSize = opened.size
            if let size = changes.size {
                if size != oldSize {
                    try refuseLockedRange(.write, open: open, inode: opened.subject, first: min(size, oldSize), last: .max)
                }
                try resize(&opened, to: size)
            }
            let frozen = open.map { note(changes, on: $0) } ?? []
            apply(changes, to: &opened.file.attributes, frozen: frozen, identity: context.identity, now: now)
            // To freeze or thaw a time changes nothing yet.
            if changes.changeTime != nil || (!frozen.contains(.change) && changes.altersFile) {
                setChangeTime(changes, &opened.file.attributes, now)
            }
            opened.file.attributes.changeNumber &+= 1
            let receipt = try commit(
                opened, context,
                events: changes.size == nil || changes.size == oldSize
                    ? [ChangeEvent(.attributes, inode)] : [written(min(oldSize, opened.size)..<UInt64.max, opened)])
            return (opened.attributes, receipt)
        }
    }

    // MARK: Who may

    private func authorize(
        _ changes: AttributeChanges, _ attributes: Attributes, _ open: Open?, _ context: OperationContext
    ) throws(FileSystemError) {
        if let open, open.style == .windows {
            if changes.size != nil, !open.access.contains(.writeData) { throw .accessDenied }
            let touchesAttributes =
                changes.dosAttributes != nil || changes.accessTime != nil || changes.modificationTime != nil
                || changes.changeTime != nil || changes.creationTime != nil
            if touchesAttributes, !open.access.contains(.writeAttributes) { throw .accessDenied }
            if changes.permissions != nil, !open.access.contains(.writeDAC) { throw .accessDenied }
            if changes.uid != nil || changes.gid != nil, !open.access.contains(.writeOwner) { throw .accessDenied }
            try authorizeOwnership(changes, attributes, context.identity)
        } else {
            try authorizePosix(changes, attributes, open, context.identity)
        }
        guard let size = changes.size else { return }
        guard !attributes.isDirectory else { throw .isDirectory }
        guard attributes.type == .regular else { throw .invalidArgument }
        guard size <= UInt64(Int64.max) else { throw .fileTooLarge }
        // truncate(2) opens nothing, but writes: it needs the share modes of those who have the file open.
        if open == nil, arbitration.forbids(.write, to: attributes.inode) { throw .sharingViolation }
    }

    /// Whose right it is to change the owner may become it, and choose among his own groups — [MS-FSA] 2.1.5.17
    private func authorizeOwnership(
        _ changes: AttributeChanges, _ attributes: Attributes, _ identity: Identity
    ) throws(FileSystemError) {
        guard !identity.isPrivileged else { return }
        if let uid = changes.uid, uid != attributes.uid, uid != identity.uid { throw .invalidOwner }
        if let gid = changes.gid, gid != attributes.gid, !identity.isMember(of: gid) { throw .notPermitted }
    }

    private func authorizePosix(
        _ changes: AttributeChanges, _ attributes: Attributes, _ open: Open?, _ identity: Identity
    ) throws(FileSystemError) {
        let isOwner = AccessCheck.isOwner(identity, of: attributes)
        if changes.permissions != nil, !isOwner { throw .notPermitted }
        if changes.dosAttributes != nil || changes.creationTime != nil, !isOwner { throw .notPermitted }
        if let uid = changes.uid, uid != attributes.uid, !identity.isPrivileged { throw .notPermitted }
        if changes.uid != nil, !isOwner { throw .notPermitted }
        if let gid = changes.gid {
            guard isOwner else { throw .notPermitted }
            guard identity.isPrivileged || gid == attributes.gid || identity.isMember(of: gid) else { throw .notPermitted }
        }
        let setsTime = [changes.accessTime, changes.modificationTime].contains { change in
            if case .set = change { return true }
            return false
        }
        if setsTime, !isOwner { throw .notPermitted }
        // utimensat(2): one time to now and the other left alone is the owner's. truncate(2) sets one along with the size.
        let setsOne = (changes.accessTime != nil) != (changes.modificationTime != nil)
        if setsOne, changes.size == nil, !isOwner { throw .notPermitted }
        if changes.accessTime != nil || changes.modificationTime != nil, !isOwner {
            try AccessCheck.require(.write, of: identity, to: attributes)
        }
        if changes.size != nil, !(open?.access.contains(.writeData) ?? false) {
            try AccessCheck.require(.write, of: identity, to: attributes)
            if attributes.dosAttributes.contains(.readOnly) { throw .accessDenied }
        }
    }

    // MARK: What changes

    private func apply(
        _ changes: AttributeChanges, to attributes: inout Attributes, frozen: TimeFields, identity: Identity, now: Timestamp
    ) {
        if let uid = changes.uid { attributes.uid = uid }
        if let gid = changes.gid { attributes.gid = gid }
        if changes.uid != nil || changes.gid != nil, changes.permissions == nil, !attributes.isDirectory {
            dropSetIDs(&attributes, for: identity)
        }
        if let permissions = changes.permissions {
            attributes.permissions = permissions
            // The right to change the mode stays with an open; to lend an identity one must still have it.
            if !AccessCheck.isOwner(identity, of: attributes) { attributes.permissions.remove(.setUserID) }
            if !identity.isPrivileged, !identity.isMember(of: attributes.gid) {
                attributes.permissions.remove(.setGroupID)
            }
        } else if changes.size != nil, !identity.isPrivileged {
            dropSetIDs(&attributes, for: identity)
        }
        if let dosAttributes = changes.dosAttributes {
            attributes.dosAttributes = dosAttributes.intersection(.settable)
                .union(attributes.dosAttributes.subtracting(.settable))
        }
        func resolve(_ change: TimeChange?) -> Timestamp? {
            switch change {
            case nil: nil
            case .now: now
            case .set(let time): time
            }
        }
        if let time = resolve(changes.accessTime) { attributes.accessTime = time }
        if let time = resolve(changes.modificationTime) {
            attributes.modificationTime = time
        } else if changes.size != nil, !frozen.contains(.modification) {
            attributes.modificationTime = now
        }
        if let time = resolve(changes.creationTime) { attributes.creationTime = time }
    }

    private func setChangeTime(_ changes: AttributeChanges, _ attributes: inout Attributes, _ now: Timestamp) {
        if case .set(let time) = changes.changeTime { attributes.changeTime = time } else { attributes.changeTime = now }
    }

    /// Keeps in mind which times a Windows open has set or frozen: [MS-FSA] 2.1.5.15.2's UserSet… flags. Returns those it holds.
    private func note(_ changes: AttributeChanges, on open: Open) -> TimeFields {
        guard open.style == .windows else { return [] }
        return open.state.withLock { state in
            state.frozen.formUnion(changes.freeze)
            if changes.accessTime != nil { state.frozen.insert(.access) }
            if changes.modificationTime != nil { state.frozen.insert(.modification) }
            if changes.changeTime != nil { state.frozen.insert(.change) }
            if changes.creationTime != nil { state.frozen.insert(.creation) }
            state.frozen.subtract(changes.thaw)
            return state.frozen
        }
    }

    /// set-user-ID goes, and set-group-ID where it means execution and not mandatory locking.
    func dropSetIDs(_ attributes: inout Attributes, for identity: Identity) {
        guard attributes.type == .regular else { return }
        attributes.permissions.remove(.setUserID)
        let isOutsider = !identity.isPrivileged && !identity.isMember(of: attributes.gid)
        if isOutsider || attributes.permissions.contains(.groupExecute) { attributes.permissions.remove(.setGroupID) }
    }

    /// Gives a file another size; bytes beyond it are gone, bytes up to it are zeros. The caller commits the record.
    func resize(_ opened: inout OpenedFile, to size: UInt64) throws(FileSystemError) {
        guard size <= UInt64(Int64.max) else { throw .fileTooLarge }
        // At the same size as well: what was reserved beyond it goes.
        if let id = opened.contentID, size <= opened.size {
            try content.truncate(id, to: size)
            opened.allocatedSize = try content.allocatedSize(id)
        }
        opened.size = size
    }
}
