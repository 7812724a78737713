import AccessArbitration
import FileSystemCore
import SMBCryptography
package import SMBMessages
import Synchronization
package import WindowsTypes
import WireCoding

/// What a connection needs of whoever owns its socket.
package protocol ConnectionHost: AnyObject, Sendable {
    /// Memory for a READ's data. Called where the connection runs.
    func makePayload(capacity: Int) -> any PayloadBuffer
    /// Sees to it that this host's connection and another's, which may share sessions from now on, are worked off one
    /// at a time, and then calls ``Connection/wake(_:)`` with ``Wake/joined(_:)``. Hosts that join under the same key
    /// all run one at a time.
    func join(_ other: any ConnectionHost, key: GUID)
    /// Runs `job` soon on a thread for what costs much and waits for nothing. False, and `job` was dropped, where there
    /// is none: the connection then does it itself. Called from any thread.
    func compute(_ job: @escaping @Sendable () -> Void) -> Bool
    /// The addresses under which a client may reach this server, as FSCTL_QUERY_NETWORK_INTERFACE_INFO tells them.
    var localAddresses: [LocalAddress] { get }
    /// Asks for ``Connection/wake(_:)``, later, where the connection runs. Called from any thread, and from within the
    /// connection.
    func wake(_ wake: Wake)
}

extension ConnectionHost {
    /// For hosts that run all their connections in one place anyway.
    package func join(_ other: any ConnectionHost, key: GUID) { wake(.joined(other)) }
    package func compute(_ job: @escaping @Sendable () -> Void) -> Bool { false }
    package var localAddresses: [LocalAddress] { [] }
}

