import SMBCryptography
import Testing

/// With arrays, since the macros of the test library cannot hold spans.
extension MessageCipher {
    func opened(_ frame: [UInt8]) -> [UInt8]? {
        var frame = frame
        return open(&frame, in: 0..<frame.count) ? Array(frame[52...]) : nil
    }

    func openedElsewhere(_ frame: [UInt8], byteCount: Int? = nil) -> [UInt8]? {
        var message = [UInt8](repeating: 0, count: byteCount ?? max(0, frame.count - 52))
        var span = message.mutableSpan
        var raw = span.mutableBytes
        let isOpen = open(frame.span.bytes, into: &raw)
        return isOpen ? message : nil
    }

    func seals(_ head: inout [UInt8], followedBy payload: inout [UInt8]) -> Bool {
        var span = payload.mutableSpan
        var raw = span.mutableBytes
        return seal(&head, in: 0..<head.count, followedBy: &raw)
    }
}

@Suite("Sealing — [MS-SMB2] 3.1.4.3")
struct MessageCipherTests {
    /// The two ends of a session.
    struct Ends {
        let client: MessageCipher
        let server: MessageCipher

        init(_ cipher: SMBCipher, channel: UInt32 = 0) throws {
            let (up, down) = (
                [UInt8](0..<UInt8(cipher.keyByteCount)), [UInt8](100..<100 + UInt8(cipher.keyByteCount))
            )
            client = try MessageCipher(cipher, sealingKey: up, openingKey: down, channel: channel)
            server = try MessageCipher(cipher, sealingKey: down, openingKey: up, channel: channel)
        }
    }

    /// A header whose every byte is something, and a message.
    static func frame(_ count: Int) -> [UInt8] {
        (0..<52).map { UInt8(0x80 + $0) } + (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    }

    @Test(
        "what Microsoft published opens to what Microsoft published",
        arguments: [(PublishedConversation.dialect30, SMBCipher.aes128CCM), (.dialect311, .aes128GCM)])
    func published(conversation: PublishedConversation, cipher: SMBCipher) throws {
        let server = try MessageCipher(
            cipher, sealingKey: conversation.serverToClient, openingKey: conversation.clientToServer)
        let client = try MessageCipher(
            cipher, sealingKey: conversation.clientToServer, openingKey: conversation.serverToClient)
        #expect(server.opened(conversation.sealedRequest) == conversation.request)
        #expect(client.opened(conversation.sealedResponse) == conversation.response)
        #expect(client.openedElsewhere(conversation.sealedResponse) == conversation.response)
        #expect(client.opened(conversation.sealedRequest) == nil)
    }

    @Test("the same frames come out of sealing with their nonces")
    func publishedSealing() throws {
        for (conversation, name, count) in [
            (PublishedConversation.dialect30, "AES-128-CCM", 11), (.dialect311, "AES-128-GCM", 12),
        ] {
            for (key, message, frame) in [
                (conversation.clientToServer, conversation.request, conversation.sealedRequest),
                (conversation.serverToClient, conversation.response, conversation.sealedResponse),
            ] {
                let vector = CipherVector(
                    testDescription: "", name: name, key: key, nonce: Array(frame[20..<20 + count]),
                    associated: Array(frame[20..<52]), plain: message, sealed: [], tag: [])
                let context = try AuthenticatedCipherContext(
                    name, isCCM: vector.isCCM, nonceByteCount: count, key: key, seals: true)
                let result = try #require(vector.seal(context, message))
                #expect(result.sealed == Array(frame[52...]) && result.tag == Array(frame[4..<20]))
            }
        }
    }

    @Test("the keys of those conversations")
    func publishedKeys() throws {
        let old = PublishedConversation.dialect30
        let keys = try SessionKeys(.dialect30, sessionKey: old.sessionKey, cipher: .aes128CCM)
        #expect(keys.clientToServer == old.clientToServer && keys.serverToClient == old.serverToClient)
        let new = PublishedConversation.dialect311
        let label = Array("SMBC2SCipherKey".utf8) + [0]
        #expect(
            try KeyDerivation.key(from: new.sessionKey, label: label, context: new.preauthHash) == new.clientToServer)
    }

