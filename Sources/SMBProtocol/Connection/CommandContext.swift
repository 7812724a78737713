package import AccessArbitration
package import AccessControl
package import FileSystemCore
package import FileSystemModel
package import SMBMessages
import Synchronization
import WindowsTypes
package import WireCoding

/// Everything that the handler of a file command is given.
///
/// A handler runs on its connection's event loop (or on a pool thread that the whole connection is lent to), from its
/// start to its end at once, and is a pure function of this value and the core:
///
///     static func handle(_ context: inout CommandContext) throws(SMBFailure) -> CommandResult {
///         let request: FlushRequest = try context.request()
///         let file = try context.open(request.fileID)
///         let outcome = try context.core { operation throws(FileSystemError) in
///             try context.fileSystem.flush(file.open, operation)
///         }
///         guard case .done(_, let receipt) = outcome else { return .waiting(for: outcome) }
///         FlushResponse().write(to: &context.writer)
///         return .success(receipt)
///     }
///
/// Before it is called, header, credits, signature, session and tree have been checked. It throws what it refuses;
/// whatever it has written by then is dropped and the error response takes its place.
package struct CommandContext: ~Copyable {
    package let header: SMB2Header
    /// The request from the first byte of its header; offsets in it count from there. Valid during the call only.
    package let message: UnsafeRawBufferPointer
    package let connection: Connection
    package let session: Session
    package let tree: TreeConnection
    package let share: Share
    /// Whether the core may wait for a device.
    package let mayBlock: Bool
    /// Set when this is a repetition after ``CommandResult/pending(_:)``.
    package let resuming: Ticket?
    /// What the handler leaves for its own repetition; nil the first time.
    package var progress: (any Sendable)?
    /// The response; its origin is its header, which has been written (with fields that are patched later).
    package var writer: WireWriter
    /// What a trace names as the request's subject, in WTF-8. To be set by CREATE; of other commands it is found
    /// through the open.
    package var subject: [UInt8] = []
    /// Whether anybody will look at ``subject``.
    package var isTraced: Bool { connection.server.observer != nil }

    var chain: CompoundChain
    var payload: Payload = .none
    /// The open that the request has named, for traces.
    var subjectOpen: SMBOpen?
    /// Its place in the counts of the open that it has named.
    var outstanding: OutstandingRequest?

    init(
        header: SMB2Header, message: UnsafeRawBufferPointer, connection: Connection, session: Session,
        tree: TreeConnection,
        share: Share, mayBlock: Bool, resuming: Ticket?, progress: (any Sendable)?, writer: consuming WireWriter,
        chain: CompoundChain
    ) {
        self.header = header
        self.message = message
        self.connection = connection
        self.session = session
        self.tree = tree
        self.share = share
        self.mayBlock = mayBlock
        self.resuming = resuming
        self.progress = progress
        self.writer = writer
        self.chain = chain
    }

    /// Where the data of a READ response is.
    enum Payload {
        case none
        /// The first bytes of the connection's scratch memory.
        case scratch(count: Int)
        case external(any PayloadBuffer, count: Int)
    }

    package var fileSystem: FileSystem { share.fileSystem }
    package var limits: ServerLimits { connection.server.limits }
    /// MaxTransactSize, MaxReadSize and MaxWriteSize, in bytes.
    package var maximumTransferBytes: Int { connection.terms.maximumTransferBytes }
    package var identity: Identity { tree.identity }

    /// For every call of the core.
    package var operation: OperationContext {
        OperationContext(
            door: share.door, style: .windows, client: session.id.rawValue, identity: tree.identity,
            operation: header.messageID.rawValue, mayBlock: mayBlock, resuming: resuming)
    }

    /// Parses the body.
    package func request<Request: SMB2Body>(_ type: Request.Type = Request.self) throws(SMBFailure) -> Request {
        try Request(received: message)
    }

    /// Calls the core and says its errors in NTSTATUS.
    @inline(__always)
    package func core<Value>(
        _ body: (OperationContext) throws(FileSystemError) -> Value
    ) throws(SMBFailure) -> Value {
        do throws(FileSystemError) {
            return try body(operation)
        } catch {
            throw SMBFailure(error)
        }
    }

    // MARK: Opens

    /// The open that a request names, or, in a related request, the one that the compound is about.
    ///
    /// - Throws: FILE_CLOSED for a handle that this tree connect does not have; in a compound what CREATE was refused with.
    package mutating func open(_ fileID: FileID) throws(SMBFailure) -> SMBOpen {
        let fileID = try chain.take(fileID, isRelated: header.flags.contains(.relatedOperations))
        guard let open = session.opens[fileID.volatile], open.fileID == fileID, open.tree === tree else {
            throw SMBFailure(.fileClosed)
        }
        // A request that has waited was counted before it did.
        if resuming == nil, outstanding == nil { outstanding = try connection.admit(header, to: open) }
        subjectOpen = open
        return open
    }

    /// Whether the connection may have another open; to be asked before the core opens one.
    package func requireRoomForOpen() throws(SMBFailure) {
        let count = session.home.record.openCount.load(ordering: .relaxed)
        if count >= limits.opensPerConnection { throw SMBFailure(.tooManyOpenedFiles) }
    }

    /// Gives an open of the core's a handle. The connection closes it if the client does not.
    package mutating func register(_ open: Open, state: FileState = FileState()) -> SMBOpen {
        let entry = connection.register(
            open, tree: tree, state: state, channel: ChannelSequence(header.channelSequence))
        chain.fileID = entry.fileID
        chain.createFailure = nil
        subjectOpen = entry
        return entry
    }

    /// Takes the handle away; the handler closes the core's open itself.
    package mutating func remove(_ open: SMBOpen) {
        connection.remove(open)
    }

    // MARK: Data

    /// Lets `body` write a READ response's data where it will be sent from.
    ///
    /// What `body` reports as done is sent behind what the handler writes to ``writer``: the fixed part, after this
    /// call.
    ///
    /// - Parameter capacity: in bytes; at most ``ServerLimits/transferBytes``.
    package mutating func fillPayload(
        capacity: Int, _ body: (UnsafeMutableRawBufferPointer, OperationContext) throws(FileSystemError) -> Outcome<Int>
    ) throws(SMBFailure) -> Outcome<Int> {
        let operation = operation
        let wanted = max(0, min(capacity, maximumTransferBytes))
        var result: Result<Outcome<Int>, FileSystemError> = .failure(.io)
        func run(_ target: UnsafeMutableRawBufferPointer) -> Int {
            do throws(FileSystemError) {
                let outcome = try body(target, operation)
                result = .success(outcome)
                return max(0, min(outcome.value ?? 0, target.count))
            } catch {
                result = .failure(error)
                return 0
            }
        }
        if wanted <= Connection.largestCopiedPayload || !chain.isAlone {
            let count = run(connection.scratch(wanted))
            payload = .scratch(count: count)
        } else {
            let buffer = connection.host.makePayload(capacity: wanted)
            var count = 0
            buffer.fill { target in
                count = run(UnsafeMutableRawBufferPointer(rebasing: target.prefix(wanted)))
                return count
            }
            payload = .external(buffer, count: count)
        }
        switch result {
        case .success(let outcome): return outcome
        case .failure(let error):
            payload = .none
            throw SMBFailure(error)
        }
    }
}

