/// What kind of file an inode is.
package enum FileType: UInt8, Sendable, CaseIterable {
    case regular, directory, symbolicLink, fifo, socket, characterDevice, blockDevice
}

/// The twelve permission bits of POSIX: set-user-ID, set-group-ID, sticky, and three times rwx.
package struct Permissions: OptionSet, Hashable, Sendable {
    package let rawValue: UInt16

    @inlinable
    package init(rawValue: UInt16) { self.rawValue = rawValue & 0o7777 }

    package static let setUserID = Permissions(rawValue: 0o4000)
    package static let setGroupID = Permissions(rawValue: 0o2000)
    package static let sticky = Permissions(rawValue: 0o1000)
    package static let groupExecute = Permissions(rawValue: 0o010)
}

/// The file attributes of [MS-FSCC] 2.6 that are stored. They are a field of their own: packed into the mode, a chmod would
/// wipe them. DIRECTORY, REPARSE_POINT and NORMAL are not stored; they follow from the type at the edge.
package struct DOSAttributes: OptionSet, Hashable, Sendable {
    package let rawValue: UInt32

    @inlinable
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    package static let readOnly = DOSAttributes(rawValue: 0x0001)
    package static let hidden = DOSAttributes(rawValue: 0x0002)
    package static let system = DOSAttributes(rawValue: 0x0004)
    /// Of a symbolic link only: what Windows made it of was a directory, and it is shown as one.
    package static let directoryLink = DOSAttributes(rawValue: 0x0010)
    package static let archive = DOSAttributes(rawValue: 0x0020)
    package static let temporary = DOSAttributes(rawValue: 0x0100)
    package static let sparse = DOSAttributes(rawValue: 0x0200)
    package static let offline = DOSAttributes(rawValue: 0x1000)
    package static let notContentIndexed = DOSAttributes(rawValue: 0x2000)

    /// All that a client may set.
    package static let settable: DOSAttributes = [
        .readOnly, .hidden, .system, .archive, .temporary, .offline, .notContentIndexed,
    ]
}

/// Everything about a file but its name and bytes: what `stat` and FileAllInformation are made of.
package struct Attributes: Equatable, Sendable {
    package var inode: InodeNumber
    /// Distinguishes uses of one number; numbers are not used twice, so it is the number's first and only one.
    package var generation: UInt32
    package var type: FileType
    package var permissions: Permissions
    package var uid: UInt32
    package var gid: UInt32
    /// Names of the file; a directory counts 2 and one for each directory in it.
    package var linkCount: UInt32
    /// In bytes. A directory's is 0.
    package var size: UInt64
    /// What the content store spends on the bytes; holes cost nothing.
    package var allocatedSize: UInt64
    /// `st_rdev` of a device file.
    package var device: UInt64
    package var accessTime: Timestamp
    package var modificationTime: Timestamp
    package var changeTime: Timestamp
    package var creationTime: Timestamp
    package var dosAttributes: DOSAttributes
    /// Grows with every change of the inode: NFS's change attribute, and the version that a batch can demand.
    package var changeNumber: UInt64

    package init(
        inode: InodeNumber, type: FileType, permissions: Permissions, uid: UInt32, gid: UInt32, linkCount: UInt32 = 1,
        device: UInt64 = 0, dosAttributes: DOSAttributes = [], time: Timestamp
    ) {
        self.inode = inode
        generation = 1
        self.type = type
        self.permissions = permissions
        self.uid = uid
        self.gid = gid
        self.linkCount = linkCount
        size = 0
        allocatedSize = 0
        self.device = device
        accessTime = time
        modificationTime = time
        changeTime = time
        creationTime = time
        self.dosAttributes = dosAttributes
        changeNumber = 1
    }

    package var isDirectory: Bool { type == .directory }
}