    @Test("round trips of many lengths, both ways", arguments: SMBCipher.allCases)
    func roundTrip(cipher: SMBCipher) throws {
        let ends = try Ends(cipher)
        for count in [1, 15, 16, 17, 64, 120, 4096, 1 << 20] {
            for (from, to) in [(ends.client, ends.server), (ends.server, ends.client)] {
                let plain = Self.frame(count)
                var buffer = [1, 2, 3] + plain + [4, 5]
                #expect(from.seal(&buffer, in: 3..<3 + plain.count))
                #expect(buffer.prefix(3) == [1, 2, 3] && buffer.suffix(2) == [4, 5])
                let sealed = Array(buffer[3..<3 + plain.count])
                // Of the header, the signature and the nonce have been written and nothing else.
                #expect(sealed[..<4] == plain[..<4] && sealed[36..<52] == plain[36..<52])
                #expect(count < 15 || sealed[52...] != plain[52...])
                #expect(to.opened(sealed) == Array(plain[52...]))
                #expect(to.openedElsewhere(sealed) == Array(plain[52...]))
                #expect(from.opened(sealed) == nil, "keys are for one direction")
            }
        }
    }

    @Test("a payload from elsewhere seals as if it lay behind the message", arguments: SMBCipher.allCases)
    func pieces(cipher: SMBCipher) throws {
        for split in [52, 53, 60, 68, 132, 151, 152] {
            // Two of a kind, so that the nonces are the same.
            let (one, other) = (try Ends(cipher), try Ends(cipher))
            var whole = Self.frame(100)
            var head = Array(whole[..<split])
            var payload = Array(whole[split...])
            #expect(one.server.seal(&whole, in: 0..<whole.count))
            #expect(other.server.seals(&head, followedBy: &payload))
            #expect(head + payload == whole)
            #expect(other.client.opened(head + payload) == Array(Self.frame(100)[52...]))
        }
    }

    @Test("a frame that differs in one bit behind its protocol id is refused", arguments: SMBCipher.allCases)
    func flipped(cipher: SMBCipher) throws {
        let ends = try Ends(cipher)
        var frame = Self.frame(40)
        #expect(ends.client.seal(&frame, in: 0..<frame.count))
        for bit in 4 * 8..<frame.count * 8 {
            var altered = frame
            altered[bit / 8] ^= 1 << (bit % 8)
            #expect(ends.server.opened(altered) == nil, "bit \(bit)")
        }
        #expect(ends.server.opened(frame) == Array(Self.frame(40)[52...]))
    }

    @Test("every truncation is refused", arguments: SMBCipher.allCases)
    func truncated(cipher: SMBCipher) throws {
        let ends = try Ends(cipher)
        var frame = Self.frame(40)
        #expect(ends.client.seal(&frame, in: 0..<frame.count))
        for count in 0..<frame.count {
            #expect(ends.server.opened(Array(frame[..<count])) == nil)
            #expect(ends.server.openedElsewhere(Array(frame[..<count])) == nil)
        }
        #expect(ends.server.opened(frame + [0]) == nil)
        #expect(ends.server.openedElsewhere(frame, byteCount: 39) == nil)
        #expect(ends.server.opened(frame) != nil)
    }

    @Test("no nonce comes twice, not on another channel either", arguments: SMBCipher.allCases)
    func nonces(cipher: SMBCipher) throws {
        var seen: Set<[UInt8]> = []
        for channel: UInt32 in [0, 1, 2, 0xFFFFFF] {
            let ends = try Ends(cipher, channel: channel)
            for _ in 0..<100 {
                var frame = Self.frame(16)
                #expect(ends.server.seal(&frame, in: 0..<frame.count))
                #expect(seen.insert(Array(frame[20..<20 + cipher.nonceByteCount])).inserted)
                #expect(ends.client.opened(frame) != nil)
            }
        }
    }

    @Test("ranges that leave the buffer and frames without a header are refused")
    func ranges() throws {
        let ends = try Ends(.aes128GCM)
        var frame = Self.frame(10)
        let before = frame
        #expect(!ends.client.seal(&frame, in: 0..<51))
        #expect(!ends.client.seal(&frame, in: 0..<63))
        #expect(!ends.client.open(&frame, in: 0..<63))
        #expect(frame == before)
    }
}
