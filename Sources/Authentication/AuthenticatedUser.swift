/// Who an exchange has shown the peer to be.
package enum AuthenticatedUser: Equatable, Sendable {
    /// A user of the database who has proven knowledge of the password.
    case user(UserRecord)
    /// Somebody whom the database does not know, where the policy lets such people in. Nothing was proven.
    case guest(claimedName: String)
    /// Somebody who gave no name, where the policy lets such people in.
    case anonymous
}

/// Who may come in without proof.
package struct AuthenticationPolicy: Equatable, Sendable {
    /// Users that the database does not know become guests. A known user with a wrong password never does.
    package var allowsGuest: Bool
    /// An empty name and an empty response become the anonymous user.
    package var allowsAnonymous: Bool

    package init(allowsGuest: Bool, allowsAnonymous: Bool) {
        self.allowsGuest = allowsGuest
        self.allowsAnonymous = allowsAnonymous
    }
}

/// The 16-byte key that both sides hold after a proven exchange. It does not appear in descriptions.
package struct SessionKey: Equatable, Sendable, CustomStringConvertible {
    package let bytes: [UInt8]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    package var description: String { "SessionKey(\(bytes.count) bytes)" }
}

/// What one token leads to.
package enum AuthenticationStep: Equatable, Sendable {
    /// Send the token; another is to come.
    case `continue`(token: [UInt8])
    /// The exchange is over; send the token with the success. The key is nil for guests and the anonymous user: nothing
    /// that they and we share is secret, so nothing may be signed or sealed with it.
    case complete(AuthenticatedUser, sessionKey: SessionKey?, token: [UInt8])
}

/// What a server needs to run exchanges: one value for all its connections.
package struct AuthenticationConfiguration: Sendable {
    package var users: any UserDatabase
    package var policy: AuthenticationPolicy
    /// How this server names itself in challenges.
    package var names: ServerNames
    /// That many unpredictable bytes.
    package var random: @Sendable (_ byteCount: Int) -> [UInt8]
    /// Now, as a FILETIME: 100 ns since 1601-01-01 UTC.
    package var fileTime: @Sendable () -> UInt64

    package init(
        users: any UserDatabase,
        policy: AuthenticationPolicy,
        names: ServerNames = ServerNames(computer: "DITTOFS"),
        random: @escaping @Sendable (_ byteCount: Int) -> [UInt8] = { SecureRandom.bytes($0) },
        fileTime: @escaping @Sendable () -> UInt64 = { SystemFileTime.now() }
    ) {
        self.users = users
        self.policy = policy
        self.names = names
        self.random = random
        self.fileTime = fileTime
    }
}

/// The names of a server that belongs to no domain — [MS-NLMP] 2.2.2.1
package struct ServerNames: Equatable, Sendable {
    package var netBIOSComputer: String
    package var netBIOSDomain: String
    package var dnsComputer: String
    package var dnsDomain: String

    package init(netBIOSComputer: String, netBIOSDomain: String, dnsComputer: String, dnsDomain: String) {
        self.netBIOSComputer = netBIOSComputer
        self.netBIOSDomain = netBIOSDomain
        self.dnsComputer = dnsComputer
        self.dnsDomain = dnsDomain
    }

    /// A stand-alone server: its own domain, as Windows has it.
    package init(computer: String) {
        self.init(netBIOSComputer: computer, netBIOSDomain: computer, dnsComputer: computer, dnsDomain: "")
    }
}
