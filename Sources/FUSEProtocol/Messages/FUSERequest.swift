package import FileSystemModel

/// The kernel's number for a file: 1 is the mount's root, everything else is the ``InodeNumber``.
package struct NodeID: RawRepresentable, Hashable, Sendable {
    package let rawValue: UInt64

    package init(rawValue: UInt64) { self.rawValue = rawValue }

    package init(_ inode: InodeNumber) {
        rawValue = inode == .root ? 1 : inode.rawValue
    }

    package static let root = NodeID(rawValue: 1)

    package var inode: InodeNumber { self == .root ? .root : InodeNumber(rawValue: rawValue) }
}

/// The number that an open file or directory has between the kernel and this mount. Never used twice, and never an
/// address.
package struct FileHandleID: RawRepresentable, Hashable, Sendable {
    package let rawValue: UInt64

    package init(rawValue: UInt64) { self.rawValue = rawValue }
}

/// Who asks: the header of every request.
package struct FUSERequest: Sendable {
    /// Unique among the requests of a mount; INTERRUPT names it.
    package var unique: UInt64
    package var uid: UInt32
    package var gid: UInt32
    /// The calling thread; 0 when it is in another process namespace, or when the kernel itself asks.
    package var pid: UInt32

    package init(unique: UInt64, uid: UInt32, gid: UInt32, pid: UInt32) {
        self.unique = unique
        self.uid = uid
        self.gid = gid
        self.pid = pid
    }
}

/// The bytes of a WRITE, where the session has received them.
///
/// Unchecked: the memory belongs to the session and stays until ``FUSEHandler/handle(_:_:_:)`` returns; a request that
/// must wait takes a copy along. Nobody writes to either.
package struct ReceivedBytes: @unchecked Sendable {
    private final class Copy: @unchecked Sendable {
        let memory: UnsafeMutableRawBufferPointer

        init(_ buffer: UnsafeRawBufferPointer) {
            memory = .allocate(byteCount: buffer.count, alignment: 16)
            memory.copyMemory(from: buffer)
        }

        deinit { memory.deallocate() }
    }

    private let received: UnsafeRawBufferPointer
    private let copy: Copy?

    package init(_ buffer: UnsafeRawBufferPointer) {
        received = buffer
        copy = nil
    }

    private init(keeping copy: Copy) {
        received = UnsafeRawBufferPointer(copy.memory)
        self.copy = copy
    }

    package var count: Int { received.count }

    /// The same bytes, independent of the session.
    func kept() -> ReceivedBytes { copy == nil ? ReceivedBytes(keeping: Copy(received)) : self }

    func withBytes<Result>(
        _ body: (UnsafeRawBufferPointer) throws(FileSystemError) -> Result
    ) throws(FileSystemError) -> Result {
        try withExtendedLifetime(copy) { () throws(FileSystemError) in try body(received) }
    }
}

/// What SETATTR changes; nil is left alone.
package struct SetAttributesRequest: Equatable, Sendable {
    package enum Time: Equatable, Sendable {
        case now
        case at(Timestamp)
    }

    /// Permission bits; those of the type are ignored.
    package var mode: UInt32?
    package var uid: UInt32?
    package var gid: UInt32?
    /// In bytes.
    package var size: UInt64?
    package var accessTime: Time?
    package var modificationTime: Time?

    package init() {}
}

/// A byte range of fcntl(2), as GETLK, SETLK and SETLKW carry it.
package struct LockRequest: Equatable, Sendable {
    package enum Kind: Sendable { case shared, exclusive, unlock }

    package var kind: Kind
    package var start: UInt64
    /// In bytes; 0 is "to the end, wherever it comes to be".
    package var length: UInt64
    /// A process, or an open file description: the kernel's hash of one.
    package var owner: UInt64
    package var pid: UInt32

    package init(kind: Kind, start: UInt64, length: UInt64, owner: UInt64, pid: UInt32) {
        self.kind = kind
        self.start = start
        self.length = length
        self.owner = owner
        self.pid = pid
    }

    /// The last byte, included; `UInt64.max` to the end.
    var last: UInt64 {
        guard length > 0 else { return .max }
        let (end, overflow) = start.addingReportingOverflow(length - 1)
        return overflow ? .max : end
    }
}
