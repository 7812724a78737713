import Synchronization

package import AccessArbitration
package import AccessControl
package import FileSystemModel

/// The four times of a file, as a set.
package struct TimeFields: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let access = TimeFields(rawValue: 1)
    package static let modification = TimeFields(rawValue: 2)
    package static let change = TimeFields(rawValue: 4)
    package static let creation = TimeFields(rawValue: 8)
}

/// One open file or directory, from whichever door. The door that made it closes it with ``FileSystem/close(_:_:)``.
package final class Open: Sendable {
    package let id: OpenID
    package let inode: InodeNumber
    package let type: FileType
    package let door: DoorID
    package let client: UInt64
    package let style: OpenStyle
    /// What was granted; generic and MAXIMUM_ALLOWED bits are resolved.
    package let access: AccessMask
    package let share: ShareMode
    package let identity: Identity
    /// Every write goes to the true end: O_APPEND, or FILE_APPEND_DATA without FILE_WRITE_DATA.
    package let isAppending: Bool
    /// Writes are safe before they are answered: O_SYNC, FILE_WRITE_THROUGH.
    package let isWriteThrough: Bool
    /// Reading leaves the access time alone: O_NOATIME.
    package let keepsAccessTime: Bool

    struct State {
        var link: Link?
        var deletesOnClose = false
        /// The name that is delete-pending goes with this open, whoever else has the file open: POSIX semantics.
        var removesNameOnClose = false
        /// Times that this open has set or frozen: its own reads and writes leave them alone until it closes.
        var frozen: TimeFields = []
        var isClosed = false
    }

    let state: Mutex<State>

    init(
        id: OpenID, inode: InodeNumber, type: FileType, context: OperationContext, access: AccessMask, share: ShareMode,
        link: Link?, isAppending: Bool, isWriteThrough: Bool, keepsAccessTime: Bool = false
    ) {
        self.id = id
        self.inode = inode
        self.type = type
        door = context.door
        client = context.client
        style = context.style
        self.access = access
        self.share = share
        identity = context.identity
        self.isAppending = isAppending
        self.isWriteThrough = isWriteThrough
        self.keepsAccessTime = keepsAccessTime
        state = Mutex(State(link: link))
    }

    /// The name it came through, as renames through any door have left it; nil for the root, and once that name is gone.
    package var link: Link? { state.withLock { $0.link } }

    package var isClosed: Bool { state.withLock { $0.isClosed } }

    package var isDirectory: Bool { type == .directory }
}
