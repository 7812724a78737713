import Synchronization

package import AccessArbitration
package import AccessControl
package import FileSystemModel
import MetadataStore

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
    /// Of the data that is open: a directory's named stream is regular.
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
        /// What the named stream is called that is open, as renames have left it; nil for the file itself, and once it is gone.
        var streamName: FileName?
        /// By which it was found, where it is not the name.
        var shortName: FoldedName?
        var deletesOnClose = false
        /// The name that is delete-pending goes with this open, whoever else has the file open: POSIX semantics.
        var removesNameOnClose = false
        /// Times that this open has set or frozen: its own reads and writes leave them alone until it closes.
        var frozen: TimeFields = []
        var isClosed = false
    }

    let state: Mutex<State>
    /// The named stream's number, 0 for the file itself. A rename of the stream to the unnamed one changes it.
    private let streamNumber: Atomic<UInt64>

    init(
        id: OpenID, inode: InodeNumber, type: FileType, context: OperationContext, access: AccessMask, share: ShareMode,
        link: Link?, isAppending: Bool, isWriteThrough: Bool, keepsAccessTime: Bool = false, stream: StreamRecord? = nil
    ) {
        self.id = id
        self.inode = inode
        self.type = stream == nil ? type : .regular
        streamNumber = Atomic(stream?.number.rawValue ?? 0)
        door = context.door
        client = context.client
        style = context.style
        self.access = access
        self.share = share
        identity = context.identity
        self.isAppending = isAppending
        self.isWriteThrough = isWriteThrough
        self.keepsAccessTime = keepsAccessTime
        state = Mutex(State(link: link, streamName: stream?.name))
    }

    /// The number of the named stream that is open; nil for the file itself.
    package internal(set) var stream: InodeNumber? {
        get {
            let number = streamNumber.load(ordering: .acquiring)
            return number == 0 ? nil : InodeNumber(rawValue: number)
        }
        set { streamNumber.store(newValue?.rawValue ?? 0, ordering: .releasing) }
    }

    /// What share modes and locks know the open data by: the file's number, or the named stream's.
    package var subject: InodeNumber { stream ?? inode }

    /// What the named stream is called that is open; nil for the file itself, and once the stream has no name.
    package var streamName: FileName? { state.withLock { $0.streamName } }

    /// The name it came through, as renames through any door have left it; nil for the root, and once that name is gone.
    package var link: Link? { state.withLock { $0.link } }

    package var isClosed: Bool { state.withLock { $0.isClosed } }

    package var isDirectory: Bool { type == .directory }
}