/// The server's side of one TCP connection — [MS-SMB2] 3.3.1.7
///
/// A machine without sockets, clocks or locks: frames in (``receive(_:)``), frames out (``output``). It belongs to its
/// event loop; whoever owns the socket calls it there only. Where a share's stores may block it is lent as a whole to
/// a pool thread (``isBlocked``, ``continueBlocking()``), and nobody else touches it until that thread has given it
/// back.
package final class Connection {
    package let server: ServerContext
    package let host: any ConnectionHost
    /// The peer's address, for status and traces.
    package let client: String
    /// What others may know of this connection.
    let record: ConnectionRecord

    /// What is to be sent. Whoever sends it calls ``Output/reset()``.
    package var output: Output = Output()
    /// Not nil once the connection is to end: what stands in ``output`` is still to be sent, and nothing else is taken.
    package internal(set) var endReason: DisconnectReason?

    var negotiation: Negotiation = .none
    /// Of use once ``negotiation`` is done.
    package internal(set) var terms = Terms()
    /// Over NEGOTIATE and its response, where the dialect has it; each log-in goes on from here.
    var preauthentication = PreauthIntegrityHash()
    var window: SequenceWindow
    /// Zeros before the data of READ responses; not 0 only for tests of clients (``tortureControl(_:_:)``).
    var readPadding = 0
    var sessions: [SessionID: Session] = [:]
    /// Log-ins that are to make this connection a channel of somebody's session.
    var bindings: [SessionID: Binding] = [:]
    /// Frames that wait until the connection runs with others.
    var joining: [BlockedWork] = []
    /// The hosts of the connections that this one runs with, one at a time.
    var joined: [ObjectIdentifier: JoinedHost] = [:]
    var pending: [UInt64: PendingRequest] = [:]
    /// Bytes of the requests that wait.
    var pendingByteCount = 0
    var heldFrames: [UInt64: HeldFrame] = [:]
    /// Frames that were received and are not worked off: other threads look at some of them.
    var intake: [IncomingFrame] = []
    /// Of those, and of the replies' payloads that others sign or seal.
    var bytesElsewhere = 0
    /// Of those, the replies'.
    var repliesElsewhere = (count: 0, byteCount: 0)
    /// MessageIds whose CANCEL came before them.
    var earlyCancels: [MessageID] = []
    /// The frame that waits for a pool thread.
    var blocked: BlockedWork?
    /// Whether anybody has logged in. Until then the frame limit is low and the host's clock runs.
    package internal(set) var isAuthenticated = false

    /// The number of the last request that waited, frame that was held, tree that was connected, or file that was
    /// opened.
    private var lastNumber: UInt64 = 0
    private var scratchMemory = UnsafeMutableRawBufferPointer(start: nil, count: 0)
    /// What a sealed frame opens to.
    private var openedMemory = UnsafeMutableRawBufferPointer(start: nil, count: 0)

    /// What compounds may answer in one frame, whose length has 24 bits.
    static let longestCompoundReply = 12 * 1024 * 1024
    /// Memory of the connection's own that is larger than this is given back after its use.
    private static let keptMemory = 1024 * 1024 + 4096

    /// READs up to this many bytes are copied behind their header; longer ones get memory of their own, which costs
    /// more than such a copy.
    static let largestCopiedPayload = 8 * 1024

    package init(server: ServerContext, client: String, host: any ConnectionHost) {
        self.server = server
        self.client = client
        self.host = host
        window = SequenceWindow(
            maximumCredits: max(server.limits.creditsPerConnection, server.limits.creditsBeforeAuthentication))
        record = server.registry.connected(client: client)
    }

    deinit {
        scratchMemory.deallocate()
        openedMemory.deallocate()
    }

    /// The dialect that was negotiated.
    package var dialect: Dialect { terms.dialect }

    /// The client speaks the SMB3 POSIX extensions.
    package var isPosixNegotiated: Bool { terms.isPosixNegotiated }

    // MARK: For the host

    /// The longest frame that is taken now, in bytes.
    package var frameLimit: Int {
        isAuthenticated ? server.limits.frameBytes : server.limits.frameBytesBeforeAuthentication
    }

    /// Whether anything is open. May be asked from any thread.
    package var hasOpens: Bool { record.openCount.load(ordering: .relaxed) != 0 }

    /// Nothing that the client has open, or waits for, would be lost with the connection.
    package var isIdle: Bool {
        record.openCount.load(ordering: .relaxed) == 0 && pending.isEmpty && heldFrames.isEmpty && joining.isEmpty
            && intake.isEmpty
    }

    /// Accepted requests that have not been answered.
    package var hasWork: Bool {
        !pending.isEmpty || !heldFrames.isEmpty || !joining.isEmpty || !intake.isEmpty || blocked != nil
    }

    /// A frame needs a thread that may block; until ``continueBlocking()`` has returned
    /// nothing else may be called.
    package var isBlocked: Bool { blocked != nil }

    /// Ends the connection from outside. Opens are closed, waits cancelled, nothing is answered. The core may block
    /// meanwhile.
    package func close(_ reason: DisconnectReason) {
        if endReason == nil { endReason = reason }
        for frame in heldFrames.values { frame.conclude() }
        heldFrames.removeAll()
        intake.removeAll()
        endWaits()
        joining.removeAll()
        for session in sessions.values {
            if session.channels.isEmpty { close(session) } else { leave(session) }
        }
        server.registry.disconnected(record)
    }

    /// Whether ``close(_:)`` may wait for a device.
    package var blocksOnClose: Bool {
        sessions.values.contains { session in session.opens.values.contains { blocks($0.tree) } }
    }

    /// Whether ``wake(_:)`` may wait for a device.
    package func mayBlock(_ wake: Wake) -> Bool {
        guard case .expire(let number, _) = wake, let session = sessions[SessionID(rawValue: number)] else { return false }
        return blocksOnClose(of: session)
    }

    /// Whether the end of a session may wait for a device.
    func blocksOnClose(of session: Session) -> Bool { session.trees.values.contains(where: blocks) }

    func blocks(_ tree: TreeConnection) -> Bool {
        if case .disk(let share) = tree.target { return share.fileSystem.isBlocking }
        return false
    }

    func nextNumber() -> UInt64 {
        lastNumber &+= 1
        return lastNumber
    }

    // MARK: Opens

    func register(_ open: Open, tree: TreeConnection, state: FileState, channel: ChannelSequence) -> SMBOpen {
        let session = tree.session
        var number = session.home.nextNumber()
        while session.opens[number] != nil { number = session.home.nextNumber() }
        let entry = SMBOpen(
            fileID: FileID(persistent: open.id.rawValue, volatile: number), open: open, tree: tree, state: state,
            channel: channel)
        session.opens[number] = entry
        session.home.record.openCount.add(1, ordering: .relaxed)
        return entry
    }

    func remove(_ open: SMBOpen) {
        let session = open.tree.session
        guard session.opens.removeValue(forKey: open.fileID.volatile) != nil else { return }
        if case .disk(let share) = open.tree.target { share.delayedWriteTimes?.forget(open.open) }
        session.home.record.openCount.subtract(1, ordering: .relaxed)
    }

    // MARK: Endings

    /// Closes what came through a tree connect, and cancels what waits there.
    func close(_ tree: TreeConnection) {
        guard tree.isConnected else { return }
        tree.isConnected = false
        let session = tree.session
        session.trees[tree.id] = nil
        session.home.record.update {
            $0.trees -= 1
            if let index = $0.sessions[tree.session.id]?.shares.firstIndex(of: tree.shareName) {
                $0.sessions[tree.session.id]?.shares.remove(at: index)
            }
        }
        for connection in session.connections {
            for request in connection.pending.values where request.tree === tree {
                request.ticket.cancel(request.ending)
            }
        }
        guard case .disk(let share) = tree.target else { return closePipes(of: tree) }
        let context = OperationContext(
            door: share.door, style: .windows, client: tree.session.id.rawValue, identity: tree.identity)
        for entry in session.opens.values where entry.tree === tree {
            _ = share.delayedWriteTimes?.close(entry.open, of: share.fileSystem, at: server.now, context)
            remove(entry)
            _ = try? share.fileSystem.close(entry.open, context)
        }
    }

    /// Ends a session with all its trees and opens.
    func close(_ session: Session) {
        for tree in session.trees.values { close(tree) }
        session.exchange = nil
        for connection in session.connections {
            connection.sessions[session.id] = nil
            server.registry.remove(session.id, from: connection.record)
        }
        session.channels.removeAll()
    }

    // MARK: Memory

    /// At least `count` bytes, the same ones at every call.
    func scratch(_ count: Int) -> UnsafeMutableRawBufferPointer {
        if scratchMemory.count < count {
            scratchMemory.deallocate()
            scratchMemory = .allocate(byteCount: max(count, Self.largestCopiedPayload), alignment: 16)
        }
        return UnsafeMutableRawBufferPointer(rebasing: scratchMemory.prefix(count))
    }

    /// Where a sealed frame of so many bytes is opened to.
    func openingMemory(_ count: Int) -> UnsafeMutableRawBufferPointer {
        if openedMemory.count < count {
            openedMemory.deallocate()
            openedMemory = .allocate(byteCount: max(count, Self.largestCopiedPayload), alignment: 16)
        }
        return UnsafeMutableRawBufferPointer(rebasing: openedMemory.prefix(count))
    }

    /// Gives back what one large request has made grow.
    func trimMemory() {
        if scratchMemory.count > Self.keptMemory {
            scratchMemory.deallocate()
            scratchMemory = UnsafeMutableRawBufferPointer(start: nil, count: 0)
        }
        if openedMemory.count > Self.keptMemory {
            openedMemory.deallocate()
            openedMemory = UnsafeMutableRawBufferPointer(start: nil, count: 0)
        }
    }
}

/// What NEGOTIATE has come to.
enum Negotiation {
    case none
    /// SMB1's "SMB 2.???" was answered; an SMB2 NEGOTIATE is to come.
    case wildcard
    /// ``Connection/terms`` hold.
    case done
}

/// A host by its identity, which another may have after it.
struct JoinedHost {
    weak var host: (any ConnectionHost)?
}
