import NIOCore
import SMBProtocol

/// What is written, and what is not taken as long as the peer does not read.
extension ConnectionHandler {
    /// Replies of more bytes than this go to the socket before further requests are looked at.
    private static let outputBurst = 512 * 1024

    func flush() {
        guard let context, !isLent else { return }
        send(context)
        context.flush()
        closeIfDrained()
    }

    /// Writes what has come together, when it is much.
    func flushBurst() {
        guard let machine, let context else { return }
        let unsent = machine.output.bytes.count + machine.output.payloadByteCount
        guard unsent > Self.outputBurst || machine.output.payloads.count >= 8 else { return }
        send(context)
        context.flush()
    }

    func send(_ context: ChannelHandlerContext) {
        guard let machine, !isLent, strand == nil, !machine.output.isEmpty else { return }
        send(&machine.output, context)
    }

    func send(_ output: inout Output, _ context: ChannelHandlerContext) {
        guard !output.isEmpty else { return }
        output.bytes.withUnsafeBytes { bytes in
            var position = 0
            for payload in output.payloads {
                if payload.position > position { write(bytes[position..<payload.position], context) }
                position = payload.position
                if let payload = payload.buffer as? NIOPayload {
                    context.write(wrapOutboundOut(payload.buffer), promise: nil)
                }
            }
            if position < bytes.count { write(bytes[position...], context) }
        }
        output.reset()
    }

    private func write(_ bytes: Slice<UnsafeRawBufferPointer>, _ context: ChannelHandlerContext) {
        var buffer = allocator.buffer(capacity: bytes.count)
        buffer.writeBytes(UnsafeRawBufferPointer(rebasing: bytes))
        context.write(wrapOutboundOut(buffer), promise: nil)
    }

    // MARK: Back-pressure

    /// The peer does not take replies, the machine is elsewhere or has enough to do: nothing is looked at and nothing
    /// received.
    var isPaused: Bool {
        isLent || times.unwritableSince != nil || (strand == nil ? machine?.isSaturated : report.isSaturated) == true
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable {
            times.unwritableSince = nil
            work()
            flush()
            resumeReading()
        } else {
            times.unwritableSince = .now()
        }
        context.fireChannelWritabilityChanged()
    }

    func read(context: ChannelHandlerContext) {
        if isPaused || isDraining { holdsRead = true } else { context.read() }
    }

    func resumeReading() {
        guard holdsRead, !isPaused, !isDraining, let context else { return }
        holdsRead = false
        context.read()
    }
}
