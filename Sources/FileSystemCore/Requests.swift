package import AccessArbitration
package import AccessControl
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

/// open(2), without its creating part.
package struct PosixOpenRequest: Sendable {
    package var access: PosixAccess
    package var isAppending: Bool
    package var truncates: Bool
    package var isSynchronous: Bool
    /// O_NOATIME: reading leaves the access time alone; for the owner and the privileged only.
    package var keepsAccessTime: Bool
    /// The name that the caller went through, where the door knows it.
    package var link: Link?

    package init(
        access: PosixAccess, isAppending: Bool = false, truncates: Bool = false, isSynchronous: Bool = false,
        keepsAccessTime: Bool = false,
        link: Link? = nil
    ) {
        self.access = access
        self.isAppending = isAppending
        self.truncates = truncates
        self.isSynchronous = isSynchronous
        self.keepsAccessTime = keepsAccessTime
        self.link = link
    }
}

/// What CREATE does about a file that exists, or does not — [MS-SMB2] 2.2.13.
package enum CreateDisposition: UInt32, Sendable, CaseIterable {
    case supersede = 0
    case open, create, openIf, overwrite, overwriteIf
}

/// What CREATE has done — [MS-SMB2] 2.2.14.
package enum CreateAction: UInt32, Sendable {
    case superseded = 0
    case opened, created, overwritten
}

/// CREATE as the core understands it; the door has taken the wire's names and limits apart.
package struct WindowsOpenRequest: Sendable {
    package struct Options: OptionSet, Sendable {
        package let rawValue: UInt32

        package init(rawValue: UInt32) { self.rawValue = rawValue }

        /// FILE_DIRECTORY_FILE: a directory, or refused.
        package static let directory = Options(rawValue: 1)
        /// FILE_NON_DIRECTORY_FILE: anything else, or refused.
        package static let nonDirectory = Options(rawValue: 2)
        package static let deleteOnClose = Options(rawValue: 4)
        package static let writeThrough = Options(rawValue: 8)
        /// FILE_OPEN_REPARSE_POINT: a symbolic link is opened, not followed.
        package static let openReparsePoint = Options(rawValue: 16)
        /// A path that runs into a symbolic link is refused with `.stoppedOnSymbolicLink`: the caller follows links himself.
        package static let stopAtSymbolicLinks = Options(rawValue: 1 << 16)
        /// Names that differ in case are two names: an open of the SMB3 POSIX extensions.
        package static let exactNames = Options(rawValue: 256)
    }

    /// From the share's root; empty is the root. `..` does not occur.
    package var path: [FileName]
    /// The named stream of it that is meant; nil for the file itself.
    package var stream: FileName?
    /// As on the wire; generic bits and MAXIMUM_ALLOWED are resolved here.
    package var access: AccessMask
    package var share: ShareMode
    package var disposition: CreateDisposition
    package var options: Options
    package var dosAttributes: DOSAttributes
    /// In bytes; space that is reserved for a new or overwritten file.
    package var allocationSize: UInt64
    /// For what is made, past the share's umask; nil for the share's usual ones.
    package var permissions: Permissions?

    package init(
        path: [FileName], stream: FileName? = nil, access: AccessMask, share: ShareMode, disposition: CreateDisposition,
        options: Options = [], dosAttributes: DOSAttributes = [], allocationSize: UInt64 = 0
    ) {
        self.path = path
        self.stream = stream
        self.access = access
        self.share = share
        self.disposition = disposition
        self.options = options
        self.dosAttributes = dosAttributes
        self.allocationSize = allocationSize
    }
}

package struct WindowsOpenResult: Sendable {
    package var open: Open
    package var action: CreateAction
    /// The file was made: with action `.created` and a stream that is open it may have been there before.
    package var hasMadeFile = false
    /// Of the file, with the sizes of what is open.
    package var attributes: Attributes
    /// What the caller could have had: MxAc's answer.
    package var maximalAccess: AccessMask
}

/// How a time is to change. What is left out keeps its value.
package enum TimeChange: Equatable, Sendable {
    case now
    case set(Timestamp)
}

/// What setattr and SET_INFO change; nil is unchanged.
package struct AttributeChanges: Equatable, Sendable {
    package var permissions: Permissions?
    package var uid: UInt32?
    package var gid: UInt32?
    package var size: UInt64?
    package var accessTime: TimeChange?
    package var modificationTime: TimeChange?
    package var changeTime: TimeChange?
    package var creationTime: TimeChange?
    package var dosAttributes: DOSAttributes?
    /// FILETIME -1: the open's own operations leave these times alone from now on.
    package var freeze: TimeFields = []
    /// FILETIME -2: they move again.
    package var thaw: TimeFields = []

    package init() {}

    /// Whether anything of the file is to change, and not only what an open will do from now on.
    var altersFile: Bool {
        var rest = self
        rest.freeze = []
        rest.thaw = []
        return rest != AttributeChanges()
    }
}

/// How a deletion, a rename or a link of SMB's treats names: the flags that FileDispositionInformationEx,
/// FileRenameInformationEx and FileLinkInformationEx share — [MS-FSCC] 2.4.12, 2.4.43 — and how new names are looked up.
package struct NameChangeOptions: OptionSet, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The name goes when the handle closes, or at once, though others have the file open; their opens live on without it.
    package static let posixSemantics = NameChangeOptions(rawValue: 1)
    /// READONLY does not protect the file.
    package static let ignoresReadOnly = NameChangeOptions(rawValue: 2)
    /// Names that differ in case are two names.
    package static let exactNames = NameChangeOptions(rawValue: 4)
}

package struct DirectoryEntry: Sendable {
    package var name: [UInt8]
    package var cookie: DirectoryCookie
    package var attributes: Attributes
    /// With ``DirectoryFacts/shortNames``: what the entry is called beside its name; empty where that is short.
    package var shortName: [UInt8] = []
}

/// What a listing is to tell of its entries that costs more than their names and attributes.
package struct DirectoryFacts: OptionSet, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let shortNames = DirectoryFacts(rawValue: 1)
}

package struct RenameFlags: OptionSet, Sendable {
    package let rawValue: UInt32

    package init(rawValue: UInt32) { self.rawValue = rawValue }

    /// RENAME_NOREPLACE: an existing target is refused.
    package static let noReplace = RenameFlags(rawValue: 1)
    /// RENAME_EXCHANGE: the two names swap.
    package static let exchange = RenameFlags(rawValue: 2)
}

/// fallocate(2)'s modes, as far as they are supported.
package enum AllocationMode: Sendable {
    case reserve(keepingSize: Bool)
    /// PUNCH_HOLE | KEEP_SIZE
    case punchHole
    case zeroRange(keepingSize: Bool)
    /// FSCTL_SET_ZERO_DATA: as punchHole up to the end of a file that is marked as sparse; another keeps its space.
    case zeroData
    /// FSCTL_FILE_LEVEL_TRIM: as punchHole, up to the end of the file.
    case trim
}

package enum SeekTarget: Sendable { case data, hole }

package enum ExtendedAttributeMode: Sendable {
    case either
    /// XATTR_CREATE
    case create
    /// XATTR_REPLACE
    case replace
}

/// What statfs and FileFsFullSizeInformation are made of.
package struct FileSystemStatistics: Sendable {
    package var totalBytes: UInt64
    package var freeBytes: UInt64
    package var blockSize: UInt32
    package var inodes: UInt64
    /// Of the share; the volume's serial number.
    package var identifier: UInt64
    package var created: Timestamp
}
