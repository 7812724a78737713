package import FileSystemModel

/// A file's mode bits seen as a DACL, and a DACL taken for mode bits.
///
/// Of POSIX's three classes only the first that fits counts, and a list is asked entry by entry: where a class has less than one
/// that comes after it, an entry before it denies the difference. The first entry carries the mode itself for clients that
/// know it (``SID/init(unixMode:)``) and says nothing to others.
package enum ModeList {
    /// What everybody has: stat(2) needs no right to the file.
    private static let common: AccessMask = [.readAttributes, .readControl, .synchronize]
    /// What an owner has whatever the bits are.
    private static let ofOwner: AccessMask = [.writeAttributes, .writeDAC, .writeOwner]

    package static func list(of attributes: Attributes) -> AccessControlList {
        let mode = AccessControlEntry(.denied, [], for: SID(unixMode: attributes.permissions))
        return AccessControlList([mode] + classEntries(attributes))
    }

    /// The entries of owner, group and everyone.
    private static func classEntries(_ attributes: Attributes) -> [AccessControlEntry] {
        func bits(_ shift: UInt16) -> PosixAccess {
            PosixAccess(rawValue: UInt8(attributes.permissions.rawValue >> shift & 7))
        }
        let (owner, group, others) = (bits(6), bits(3), bits(0))
        let (uid, gid) = (SID(unixUser: attributes.uid), SID(unixGroup: attributes.gid))
        func rights(_ bits: PosixAccess) -> AccessMask { Self.rights(bits, isDirectory: attributes.isDirectory) }
        var entries: [AccessControlEntry] = []
        func deny(_ bits: PosixAccess, _ sid: SID, keeping kept: AccessMask = []) {
            guard !bits.isEmpty else { return }
            entries.append(AccessControlEntry(.denied, rights(bits).subtracting(kept), for: sid))
        }
        deny(group.union(others).subtracting(owner), uid, keeping: ofOwner)
        entries.append(AccessControlEntry(.allowed, common.union(ofOwner).union(rights(owner)), for: uid))
        deny(others.subtracting(group), gid)
        entries.append(AccessControlEntry(.allowed, common.union(rights(group)), for: gid))
        entries.append(AccessControlEntry(.allowed, common.union(rights(others)), for: .everyone))
        return entries
    }

    private static func rights(_ bits: PosixAccess, isDirectory: Bool) -> AccessMask {
        var result: AccessMask = []
        if bits.contains(.read) { result.formUnion([.readData, .readExtendedAttributes]) }
        if bits.contains(.write) {
            result.formUnion([.writeData, .appendData, .writeExtendedAttributes, .writeAttributes])
            if isDirectory { result.insert(.deleteChild) }
        }
        if bits.contains(.execute) { result.insert(.execute) }
        return result
    }

    /// The permissions that `list` stands for, on a file whose owner and group are those of `attributes`.
    ///
    /// Nothing that a client says is dropped: a list is taken when it carries the mode and, if anything else, what that mode is
    /// shown as or Linux's entry for authenticated users; or when it is, without a mode, what some mode is shown as.
    /// Set-user-ID, set-group-ID and the sticky bit, which the entries of the classes do not have, then stay.
    ///
    /// - Throws: `.notSupported` for all other lists.
    package static func permissions(
        from list: AccessControlList, of attributes: Attributes
    ) throws(FileSystemError) -> Permissions {
        let rest = list.entries.filter { $0.sid.unixMode == nil }.map(\.inOneForm)
        var shown = attributes
        if let mode = try mode(in: list) {
            shown.permissions = mode
            guard rest.isEmpty || rest == [linuxEntry] || rest == classEntries(shown) else { throw .notSupported }
        } else {
            shown.permissions = classBits(rest, attributes)
                .union(attributes.permissions.intersection([.setUserID, .setGroupID, .sticky]))
            guard rest == classEntries(shown) else { throw .notSupported }
        }
        return shown.permissions
    }

    /// The mode that entries of `list` carry; nil where none does.
    ///
    /// - Throws: `.notSupported` for two that differ and for bits that no mode has.
    package static func mode(in list: AccessControlList) throws(FileSystemError) -> Permissions? {
        let modes = Set(list.entries.compactMap(\.sid.unixMode))
        guard let mode = modes.first else { return nil }
        // The bits of the file's type may stand beside it: st_mode has them.
        guard modes.count == 1, mode & ~0o177777 == 0 else { throw .notSupported }
        return Permissions(rawValue: UInt16(truncatingIfNeeded: mode))
    }

    /// Beside the mode Linux writes, for servers that do not know it, that every authenticated user may do all.
    private static let linuxEntry = AccessControlEntry(.allowed, .all, for: .authenticatedUsers)

    /// What the classes' own entries allow, whether or not a mode is shown as just that.
    private static func classBits(_ entries: [AccessControlEntry], _ attributes: Attributes) -> Permissions {
        let classes = [SID(unixUser: attributes.uid), SID(unixGroup: attributes.gid), .everyone]
        return classes.reduce(into: Permissions()) { result, sid in
            let mask = entries.first { $0.kind == .allowed && $0.sid == sid }?.mask ?? []
            var bits: PosixAccess = []
            if mask.contains(.readData) { bits.insert(.read) }
            if mask.contains(.writeData) { bits.insert(.write) }
            if mask.contains(.execute) { bits.insert(.execute) }
            result = Permissions(rawValue: result.rawValue << 3 | UInt16(bits.rawValue))
        }
    }
}

extension AccessControlEntry {
    /// With the generic rights spelt out, and the one of two names by which users and groups are known here.
    fileprivate var inOneForm: AccessControlEntry {
        let sid = self.sid.uid.map(SID.init(unixUser:)) ?? self.sid.gid.map(SID.init(unixGroup:)) ?? self.sid
        return AccessControlEntry(kind, mask.expandingGenerics, for: sid, flags: flags, applicationData: applicationData)
    }
}

extension SecurityDescriptor {
    /// Owner, group and mode of a file. No file inherits anything, and it says so.
    package init(of attributes: Attributes) {
        self.init(
            control: .isProtected, owner: SID(unixUser: attributes.uid), group: SID(unixGroup: attributes.gid),
            dacl: ModeList.list(of: attributes))
    }
}
