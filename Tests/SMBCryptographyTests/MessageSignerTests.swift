import SMBCryptography
import Testing

/// The bytes that hexadecimal digits spell; blanks are passed over.
func bytes(_ hexadecimal: String) -> [UInt8] {
    let digits = hexadecimal.compactMap(\.hexDigitValue)
    return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
}

/// With arrays, since the macros of the test library cannot hold spans.
extension MessageSigner {
    func accepts(_ message: [UInt8], followedBy payload: [UInt8]? = nil) -> Bool {
        guard let payload else { return verify(message.span.bytes) }
        return verify(message.span.bytes, followedBy: payload.span.bytes)
    }

    func signs(_ message: inout [UInt8], followedBy payload: [UInt8]) -> Bool {
        sign(&message, in: 0..<message.count, followedBy: payload.span.bytes)
    }

    func signature(ofBytes message: [UInt8], followedBy payload: [UInt8]? = nil) -> MessageSignature? {
        guard let payload else { return signature(of: message.span.bytes) }
        return signature(of: message.span.bytes, followedBy: payload.span.bytes)
    }
}

@Suite("Codes: HMAC-SHA256 and AES-128-CMAC")
struct MessageAuthenticationCodeTests {
    @Test(
        "HMAC-SHA256 gives the answers of RFC 4231",
        arguments: [
            (
                [UInt8](repeating: 0x0B, count: 20), Array("Hi There".utf8),
                "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
            ),
            (
                Array("Jefe".utf8), Array("what do ya want for nothing?".utf8),
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
            ),
            (
                [UInt8](repeating: 0xAA, count: 20), [UInt8](repeating: 0xDD, count: 50),
                "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"
            ),
            (
                [UInt8](repeating: 0xAA, count: 131),
                Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
            ),
        ])
    func hmac(key: [UInt8], message: [UInt8], expected: String) throws {
        let code = try MessageAuthenticationCode(.hmacSHA256, key: key)
        // Twice: the second answer comes from the context that the first one used.
        #expect(try code.code(of: message) == bytes(expected))
        #expect(try code.code(of: message) == bytes(expected))
    }

    @Test(
        "AES-128-CMAC gives the answers of RFC 4493",
        arguments: [
            (0, "bb1d6929e95937287fa37d129b756746"), (16, "070a16b46b4d4144f79bdd9dd04a287c"),
            (40, "dfa66747de9ae63030ca32611497c827"), (64, "51f0bebf7e3b9d92fc49741779363cfe"),
        ])
    func cmac(count: Int, expected: String) throws {
        let message = bytes(
            """
            6bc1bee22e409f96e93d7e117393172a ae2d8a571e03ac9c9eb76fac45af8e51
            30c81c46a35ce411e5fbc1191a0a52ef f69f2445df4f9b17ad2b417be66c3710
            """)
        let code = try MessageAuthenticationCode(.aes128CMAC, key: bytes("2b7e151628aed2a6abf7158809cf4f3c"))
        #expect(try code.code(of: Array(message.prefix(count))) == bytes(expected))
        #expect(try code.code(of: Array(message.prefix(count))) == bytes(expected))
    }

    @Test("keys that cannot be keys are refused", arguments: SigningAlgorithm.allCases)
    func wrongKeys(algorithm: SigningAlgorithm) {
        #expect(throws: CryptographyError.wrongKeyLength(expected: 16)) {
            try MessageSigner(algorithm, key: [])
        }
        if algorithm != .hmacSHA256 {
            #expect(throws: CryptographyError.wrongKeyLength(expected: 16)) {
                try MessageSigner(algorithm, key: [UInt8](repeating: 1, count: 15))
            }
        }
    }
}

@Suite("Signing — [MS-SMB2] 3.1.4.1")
struct MessageSignerTests {
    let key = [UInt8](0..<16)
    /// A header with a signature of 0xEE bytes, and a body.
    let message = (0..<96).map { UInt8((48..<64).contains($0) ? 0xEE : $0) }

    @Test(
        "the signature is the code of the message with zeros in the signature's place",
        arguments: [(SigningAlgorithm.hmacSHA256, MessageAuthenticationCode.Function.hmacSHA256), (.aes128CMAC, .aes128CMAC)])
    func definition(algorithm: SigningAlgorithm, function: MessageAuthenticationCode.Function) throws {
        var cleared = message
        for index in 48..<64 { cleared[index] = 0 }
        let expected = try MessageAuthenticationCode(function, key: key).code(of: cleared).prefix(16)
        let signature = try MessageSigner(algorithm, key: key).signature(ofBytes: message)
        #expect(signature?.bytes == Array(expected))
    }

