/// Every number that bounds what a peer can make this door do. Units stand in the names.
package struct ServerLimits: Sendable, Equatable {
    // Frames

    /// Of one frame, without its four bytes of length, before anybody has logged in on the connection. A log-in token
    /// is at most 64 KiB long.
    package var frameBytesBeforeAuthentication = 68 * 1024
    /// Of one frame afterwards: the largest transfer with room for a seal, a header, a body and a compound around it.
    package var frameBytes: Int { transferBytes + 192 * 1024 }
    /// MaxTransactSize, MaxReadSize and MaxWriteSize from dialect 2.1 on; 2.0.2, which knows no transfer of several
    /// credits, has 64 KiB. From 64 KiB to 8 MiB: a frame's length has 24 bits.
    package var transferBytes = 8 * 1024 * 1024 {
        didSet { transferBytes = max(64 * 1024, min(transferBytes, 8 * 1024 * 1024)) }
    }
    /// Of the messages of one compound.
    package var messagesPerCompound = 64
    /// What may lie unsent for a peer that does not read; no further request of its is taken until it has read.
    package var unsentReplyBytes = 8 * 1024 * 1024

    // Counts

    package var connections = 1024
    package var connectionsPerAddress = 1024
    package var sessionsPerConnection = 64
    package var treesPerSession = 256
    /// Connections of a session beside its first.
    package var channelsPerSession = 31
    package var opensPerConnection = 16_384
    package var pipesPerConnection = 128
    /// What was written to a connection's pipes and is no call yet, or answered there and has not been read.
    package var pipeBytesPerConnection = 4 * 1024 * 1024
    /// Requests of one connection that wait: for a lock, another's open, a pool thread.
    package var pendingRequestsPerConnection = 512
    /// Of those requests together.
    package var pendingBytesPerConnection = 32 * 1024 * 1024
    /// Of one connection's frames that other threads verify, open, sign or seal, and of those that wait behind them; no
    /// further request of its is taken meanwhile.
    package var bytesElsewherePerConnection = 16 * 1024 * 1024
    package var framesElsewherePerConnection = 256
    /// Of one connection's replies that other threads sign or seal, from four replies on: what the processor's caches hold
    /// until the socket sends it.
    package var replyBytesElsewherePerConnection = 4 * 1024 * 1024
    /// Of a directory, compared with a search expression before others of the event loop have their turn.
    package var directoryEntriesPerTurn = 4096
    /// CANCELs of one connection that have arrived before what they cancel.
    package var earlyCancelsPerConnection = 32

    // Credits

    package var creditsBeforeAuthentication = 32
    package var creditsPerConnection = 8192
    /// Of all connections together, in equal shares: where there are few, each has ``creditsPerConnection``.
    package var creditsPerServer = 512 * 1024
    /// What a connection may have however many others there are, and however much it has under way.
    package var creditsAtLeast = 64

    // Times

    /// From the connection's first byte to the first log-in.
    package var authenticationTimeoutMilliseconds: Int64 = 30_000
    /// From a frame's first byte to its last.
    package var frameTimeoutMilliseconds: Int64 = 300_000
    /// Replies that a peer does not take.
    package var writeTimeoutMilliseconds: Int64 = 30_000
    /// Without a request and without an open file.
    package var idleTimeoutMilliseconds: Int64 = 300_000

    package init() {}

    /// How many credits a connection on which somebody has logged in may hold now — [MS-SMB2] 3.3.1.2: "The server
    /// SHOULD grant … based on … the availability of resources".
    ///
    /// Its share of what the server has to give, less as much of it as its requests hold of the memory that they may:
    /// who has half of that under way may send half as many more. A client that has more than this keeps what it has,
    /// and gets one back for each request: nobody is ever left without.
    ///
    /// - Parameters:
    ///   - connections: of the whole server.
    ///   - keptBytes: of the connection's requests and answers that are under way.
    package func credits(connections: Int, keptBytes: Int) -> Int {
        let least = min(creditsAtLeast, creditsPerConnection)
        let share = max(least, min(creditsPerConnection, creditsPerServer / max(1, connections)))
        guard keptBytes > 0 else { return share }
        let mostBytes = max(1, pendingBytesPerConnection)
        let free = max(0, mostBytes - keptBytes)
        return max(least, Int(Double(share) * (Double(free) / Double(mostBytes))))
    }
}
