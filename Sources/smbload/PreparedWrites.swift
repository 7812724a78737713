import SMBClient
import SMBCryptography
import SMBMessages
import WindowsTypes

/// WRITE requests whose data is always the same and lies in one place: only their heads differ.
///
/// Where messages are signed or sealed, heads are made before the clock starts: what the load generator computes for a
/// request would otherwise be as much as what the server computes.
struct PreparedWrites {
    /// As it goes over the wire, sealed where frames are. Lives as long as the process.
    let payload: UnsafeMutableRawBufferPointer
    private let plain: [UInt8]
    private let template: FrameTemplate
    private let protection: Protection
    private let charge: UInt64
    /// The heads of requests that are to come, one behind the other, and the first one's message id.
    private var heads: [UInt8] = []
    private var firstIdentifier: UInt64 = 0
    private var count: UInt64 = 0

    init(_ plan: LoadPlan, _ client: SMBClient, _ protection: Protection, file: FileID) {
        plain = (0..<plan.blockSize).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        payload = .allocate(byteCount: plan.blockSize, alignment: 4096)
        payload.copyBytes(from: plain)
        self.protection = protection
        charge = UInt64(client.negotiated.charge(byteCount: plan.blockSize))
        let request = WriteRequest(dataLength: plan.blockSize, offset: 0, fileID: file)
        let head = client.message(.write, byteCount: plan.blockSize) { request.write(to: &$0) }
        template = FrameTemplate([head], protection, followedBy: plan.blockSize)
    }

    /// Makes the heads of the next `number` requests.
    mutating func prepare(_ number: Int, from identifier: UInt64, offset: (UInt64) -> UInt64) {
        (firstIdentifier, count) = (identifier, 0)
        if case .none = protection { return }
        heads.reserveCapacity(number * template.bytes.count)
        for index in 0..<UInt64(number) {
            make(identifier + index * charge, offset(index), to: &heads)
            count += 1
        }
    }

    /// Appends the head of one request; its payload is to follow.
    func append(_ identifier: UInt64, _ offset: UInt64, to output: inout [UInt8]) {
        let index = (identifier - firstIdentifier) / charge
        guard index < count else { return make(identifier, offset, to: &output) }
        let start = Int(index) * template.bytes.count
        output += heads[start..<start + template.bytes.count]
    }

    private func make(_ identifier: UInt64, _ offset: UInt64, to output: inout [UInt8]) {
        var head = template
        head.setMessageID(identifier)
        head.set(offset, at: Field.dataOffset)
        switch protection {
        case .none: break
        case .signed(let signer):
            _ = signer.sign(&head.bytes, in: FrameTemplate.lengthByteCount..<head.bytes.count, followedBy: plain.span.bytes)
        case .sealed(let sealer):
            head.bytes.withUnsafeMutableBytes { head in
                plain.withUnsafeBytes { plain in
                    _ = sealer.seal(
                        UnsafeMutableRawBufferPointer(rebasing: head[FrameTemplate.lengthByteCount...]), plain, to: payload)
                }
            }
        }
        output += head.bytes
    }
}