    /// Answers of another implementation's AES-GCM with the nonce put together by hand — [MS-SMB2] 3.1.4.1
    @Test(
        "GMAC's nonce knows the message's number, its direction and whether it cancels",
        arguments: [
            (0x08, 0x08, "eb0e24791c3130dcf95585bc7e46e068"), (0x08, 0x09, "230f3c6cd2516d82684d0073dde10b20"),
            (0x0C, 0x08, "4f033ab18509577f95bc6f80b9c4815f"), (0x0C, 0x09, "b491bd8dc80993f22f0e14ae28e08809"),
        ] as [(UInt8, UInt8, String)])
    func galois(command: UInt8, flags: UInt8, expected: String) throws {
        var message = bytes(
            """
            fe534d4240000100 00000000 0000 0100 00000000 00000000 0807060504030201 fffe0000 05000000 8877665544332211
            eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee
            """)
        message += [UInt8](100..<124)
        (message[12], message[16]) = (command, flags)
        let signer = try MessageSigner(.aes128GMAC, key: key)
        // Twice: the second answer comes from the context that the first one used.
        #expect(signer.signature(ofBytes: message)?.bytes == bytes(expected))
        #expect(signer.signature(ofBytes: message)?.bytes == bytes(expected))
    }

    @Test(
        "a payload in another place signs as if it lay behind the message", arguments: 0...96, SigningAlgorithm.allCases)
    func pieces(split: Int, algorithm: SigningAlgorithm) throws {
        let signer = try MessageSigner(algorithm, key: key)
        let whole = try #require(signer.signature(ofBytes: message))
        let head = Array(message[..<split])
        let tail = Array(message[split...])
        let signature = signer.signature(of: head.span.bytes, followedBy: tail.span.bytes)
        if split < 64 {
            #expect(signature == nil, "the header may not be in two places")
        } else {
            #expect(signature?.matches(whole) == true)
        }
    }

    @Test("what was signed verifies, and nothing that differs in one bit", arguments: SigningAlgorithm.allCases)
    func roundTrip(algorithm: SigningAlgorithm) throws {
        let signer = try MessageSigner(algorithm, key: key)
        var buffer = [0xFF, 0xFF] + message
        #expect(signer.sign(&buffer, in: 2..<buffer.count))
        let signed = Array(buffer[2...])
        #expect(buffer[..<2] == [0xFF, 0xFF])
        #expect(signer.accepts(signed))
        for bit in 0..<signed.count * 8 {
            var altered = signed
            altered[bit / 8] ^= 1 << (bit % 8)
            #expect(!signer.accepts(altered), "bit \(bit)")
        }
        let other = try MessageSigner(algorithm, key: [UInt8](1...16))
        #expect(!other.accepts(signed))
    }

    @Test("signing in place with a payload from elsewhere")
    func payload() throws {
        let signer = try MessageSigner(.hmacSHA256, key: key)
        let payload = [UInt8](repeating: 7, count: 1000)
        var head = message
        #expect(signer.signs(&head, followedBy: payload))
        #expect(signer.accepts(head, followedBy: payload))
        #expect(signer.accepts(head + payload))
        #expect(!signer.accepts(head))
        var again = message
        var span = again.mutableSpan
        var raw = span.mutableBytes
        let isSigned = signer.sign(&raw, followedBy: payload.span.bytes)
        #expect(isSigned)
        #expect(again == head)
    }

    @Test("messages shorter than a header are neither signed nor verified", arguments: [0, 1, 48, 63])
    func short(count: Int) throws {
        let signer = try MessageSigner(.hmacSHA256, key: key)
        var buffer = Array(message.prefix(count))
        let before = buffer
        #expect(!signer.sign(&buffer, in: 0..<count))
        #expect(!signer.sign(&buffer, in: 0..<200))
        #expect(buffer == before)
        #expect(!signer.accepts(buffer))
    }

    @Test("a message that was given up does not leak into the next")
    func restart() throws {
        let code = try MessageAuthenticationCode(.hmacSHA256, key: key)
        let expected = try code.code(of: message)
        code.begin()
        code.update([1, 2, 3].span.bytes)
        #expect(try code.code(of: message) == expected)
    }
}
