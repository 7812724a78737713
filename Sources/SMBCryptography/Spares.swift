import Synchronization

/// Keyed contexts of one key for threads that are not the owner's: made when one is needed, lent to one thread at a
/// time, and kept for the next.
final class Spares<Context>: Sendable {
    /// `@unchecked Sendable`: whoever has taken it from the list is the only one to use it.
    private struct Box: @unchecked Sendable {
        let context: Context
    }

    private let make: @Sendable () throws(CryptographyError) -> Context
    private let kept = Mutex<[Box]>([])

    init(_ make: @escaping @Sendable () throws(CryptographyError) -> Context) {
        self.make = make
    }

    /// - Returns: nil when the library could not make a context.
    func lend<Value>(to body: (Context) -> Value) -> Value? {
        guard let box = kept.withLock({ $0.popLast() }) ?? (try? make()).map(Box.init) else { return nil }
        defer { kept.withLock { $0.append(box) } }
        return body(box.context)
    }
}

/// Seals and opens what a ``MessageCipher`` would, from any thread, several frames at once. All of them count their
/// nonces together.
package final class SharedCipher: Sendable {
    private let spares: Spares<MessageCipher>

    init(_ make: @escaping @Sendable () throws(CryptographyError) -> MessageCipher) {
        spares = Spares(make)
    }

    /// - Returns: nil when the library failed.
    package func lend<Value>(to body: (MessageCipher) -> Value) -> Value? { spares.lend(to: body) }
}

/// Makes the nonces of one key: none comes twice — [MS-SMB2] 2.2.41
final class NonceCounter: Sendable {
    /// Bytes 8 and further: the same in all, different in each channel of a session.
    let channel: UInt32
    private let next = Atomic<UInt64>(0)

    init(channel: UInt32) {
        self.channel = (channel & 0x00FF_FFFF).littleEndian
    }

    /// Bytes 0 to 7.
    @inline(__always)
    func take() -> UInt64 { next.wrappingAdd(1, ordering: .relaxed).oldValue }
}
