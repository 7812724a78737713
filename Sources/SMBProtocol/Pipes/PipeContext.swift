import RemoteProcedures
import SMBMessages
import WindowsTypes
import WireCoding

/// Everything that the handler of a command on IPC$ is given: what ``CommandContext`` is for files.
struct PipeContext: ~Copyable {
    let header: SMB2Header
    /// The request from the first byte of its header. Valid during the call only.
    let message: UnsafeRawBufferPointer
    let connection: Connection
    let tree: TreeConnection
    /// The request has waited, and is executed again.
    let isResumed: Bool
    /// The response; its origin is its header, which has been written.
    var writer: WireWriter
    var chain: CompoundChain
    /// What a trace names as the request's subject, in WTF-8.
    var subject: [UInt8] = []
    /// Its place in the counts of the pipe that it has named.
    var outstanding: OutstandingRequest?

    init(
        header: SMB2Header, message: UnsafeRawBufferPointer, connection: Connection, tree: TreeConnection,
        isResumed: Bool, writer: consuming WireWriter, chain: CompoundChain
    ) {
        self.header = header
        self.message = message
        self.connection = connection
        self.tree = tree
        self.isResumed = isResumed
        self.writer = writer
        self.chain = chain
    }

    var limits: ServerLimits { connection.server.limits }

    /// Parses the body.
    func request<Request: SMB2Body>(_ type: Request.Type = Request.self) throws(SMBFailure) -> Request {
        try Request(received: message)
    }

    /// The pipe that a request names, or, in a related request, the one that the compound is about.
    ///
    /// - Throws: FILE_CLOSED for a handle that this tree connect does not have; in a compound what CREATE was refused with.
    mutating func open(_ fileID: FileID) throws(SMBFailure) -> PipeOpen {
        let fileID = try chain.take(fileID, isRelated: header.flags.contains(.relatedOperations))
        guard let pipe = tree.session.pipes[fileID.volatile], pipe.fileID == fileID, pipe.tree === tree else {
            throw SMBFailure(.fileClosed)
        }
        // A request that has waited was counted before it did.
        if !isResumed, outstanding == nil { outstanding = try connection.admit(header, to: pipe) }
        if connection.server.observer != nil { subject = Array(pipe.name.utf8) }
        return pipe
    }
}
