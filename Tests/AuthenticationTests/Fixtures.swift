import HostileInput

@testable import Authentication

/// The bytes that hexadecimal digits spell; blanks are passed over.
func bytes(_ hexadecimal: String) -> [UInt8] {
    bytes(ofHex: hexadecimal.filter { !$0.isNewline })
}

/// A server with two users, on a clock that stands still and with random bytes that count: as it was when the tokens of
/// the corpus were captured, so that the proofs in them hold.
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
            .user(name: name, domain: "WORKGROUP", hash: try NTHash(password: password)), flags: flags,
            random: countingBytes, fileTime: { fileTime })
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

    // MARK: The corpus

    /// Tokens of real programs, `NAME.hex`.
    static func corpus(_ source: String = #filePath) throws -> [(name: String, bytes: [UInt8])] {
        let directory = source.split(separator: "/").dropLast().joined(separator: "/")
        return try loadCorpus(directory: "/" + directory + "/Corpus")
    }

    static func captured(_ name: String) throws -> [UInt8] {
        guard let row = try corpus().first(where: { $0.name == name }) else { throw MissingCapture(name: name) }
        return row.bytes
    }

    struct MissingCapture: Error {
        var name: String
    }

    /// A server that has sent its challenge to the client of that capture.
    static func challenged(by client: String) throws -> SPNEGOServer {
        var server = SPNEGOServer(try configuration())
        guard case .continue = try server.step(try captured(client + "-1")) else { throw MissingCapture(name: client) }
        return server
    }
}

extension TokenDecodable {
    /// With an array, since the macros of the test library cannot hold spans.
    static func decoded(_ bytes: [UInt8]) throws(AuthenticationError) -> Self {
        try Self(decoding: bytes.span.bytes)
    }
}
