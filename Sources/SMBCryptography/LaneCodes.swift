import CMessageCodes

/// The codes of several messages under one key at once: where each message is a chain of steps that wait for one another,
/// steps of several in turn take hardly longer than those of one.
///
/// `@unchecked Sendable`: the key does not change once it is set.
final class LaneCodes: @unchecked Sendable {
    private enum Key {
        case hmac(UnsafeMutablePointer<ditto_hmac_key>)
        case cmac(UnsafeMutablePointer<ditto_cmac_key>)
    }

    private let key: Key

    /// Nil where the processor cannot do it, or where it would gain nothing.
    init?(_ algorithm: SigningAlgorithm, key bytes: [UInt8]) {
        switch algorithm {
        case .hmacSHA256:
            guard ditto_hmac_available() else { return nil }
            let key = UnsafeMutablePointer<ditto_hmac_key>.allocate(capacity: 1)
            key.initialize(to: ditto_hmac_key())
            self.key = .hmac(key)
            guard !bytes.isEmpty, ditto_hmac_set_key(key, bytes, bytes.count) else { return nil }
        case .aes128CMAC:
            guard ditto_cmac_available(), bytes.count == 16 else { return nil }
            let key = UnsafeMutablePointer<ditto_cmac_key>.allocate(capacity: 1)
            key.initialize(to: ditto_cmac_key())
            self.key = .cmac(key)
            ditto_cmac_set_key(key, bytes)
        case .aes128GMAC: return nil
        }
    }

    deinit {
        switch key {
        case .hmac(let key):
            ditto_forget(key, MemoryLayout<ditto_hmac_key>.size)
            key.deallocate()
        case .cmac(let key):
            ditto_forget(key, MemoryLayout<ditto_cmac_key>.size)
            key.deallocate()
        }
    }

    /// How many messages are computed at once.
    var laneCount: Int {
        switch key {
        case .hmac: Int(ditto_hmac_lanes)
        case .cmac: Int(ditto_cmac_lanes)
        }
    }

    /// How far the code of one message has come.
    typealias Chain = ditto_chain

    /// - Parameter pieces: how the message begins.
    func begin(with pieces: [UnsafeRawBufferPointer]) -> Chain {
        var chains = [Chain()]
        switch key {
        case .hmac(let key): ditto_hmac_begin(key, &chains)
        case .cmac: ditto_cmac_begin(&chains)
        }
        for piece in pieces { update(&chains, with: [piece]) }
        return chains[0]
    }

    /// Adds a piece to each message: soonest done where the pieces are of one length.
    ///
    /// - Parameters:
    ///   - chains: ``laneCount`` at most.
    ///   - pieces: one for each chain.
    func update(_ chains: inout [Chain], with pieces: [UnsafeRawBufferPointer]) {
        precondition(chains.count == pieces.count && chains.count <= laneCount)
        let pieces = pieces.map { piece in
            ditto_piece(bytes: piece.baseAddress?.assumingMemoryBound(to: UInt8.self), count: piece.count)
        }
        let count = Int32(pieces.count)
        switch key {
        case .hmac: ditto_hmac_update(&chains, pieces, count)
        case .cmac(let key): ditto_cmac_update(key, &chains, pieces, count)
        }
    }

    /// - Parameter piece: how the message ends.
    func finish(_ chain: Chain, with piece: UnsafeRawBufferPointer) -> MessageSignature {
        var chains = [chain]
        update(&chains, with: [piece])
        var code: (UInt64, UInt64) = (0, 0)
        withUnsafeMutableBytes(of: &code) { code in
            switch key {
            case .hmac(let key): ditto_hmac_finish(key, &chains, code.baseAddress)
            case .cmac(let key): ditto_cmac_finish(key, &chains, code.baseAddress)
            }
        }
        return MessageSignature(low: code.0, high: code.1)
    }
}
