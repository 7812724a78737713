package import FileSystemModel

/// A file that is to be made.
package struct NewFile: Sendable {
    package var type: FileType
    /// As asked for; ``umask`` is taken from it.
    package var permissions: Permissions
    package var umask: UInt16
    package var device: UInt64
    /// A symbolic link's target, verbatim.
    package var symbolicLinkTarget: [UInt8]
    package var dosAttributes: DOSAttributes

    package init(
        type: FileType, permissions: Permissions, umask: UInt16 = 0, device: UInt64 = 0, symbolicLinkTarget: [UInt8] = [],
        dosAttributes: DOSAttributes = []
    ) {
        self.type = type
        self.permissions = permissions
        self.umask = umask
        self.device = device
        self.symbolicLinkTarget = symbolicLinkTarget
        self.dosAttributes = dosAttributes
    }
}
