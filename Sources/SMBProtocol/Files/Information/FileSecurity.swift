import AccessControl
import FileSystemCore
import FileSystemModel
import SMBMessages
import WindowsTypes
import WireCoding

/// QUERY_INFO and SET_INFO of security descriptors — [MS-SMB2] 3.3.5.20.3, 3.3.5.21.3
///
/// A descriptor is a view of owner, group and mode: nothing of it is stored. A named stream has that of its file.
enum FileSecurity {
    /// AdditionalInformation: the parts that are meant — [MS-SMB2] 2.2.37
    private struct Parts: OptionSet {
        let rawValue: UInt32

        static let owner = Parts(rawValue: 0x0000_0001)
        static let group = Parts(rawValue: 0x0000_0002)
        static let dacl = Parts(rawValue: 0x0000_0004)
        static let sacl = Parts(rawValue: 0x0000_0008)
        static let label = Parts(rawValue: 0x0000_0010)
        static let attribute = Parts(rawValue: 0x0000_0020)
        /// Of the integrity label, resource attributes, a central policy, and all that a backup takes: none of them is kept.
        static let notKept = Parts(rawValue: 0x0001_0070)
    }

    static func query(
        _ request: QueryInfoRequest, _ file: SMBOpen, _ context: inout CommandContext
    ) throws(SMBFailure) -> CommandResult {
        let parts = Parts(rawValue: request.additionalInformation)
        // An empty one is for everybody (smb2.sdread).
        guard parts.isDisjoint(with: [.owner, .group, .dacl, .notKept]) || file.open.access.contains(.readControl) else {
            throw SMBFailure(.accessDenied)
        }
        // Of what is not kept there is nothing to tell; what audits is for those who may see it.
        guard !parts.contains(.sacl) || file.open.access.contains(.accessSystemSecurity) else {
            throw SMBFailure(.accessDenied)
        }
        let outcome = try context.core { operation throws(FileSystemError) in
            try context.fileSystem.attributes(file.open, operation)
        }
        guard case .done(let attributes, _) = outcome else { return .waiting(for: outcome) }
        let whole = SecurityDescriptor(of: attributes)
        let answer = SecurityDescriptor(
            control: parts.contains(.dacl) ? whole.control : .isSelfRelative,
            owner: parts.contains(.owner) ? whole.owner : nil, group: parts.contains(.group) ? whole.group : nil,
            dacl: parts.contains(.dacl) ? whole.dacl : nil
        ).bytes
        guard answer.count <= Int(request.outputBufferLength) else {
            throw SMBFailure(
                .bufferTooSmall,
                response: ErrorResponse(
                    requiredBufferLength: UInt32(clamping: answer.count),
                    inContext: context.connection.dialect == .smb311))
        }
        QueryInfoResponse.write(to: &context.writer) { $0.append(answer) }
        return .success
    }

    static func update(
        _ request: SetInfoRequest, _ file: SMBOpen, _ context: inout CommandContext
    ) throws(SMBFailure) -> CommandResult {
        let parts = Parts(rawValue: request.additionalInformation)
        let access = file.open.access
        if !parts.isDisjoint(with: [.owner, .group, .label]), !access.contains(.writeOwner) { throw SMBFailure(.accessDenied) }
        if !parts.isDisjoint(with: [.dacl, .attribute]), !access.contains(.writeDAC) { throw SMBFailure(.accessDenied) }
        if parts.contains(.sacl), !access.contains(.accessSystemSecurity) { throw SMBFailure(.accessDenied) }
        guard parts.isDisjoint(with: [.sacl, .notKept]) else { throw SMBFailure(.notSupported) }
        let descriptor: SecurityDescriptor
        do throws(WireError) {
            descriptor = try SecurityDescriptor(bytes: request.buffer)
        } catch {
            throw SMBFailure(error)
        }
        let outcome = try context.core { operation throws(FileSystemError) in
            try context.fileSystem.attributes(file.open, operation)
        }
        guard case .done(let attributes, _) = outcome else { return .waiting(for: outcome) }
        let changes = try changes(parts, descriptor, attributes)
        guard changes != AttributeChanges() else {
            SetInfoResponse().write(to: &context.writer)
            return .success
        }
        let changed = try context.core { operation throws(FileSystemError) in
            try context.fileSystem.setAttributes(changes, of: file.open.inode, via: file.open, operation)
        }
        guard case .done(_, let receipt) = changed else { return .waiting(for: changed) }
        SetInfoResponse().write(to: &context.writer)
        return .success(receipt)
    }

    /// What of `attributes` the parts of a descriptor change.
    private static func changes(
        _ parts: Parts, _ descriptor: SecurityDescriptor, _ attributes: Attributes
    ) throws(SMBFailure) -> AttributeChanges {
        var changes = AttributeChanges()
        var changed = attributes
        if parts.contains(.owner) {
            guard let uid = descriptor.owner?.uid, uid != .max else { throw SMBFailure(.invalidOwner) }
            changes.uid = uid
            changed.uid = uid
        }
        if parts.contains(.group) {
            guard let gid = descriptor.group?.gid, gid != .max else { throw SMBFailure(.invalidPrimaryGroup) }
            changes.gid = gid
            changed.gid = gid
        }
        if parts.contains(.dacl) {
            // The NULL list, and none where one is to be set: everybody may do everything, which no mode says.
            guard let list = descriptor.dacl else { throw SMBFailure(.notSupported) }
            let permissions: Permissions
            do throws(FileSystemError) {
                permissions = try ModeList.permissions(from: list, of: changed)
            } catch {
                throw SMBFailure(error)
            }
            // The mode of a link means nothing; chmod(2) has EOPNOTSUPP for it.
            guard attributes.type != .symbolicLink || permissions == attributes.permissions else {
                throw SMBFailure(.notSupported)
            }
            // chown(2) of Linux sends the list along, as it was: that is no chmod, and takes set-user-ID away.
            let isAsBefore = permissions == attributes.permissions
            let changesHands = changed.uid != attributes.uid || changed.gid != attributes.gid
            if !isAsBefore || !changesHands { changes.permissions = permissions }
        }
        return changes
    }
}
