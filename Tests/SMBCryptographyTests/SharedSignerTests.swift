import Synchronization
import Testing

@testable import SMBCryptography

/// Random numbers from one seed (SplitMix64), so that a failure can be run again.
private struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }

    mutating func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8.random(in: 0...255, using: &self) } }
}

/// What is started and not yet called, and what came of it.
private final class Bench: Sendable {
    let started = Mutex<[@Sendable () -> Void]>([])
    let signatures = Mutex<[Int: [UInt8]?]>([:])

    var starter: SharedSigner.Starter { { work in self.started.withLock { $0.append(work) }; return true } }

    func job(
        _ number: Int, _ message: [UInt8], _ payload: [UInt8] = [], whileLent: @escaping @Sendable () -> Void = {}
    ) -> SharedSigner.Job {
        SharedSigner.Job { body in
            message.withUnsafeBytes { message in
                payload.withUnsafeBytes { payload in
                    whileLent()
                    body(message, payload)
                }
            }
        } done: { signature in
            self.signatures.withLock { signatures in
                #expect(signatures[number] == nil, "message \(number) is done twice")
                signatures[number] = signature?.bytes
                if signature == nil { signatures[number] = .some(nil) }
            }
        }
    }

    /// Calls what was started, in its order; false where there was nothing.
    func runOne() -> Bool {
        let work = started.withLock { $0.isEmpty ? nil : $0.removeFirst() }
        work?()
        return work != nil
    }

    func runAll() { while runOne() {} }

    var count: Int { signatures.withLock { $0.count } }
}

