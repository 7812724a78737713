/// The messages that one thread signs side by side, each as far as it has come. One that comes later joins those that are
/// under way, since a lane that is empty costs what a full one does.
struct SigningLanes {
    private struct Lane {
        let job: SharedSigner.Job
        var chain: LaneCodes.Chain
        /// The bytes that are done of the message's long part.
        var position = 0
    }

    private let codes: LaneCodes
    private var lanes: [Lane] = []

    /// So many bytes of each message are done before a look for others that could join.
    private static let sliceByteCount = 64 * 1024
    /// Slices end with blocks, so that the next begin with one.
    private static let blockByteCount = 64
    private static let zeros = [UInt8](repeating: 0, count: MessageSigner.signatureRange.count)

    init(_ codes: LaneCodes) {
        self.codes = codes
    }

    var count: Int { lanes.count }
    var isEmpty: Bool { lanes.isEmpty }

    /// Takes a message's short part: its header, with zeros for its signature, and, where a payload lies elsewhere, its
    /// body. One that is shorter than a header is done.
    mutating func add(_ job: SharedSigner.Job) {
        var chain: LaneCodes.Chain?
        job.lend { message, payload in
            guard message.count >= MessageSigner.headerByteCount else { return }
            let headCount = payload.isEmpty ? MessageSigner.headerByteCount : message.count
            Self.zeros.withUnsafeBytes { zeros in
                chain = codes.begin(with: [
                    UnsafeRawBufferPointer(rebasing: message[..<MessageSigner.signatureRange.lowerBound]), zeros,
                    UnsafeRawBufferPointer(rebasing: message[MessageSigner.signatureRange.upperBound..<headCount]),
                ])
            }
        }
        guard let chain else { return job.done(nil) }
        lanes.append(Lane(job: job, chain: chain))
    }

    /// Goes on with all of them by a slice, and hands over what is done.
    mutating func step() {
        var signatures: [MessageSignature?] = []
        var chains = lanes.map(\.chain)
        Self.withRests(of: lanes[...]) { rests in
            let shortest = rests.map(\.count).min() ?? 0
            let count = min(Self.sliceByteCount, shortest / Self.blockByteCount * Self.blockByteCount)
            codes.update(&chains, with: rests.map { UnsafeRawBufferPointer(rebasing: $0[..<count]) })
            for (lane, rest) in rests.enumerated() {
                lanes[lane].chain = chains[lane]
                lanes[lane].position += count
                let isLast = rest.count - count < Self.blockByteCount
                let end = UnsafeRawBufferPointer(rebasing: rest[count...])
                signatures.append(isLast ? codes.finish(chains[lane], with: end) : nil)
            }
        }
        for (lane, signature) in signatures.enumerated().reversed() where signature != nil {
            lanes.remove(at: lane).job.done(signature)
        }
    }

    /// Holds on to several messages at once: to what is not done of their long parts.
    private static func withRests(
        of lanes: ArraySlice<Lane>, _ rests: [UnsafeRawBufferPointer] = [], _ body: ([UnsafeRawBufferPointer]) -> Void
    ) {
        guard let lane = lanes.first else { return body(rests) }
        lane.job.lend { message, payload in
            let long =
                payload.isEmpty
                ? UnsafeRawBufferPointer(rebasing: message[MessageSigner.headerByteCount...]) : payload
            let rest = UnsafeRawBufferPointer(rebasing: long[lane.position...])
            withRests(of: lanes.dropFirst(), rests + [rest], body)
        }
    }
}
