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

    /// A message in two pieces, of which one may be empty.
    typealias Message = (head: UnsafeRawBufferPointer, tail: UnsafeRawBufferPointer)

    /// - Parameter messages: ``laneCount`` at most; of a longer list nothing is computed.
    func codes(of messages: [Message]) -> [MessageSignature] {
        guard messages.count <= laneCount else { return [] }
        var lanes = messages.map { message in
            var lane = ditto_message()
            lane.head = message.head.baseAddress?.assumingMemoryBound(to: UInt8.self)
            lane.head_count = message.head.count
            lane.tail = message.tail.baseAddress?.assumingMemoryBound(to: UInt8.self)
            lane.tail_count = message.tail.count
            return lane
        }
        lanes.withUnsafeMutableBufferPointer { lanes in
            switch key {
            case .hmac(let key): ditto_hmac_codes(key, lanes.baseAddress, Int32(messages.count))
            case .cmac(let key): ditto_cmac_codes(key, lanes.baseAddress, Int32(messages.count))
            }
        }
        return lanes.map { lane in
            withUnsafeBytes(of: lane.code) { code in
                MessageSignature(
                    low: code.loadUnaligned(fromByteOffset: 0, as: UInt64.self),
                    high: code.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            }
        }
    }
}