@Suite("Codes of several messages at once")
struct LaneCodesTests {
    @Test("They are those of the library, whatever the lengths and the number of messages", arguments: UInt64(1)...8)
    func sameAsLibrary(seed: UInt64) throws {
        var random = SeededGenerator(state: seed)
        for algorithm in [SigningAlgorithm.hmacSHA256, .aes128CMAC] {
            for step in 0..<150 {
                let key = random.bytes(16)
                guard let lanes = LaneCodes(algorithm, key: key) else { return }
                let code = try MessageAuthenticationCode(algorithm == .hmacSHA256 ? .hmacSHA256 : .aes128CMAC, key: key)
                let messages = (0..<Int.random(in: 1...lanes.laneCount, using: &random)).map { _ in
                    (
                        random.bytes([0, 16, 64, 80, Int.random(in: 0...300, using: &random)].randomElement(using: &random) ?? 64),
                        random.bytes(Int.random(in: 1...([20, 200, 4000].randomElement(using: &random) ?? 20), using: &random))
                    )
                }
                let pointers = messages.map { (copy($0.0), copy($0.1)) }
                defer { for (head, tail) in pointers { head.deallocate(); tail.deallocate() } }
                let found = lanes.codes(of: pointers)
                try #require(found.count == messages.count)
                for (message, signature) in zip(messages, found) {
                    let expected = try code.code(of: message.0 + message.1).prefix(16)
                    try #require(
                        signature.bytes == Array(expected),
                        "\(algorithm), seed \(seed), step \(step), \(message.0.count) and \(message.1.count) bytes")
                }
            }
        }
    }

    private func copy(_ bytes: [UInt8]) -> UnsafeRawBufferPointer {
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
        memory.copyBytes(from: bytes)
        return UnsafeRawBufferPointer(memory)
    }

    @Test("AES-128-CMAC gives the answers of RFC 4493")
    func cmac() {
        let key = bytes("2b7e151628aed2a6abf7158809cf4f3c")
        let message = bytes(
            """
            6bc1bee22e409f96e93d7e117393172a ae2d8a571e03ac9c9eb76fac45af8e51
            30c81c46a35ce411e5fbc1191a0a52ef f69f2445df4f9b17ad2b417be66c3710
            """)
        guard let lanes = LaneCodes(.aes128CMAC, key: key) else { return }
        message.withUnsafeBytes { message in
            let nothing = UnsafeRawBufferPointer(start: nil, count: 0)
            let found = lanes.codes(of: [16, 40, 64].map { (nothing, UnsafeRawBufferPointer(rebasing: message[..<$0])) })
            #expect(
                found.map(\.bytes) == [
                    bytes("070a16b46b4d4144f79bdd9dd04a287c"), bytes("dfa66747de9ae63030ca32611497c827"),
                    bytes("51f0bebf7e3b9d92fc49741779363cfe"),
                ])
        }
    }

    @Test("More messages than there are lanes, and keys of another length, are not computed")
    func refuses() {
        let nothing = UnsafeRawBufferPointer(start: nil, count: 0)
        let five = Array(repeating: (head: nothing, tail: nothing), count: 5)
        #expect(LaneCodes(.aes128CMAC, key: [UInt8](repeating: 1, count: 16))?.codes(of: five).isEmpty ?? true)
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
        var random = SeededGenerator(state: UInt64(byteCount))
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

@Suite("Signing for other threads")
struct SharedSignerTests {
    @Test("Every message gets the signature that its session's signer finds", arguments: SigningAlgorithm.allCases)
    func signatures(algorithm: SigningAlgorithm) throws {
        var random = SeededGenerator(state: 7)
        let signer = try MessageSigner(algorithm, key: random.bytes(16))
        let bench = Bench()
        let messages = (0..<11).map { number in
            (random.bytes(64 + 13 * number), number % 2 == 0 ? [] : random.bytes(1000 * number))
        }
        for (number, message) in messages.enumerated() {
            #expect(signer.shared.submit(bench.job(number, message.0, message.1), start: bench.starter))
        }
        bench.runAll()
        for (number, message) in messages.enumerated() {
            let expected = signer.signature(ofBytes: message.0, followedBy: message.1)?.bytes
            let found = bench.signatures.withLock { $0[number] ?? nil }
            #expect(found != nil && found == expected, "message \(number)")
        }
    }

    @Test("A message without a header among others gets no signature, and the others theirs")
    func short() throws {
        let signer = try MessageSigner(.aes128CMAC, key: [UInt8](repeating: 3, count: 16))
        let bench = Bench()
        let whole = [UInt8](repeating: 9, count: 100)
        for (number, message) in [whole, [UInt8](whole.prefix(63)), whole].enumerated() {
            #expect(signer.shared.submit(bench.job(number, message), start: bench.starter))
        }
        bench.runAll()
        let expected = signer.signature(ofBytes: whole)?.bytes
        #expect(bench.signatures.withLock { $0 } == [0: expected, 1: nil, 2: expected])
    }

    @Test("Where no thread is to be had nothing happens")
    func noThread() throws {
        let signer = try MessageSigner(.hmacSHA256, key: [UInt8](repeating: 3, count: 16))
        let bench = Bench()
        let message = [UInt8](repeating: 9, count: 100)
        #expect(!signer.shared.submit(bench.job(0, message)) { _ in false })
        #expect(signer.shared.submit(bench.job(1, message), start: bench.starter))
        bench.runAll()
        #expect(bench.signatures.withLock { Array($0.keys) } == [1])
    }

    @Test("One message waits for the thread that is at work, two do not, and none is forgotten")
    func together() throws {
        let signer = try MessageSigner(.hmacSHA256, key: [UInt8](repeating: 3, count: 16))
        guard LaneCodes(.hmacSHA256, key: [1]) != nil else { return }
        let shared = signer.shared
        let bench = Bench()
        let message = [UInt8](repeating: 9, count: 100)
        let seen = Mutex<[Int]>([])
        let first = bench.job(0, message) {
            // As if on other threads, while this one computes.
            #expect(shared.submit(bench.job(1, message), start: bench.starter))
            #expect(bench.runOne())
            seen.withLock { $0.append(bench.count) }
            #expect(shared.submit(bench.job(2, message), start: bench.starter))
            #expect(bench.runOne())
            seen.withLock { $0.append(bench.count) }
            #expect(shared.submit(bench.job(3, message), start: bench.starter))
            #expect(bench.runOne())
            seen.withLock { $0.append(bench.count) }
        }
        #expect(shared.submit(first, start: bench.starter))
        bench.runAll()
        #expect(seen.withLock { $0 } == [0, 2, 2])
        #expect(bench.count == 4)
    }

    @Test("Many threads at once do each message once")
    func threads() async throws {
        let signer = try MessageSigner(.aes128CMAC, key: [UInt8](repeating: 3, count: 16))
        let shared = signer.shared
        let bench = Bench()
        let expected = try #require(signer.signature(ofBytes: [UInt8](repeating: 9, count: 5000))?.bytes)
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<200 {
                let job = bench.job(number, [UInt8](repeating: 9, count: 5000))
                #expect(shared.submit(job, start: bench.starter))
                group.addTask { _ = bench.runOne() }
            }
        }
        bench.runAll()
        #expect(bench.signatures.withLock { $0.values.allSatisfy { $0 == expected } })
        #expect(bench.count == 200)
    }
}
