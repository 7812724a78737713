package import Authentication
import RemoteProcedures
package import SMBMessages
import Synchronization
package import WindowsTypes

/// What all connections of a server share. Immutable but for the table of sessions, which has its own lock.
package final class ServerContext: Sendable {
    package let shares: [Share]
    package let authentication: AuthenticationConfiguration
    package let limits: ServerLimits
    package let serverGUID: GUID
    package let startTime: FileTime
    /// The lowest and the highest dialect that is spoken.
    package let minimumDialect: Dialect
    package let maximumDialect: Dialect
    package let signing: SigningPolicy
    package let encryption: EncryptionPolicy
    /// After that a session has to authenticate again; nil never.
    package let sessionLifetimeSeconds: Int?
    /// Whether the control codes of Samba's own tests are answered.
    package let answersTortureControls: Bool
    /// Is told of every request; nil costs nothing.
    package let observer: (any RequestObserver)?
    /// Takes down who does less than is wanted; nil: nothing in particular is.
    package let demand: ConnectionDemand?
    package let registry = SessionRegistry()
    /// What can be called at the pipes of IPC$.
    let interfaces: InterfaceRegistry
    private let sharesByName: [String: Share]

    package init(
        shares: [Share], authentication: AuthenticationConfiguration, limits: ServerLimits = ServerLimits(),
        serverGUID: GUID? = nil, minimumDialect: Dialect = .smb202, maximumDialect: Dialect = .smb311,
        signing: SigningPolicy = .enabled, encryption: EncryptionPolicy = .off,
        sessionLifetimeSeconds: Int? = nil, answersTortureControls: Bool = false,
        observer: (any RequestObserver)? = nil, demand: ConnectionDemand? = nil
    ) {
        self.shares = shares
        self.authentication = authentication
        self.limits = limits
        self.minimumDialect = minimumDialect
        self.maximumDialect = maximumDialect
        self.signing = signing
        self.encryption = encryption
        self.sessionLifetimeSeconds = sessionLifetimeSeconds
        self.answersTortureControls = answersTortureControls
        self.observer = observer
        self.demand = demand
        let random = authentication.random(16)
        self.serverGUID =
            serverGUID
            ?? random.withUnsafeBytes { bytes in
                GUID(
                    first: bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self),
                    second: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            }
        startTime = FileTime(rawValue: authentication.fileTime())
        let clock = authentication.fileTime
        let description = ServerDescription(
            name: authentication.names.netBIOSComputer, domain: authentication.names.netBIOSDomain, comment: "DittoFS",
            shares: shares.map { SharedResource(name: $0.name, comment: $0.comment) } + [
                SharedResource(name: "IPC$", kind: [.interprocess, .special], comment: "Remote procedures")
            ],
            now: { FileTime(rawValue: clock()) })
        interfaces = InterfaceRegistry(description.interfaces)
        sharesByName = Dictionary(
            shares.map { (Self.key(of: $0.name), $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The share of that name, compared without regard to case, with or without a leading slash.
    package func share(named name: String) -> Share? { sharesByName[Self.key(of: name)] }

    private static func key(of name: String) -> String { name.drop { $0 == "/" }.lowercased() }

    package var now: FileTime { FileTime(rawValue: authentication.fileTime()) }
}

/// One request after its answer was made, for a trace.
package struct RequestTrace: Sendable {
    /// 100 ns since 1601.
    package let time: FileTime
    /// The peer's address.
    package let client: String
    package let user: String
    package let command: String
    package let messageID: UInt64
    /// What the request was about, in WTF-8: a path in the share, a share's name; empty for neither.
    package let subject: [UInt8]
    package let status: NTStatus
    package let microseconds: UInt64
}

/// Is told of every request, on the connection's event loop, when its response has been written.
package protocol RequestObserver: Sendable {
    func completed(_ trace: RequestTrace)
}
