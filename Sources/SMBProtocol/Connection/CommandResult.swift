package import AccessArbitration
package import FileSystemCore
package import WindowsTypes

/// What a handler came to, with its scope.
package enum CommandResult: Sendable {
    /// The body of the response stands in the context's writer (and the data, for READ, in its payload). With a gate,
    /// the response leaves when it opens.
    case reply(NTStatus, Gate?)
    /// Nothing has been done. The handler runs again, from its start, when the ticket is settled as `.retry`; its
    /// context's ``CommandContext/operation`` then carries the ticket, and ``CommandContext/progress`` what the
    /// handler left there.
    case pending(Ticket)
    /// Nothing has been done. The handler runs again where it may block.
    case wouldBlock
    /// Nothing has been done. The handler runs again when this connection and that host's run one at a time.
    case join(any ConnectionHost)
    /// No response at all.
    case ignore
    /// The peer has left the protocol: the connection ends without a response.
    case disconnect(DisconnectReason)

    /// A plain success.
    package static let success = CommandResult.reply(.success, nil)

    /// A success that waits for the gate of its receipt, where it has one.
    package static func success(_ receipt: Receipt) -> CommandResult { .reply(.success, receipt.gate) }
}

/// What a command came to, or why it was refused.
typealias CommandOutcome = Result<CommandResult, SMBFailure>

/// Why a connection was ended from this side. For logs: nothing of it goes over the wire.
package enum DisconnectReason: Equatable, Sendable {
    /// The frame's first byte names no kind of packet, or the length is over the limit.
    case badFrame
    /// No SMB2 header where one must be.
    case badHeader
    /// A message id that was not granted, or was used before — [MS-SMB2] 3.3.5.2.3
    case badMessageID(UInt64)
    /// NextCommand that is unaligned, too small, or points outside the frame.
    case badCompound
    /// A second NEGOTIATE, a command before the first, or SMB1 where it has no place.
    case outOfSequence
    /// None of the dialects is spoken here and there is no way to say so.
    case noCommonDialect
    /// Sealing or compression that was not negotiated.
    case unsupportedTransform
    /// A sealed frame that does not open, or that holds another session's messages.
    case badSeal
    /// A TREE_CONNECT of dialect 3.1.1 that is neither signed nor sealed.
    case unprotectedTreeConnect
    case timedOut
    case tooManyConnections
    case shutdown
    case peerClosed
    case socketError(String)
}
