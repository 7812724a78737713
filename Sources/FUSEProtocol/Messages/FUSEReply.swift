package import FileSystemCore
package import FileSystemModel

/// What the kernel may remember of an answer, and for how long. This mount remembers nothing: every field is zero.
package struct CacheTerm: Equatable, Sendable {
    package var entrySeconds: UInt32
    package var attributeSeconds: UInt32

    package init(entrySeconds: UInt32, attributeSeconds: UInt32) {
        self.entrySeconds = entrySeconds
        self.attributeSeconds = attributeSeconds
    }

    package static let none = CacheTerm(entrySeconds: 0, attributeSeconds: 0)
}

/// An open file, as OPEN, CREATE and OPENDIR give it to the kernel.
package struct OpenedFile: Equatable, Sendable {
    package var handle: FileHandleID
    /// FOPEN_… of linux/fuse.h.
    package var flags: UInt32

    package init(handle: FileHandleID, flags: UInt32) {
        self.handle = handle
        self.flags = flags
    }

    /// FOPEN_DIRECT_IO: reads and writes go past the page cache.
    package static let directIO: UInt32 = 1 << 0
    /// FOPEN_PARALLEL_DIRECT_WRITES: the kernel need not queue writers of one file behind each other, since the core
    /// does.
    package static let parallelDirectWrites: UInt32 = 1 << 6
}

/// The answer to one request, as a value.
package enum FUSEReply: Sendable {
    /// FORGET has no answer.
    case none
    /// Success without a payload.
    case success
    /// An errno, above zero.
    case error(Int32)
    case entry(Attributes, CacheTerm)
    case attributes(Attributes, CacheTerm)
    case opened(OpenedFile)
    case created(Attributes, CacheTerm, OpenedFile)
    /// A link's target, an extended attribute's value or list.
    case bytes([UInt8])
    /// What READ and READDIR have put into a pooled buffer.
    case data(ReplyBuffer)
    /// READDIRPLUS: the same, with the nodes whose references it hands over.
    case directoryPlus(ReplyBuffer, nodes: [NodeID])
    /// Of WRITE and COPY_FILE_RANGE, in bytes.
    case written(UInt32)
    /// How large an extended attribute's value or list is, in bytes.
    case size(UInt32)
    case offset(UInt64)
    case statistics(FileSystemStatistics)
    /// F_GETLK; nil is "nobody is in the way".
    case lock(HeldLock?)

    /// The errno for traces; 0 for success.
    package var errno: Int32 {
        if case .error(let number) = self { number } else { 0 }
    }
}

/// The lock that stands in the way of F_GETLK's.
package struct HeldLock: Equatable, Sendable {
    package var first: UInt64
    /// Included; `UInt64.max` is "to the end".
    package var last: UInt64
    package var isExclusive: Bool
    package var pid: UInt32
}

/// Where the answer to one request goes.
package protocol FUSEResponder: Sendable {
    /// Called exactly once a request, on any thread, possibly after ``FUSEHandler/handle(_:_:_:)`` has returned.
    ///
    /// - Returns: false when the kernel did not take the answer, so that what it hands over must be taken back.
    func answer(_ reply: FUSEReply) -> Bool
    /// Called before ``answer(_:)`` when the request has to wait: from now on its INTERRUPT is wanted.
    func willWait(unique: UInt64)
}

/// Is told of every request after its answer: the trace log's source. Without one, requests are neither timed nor
/// described.
package protocol FUSERequestObserver: Sendable {
    func answered(_ operation: FUSEOperation, of request: FUSERequest, errno: Int32, microseconds: UInt64)
}
