import AccessArbitration
import SMBCryptography
import SMBMessages
import WindowsTypes
import WireCoding

extension Connection {
    // MARK: Frames in

    /// Takes one frame without its four bytes of length. Its bytes are not used after the return.
    package func receive(_ frame: UnsafeRawBufferPointer) {
        guard endReason == nil, blocked == nil else { return }
        guard intake.isEmpty else {
            return enqueue(IncomingFrame(number: nextNumber(), memory: CopiedFrame(frame)))
        }
        defer { trimMemory() }
        workOff(frame, false)
    }

    func workOff(_ frame: UnsafeRawBufferPointer, _ mayBlock: Bool) {
        guard frame.count >= SMB2Header.byteCount || isSMB1(frame) else { return end(.badHeader) }
        if isSMB1(frame) { return receiveSMB1(frame) }
        if frame[0] == 0xFD { return receiveSealed(frame, mayBlock) }
        guard isWellFormed(frame) else { return }
        var work = FrameWork(reply: beginFrame())
        run(&work, frame, mayBlock: mayBlock, resumed: nil)
    }

    /// Goes on with the frame that has asked for a thread that may block.
    package func continueBlocking() {
        guard let blocked else { return }
        self.blocked = nil
        var work = blocked.work
        restore(&work)
        blocked.bytes.withUnsafeBytes { run(&work, $0, mayBlock: true, resumed: blocked.resumed) }
        drainIntake(mayBlock: true)
    }

    /// Goes on with what waited for this.
    package func wake(_ wake: Wake) {
        switch wake {
        case .ticket(let number, let resumption):
            // A connection that ends gives back itself what it has waited for.
            guard endReason == nil, let request = pending.removeValue(forKey: number) else { return }
            pendingByteCount -= request.bytes.count
            request.resumption = resumption
            var work = request.work
            let gates = work.reply.gates
            work.reply = beginFrame(sealing: work.sealing)
            work.reply.gates = gates
            request.bytes.withUnsafeBytes { run(&work, $0, mayBlock: false, resumed: request) }
        case .gate(let number):
            gateOpened(number)
        case .inspected(let number, let inspection):
            inspected(number, inspection)
        case .protected(let number, let bytes):
            protected(number, bytes)
        case .joined(let other):
            joined[ObjectIdentifier(other)] = JoinedHost(host: other)
            guard !joining.isEmpty, endReason == nil else { return }
            let next = joining.removeFirst()
            var work = next.work
            restore(&work)
            next.bytes.withUnsafeBytes { run(&work, $0, mayBlock: false, resumed: nil) }
        case .expire(let number, let gate):
            if let session = sessions[SessionID(rawValue: number)] { close(session) }
            gate.pass()
        }
    }

    /// Walks the frame's messages before the first of them is executed — [MS-SMB2] 3.3.5.2.7
    func isWellFormed(_ frame: UnsafeRawBufferPointer) -> Bool {
        var position = 0
        var count = 0
        while true {
            guard frame.count - position >= SMB2Header.byteCount else {
                end(position == 0 ? .badHeader : .badCompound)
                return false
            }
            guard frame.loadUnaligned(fromByteOffset: position, as: UInt32.self) == SMB2Header.protocolID.littleEndian,
                frame.loadUnaligned(fromByteOffset: position + 4, as: UInt16.self) == UInt16(64).littleEndian,
                // "The server MUST NOT accept a message with SMB2_FLAGS_SERVER_TO_REDIR."
                frame[position + SMB2Header.FieldOffset.flags] & UInt8(HeaderFlags.serverToRedir.rawValue) == 0
            else {
                let first = frame[position]
                end(first == 0xFD || first == 0xFC ? .unsupportedTransform : .badHeader)
                return false
            }
            let offset = position + SMB2Header.FieldOffset.nextCommand
            let next = Int(UInt32(littleEndian: frame.loadUnaligned(fromByteOffset: offset, as: UInt32.self)))
            guard next != 0 else { return true }
            count += 1
            guard next >= SMB2Header.byteCount, next & 7 == 0, next <= frame.count - position,
                count < server.limits.messagesPerCompound
            else {
                end(.badCompound)
                return false
            }
            position += next
        }
    }

    func end(_ reason: DisconnectReason) {
        if endReason == nil { endReason = reason }
    }

    // MARK: The one loop

