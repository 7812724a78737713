import HostileInput
import SMBMessages
import Testing
import WindowsTypes
import WireCoding

@Suite("NEGOTIATE — [MS-SMB2] 2.2.3, 2.2.4 and 3.3.5.3")
struct NegotiateTests {
    @Test(
        "what an SMB1 client is offered",
        arguments: [
            (["NT LM 0.12"], Dialect?.none), (["NT LM 0.12", "SMB 2.002"], .smb202), (["SMB 2.???"], .wildcard),
            (["NT LM 0.12", "SMB 2.002", "SMB 2.???"], .wildcard), (["SMB 2.???", "SMB 2.002"], .wildcard), ([], nil),
        ])
    func smb1(names: [String], expected: Dialect?) throws {
        var writer = WireWriter()
        let request = SMB1NegotiateRequest(dialects: names.map { Array($0.utf8) })
        request.write(to: &writer)
        let message = writer.bytes
        var reader = WireReader(message.span.bytes)
        let parsed = try SMB1NegotiateRequest(parsing: &reader)
        #expect(parsed == request)
        #expect(parsed.smb2Dialect == expected)
        for count in 0..<message.count {
            let truncated = Array(message[..<count])
            #expect(throws: WireError.self, "\(count)") {
                var reader = WireReader(truncated.span.bytes)
                _ = try SMB1NegotiateRequest(parsing: &reader)
            }
        }
    }

    @Test("the SMB1 bytes", .tags(.golden))
    func smb1Golden() throws {
        let message = try #require(corpus.first { $0.name == "smb1-negotiate" }).bytes
        var writer = WireWriter()
        SMB1NegotiateRequest(dialects: ["NT LM 0.12", "SMB 2.002", "SMB 2.???"].map { Array($0.utf8) }).write(
            to: &writer)
        #expect(writer.bytes == message)
    }

    @Test("SMB1 messages that are no NEGOTIATE, or lie")
    func smb1Lies() throws {
        let message = try #require(corpus.first { $0.name == "smb1-negotiate" }).bytes
        let lies = [
            setting(0x73, at: 4, width: 1, in: message), setting(1, at: 32, width: 1, in: message),
            setting(0xFFFF, at: 33, width: 2, in: message), setting(3, at: 35, width: 1, in: message),
            // The last name loses its end.
            setting(1, at: message.count - 1, width: 1, in: message),
        ]
        for lie in lies {
            #expect(throws: WireError.self) {
                var reader = WireReader(lie.span.bytes)
                _ = try SMB1NegotiateRequest(parsing: &reader)
            }
        }
    }

    @Test("contexts are read only with 3.1.1: before, the field is a time")
    func contextsBefore311() throws {
        let message =
            [UInt8](repeating: 0, count: 64)
            + bytes(ofHex: "2400 0100 0100 0000 00000000 \(someGUIDHex) ffffffff ffff 0000 1002")
        #expect(try NegotiateRequest(message: message.span.bytes).negotiateContexts.isEmpty)
    }

    @Test("context lists that lie")
    func contextLies() throws {
        let honest = try #require(allFixtures.first { $0.name == "NEGOTIATE request, 3.1.1 with contexts" }).message
        let lies: [(String, [UInt8])] = [
            ("the list outside", setting(0xFFFF_FFFF, at: 92, width: 4, in: honest)),
            ("one context more than there are", setting(9, at: 96, width: 2, in: honest)),
            ("very many contexts", setting(0xFFFF, at: 96, width: 2, in: honest)),
            ("a data length that leaves the message", setting(0xFFFF, at: 106, width: 2, in: honest)),
            ("more hash algorithms than data", setting(0xFFFF, at: 112, width: 2, in: honest)),
            ("more salt than data", setting(5, at: 114, width: 2, in: honest)),
            ("more dialects than bytes", setting(0xFFFF, at: 66, width: 2, in: honest)),
        ]
        for (what, message) in lies {
            #expect(throws: WireError.self, "\(what)") { _ = try NegotiateRequest(message: message.span.bytes) }
        }
    }

    @Test("FSCTL_VALIDATE_NEGOTIATE_INFO — 2.2.31.4 and 2.2.32.6")
    func validate() throws {
        let request = ValidateNegotiateInfoRequest(
            capabilities: .dfs, guid: someGUID, securityMode: .signingEnabled, dialects: [.smb202, .smb210])
        let encoded = bytes(ofHex: "01000000 \(someGUIDHex) 0100 0200 0202 1002")
        #expect(request.bytes == encoded)
        #expect(try ValidateNegotiateInfoRequest(bytes: encoded) == request)
        for count in 0..<encoded.count {
            #expect(throws: WireError.self) { _ = try ValidateNegotiateInfoRequest(bytes: Array(encoded[..<count])) }
        }
        let response = ValidateNegotiateInfoResponse(
            capabilities: [], guid: someGUID, securityMode: .signingRequired, dialect: .smb202)
        let answer = bytes(ofHex: "00000000 \(someGUIDHex) 0200 0202")
        #expect(response.bytes == answer)
        #expect(try ValidateNegotiateInfoResponse(bytes: answer) == response)
    }
}

extension Tag {
    @Tag static var golden: Self
    @Tag static var hostile: Self
}
