import AccessControl
package import FileSystemModel
import MetadataStore

package enum ExtendedAttributeMode: Sendable {
    case either
    /// XATTR_CREATE
    case create
    /// XATTR_REPLACE
    case replace
}

extension FileSystem {
    /// getxattr(2). Names are bytes with their prefix; `user.DosStream.NAME:$DATA` is a named stream.
    ///
    /// - Throws: `.attributeNotFound`, `.notSupported` for a namespace that the share does not keep, `.accessDenied`, `.stale`.
    package func extendedAttribute(
        _ name: [UInt8], of inode: InodeNumber, _ context: OperationContext
    ) throws(FileSystemError) -> Outcome<[UInt8]> {
        try perform(.getExtendedAttribute, .inode(inode), context) { () throws(FileSystemError) in
            let attributes = try record(inode).attributes
            try authorize(name, attributes, writes: false, context.identity)
            if StreamAttribute.claims(name) { return .done(try streamValue(name, of: inode), unchanged) }
            guard let value = try metadata.extendedAttribute(name, of: inode) else { throw .attributeNotFound }
            return .done(value, unchanged)
        }
    }

    /// setxattr(2).
    ///
    /// - Throws: `.attributeExists`, `.attributeNotFound` by mode; `.attributeTooLarge` beyond 64 KiB; `.nameTooLong` beyond 255 bytes;
    ///   `.notPermitted` for `user.` on what is neither file nor directory; `.noSpace` beyond 1 MiB of attributes a file.
    package func setExtendedAttribute(
        _ name: [UInt8], to value: [UInt8], mode: ExtendedAttributeMode, of inode: InodeNumber, _ context: OperationContext
    ) throws(FileSystemError) -> Outcome<Void> {
        try perform(.setExtendedAttribute, .inode(inode), context) { () throws(FileSystemError) in
            if StreamAttribute.claims(name) {
                let receipt = try setStreamValue(
                    name, to: value, mode: mode, of: inode, authorize: writing(name, context.identity), context)
                return .done((), receipt)
            }
            return try inodes.writing(inode) { () throws(FileSystemError) in
                var record = try record(inode)
                guard name.count <= 255 else { throw .nameTooLong }
                guard value.count <= 65_536 else { throw .attributeTooLarge }
                try requireWritable()
                try authorize(name, record.attributes, writes: true, context.identity)
                let existing = try metadata.extendedAttribute(name, of: inode)
                if mode == .create, existing != nil { throw .attributeExists }
                if mode == .replace, existing == nil { throw .attributeNotFound }
                let used = try metadata.extendedAttributes(of: inode).reduce(0) { $0 + $1.name.count + $1.value.count }
                let replaced = existing.map { name.count + $0.count } ?? 0
                guard used - replaced + name.count + value.count <= 1 << 20 else { throw .noSpace }
                noteChange(&record)
                record.hasHeldExtendedAttributes = true
                let receipt = try commit(
                    [.putExtendedAttribute(inode, name: name, value: value), .putInode(record)], context,
                    events: [ChangeEvent(.extendedAttributes, inode)])
                return .done((), receipt)
            }
        }
    }

    /// removexattr(2).
    ///
    /// - Throws: `.attributeNotFound`, as ``setExtendedAttribute(_:to:mode:of:_:)``.
    package func removeExtendedAttribute(
        _ name: [UInt8], of inode: InodeNumber, _ context: OperationContext
    ) throws(FileSystemError) -> Outcome<Void> {
        try perform(.removeExtendedAttribute, .inode(inode), context) { () throws(FileSystemError) in
            if StreamAttribute.claims(name) {
                let receipt = try removeStreamValue(
                    name, of: inode, authorize: writing(name, context.identity), context)
                return .done((), receipt)
            }
            return try inodes.writing(inode) { () throws(FileSystemError) in
                var record = try record(inode)
                try requireWritable()
                try authorize(name, record.attributes, writes: true, context.identity)
                guard try metadata.extendedAttribute(name, of: inode) != nil else { throw .attributeNotFound }
                noteChange(&record)
                let receipt = try commit(
                    [.deleteExtendedAttribute(inode, name: name), .putInode(record)], context,
                    events: [ChangeEvent(.extendedAttributes, inode)])
                return .done((), receipt)
            }
        }
    }

    /// listxattr(2): the names, sorted. `trusted.` is the privileged's alone.
    package func extendedAttributeNames(
        of inode: InodeNumber, _ context: OperationContext
    ) throws(FileSystemError) -> Outcome<[[UInt8]]> {
        try perform(.listExtendedAttributes, .inode(inode), context) { () throws(FileSystemError) in
            _ = try record(inode)
            let streams = try metadata.streams(of: inode).compactMap { StreamAttribute.name(of: $0) }
            var names = try metadata.extendedAttributes(of: inode).map(\.name)
            if !streams.isEmpty { names = (names + streams).sorted { $0.lexicographicallyPrecedes($1) } }
            let visible = context.identity.isPrivileged ? names : names.filter { !$0.starts(with: "trusted.".utf8) }
            return .done(visible, unchanged)
        }
    }

    private func noteChange(_ record: inout InodeRecord) {
        record.attributes.changeTime = environment.clock.now()
        record.attributes.changeNumber &+= 1
    }

    private func writing(
        _ name: [UInt8], _ identity: Identity
    ) -> (Attributes) throws(FileSystemError) -> Void {
        { attributes throws(FileSystemError) in try self.authorize(name, attributes, writes: true, identity) }
    }

    /// The rules of xattr(7), by namespace.
    private func authorize(
        _ name: [UInt8], _ attributes: Attributes, writes: Bool, _ identity: Identity
    ) throws(FileSystemError) {
        if name.starts(with: "user.".utf8) {
            guard name.count > 5 else { throw .invalidArgument }
            guard attributes.type == .regular || attributes.isDirectory else {
                throw writes ? .notPermitted : .attributeNotFound
            }
            if writes, attributes.isDirectory, attributes.permissions.contains(.sticky),
                !AccessCheck.isOwner(identity, of: attributes)
            {
                throw .notPermitted
            }
            try AccessCheck.require(writes ? .write : .read, of: identity, to: attributes)
        } else if name.starts(with: "trusted.".utf8) {
            guard identity.isPrivileged else { throw writes ? .notPermitted : .attributeNotFound }
        } else if name.starts(with: "security.".utf8) {
            if writes, !identity.isPrivileged { throw .notPermitted }
        } else {
            throw .notSupported
        }
    }
}
