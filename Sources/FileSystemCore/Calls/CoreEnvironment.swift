package import FileSystemModel

/// Time as the core sees it: injected, so that the whole can run on a virtual clock.
package protocol CoreClock: Sendable {
    func now() -> Timestamp
    /// Calls `body` once after a delay, on a thread of the clock's, with no lock held.
    func schedule(afterMilliseconds delay: UInt32, _ body: @escaping @Sendable () -> Void)
}

/// Everything that the core takes from outside.
package struct CoreEnvironment: Sendable {
    package var clock: any CoreClock
    /// 64 random bits a call.
    package var randomness: @Sendable () -> UInt64
    /// Told of what nobody expected, once, where it arose.
    package var report: @Sendable (String) -> Void

    package init(
        clock: any CoreClock, randomness: @escaping @Sendable () -> UInt64, report: @escaping @Sendable (String) -> Void
    ) {
        self.clock = clock
        self.randomness = randomness
        self.report = report
    }

    /// How long a conflict with an open whose close(2) has returned may wait for its RELEASE.
    package static let releaseWaitMilliseconds: UInt32 = 1000
}

/// What a share's file system is told of itself.
package struct FileSystemOptions: Sendable {
    package var name: String
    package var isReadOnly: Bool
    /// Taken from the permissions of what SMB creates.
    package var umask: UInt16
    /// Owner and mode of the root of a share that is new.
    package var rootUID: UInt32
    package var rootGID: UInt32
    package var rootPermissions: Permissions

    package init(
        name: String, isReadOnly: Bool = false, umask: UInt16 = 0o022, rootUID: UInt32 = 0, rootGID: UInt32 = 0,
        rootPermissions: Permissions = Permissions(rawValue: 0o777)
    ) {
        self.name = name
        self.isReadOnly = isReadOnly
        self.umask = umask
        self.rootUID = rootUID
        self.rootGID = rootGID
        self.rootPermissions = rootPermissions
    }
}
