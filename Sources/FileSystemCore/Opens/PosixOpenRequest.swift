package import AccessControl
package import FileSystemModel

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