/// What the messages of a compound hand on to each other — [MS-SMB2] 3.3.5.2.7.2
struct CompoundChain {
    var sessionID: SessionID = .none
    var treeID: TreeID = .none
    var fileID: FileID?
    /// Why a message's session or tree connect was refused: those that are related to it have none either.
    var refusal: SMBFailure?
    /// The status of the CREATE that did not give the chain its file.
    var createFailure: NTStatus?
    /// Whether the message is the last of its frame.
    var isLast = true
    /// Whether it is the only one.
    var isAlone = true

    /// The file that a request is about, which the next one may inherit.
    ///
    /// - Throws: in a compound what CREATE was refused with; INVALID_HANDLE where there is nothing to inherit.
    mutating func take(_ fileID: FileID, isRelated: Bool) throws(SMBFailure) -> FileID {
        var fileID = fileID
        if isRelated {
            // The FileId is that of the operation before it; a CREATE that failed fails what follows it — [MS-SMB2]
            // 3.3.5.2.7.2
            if let createFailure { throw SMBFailure(createFailure) }
            if let inherited = self.fileID {
                fileID = inherited
            } else if fileID == .inherited {
                // "…if the previous operation neither contains nor generates a FileId … STATUS_INVALID_HANDLE"
                throw SMBFailure(.invalidHandle)
            }
        }
        self.fileID = fileID
        createFailure = nil
        return fileID
    }
}

extension SMBFailure {
    /// What the core refuses, in this door's words.
    package init(_ error: FileSystemError) {
        self.init(NTStatus(error))
    }
}

extension CommandResult {
    /// For an outcome that is not done.
    package static func waiting<Value>(for outcome: Outcome<Value>) -> CommandResult {
        switch outcome {
        case .done: .success
        case .pending(let ticket): .pending(ticket)
        case .wouldBlock: .wouldBlock
        }
    }
}
