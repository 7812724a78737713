import Testing
import WireCoding

@testable import Authentication

@Suite("Codecs")
struct CodecTests {
    @Test("NTLM messages come back as they went")
    func ntlmRoundTrips() throws {
        let negotiate = NTLMNegotiateMessage(flags: NTLMClient.defaultFlags)
        #expect(try NTLMNegotiateMessage.decoded(negotiate.bytes) == negotiate)
        let challenge = NTLMChallengeMessage(
            flags: [.unicode, .targetInfo], targetName: "Zürich", serverChallenge: [1, 2, 3, 4, 5, 6, 7, 8],
            targetInformation: TargetInformation(names: ServerNames(computer: "S"), fileTime: 7))
        #expect(try NTLMChallengeMessage.decoded(challenge.bytes) == challenge)
        let authenticate = NTLMAuthenticateMessage(
            flags: .unicode, domainName: "D", userName: "Ω", workstation: "", lmResponse: [0],
            ntResponse: [UInt8](repeating: 9, count: 50), encryptedSessionKey: [UInt8](0..<16), mic: [UInt8](16..<32))
        #expect(try NTLMAuthenticateMessage.decoded(authenticate.bytes) == authenticate)
    }

    @Test(
        "SPNEGO tokens come back as they went, whatever the lengths of their lengths",
        arguments: [0, 1, 100, 127, 128, 255, 256, 40_000])
    func spnegoRoundTrips(count: Int) throws {
        let token = [UInt8](repeating: 5, count: count)
        let first = NegTokenInit(mechanisms: [.kerberos, .ntlm], mechanismToken: token)
        #expect(try NegTokenInit.decoded(first.bytes) == first)
        let response = NegTokenResp(
            state: .acceptIncomplete, supportedMechanism: .ntlm, responseToken: token, mechanismListMIC: token)
        #expect(try NegTokenResp.decoded(response.bytes) == response)
    }

    @Test(
        "DER lengths that we do not take",
        arguments: ["0480", "0485000000000 1", "04840000 0100", "1F0100", "0402FF", "04", "0481"])
    func derLengths(hexadecimal: String) throws {
        let token = bytes(hexadecimal)
        #expect(throws: WireError.self) {
            var reader = DERReader(token.span.bytes)
            _ = try reader.next()
        }
    }

    @Test("DER lengths need not be minimal")
    func derLongLengths() throws {
        let token = bytes("0484000000021122")
        var reader = DERReader(token.span.bytes)
        let element = try reader.next()
        #expect(element.content == 6..<8 && element.whole == 0..<8)
        let end = reader.isAtEnd
        #expect(end)
    }

    @Test("an element may not be longer than the one it is in")
    func derNesting() throws {
        let token = bytes("3003 0404 AA BBCCDD")
        #expect(throws: WireError.self) {
            var outer = DERReader(token.span.bytes)
            var inner = DERReader(token.span.bytes, within: try outer.next())
            _ = try inner.next()
        }
    }

    @Test("target information: the terminator ends it, its lack is forgiven, too many pairs are not")
    func targetInformation() throws {
        func parse(_ bytes: [UInt8]) throws(WireError) -> TargetInformation {
            var reader = WireReader(bytes.span.bytes)
            return try TargetInformation(parsing: &reader)
        }
        let pair = TargetInformation.Pair(id: 6, value: [2, 0, 0, 0])
        #expect(try parse(bytes("0600 0400 02000000 0000 0000 FFFF FFFF")).pairs == [pair])
        #expect(try parse(bytes("0600 0400 02000000")).pairs == [pair])
        #expect(try parse(bytes("0600 0400 02000000")).flags == TargetInformation.flagMICPresent)
        #expect(throws: WireError.self) { try parse(bytes("0600 0500 02000000")) }
        #expect(throws: WireError.self) { try parse(bytes("06")) }
        let many = TargetInformation(pairs: Array(repeating: pair, count: 33))
        #expect(throws: WireError.tooMany(field: "AV_PAIR", limit: 32)) { try parse(many.bytes) }
        #expect(
            try parse(bytes("0600 0200 0200 0000 0000")).flags == 0, "a flags pair of the wrong length says nothing")
    }

    @Test("a session key that is not 16 bytes long is no session key", arguments: [1, 15, 17, 32])
    func sessionKeyLength(count: Int) throws {
        let message = NTLMAuthenticateMessage(
            flags: .unicode, domainName: "", userName: "a", workstation: "", lmResponse: [], ntResponse: [1],
            encryptedSessionKey: [UInt8](repeating: 0, count: count), mic: nil)
        #expect(throws: AuthenticationError.self) { try NTLMAuthenticateMessage.decoded(message.bytes) }
    }
}

@Suite("Users and their hashes")
struct UserTests {
    @Test("hashes are read from 32 digits of either case, and nothing else")
    func hexadecimal() throws {
        let hash = try #require(NTHash(hexadecimal: "A4F49C406510BDCAB6824EE7C30FD852"))
        #expect(hash == (try NTHash(password: "Password")))
        #expect(NTHash(hexadecimal: hash.hexadecimal) == hash)
        for wrong in [
            "", "a4f49c406510bdcab6824ee7c30fd85", "a4f49c406510bdcab6824ee7c30fd8522",
            "g4f49c406510bdcab6824ee7c30fd852",
            "a4f49c406510bdcab6824ee7c30fd8é",
        ] {
            #expect(NTHash(hexadecimal: wrong) == nil, "\(wrong)")
        }
        #expect(NTHash(bytes: [1, 2, 3]) == nil)
    }

    @Test("hashes and keys do not show in descriptions")
    func descriptions() throws {
        let user = try Fixture.alice()
        let digits = try #require(user.ntHash).hexadecimal
        #expect(!"\(user)".contains(digits) && !String(reflecting: user).contains("\(user.ntHash?.bytes ?? [])"))
        #expect(!"\(SessionKey([17, 18, 19]))".contains("17"))
    }

    @Test(
        "names are compared without regard to case, one character for one",
        arguments: [
            ("ÄRGER", "ärger", true), ("Σίσυφος", "σίσυφοΣ", false), ("straße", "STRASSE", false), ("ıx", "IX", false),
            ("µ", "Μ", false), ("bob", "BOB", true), ("bob", "bob ", false), ("𐐨", "𐐀", false),
        ])
    func caseFolding(stored: String, asked: String, isSame: Bool) {
        let users = StaticUserDatabase([UserRecord(name: stored, uid: 1, gid: 1, ntHash: nil)])
        #expect((users.user(named: asked) != nil) == isSame)
        #expect(users.user(named: stored) != nil)
    }

    @Test("of two users whose names differ in case only, the first counts")
    func duplicates() {
        let users = StaticUserDatabase([
            UserRecord(name: "bob", uid: 1, gid: 1, ntHash: nil), UserRecord(name: "BOB", uid: 2, gid: 2, ntHash: nil),
        ])
        #expect(users.user(named: "Bob")?.uid == 1)
    }
}
