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
    /// Credits and message ids of one request, and how far behind its first id the answer's lies that ends it.
    private let charge: Int
    private let lastIdentifier: UInt64
    private var serial: UInt64 = 0
    private var templates: PlanTemplates
    private var output = OutputQueue()
    private var input: AnswerReader
    private let number: Int
    private static let slotsByIdentifier = 1 << 16

    init(_ plan: LoadPlan, number: Int, client: SMBClient) throws {
        self.plan = plan
        self.client = client
        self.number = number
        slots = (0..<plan.depth).map { _ in Slot() }
        waiting = Array(repeating: -1, count: Self.slotsByIdentifier)
        templates = try PlanTemplates(plan, client, number: number)
        let sized = plan.workload.movesData || plan.workload == .list
        charge = sized ? Int(client.negotiated.charge(byteCount: plan.blockSize)) : plan.workload.messages
        lastIdentifier = UInt64(plan.workload.messages - 1)
        if plan.workload == .list {
            for index in slots.indices { slots[index].file = try templates.openDirectory(client, plan) }
        }
        try client.gather(credits: plan.depth * charge + 8)
        nextMessageID = client.nextMessageID
        credits = client.credits
        templates.prepare(plan, from: nextMessageID)
        input = AnswerReader(client.transport.descriptor, templates.protection, movesData: plan.workload.movesData)
        let flags = fcntl(client.transport.descriptor, F_GETFL)
        _ = fcntl(client.transport.descriptor, F_SETFL, flags | O_NONBLOCK)
    }

    var hasOutput: Bool { !output.isEmpty }

    func start(now: UInt64) throws(SMBClientError) {
        for index in slots.indices { issue(index, now) }
        try flush()
    }

    // MARK: Sending

    private func issue(_ index: Int, _ now: UInt64) {
        guard credits >= charge else {
            starved.append(index)
            return
        }
        if slots[index].phase == 0 { slots[index].began = now }
        let identifier = nextMessageID
        nextMessageID += UInt64(charge)
        credits -= charge
        waiting[Int(identifier + lastIdentifier) & (Self.slotsByIdentifier - 1)] = Int32(index)
        templates.append(
            to: &output, slot: &slots[index], identifier: identifier, serial: serial, plan, connection: number)
        serial += 1
    }

    func flush() throws(SMBClientError) {
        let payload = templates.writes.map { UnsafeRawBufferPointer($0.payload) }
        try output.flush(client.transport.descriptor, payload ?? UnsafeRawBufferPointer(start: nil, count: 0))
    }

    // MARK: Receiving

    func receive() throws(SMBClientError) {
        try input.receive { [unowned self] message, now in consume(message, now) }
        result.errors += input.wrong
        input.wrong = 0
        result.verified = input.verified
    }

    /// Takes in what there is of a frame's messages: all of it, or its beginning.
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
        while credits >= charge, let index = starved.popLast() { issue(index, now) }
    }

    private func answer(_ identifier: UInt64, _ status: NTStatus, _ message: UnsafeRawBufferPointer, _ now: UInt64) {
        let place = Int(identifier & UInt64(Self.slotsByIdentifier - 1))
        let index = Int(waiting[place])
        guard index >= 0 else {
            if status.isError { result.errors += 1 }
            return
        }
        waiting[place] = -1
        let isEnd = templates.advance(&slots[index], status, message, plan, &result)
        if isEnd { result.finish(from: slots[index].began, to: now) }
        issue(index, now)
    }
}
