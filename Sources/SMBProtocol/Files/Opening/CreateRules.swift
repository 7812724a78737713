import AccessControl
import SMBMessages
import WindowsTypes

/// What a CREATE is refused for before its name is looked at — [MS-SMB2] 3.3.5.9, [MS-FSA] 2.1.5.1
enum CreateRules {
    /// Bits of an access mask that mean nothing — [MS-SMB2] 2.2.13.1
    private static let undefinedAccess = AccessMask(rawValue: 0x0CE0_FE00)

    static func check(_ access: AccessMask) throws(SMBFailure) {
        guard !access.isEmpty, access.isDisjoint(with: undefinedAccess) else { throw SMBFailure(.accessDenied) }
        guard !access.contains(.accessSystemSecurity) else { throw SMBFailure(.privilegeNotHeld) }
    }

    /// Whether a disposition may be applied to a directory.
    static func suitsDirectories(_ disposition: CreateDisposition) -> Bool {
        switch disposition {
        case .open, .create, .openIf: true
        case .supersede, .overwrite, .overwriteIf: false
        }
    }

    static func check(
        _ options: CreateOptions, _ disposition: CreateDisposition, _ access: AccessMask
    ) throws(SMBFailure) {
        if let status = CreateOptionTable.refusal(options) { throw SMBFailure(status) }
        if options.contains(.directoryFile) {
            guard !options.contains(.nonDirectoryFile), suitsDirectories(disposition) else {
                throw SMBFailure(.invalidParameter)
            }
        }
        // Who deletes on close must ask for DELETE; MAXIMUM_ALLOWED may bring it — [MS-SMB2] 3.3.5.9
        if options.contains(.deleteOnClose) {
            guard !access.isDisjoint(with: [.delete, .genericAll, .maximumAllowed]) else {
                throw SMBFailure(.accessDenied)
            }
        }
    }

    /// What may stand in FileAttributes; what of it cannot be stored is dropped — [MS-SMB2] 2.2.13
    private static let knownAttributes = FileAttributes(rawValue: 0x0000_7FB7)

    static func check(_ attributes: FileAttributes, _ options: CreateOptions) throws(SMBFailure) {
        guard attributes.isSubset(of: knownAttributes) else { throw SMBFailure(.invalidParameter) }
        if options.contains(.directoryFile), attributes.contains(.temporary) { throw SMBFailure(.invalidParameter) }
    }
}
