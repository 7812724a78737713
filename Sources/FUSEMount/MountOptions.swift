/// How a mount is to be made.
package struct MountOptions: Sendable {
    /// Other users than the mounting one may enter. Without root it needs `user_allow_other` in /etc/fuse.conf.
    package var allowsOthers: Bool
    /// fusermount3 stays behind and unmounts when this process dies, however it does: the mount is made through it,
    /// some milliseconds later than otherwise.
    package var unmountsAutomatically: Bool
    package var isReadOnly: Bool
    /// Programs on the mount may be set-user-ID: root only.
    package var allowsSetUserID: Bool
    /// Threads that serve requests, each with its own device.
    package var maximumThreads: UInt32
    /// The largest WRITE, in bytes.
    package var maximumWrite: UInt32
    /// READDIRPLUS: listings carry attributes. It pays where the kernel may keep them, and this mount's does not.
    package var listsWithAttributes: Bool

    package init(
        allowsOthers: Bool = true, unmountsAutomatically: Bool = false, isReadOnly: Bool = false,
        allowsSetUserID: Bool = false, maximumThreads: UInt32 = 10, maximumWrite: UInt32 = 1 << 20,
        listsWithAttributes: Bool = false
    ) {
        self.allowsOthers = allowsOthers
        self.unmountsAutomatically = unmountsAutomatically
        self.isReadOnly = isReadOnly
        self.allowsSetUserID = allowsSetUserID
        self.maximumThreads = maximumThreads
        self.maximumWrite = maximumWrite
        self.listsWithAttributes = listsWithAttributes
    }

    /// The list that libfuse and the kernel take. Neither `default_permissions` nor POSIX ACLs: the core decides.
    var list: String {
        var options = "fsname=dittofs,subtype=dittofs"
        if allowsOthers { options += ",allow_other" }
        if unmountsAutomatically { options += ",auto_unmount" }
        if isReadOnly { options += ",ro" }
        if allowsSetUserID { options += ",suid" }
        return options
    }
}

/// Why a mount could not be made, in words that say what to do.
package enum MountError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The mount point does not exist or is not a directory.
    case noMountPoint(String)
    /// /dev/fuse is missing or may not be opened.
    case noDevice(errno: Int32)
    /// libfuse or the kernel refused; the text is libfuse's own.
    case refused(String)
    /// The mount was made and did not answer.
    case notAnswering
    /// ``Mount/start()`` was called before.
    case alreadyStarted

    package var description: String {
        switch self {
        case .noMountPoint(let path): "the mount point \(path) is not a directory: create it, or name another"
        case .noDevice(let errno):
            "/dev/fuse cannot be opened (errno \(errno)): load the fuse module, or give the container the device"
        case .refused(let reason): "the mount was refused: \(reason)"
        case .notAnswering: "the mount was made, but its connection ended before it answered"
        case .alreadyStarted: "the mount was started before"
        }
    }
}

/// Why a mount's session has ended.
package enum MountEnd: Equatable, Sendable {
    /// ``Mount/stop()`` ended it.
    case stopped
    /// Somebody has unmounted it, or its mount point has gone.
    case unmounted
    /// The session broke off; errno.
    case failed(Int32)
}

/// A mount as `status` describes it.
package struct MountStatus: Sendable {
    package var mountPoint: String
    package var isAnswering: Bool
    /// The connection's directory under /sys/fs/fuse/connections; nil before the mount and after it.
    package var connection: UInt32?
    package var requests: UInt64
    package var waitingRequests: Int
    package var openFiles: Int
    package var knownNodes: Int
}
