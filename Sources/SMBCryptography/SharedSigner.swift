import Synchronization

/// Computes the signatures that a ``MessageSigner`` would, on other threads: several messages on several threads, and
/// where the algorithm and the processor allow for it (``LaneCodes``) several on each.
package final class SharedSigner: Sendable {
    /// A message whose signature is wanted.
    package struct Job: Sendable {
        /// Lends the message for the length of a call: its header and body, and what follows them on the wire.
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

    private struct State {
        var waiting: [(number: UInt64, job: Job, start: Starter)] = []
        var last: UInt64 = 0
        /// Threads that compute.
        var active = 0
    }

    private let spares: Spares<MessageSigner>
    private let lanes: LaneCodes?
    private let state = Mutex(State())

    init(_ algorithm: SigningAlgorithm, key: [UInt8]) {
        spares = Spares { () throws(CryptographyError) in try MessageSigner(algorithm, key: key) }
        lanes = LaneCodes(algorithm, key: key)
    }

    /// Has a signature computed.
    ///
    /// - Returns: what `start` does; where it has no thread, nothing happens.
    package func submit(_ job: Job, start: @escaping Starter) -> Bool {
        let number = state.withLock { state in
            state.last &+= 1
            state.waiting.append((state.last, job, start))
            return state.last
        }
        if start({ self.work() }) { return true }
        return state.withLock { state in
            // A thread that was at work may have taken it already; then it is done.
            guard let index = state.waiting.lastIndex(where: { $0.number == number }) else { return true }
            state.waiting.remove(at: index)
            return false
        }
    }

    /// Called once for each job, at least: does as many of those that wait as go together, or nothing where others do.
    private func work() {
        guard let jobs = take() else { return }
        compute(jobs)
        let next = state.withLock { state in
            state.active -= 1
            return state.waiting.first?.start
        }
        // Behind what others have put into the queue meanwhile.
        if let next, !next({ self.work() }) { work() }
    }

    private func take() -> [Job]? {
        state.withLock { state in
            // One job alone waits for the thread that is at work, since two together cost hardly more.
            guard state.waiting.count > (state.active == 0 || lanes == nil ? 0 : 1) else { return nil }
            let jobs = state.waiting.prefix(lanes?.laneCount ?? 1).map(\.job)
            state.waiting.removeFirst(jobs.count)
            state.active += 1
            return jobs
        }
    }

    private func compute(_ jobs: [Job]) {
        guard let lanes else { return jobs.forEach(computeAlone) }
        gather(jobs[...], []) { pairs in
            for (pair, code) in zip(pairs, lanes.codes(of: pairs.map(\.message))) { pair.job.done(code) }
        }
    }

    private func computeAlone(_ job: Job) {
        var signature: MessageSignature?
        job.lend { message, payload in
            signature = spares.lend { signer in
                signer.signature(
                    of: RawSpan(_unsafeBytes: message), followedBy: RawSpan(_unsafeBytes: payload))
            } ?? nil
        }
        job.done(signature)
    }

    /// Holds on to the messages of all jobs at once, each with zeros for its signature.
    private func gather(
        _ jobs: ArraySlice<Job>, _ pairs: [(job: Job, message: LaneCodes.Message)],
        _ body: ([(job: Job, message: LaneCodes.Message)]) -> Void
    ) {
        guard let job = jobs.first else { return body(pairs) }
        job.lend { message, payload in
            guard message.count >= MessageSigner.headerByteCount else {
                job.done(nil)
                return gather(jobs.dropFirst(), pairs, body)
            }
            // What is short is copied; what is long lies behind it.
            let headCount = payload.isEmpty ? MessageSigner.headerByteCount : message.count
            withUnsafeTemporaryAllocation(byteCount: headCount, alignment: 16) { head in
                head.copyMemory(from: UnsafeRawBufferPointer(rebasing: message[..<headCount]))
                for index in MessageSigner.signatureRange { head[index] = 0 }
                let tail = payload.isEmpty ? UnsafeRawBufferPointer(rebasing: message[headCount...]) : payload
                gather(jobs.dropFirst(), pairs + [(job, (UnsafeRawBufferPointer(head), tail))], body)
            }
        }
    }
}
