@testable import Authentication

/// The bytes that hexadecimal digits spell; blanks are passed over.
func bytes(_ hexadecimal: String) -> [UInt8] {
    let digits = hexadecimal.compactMap(\.hexDigitValue)
    return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
}

/// A server with two users, on a clock that stands still and with random bytes that count.
enum Fixture {
    static let password = "Pässwörd 1"
    static let fileTime: UInt64 = 0x01DA_0000_1234_5678

    static func alice() throws -> UserRecord {
        UserRecord(name: "Alice", uid: 1000, gid: 100, groups: [27], ntHash: try NTHash(password: password))
    }

    static func configuration(guest: Bool = true, anonymous: Bool = true) throws -> AuthenticationConfiguration {
        let users = StaticUserDatabase([
            try alice(), UserRecord(name: "nopassword", uid: 1001, gid: 100, ntHash: nil),
        ])
        return AuthenticationConfiguration(
            users: users, policy: AuthenticationPolicy(allowsGuest: guest, allowsAnonymous: anonymous),
            names: ServerNames(computer: "TESTSERVER"), random: countingBytes, fileTime: { fileTime })
    }

    @Sendable
    static func countingBytes(_ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: $0 &+ 1) }
    }

    static func client(
        _ name: String = "alice", password: String = Fixture.password, flags: NTLMFlags = NTLMClient.defaultFlags
    ) throws -> NTLMClient {
        NTLMClient(
            .user(name: name, domain: "WORKGROUP", hash: try NTHash(password: password)), flags: flags)
    }

    /// Runs a whole exchange and returns how the server saw its end.
    static func run(
        _ server: inout SPNEGOServer, _ client: inout SPNEGOClient
    ) throws(AuthenticationError) -> (AuthenticatedUser, SessionKey?) {
        var token = client.initialToken
        for _ in 0..<8 {
            switch try server.step(token) {
            case .continue(let answer):
                guard let next = try client.step(answer) else { throw .outOfSequence }
                token = next
            case .complete(let user, let key, let answer):
                guard try client.step(answer) == nil else { throw .outOfSequence }
                return (user, key)
            }
        }
        throw .outOfSequence
    }
}
