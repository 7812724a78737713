package import AccessArbitration
package import AccessControl
package import FileSystemModel

/// The calls of the core, as traces name them.
package enum Operation: String, Sendable {
    case lookup, attributes, setAttributes, access, make, link, unlink, removeDirectory, rename, readLink, open, create
    case setDeletePending, read, write, flush, sync, close, readDirectory, allocate, seek, copyRange, lock, testLock, unlock
    case listStreams
    case getExtendedAttribute, setExtendedAttribute, removeExtendedAttribute, listExtendedAttributes, statistics
}

/// What a call was about.
package enum Subject: Sendable {
    case share
    case inode(InodeNumber)
    case entry(parent: InodeNumber, name: FileName)
    case path([FileName])
    case open(OpenID, InodeNumber)
}

/// One call of the core, after it.
package struct OperationTrace: Sendable {
    package let door: DoorID
    package let client: UInt64
    package let identity: Identity
    package let requestNumber: UInt64
    package let operation: Operation
    package let subject: Subject
    /// Nil for success; waits are told of in `isPending`.
    package let error: FileSystemError?
    package let isPending: Bool
    package let nanoseconds: UInt64
}

/// Is told of every call, on the caller's thread, after the locks were left.
package protocol OperationObserver: Sendable {
    func completed(_ trace: OperationTrace, in fileSystem: FileSystem)
}