    /// Works off a frame's messages from where the work stands. Returns when the last is answered, or one of them
    /// waits.
    ///
    /// - Parameter resumed: the request at the position, where it has waited.
    func run(
        _ work: inout FrameWork, _ frame: UnsafeRawBufferPointer, mayBlock: Bool, resumed: PendingRequest?
    ) {
        var resumed = resumed
        while work.position < frame.count {
            guard endReason == nil else { return abandon(&work) }
            let rest = UnsafeRawBufferPointer(rebasing: frame[work.position...])
            guard let header = header(of: rest) else {
                end(.badHeader)
                return abandon(&work)
            }
            let length = header.nextCommand == 0 ? rest.count : min(rest.count, Int(header.nextCommand))
            let message = Message(
                header: header, bytes: UnsafeRawBufferPointer(rebasing: rest.prefix(length)), frame: frame,
                mayBlock: mayBlock, resumed: resumed)
            work.chain.isLast = header.nextCommand == 0
            work.chain.isAlone = work.isFirst && work.chain.isLast
            guard process(message, &work) == .next else { return }
            if !work.announced.isEmpty, header.command != .cancel { work.announced.removeFirst() }
            work.isAdmitted = false
            work.isFirst = false
            work.position += length
            resumed = nil
        }
        finish(&work)
    }

    enum Step {
        /// Answered, or not to be answered: go on behind the message.
        case next
        /// The frame's work has been put aside, or is over.
        case stop
    }

    func header(of message: UnsafeRawBufferPointer) -> SMB2Header? {
        var reader = WireReader(RawSpan(_unsafeBytes: message))
        return try? SMB2Header(parsing: &reader)
    }

    // MARK: Frames out

    func beginFrame() -> ReplyFrame {
        let start = output.bytes.count
        output.bytes.append(contentsOf: repeatElement(0, count: FrameHeader.byteCount))
        return ReplyFrame(start: start)
    }

    /// Completes the reply's frame: credits, signature, length; sends it, or keeps it until its gates are open.
    func finish(_ work: inout FrameWork) {
        let reply = work.reply
        guard let message = reply.message else {
            output.bytes.removeLast(output.bytes.count - reply.start)
            return
        }
        // Every response of a compound ends at a multiple of eight, the last one too — [MS-SMB2] 3.3.4.1.3; a payload
        // that lies elsewhere is a lone READ's.
        let first = reply.start + FrameHeader.byteCount + (reply.sealing == nil ? 0 : SMB2TransformHeader.byteCount)
        if message > first, reply.payload == nil { pad(from: message) }
        SMB2Header.patchCredits(reply.credits, in: &output.bytes, at: message)
        let length = output.bytes.count - reply.start - FrameHeader.byteCount + reply.payloadCount
        output.bytes[reply.start + 1] = UInt8(truncatingIfNeeded: length >> 16)
        output.bytes[reply.start + 2] = UInt8(truncatingIfNeeded: length >> 8)
        output.bytes[reply.start + 3] = UInt8(truncatingIfNeeded: length)
        patchSealedLength(reply)
        if let protection = protection(of: reply), protectElsewhere(reply, from: message, protection) { return }
        complete(reply, from: message)
        guard seal(reply) else {
            end(.badSeal)
            return abandon(&work)
        }
        if !reply.gates.isEmpty { return hold(reply) }
        if let payload = reply.payload { output.append(payload, byteCount: reply.payloadCount) }
    }

    /// Signs a message whose every byte stands, and hashes it where the keys to come depend on it.
    private func complete(_ reply: borrowing ReplyFrame, from message: Int) {
        sign(reply, from: message)
        switch reply.hashing {
        case nil: return
        case .connection: hash(from: message, into: &preauthentication)
        case .session(let session): hash(from: message, into: &session.preauthentication)
        case .binding(let id): hash(from: message, into: &bindings[id, default: Binding(self)].preauthentication)
        }
    }

    private func hash(from message: Int, into hash: inout PreauthIntegrityHash) {
        output.bytes.withUnsafeBytes {
            hash.update(with: RawSpan(_unsafeBytes: UnsafeRawBufferPointer(rebasing: $0[message...])))
        }
    }

    private func sign(_ reply: borrowing ReplyFrame, from message: Int) {
        guard let signer = reply.signer else { return }
        let range = message..<output.bytes.count
        if let payload = reply.payload {
            payload.withBytes { _ = signer.sign(&output.bytes, in: range, followedBy: RawSpan(_unsafeBytes: $0)) }
        } else {
            _ = signer.sign(&output.bytes, in: range)
        }
    }

    /// Drops a reply that is not to be sent: the connection ends.
    func abandon(_ work: inout FrameWork) {
        output.bytes.removeLast(output.bytes.count - work.reply.start)
    }

