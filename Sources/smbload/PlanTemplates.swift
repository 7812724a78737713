import SMBClient
import SMBMessages
import WindowsTypes

/// The frames of one plan on one connection, and what each slot does with them.
struct PlanTemplates {
    private var first: FrameTemplate?
    private var second: FrameTemplate?
    /// Where the plan writes, instead of the others.
    private(set) var writes: PreparedWrites?
    let protection: Protection
    private static let nameDigits = 10

    init(_ plan: LoadPlan, _ client: SMBClient, number: Int) throws {
        let none = FileID(persistent: 0, volatile: 0)
        let protection = try Protection(client)
        self.protection = protection
        func template(_ command: Command, byteCount: Int = 0, _ body: some SMB2Body) -> FrameTemplate {
            FrameTemplate([client.message(command, byteCount: byteCount) { body.write(to: &$0) }], protection)
        }
        switch plan.workload {
        case .echo, .login:
            first = template(.echo, EchoRequest())
        case .read, .sequentialRead:
            let file = try client.create(plan.file, access: 0x0012_0089, disposition: .open).fileID
            first = template(
                .read, byteCount: plan.blockSize,
                ReadRequest(length: UInt32(plan.blockSize), offset: 0, fileID: file))
        case .write, .sequentialWrite:
            let file = try client.create(plan.file, disposition: .open).fileID
            writes = PreparedWrites(plan, client, protection, file: file)
        case .open:
            first = template(.create, Self.open(plan.file))
            second = template(.close, CloseRequest(fileID: none))
        case .stat:
            first = FrameTemplate(
                [
                    client.message(.create, Self.open(plan.file)),
                    client.message(
                        .queryInfo, related: true,
                        QueryInfoRequest(.networkOpen, outputBufferLength: 56, fileID: .inherited)),
                    client.message(.close, related: true, CloseRequest(fileID: .inherited)),
                ], protection)
        case .createDelete:
            let name = "d\(number)-" + String(repeating: "0", count: Self.nameDigits)
            first = template(
                .create,
                CreateRequest(
                    desiredAccess: 0x0013_019F, fileAttributes: .normal, createDisposition: .create,
                    createOptions: [.nonDirectoryFile, .deleteOnClose], name: Array(name.utf8)))
            second = template(.close, CloseRequest(fileID: none))
        case .list:
            first = template(.queryDirectory, byteCount: plan.blockSize, Self.list(flags: .restartScans, plan))
            second = template(.queryDirectory, byteCount: plan.blockSize, Self.list(flags: [], plan))
        }
    }

    private static func open(_ name: String) -> CreateRequest {
        CreateRequest(
            desiredAccess: 0x0000_0080, fileAttributes: .normal, createDisposition: .open, name: Array(name.utf8))
    }

    private static func list(flags: QueryDirectoryFlags, _ plan: LoadPlan) -> QueryDirectoryRequest {
        QueryDirectoryRequest(
            fileInformationClass: .idBothDirectory, flags: flags, fileID: FileID(persistent: 0, volatile: 0),
            fileName: Array("*".utf8), outputBufferLength: UInt32(plan.blockSize))
    }

    func openDirectory(_ client: SMBClient, _ plan: LoadPlan) throws(SMBClientError) -> FileID {
        try client.create(plan.directory, access: 0x0012_0089, disposition: .open, options: .directoryFile).fileID
    }

    /// Makes what can be made before the clock starts.
    mutating func prepare(_ plan: LoadPlan, from identifier: UInt64) {
        writes?.prepare(plan.preparedCount, from: identifier) { plan.offset($0) }
    }

    /// Appends the next request of a slot.
    ///
    /// - Parameter serial: how many the connection has sent before.
    mutating func append(
        to output: inout OutputQueue, slot: inout LoadConnection.Slot, identifier: UInt64, serial: UInt64, _ plan: LoadPlan,
        connection: Int
    ) {
        if let writes {
            writes.append(identifier, plan.offset(serial), to: &output.bytes)
            return output.mark()
        }
        if slot.phase > 0, second != nil {
            second?.set(slot.file, at: Field.closeFileID)
            second?.setMessageID(identifier)
            second?.append(to: &output.bytes, protection)
            return
        }
        switch plan.workload {
        case .read, .sequentialRead: first?.set(plan.offset(serial), at: Field.dataOffset)
        case .createDelete: rename(identifier, connection)
        case .list: first?.set(slot.file, at: Field.closeFileID)
        default: break
        }
        first?.setMessageID(identifier)
        first?.append(to: &output.bytes, protection)
    }

    /// Another name for each file: the identifier in decimal digits, UTF-16LE.
    private mutating func rename(_ identifier: UInt64, _ connection: Int) {
        var rest = identifier
        guard let start = first?.messages.first else { return }
        let digits = start + Field.createName + 2 * ("d\(connection)-".utf8.count + Self.nameDigits)
        for place in 1...Self.nameDigits {
            first?.bytes[digits - 2 * place] = UInt8(ascii: "0") + UInt8(rest % 10)
            rest /= 10
        }
    }

    /// Takes an answer in; true when the slot's step is complete.
    func advance(
        _ slot: inout LoadConnection.Slot, _ status: NTStatus, _ message: UnsafeRawBufferPointer, _ plan: LoadPlan,
        _ result: inout LoadResult
    ) -> Bool {
        if plan.workload == .list {
            if status == .noMoreFiles {
                slot.phase = 0
                return true
            }
            guard status == .success else { return fail(&slot, &result) }
            slot.phase = 1
            result.entries += Self.countEntries(message)
            return false
        }
        guard status == .success else { return fail(&slot, &result) }
        switch plan.workload {
        case .open, .createDelete:
            guard slot.phase == 0 else {
                slot.phase = 0
                return true
            }
            // CREATE's FileId — [MS-SMB2] 2.2.14
            guard message.count >= 64 + 80 else { return fail(&slot, &result) }
            slot.file = FileID(
                persistent: message.loadUnaligned(fromByteOffset: 64 + 64, as: UInt64.self),
                volatile: message.loadUnaligned(fromByteOffset: 64 + 72, as: UInt64.self))
            slot.phase = 1
            return false
        case .read, .sequentialRead, .write, .sequentialWrite:
            let count = message.count >= 72 ? Int(message.loadUnaligned(fromByteOffset: 64 + 4, as: UInt32.self)) : 0
            guard count == plan.blockSize else { return fail(&slot, &result) }
            result.bytes += UInt64(count)
            return true
        default:
            return true
        }
    }

    private func fail(_ slot: inout LoadConnection.Slot, _ result: inout LoadResult) -> Bool {
        result.errors += 1
        slot.phase = 0
        return true
    }

    private static func countEntries(_ message: UnsafeRawBufferPointer) -> UInt64 {
        guard message.count >= 72 else { return 0 }
        var position = Int(message.loadUnaligned(fromByteOffset: 64 + 2, as: UInt16.self))
        var count: UInt64 = 0
        while position + 4 <= message.count {
            count += 1
            let next = Int(message.loadUnaligned(fromByteOffset: position, as: UInt32.self))
            guard next > 0 else { break }
            position += next
        }
        return count
    }
}
