package import AccessArbitration
package import AccessControl
package import FileSystemModel

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
