import SMBCryptography
import Testing

/// NIST's vectors, and where they come from.
struct CipherVector: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var name: String
    var key: [UInt8]
    var nonce: [UInt8]
    var associated: [UInt8]
    var plain: [UInt8]
    var sealed: [UInt8]
    var tag: [UInt8]

    var isCCM: Bool { name.hasSuffix("CCM") }

    static let text = bytes(
        """
        d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72
        1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39
        """)
    static let feed = bytes("feedfacedeadbeeffeedfacedeadbeefabaddad2")

    static let all = [
        CipherVector(
            testDescription: "GCM specification, test case 4", name: "AES-128-GCM",
            key: bytes("feffe9928665731c6d6a8f9467308308"), nonce: bytes("cafebabefacedbaddecaf888"), associated: feed,
            plain: text,
            sealed: bytes(
                """
                42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e
                21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091
                """), tag: bytes("5bc94fbc3221a5db94fae95ae7121a47")),
        CipherVector(
            testDescription: "GCM specification, test case 16", name: "AES-256-GCM",
            key: bytes("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308"),
            nonce: bytes("cafebabefacedbaddecaf888"), associated: feed, plain: text,
            sealed: bytes(
                """
                522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa
                8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662
                """), tag: bytes("76fc6ece0f4e1768cddf8853bb2d551b")),
        CipherVector(
            testDescription: "CAVS, GMAC: nothing is sealed", name: "AES-128-GCM",
            key: bytes("77be63708971c4e240d1cb79e8d77feb"), nonce: bytes("e0e00f19fed7ba0136a797f3"),
            associated: bytes("7a43ec1d9c0a5a78a0b16533a6213cab"), plain: [], sealed: [],
            tag: bytes("209fcc8d3675ed938e9c7166709dd946")),
        CipherVector(
            testDescription: "CAVS VNT192, Nlen 11: the nonce and the associated data of SMB2", name: "AES-192-CCM",
            key: bytes("7a182e4e3367194662d614bb11da11e86596f724204f48ff"), nonce: bytes("d3284d1de51559c1ddbfe6"),
            associated: bytes("21214ac2314fdfe07bc4d066245a97b1a10470df2a6d6b926cdcbff07f5b61ef"),
            plain: bytes("88a5c1c2ae4eb463a3283dc5c81f665b0f6d54495f6cc9d43aa8ee179d3950f8"),
            sealed: bytes("65ed1e3919d208e9e5267370b9cf9b1431ef0c584dd2cf057d243a03523ca756"),
            tag: bytes("2a18840cac2199030c008741d74fb220")),
    ]

    func seal(_ context: AuthenticatedCipherContext, _ message: [UInt8]) -> (sealed: [UInt8], tag: [UInt8])? {
        var (message, tag) = (message, [UInt8](repeating: 0, count: 16))
        let isDone = tag.withUnsafeMutableBytes { tag in
            message.withUnsafeMutableBytes { message in
                nonce.withUnsafeBytes { nonce in
                    guard let nonce = nonce.baseAddress, let tag = tag.baseAddress else { return false }
                    return context.begin(nonce: nonce, tag: nil, byteCount: message.count)
                        && associated.withUnsafeBytes { context.authenticate($0) }
                        && context.process(UnsafeRawBufferPointer(message), to: message.baseAddress)
                        && context.finishSealing(tag: tag)
                }
            }
        }
        return isDone ? (message, tag) : nil
    }

    func open(_ context: AuthenticatedCipherContext, _ message: [UInt8], tag: [UInt8]) -> [UInt8]? {
        var (message, tag) = (message, tag)
        let isDone = tag.withUnsafeMutableBytes { tag in
            message.withUnsafeMutableBytes { message in
                nonce.withUnsafeBytes { nonce in
                    guard let nonce = nonce.baseAddress else { return false }
                    return context.begin(nonce: nonce, tag: tag.baseAddress, byteCount: message.count)
                        && associated.withUnsafeBytes { context.authenticate($0) }
                        && context.process(UnsafeRawBufferPointer(message), to: message.baseAddress)
                        && context.finishOpening()
                }
            }
        }
        return isDone ? message : nil
    }
}

@Suite("Authenticated ciphers — NIST SP 800-38C, 800-38D")
struct AuthenticatedCipherTests {
    @Test("NIST's vectors, both ways, three times with one context", arguments: CipherVector.all)
    func vectors(vector: CipherVector) throws {
        func context(seals: Bool) throws -> AuthenticatedCipherContext {
            try AuthenticatedCipherContext(
                vector.name, isCCM: vector.isCCM, nonceByteCount: vector.nonce.count, key: vector.key, seals: seals)
        }
        let (sealing, opening) = (try context(seals: true), try context(seals: false))
        for _ in 0..<3 {
            let result = try #require(vector.seal(sealing, vector.plain))
            #expect(result.sealed == vector.sealed && result.tag == vector.tag)
            #expect(vector.open(opening, vector.sealed, tag: vector.tag) == vector.plain)
            // A message that is refused leaves nothing behind for the next.
            var wrong = vector.tag
            wrong[15] ^= 1
            #expect(vector.open(opening, vector.sealed, tag: wrong) == nil)
        }
    }

    @Test("keys of another length are refused", arguments: SMBCipher.allCases)
    func wrongKeys(cipher: SMBCipher) {
        let right = [UInt8](repeating: 1, count: cipher.keyByteCount)
        for count in [0, cipher.keyByteCount - 1, cipher.keyByteCount + 1] {
            let wrong = [UInt8](repeating: 1, count: count)
            #expect(throws: CryptographyError.wrongKeyLength(expected: cipher.keyByteCount)) {
                try MessageCipher(cipher, sealingKey: wrong, openingKey: right)
            }
            #expect(throws: CryptographyError.wrongKeyLength(expected: cipher.keyByteCount)) {
                try MessageCipher(cipher, sealingKey: right, openingKey: wrong)
            }
        }
    }
}
