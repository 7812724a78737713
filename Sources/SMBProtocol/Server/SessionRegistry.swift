package import AccessArbitration
package import SMBCryptography
package import SMBMessages
import Synchronization

/// The sessions and connections of a server, across its event loops.
package final class SessionRegistry: Sendable {
    /// Ends a session where it runs, and passes the gate when it is gone.
    package typealias Expire = @Sendable (SessionID, Gate) -> Void

    private struct Entry {
        /// Nil until the log-in is over.
        var user: String?
        var isProven = false
        var expire: Expire
        /// What another connection must know to be bound to it; nil for those without a secret.
        var offer: SessionOffer?
    }

    private struct State {
        var sessions: [SessionID: Entry] = [:]
        var connections: [ObjectIdentifier: ConnectionRecord] = [:]
    }

    private let state = Mutex(State())
    /// Read at every request.
    private let connectionsNow = Atomic<Int>(0)

    package init() {}

    /// How many there are.
    var connectionCount: Int { connectionsNow.load(ordering: .relaxed) }

    // MARK: Connections

    func connected(client: String) -> ConnectionRecord {
        let record = ConnectionRecord(client: client)
        state.withLock { $0.connections[ObjectIdentifier(record)] = record }
        connectionsNow.add(1, ordering: .relaxed)
        return record
    }

    func disconnected(_ record: ConnectionRecord) {
        let wasThere = state.withLock { $0.connections.removeValue(forKey: ObjectIdentifier(record)) != nil }
        if wasThere { connectionsNow.subtract(1, ordering: .relaxed) }
    }

    /// What every connection has going on, in no order.
    package func status() -> [ConnectionStatus] {
        state.withLock { Array($0.connections.values) }.map(\.status)
    }

    // MARK: Sessions

    /// A number that no session has: 0 and all ones have meanings of their own.
    ///
    /// It fits into 32 bits, as Samba's and Windows' do: some clients keep no more of it (smb2.session-id). Nothing is
    /// protected by its being hard to guess.
    func addSession(random: (Int) -> [UInt8], expire: @escaping Expire) -> SessionID {
        while true {
            let number = random(4).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            let id = SessionID(rawValue: number)
            guard number != 0, number != .max else { continue }
            let isNew = state.withLock { state in
                guard state.sessions[id] == nil else { return false }
                state.sessions[id] = Entry(expire: expire)
                return true
            }
            if isNew { return id }
        }
    }

    func establish(_ id: SessionID, user: String, isProven: Bool) {
        state.withLock { state in
            state.sessions[id]?.user = user
            state.sessions[id]?.isProven = isProven
        }
    }

    /// Lets other connections be bound to a session.
    func offer(_ offer: SessionOffer, for id: SessionID) {
        state.withLock { $0.sessions[id]?.offer = offer }
    }

    /// Whether there is such a session, and how to be bound to it.
    func offer(of id: SessionID) -> (exists: Bool, offer: SessionOffer?) {
        state.withLock { ($0.sessions[id] != nil, $0.sessions[id]?.offer) }
    }

    /// Another host runs the session from now on.
    func move(_ id: SessionID, to host: any ConnectionHost) {
        state.withLock { state in
            state.sessions[id]?.expire = { number, gate in host.wake(.expire(session: number.rawValue, gate)) }
            state.sessions[id]?.offer?.host = host
        }
    }

    func remove(_ id: SessionID, from record: ConnectionRecord) {
        state.withLock { $0.sessions[id] = nil }
        record.update { $0.sessions[id] = nil }
    }

    /// How to end the session `previous`, where the user of `id` is its user too and both have proven it.
    ///
    /// Guests have proven nothing: they cannot end each other's sessions.
    func takeOver(_ previous: SessionID, by id: SessionID) -> Expire? {
        state.withLock { state in
            guard let old = state.sessions[previous], let new = state.sessions[id], let user = old.user else {
                return nil
            }
            guard old.isProven, new.isProven, user == new.user else { return nil }
            return old.expire
        }
    }
}

/// What others than its event loop may know of a connection.
package final class ConnectionRecord: Sendable {
    struct State {
        var dialect: UInt16 = 0
        var signing: SMBCryptography.SigningAlgorithm?
        var cipher: SMBCipher?
        var sessions: [SessionID: SessionStatus] = [:]
        var trees = 0
    }

    let client: String
    let openCount = Atomic<Int>(0)
    private let state = Mutex(State())

    init(client: String) {
        self.client = client
    }

    func update(_ change: (inout sending State) -> Void) {
        state.withLock { change(&$0) }
    }

    /// Tells of a session anew; its shares stay.
    func update(_ status: SessionStatus, of id: SessionID) {
        update {
            let shares = $0.sessions[id]?.shares ?? []
            $0.sessions[id] = status
            $0.sessions[id]?.shares = shares
        }
    }

    var status: ConnectionStatus {
        let opens = openCount.load(ordering: .relaxed)
        return state.withLock { state in
            ConnectionStatus(
                client: client, dialect: state.dialect, signingAlgorithm: state.signing, cipher: state.cipher,
                sessions: Array(state.sessions.values), trees: state.trees, opens: opens)
        }
    }
}

package struct SessionStatus: Sendable, Equatable {
    package let id: UInt64
    package let user: String
    /// Every request must be signed, or all about its shares' files were, or came sealed.
    package let isSigned: Bool
    /// Every request must be sealed, or all about its shares' files were.
    package let isEncrypted: Bool
    /// The names of the shares that it is connected to, once for each tree connect.
    package internal(set) var shares: [String] = []
}

package struct ConnectionStatus: Sendable, Equatable {
    /// The peer's address.
    package let client: String
    /// 0 before NEGOTIATE.
    package let dialect: UInt16
    /// Nil before NEGOTIATE.
    package let signingAlgorithm: SMBCryptography.SigningAlgorithm?
    /// Nil where the client cannot seal.
    package let cipher: SMBCipher?
    package let sessions: [SessionStatus]
    package let trees: Int
    package let opens: Int
}
