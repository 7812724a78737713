import Synchronization

/// Computes the signatures that a ``MessageSigner`` would, on other threads: several messages on several threads, and
/// where the algorithm and the processor allow for it (``LaneCodes``) several on each.
package final class SharedSigner: Sendable {
    /// A message whose signature is wanted.
    package struct Job: Sendable {
        /// Lends the message for the length of a call: its header and body, and what follows them on the wire. Called
        /// several times, by one thread; the bytes are the same each time.
        package typealias Lender = @Sendable ((UnsafeRawBufferPointer, UnsafeRawBufferPointer) -> Void) -> Void

        let lend: Lender
        let done: @Sendable (MessageSignature?) -> Void

        /// - Parameter done: gets the signature, on the thread that found it; nil where the message is shorter than a
        ///   header, or the library failed.
        package init(lend: @escaping Lender, done: @escaping @Sendable (MessageSignature?) -> Void) {
            self.lend = lend
            self.done = done
        }
    }

    /// Gives a thread something to call; false where there is none.
    package typealias Starter = @Sendable (@escaping @Sendable () -> Void) -> Bool

    private let spares: Spares<MessageSigner>
    private let queue: SigningQueue?

    init(_ algorithm: SigningAlgorithm, key: [UInt8]) {
        spares = Spares { () throws(CryptographyError) in try MessageSigner(algorithm, key: key) }
        queue = LaneCodes(algorithm, key: key).map(SigningQueue.init)
    }

    /// Has a signature computed: by a thread that is at work on others, or by one of its own.
    ///
    /// - Parameter start: called where no thread has room for it, or later, from another thread.
    /// - Returns: false, and nothing has happened, where there is no thread.
    package func submit(_ job: Job, start: @escaping Starter) -> Bool {
        queue?.submit(job, start) ?? start { self.sign(job) }
    }

    private func sign(_ job: Job) {
        var signature: MessageSignature?
        job.lend { message, payload in
            signature = spares.lend { signer in
                signer.signature(
                    of: RawSpan(_unsafeBytes: message), followedBy: RawSpan(_unsafeBytes: payload))
            } ?? nil
        }
        job.done(signature)
    }
}
