package import FileSystemModel

/// The one access check, for every door: what an identity may do with a file, from its mode bits.
package enum AccessCheck {
    /// The rwx that the mode bits leave to `identity`.
    package static func posixAccess(of identity: Identity, to attributes: Attributes) -> PosixAccess {
        let bits = attributes.permissions.rawValue
        if identity.isPrivileged {
            // Execution needs somebody's x bit, except for searching a directory.
            let mayExecute = attributes.isDirectory || bits & 0o111 != 0
            return mayExecute ? [.read, .write, .execute] : [.read, .write]
        }
        let shift: UInt16 =
            if identity.uid == attributes.uid { 6 } else if identity.isMember(of: attributes.gid) { 3 } else { 0 }
        return PosixAccess(rawValue: UInt8(bits >> shift & 7))
    }

    /// - Throws: `.accessDenied` when one of the wanted rights is missing.
    package static func require(
        _ wanted: PosixAccess, of identity: Identity, to attributes: Attributes
    ) throws(FileSystemError) {
        guard posixAccess(of: identity, to: attributes).isSuperset(of: wanted) else { throw .accessDenied }
    }

    /// Owner, or privileged: who may change mode and times.
    @inlinable
    package static func isOwner(_ identity: Identity, of attributes: Attributes) -> Bool {
        identity.isPrivileged || identity.uid == attributes.uid
    }

    /// Whether the entry of `child` may be removed from `parent`: write and search there, and under a sticky bit one of the two must
    /// be the caller's own.
    package static func mayRemove(
        _ child: Attributes, from parent: Attributes, identity: Identity
    ) -> Bool {
        guard posixAccess(of: identity, to: parent).isSuperset(of: [.write, .execute]) else { return false }
        guard parent.permissions.contains(.sticky), !identity.isPrivileged else { return true }
        return identity.uid == child.uid || identity.uid == parent.uid
    }

    /// All Windows rights that `identity` has: the answer to MAXIMUM_ALLOWED and MxAc, from the mode bits of the file and, for
    /// DELETE, of its parent. `parent` is nil for the root of a share, which nobody deletes.
    package static func maximalAccess(
        of identity: Identity, to attributes: Attributes, parent: Attributes?
    ) -> AccessMask {
        if identity.isPrivileged { return parent == nil ? AccessMask.all.subtracting(.delete) : .all }
        var result: AccessMask = [.readAttributes, .readControl, .synchronize]
        var access = posixAccess(of: identity, to: attributes)
        // Everybody has all of a symbolic link's mode bits, and they mean nothing.
        if attributes.type == .symbolicLink, identity.uid != attributes.uid { access.remove(.write) }
        if access.contains(.read) {
            result.formUnion([.readData, .readExtendedAttributes])
            // Whoever may read the bytes can run them; a client that asks for everything on its own 0644 file expects to get it.
            if !attributes.isDirectory { result.insert(.execute) }
        }
        if access.contains(.write) {
            result.formUnion([
                .writeData, .appendData, .writeExtendedAttributes, .writeAttributes, .deleteChild,
            ])
        }
        if access.contains(.execute) { result.insert(.execute) }
        if identity.uid == attributes.uid { result.formUnion([.writeAttributes, .writeDAC, .writeOwner]) }
        if let parent, mayRemove(attributes, from: parent, identity: identity) { result.insert(.delete) }
        return result
    }
}
