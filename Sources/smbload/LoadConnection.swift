import Glibc
import SMBClient
import SMBMessages
import WindowsTypes

/// One connection under load: a queue of slots, each of which repeats its step as soon as the answer is there.
final class LoadConnection {
    struct Slot {
        /// Where a step of several exchanges stands.
        var phase = 0
        var file = FileID(persistent: 0, volatile: 0)
        var began: UInt64 = 0
        /// The next block of a sequential slot.
        var block: UInt64 = 0
        var serial: UInt64 = 0
    }

    let client: SMBClient
    let plan: LoadPlan
    private(set) var result = LoadResult()
    private var slots: [Slot]
    /// The slot that waits for a message id, by the id's low bits.
    private var waiting: [Int32]
    private var starved: [Int] = []
    private var nextMessageID: UInt64
    private var credits: Int
    private var templates: PlanTemplates
    private var random: SystemLikeGenerator
    private var output: [UInt8] = []
    private var outputStart = 0
    private var input: UnsafeMutableRawBufferPointer
    private var inputCount = 0
    private let number: Int

    init(_ plan: LoadPlan, number: Int, client: SMBClient) throws {
        self.plan = plan
        self.client = client
        self.number = number
        slots = (0..<plan.depth).map { index in
            var slot = Slot()
            slot.block = UInt64(index)
            return slot
        }
        waiting = Array(repeating: -1, count: 8192)
        random = SystemLikeGenerator(seed: UInt64(number) &+ plan.seed)
        templates = try PlanTemplates(plan, client, number: number)
        if plan.workload == .list {
            for index in slots.indices { slots[index].file = try templates.openDirectory(client, plan) }
        }
        // Credits to fill the queue.
        let wanted = plan.depth * plan.workload.charge + 8
        var attempts = 0
        while client.credits < wanted, attempts < 200 {
            try client.echo()
            attempts += 1
        }
        nextMessageID = client.nextMessageID
        credits = client.credits
        input = .allocate(byteCount: 1 << 20, alignment: 64)
        let flags = fcntl(client.transport.descriptor, F_GETFL)
        _ = fcntl(client.transport.descriptor, F_SETFL, flags | O_NONBLOCK)
    }

    deinit { input.deallocate() }

    var hasOutput: Bool { outputStart < output.count }

    func start(now: UInt64) throws(SMBClientError) {
        for index in slots.indices { issue(index, now) }
        try flush()
    }

    // MARK: Sending

    private func issue(_ index: Int, _ now: UInt64) {
        guard credits >= plan.workload.charge else {
            starved.append(index)
            return
        }
        if slots[index].phase == 0 { slots[index].began = now }
        let identifier = nextMessageID
        let charge = plan.workload.charge
        nextMessageID += UInt64(charge)
        credits -= charge
        // The last answer of a compound ends the step.
        waiting[Int((identifier + UInt64(charge) - 1) & 8191)] = Int32(index)
        templates.append(to: &output, slot: &slots[index], identifier: identifier, plan, client, &random, connection: number)
    }

    func flush() throws(SMBClientError) {
        while outputStart < output.count {
            let sent = output.withUnsafeBytes {
                Glibc.send(
                    client.transport.descriptor, $0.baseAddress.map { $0 + outputStart }, output.count - outputStart,
                    Int32(MSG_NOSIGNAL))
            }
            guard sent >= 0 else {
                if errno == EINTR { continue }
                guard errno == EAGAIN else { throw .system("send", errno) }
                return
            }
            outputStart += sent
        }
        output.removeAll(keepingCapacity: true)
        outputStart = 0
    }

    // MARK: Receiving

    func receive() throws(SMBClientError) {
        while true {
            if input.count - inputCount < 1 << 17 { grow() }
            let room = input.count - inputCount
            let received = recv(client.transport.descriptor, input.baseAddress.map { $0 + inputCount }, room, 0)
            guard received != 0 else { throw .disconnected }
            guard received > 0 else {
                if errno == EINTR { continue }
                guard errno == EAGAIN else { throw .system("recv", errno) }
                return
            }
            inputCount += received
            consumeFrames()
            if received < room { return }
        }
    }

    private func grow() {
        let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: input.count * 2, alignment: 64)
        larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: input[..<inputCount]))
        input.deallocate()
        input = larger
    }

    private func consumeFrames() {
        var start = 0
        let now = LoadClock.now()
        while inputCount - start >= 4 {
            let count = Int(input[start + 1]) << 16 | Int(input[start + 2]) << 8 | Int(input[start + 3])
            guard inputCount - start >= 4 + count else { break }
            if count >= 64 { consume(UnsafeRawBufferPointer(rebasing: input[start + 4..<start + 4 + count]), now) }
            start += 4 + count
        }
        guard start > 0 else { return }
        let rest = inputCount - start
        if rest > 0, let base = input.baseAddress { memmove(base, base + start, rest) }
        inputCount = rest
    }

    private func consume(_ frame: UnsafeRawBufferPointer, _ now: UInt64) {
        var start = 0
        while frame.count - start >= 64 {
            let message = UnsafeRawBufferPointer(rebasing: frame[start...])
            let next = Int(message.loadUnaligned(fromByteOffset: 20, as: UInt32.self))
            credits += Int(message.loadUnaligned(fromByteOffset: 14, as: UInt16.self))
            let status = NTStatus(rawValue: message.loadUnaligned(fromByteOffset: 8, as: UInt32.self))
            let flags = HeaderFlags(rawValue: message.loadUnaligned(fromByteOffset: 16, as: UInt32.self))
            if status != .pending || !flags.contains(.asyncCommand) {
                answer(message.loadUnaligned(fromByteOffset: 24, as: UInt64.self), status, message, now)
            }
            guard next >= 64 else { break }
            start += next
        }
        while credits >= plan.workload.charge, let index = starved.popLast() { issue(index, now) }
    }

    private func answer(_ identifier: UInt64, _ status: NTStatus, _ message: UnsafeRawBufferPointer, _ now: UInt64) {
        let index = Int(waiting[Int(identifier & 8191)])
        guard index >= 0 else {
            if status.isError { result.errors += 1 }
            return
        }
        waiting[Int(identifier & 8191)] = -1
        let isEnd = templates.advance(&slots[index], status, message, plan, &result)
        if isEnd { result.finish(from: slots[index].began, to: now) }
        issue(index, now)
    }
}