    private func pad(from message: Int) {
        let padding = (8 - (output.bytes.count - message) & 7) & 7
        if padding > 0 { output.bytes.append(contentsOf: repeatElement(0, count: padding)) }
    }

    /// Pads and seals the message that stands last in the frame, so that another can follow — [MS-SMB2] 3.3.4.1.3
    private func sealLast(_ reply: inout ReplyFrame) {
        guard let message = reply.message else { return }
        pad(from: message)
        SMB2Header.patchNextCommand(UInt32(output.bytes.count - message), in: &output.bytes, at: message)
        complete(reply, from: message)
        reply.hashing = nil
    }

    /// Begins another message of the frame with a header that says success.
    func beginMessage(
        _ header: SMB2Header, sessionID: SessionID, treeID: TreeID, asyncID: AsyncID?, signer: MessageSigner?,
        _ reply: inout ReplyFrame
    ) {
        sealLast(&reply)
        // "If the responses are compounded, the server MUST set SMB2_FLAGS_RELATED_OPERATIONS … of all responses except
        // the first one" — [MS-SMB2] 3.3.5.2.7.2
        var flags = HeaderFlags.serverToRedir
        if reply.message != nil { flags.formUnion(header.flags.intersection(.relatedOperations)) }
        reply.message = output.bytes.count
        reply.signer = signer
        if signer != nil { flags.insert(.signed) }
        let response = SMB2Header(
            command: header.command, flags: flags, creditCharge: header.creditCharge, messageID: header.messageID,
            processID: header.processID, treeID: treeID, asyncID: asyncID, sessionID: sessionID)
        var writer = takeWriter(at: output.bytes.count)
        response.write(to: &writer)
        putBack(&writer)
    }

    /// Takes back the message that was begun last; `before` is the reply as it was then.
    func dropMessage(_ reply: inout ReplyFrame, to before: ReplyFrame) {
        guard let message = reply.message else { return }
        output.bytes.removeLast(output.bytes.count - message)
        reply.message = before.message
        reply.signer = before.signer
        if let last = before.message { SMB2Header.patchNextCommand(0, in: &output.bytes, at: last) }
    }

    /// The output as a writer whose origin is `origin`. It is to be put back.
    @inline(__always)
    func takeWriter(at origin: Int) -> WireWriter {
        var writer = WireWriter(appendingTo: [])
        swap(&writer.bytes, &output.bytes)
        writer.origin = origin
        return writer
    }

    @inline(__always)
    func putBack(_ writer: inout WireWriter) {
        swap(&writer.bytes, &output.bytes)
    }

    // MARK: Frames that wait

    /// Takes the reply's frame out of the output: others may be written meanwhile.
    func putAside(_ work: inout FrameWork) {
        let start = work.reply.start
        work.heldReply = Array(output.bytes[start...])
        output.bytes.removeLast(output.bytes.count - start)
        work.reply.message = work.reply.message.map { $0 - start }
        work.reply.start = 0
    }

    func restore(_ work: inout FrameWork) {
        let start = output.bytes.count
        output.bytes.append(contentsOf: work.heldReply)
        work.heldReply = []
        work.reply.message = work.reply.message.map { $0 + start }
        work.reply.start = start
    }

    private func hold(_ reply: borrowing ReplyFrame) {
        let bytes = Array(output.bytes[reply.start...])
        output.bytes.removeLast(bytes.count)
        hold(reply, as: nextNumber(), bytes: bytes)
    }

    /// - Parameter elsewhere: another thread has the frame's bytes, and counts as one more gate.
    func hold(_ reply: borrowing ReplyFrame, as number: UInt64, bytes: [UInt8] = [], elsewhere: Bool = false) {
        heldFrames[number] = HeldFrame(
            bytes: bytes, payload: reply.payload, payloadCount: reply.payloadCount,
            closedGates: reply.gates.count + (elsewhere ? 1 : 0), isElsewhere: elsewhere)
        let host = host
        for gate in reply.gates { gate.whenOpen { host.wake(.gate(frame: number)) } }
    }

    func gateOpened(_ number: UInt64) {
        guard let frame = heldFrames[number] else { return }
        frame.closedGates -= 1
        guard frame.closedGates <= 0 else { return }
        heldFrames[number] = nil
        output.bytes.append(contentsOf: frame.bytes)
        if let payload = frame.payload { output.append(payload, byteCount: frame.payloadCount) }
        frame.conclude()
    }
}
