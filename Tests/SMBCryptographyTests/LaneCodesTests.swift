import HostileInput
import Testing

@testable import SMBCryptography

extension SeededGenerator {
    mutating func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8.random(in: 0...255, using: &self) }
    }
}

@Suite("Codes of several messages at once")
struct LaneCodesTests {
    static let hasHMAC = LaneCodes(.hmacSHA256, key: [1]) != nil
    static let hasCMAC = LaneCodes(.aes128CMAC, key: [UInt8](repeating: 1, count: 16)) != nil

    @Test("HMAC-SHA256 of two is the library's, whatever the lengths", .enabled(if: hasHMAC), arguments: UInt64(1)...8)
    func hmac(seed: UInt64) throws { try compare(.hmacSHA256, .hmacSHA256, seed) }

    @Test("AES-CMAC of four is the library's, whatever the lengths", .enabled(if: hasCMAC), arguments: UInt64(1)...8)
    func cmac(seed: UInt64) throws { try compare(.aes128CMAC, .aes128CMAC, seed) }

    private func compare(
        _ algorithm: SigningAlgorithm, _ function: MessageAuthenticationCode.Function, _ seed: UInt64
    ) throws {
        var random = SeededGenerator(seed: seed)
        for step in 0..<150 {
            let key = random.bytes(16)
            let lanes = try #require(LaneCodes(algorithm, key: key))
            let code = try MessageAuthenticationCode(function, key: key)
            let messages = (0..<Int.random(in: 1...lanes.laneCount, using: &random)).map { _ in
                let head = [0, 16, 64, 80, Int.random(in: 0...300, using: &random)].randomElement(using: &random) ?? 64
                let longest = [20, 200, 4000].randomElement(using: &random) ?? 20
                return (random.bytes(head), random.bytes(Int.random(in: 1...longest, using: &random)))
            }
            let found = codes(of: messages.map { $0.0 + $0.1 }, begun: messages.map(\.0.count), lanes, &random)
            for (message, signature) in zip(messages, found) {
                let expected = try code.code(of: message.0 + message.1).prefix(16)
                try #require(
                    signature.bytes == Array(expected),
                    "seed \(seed), step \(step), \(message.0.count) and \(message.1.count) bytes")
            }
        }
    }

    /// Each message begins with so many bytes; the rest comes in pieces of lengths of their own, for all at once.
    private func codes(
        of messages: [[UInt8]], begun: [Int], _ lanes: LaneCodes, _ random: inout SeededGenerator
    ) -> [MessageSignature] {
        var rests = zip(messages, begun).map { ArraySlice($0.dropFirst($1)) }
        var chains = zip(messages, begun).map { message, count in
            message[..<count].withUnsafeBytes { lanes.begin(with: [$0]) }
        }
        for _ in 0..<Int.random(in: 0...4, using: &random) {
            let pieces = rests.map { $0.prefix(Int.random(in: 0...$0.count, using: &random)) }
            withPointers(to: pieces) { lanes.update(&chains, with: $0) }
            rests = zip(rests, pieces).map { $0.dropFirst($1.count) }
        }
        return zip(chains, rests).map { chain, rest in rest.withUnsafeBytes { lanes.finish(chain, with: $0) } }
    }

    private func withPointers(
        to pieces: [ArraySlice<UInt8>], _ pointers: [UnsafeRawBufferPointer] = [],
        _ body: ([UnsafeRawBufferPointer]) -> Void
    ) {
        guard pointers.count < pieces.count else { return body(pointers) }
        pieces[pointers.count].withUnsafeBytes { withPointers(to: pieces, pointers + [$0], body) }
    }

    @Test("AES-128-CMAC gives the answers of RFC 4493", .enabled(if: hasCMAC))
    func cmac() throws {
        let key = bytes("2b7e151628aed2a6abf7158809cf4f3c")
        let message = bytes(
            """
            6bc1bee22e409f96e93d7e117393172a ae2d8a571e03ac9c9eb76fac45af8e51
            30c81c46a35ce411e5fbc1191a0a52ef f69f2445df4f9b17ad2b417be66c3710
            """)
        let lanes = try #require(LaneCodes(.aes128CMAC, key: key))
        var random = SeededGenerator(seed: 1)
        let found = codes(of: [16, 40, 64].map { Array(message[..<$0]) }, begun: [0, 0, 0], lanes, &random)
        #expect(
            found.map(\.bytes) == [
                bytes("070a16b46b4d4144f79bdd9dd04a287c"), bytes("dfa66747de9ae63030ca32611497c827"),
                bytes("51f0bebf7e3b9d92fc49741779363cfe"),
            ])
    }

    @Test("Keys of another length are refused, and the Galois code, which gains nothing")
    func refuses() {
        #expect(LaneCodes(.aes128CMAC, key: [UInt8](repeating: 1, count: 15)) == nil)
        #expect(LaneCodes(.hmacSHA256, key: []) == nil)
        #expect(LaneCodes(.hmacSHA256, key: [UInt8](repeating: 1, count: 65)) == nil)
        #expect(LaneCodes(.aes128GMAC, key: [UInt8](repeating: 1, count: 16)) == nil)
    }
}

@Suite("AES-128-GMAC of long messages")
struct LongGaloisTests {
    @Test("It is what the library finds", arguments: [1023, 1024, 1025, 1279, 1280, 1281, 4095, 4096, 65_536 + 64, 100_003])
    func sameAsLibrary(byteCount: Int) throws {
        var random = SeededGenerator(seed: UInt64(byteCount))
        let (key, message) = (random.bytes(16), random.bytes(byteCount))
        let nonce = GaloisAuthenticationCode.Nonce(low: 0x1122_3344, high: 1)
        let library = try AuthenticatedCipherContext(
            "AES-128-GCM", isCCM: false, nonceByteCount: 12, key: key, seals: true)
        let code = try GaloisAuthenticationCode(key: key)
        var expected = [UInt8](repeating: 0, count: 16)
        withUnsafeBytes(of: nonce) { nonce in
            message.withUnsafeBytes { message in
                #expect(nonce.baseAddress.map { library.begin(nonce: $0, tag: nil, byteCount: 0) } == true)
                #expect(library.authenticate(message))
            }
        }
        expected.withUnsafeMutableBytes { tag in
            #expect(tag.baseAddress.map { library.finishSealing(tag: $0) } == true)
        }
        // In pieces, some of which end within a block; twice, since the context is used again.
        for pieces in [[byteCount], [48, 16, byteCount - 64], [1, 15, 17, 255, byteCount - 288]] {
            code.begin(nonce: nonce, byteCount: byteCount)
            message.withUnsafeBytes { message in
                var start = 0
                for count in pieces {
                    code.update(UnsafeRawBufferPointer(rebasing: message[start..<start + count]))
                    start += count
                }
            }
            #expect(code.finish()?.bytes == expected, "\(pieces)")
        }
    }
}
