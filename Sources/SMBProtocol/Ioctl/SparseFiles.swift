import AccessArbitration
import AccessControl
import FileSystemCore
import FileSystemModel
import SMBMessages
import WindowsTypes
import WireCoding

/// FSCTL_SET_SPARSE — [MS-FSCC] 2.3.83, [MS-FSA] 2.1.5.10.38
enum SetSparseControl {
    static func handle(_ call: ControlCall, _ context: inout CommandContext) throws(SMBFailure)
        -> CommandResult
    {
        // Windows takes any right to change the file: smb2.ioctl.sparse_perms.
        guard !call.file.open.access.isDisjoint(with: [.writeData, .writeAttributes, .appendData])
        else {
            throw SMBFailure(.accessDenied)
        }
        let buffer: FileSetSparseBuffer = try call.parse()
        let fileSystem = context.fileSystem
        let outcome = try context.core { operation throws(FileSystemError) in
            try fileSystem.setSparse(buffer.setSparse, call.file.open, operation)
        }
        guard case .done(_, let receipt) = outcome else { return .waiting(for: outcome) }
        call.answer([], &context)
        return .success(receipt)
    }
}

/// FSCTL_SET_ZERO_DATA — [MS-FSCC] 2.3.85, [MS-FSA] 2.1.5.10.39
enum SetZeroDataControl {
    static func handle(_ call: ControlCall, _ context: inout CommandContext) throws(SMBFailure)
        -> CommandResult
    {
        guard call.file.open.access.contains(.writeData) else { throw SMBFailure(.accessDenied) }
        let range: FileZeroDataInformation = try call.parse()
        // "FileOffset … less than 0, BeyondFinalZero … less than 0, FileOffset greater than BeyondFinalZero"
        let limit = UInt64(Int64.max)
        guard call.file.open.type == .regular, range.fileOffset <= range.beyondFinalZero,
            range.beyondFinalZero <= limit
        else { throw SMBFailure(.invalidParameter) }
        guard range.fileOffset < range.beyondFinalZero else {
            call.answer([], &context)
            return .success
        }
        let fileSystem = context.fileSystem
        let outcome = try context.core { operation throws(FileSystemError) in
            try fileSystem.allocate(
                call.file.open, at: range.fileOffset, count: range.beyondFinalZero - range.fileOffset,
                mode: .zeroData,
                operation)
        }
        guard case .done(_, let receipt) = outcome else { return .waiting(for: outcome) }
        call.answer([], &context)
        return .success(receipt)
    }
}

/// FSCTL_QUERY_ALLOCATED_RANGES — [MS-FSCC] 2.3.51, [MS-FSA] 2.1.5.10.22. Locks do not hinder it.
enum QueryAllocatedRangesControl {
    static func handle(_ call: ControlCall, _ context: inout CommandContext) throws(SMBFailure)
        -> CommandResult
    {
        guard call.file.open.access.contains(.readData) else { throw SMBFailure(.accessDenied) }
        let wanted: FileAllocatedRange = try call.parse()
        guard call.file.open.type == .regular else { throw SMBFailure(.invalidParameter) }
        let (end, overflow) = wanted.fileOffset.addingReportingOverflow(wanted.length)
        guard !overflow, end <= UInt64(Int64.max) else { throw SMBFailure(.invalidParameter) }
        let fitting = call.room / FileAllocatedRange.byteCount
        let fileSystem = context.fileSystem
        // One more than fits, to know whether that was all.
        let outcome = try context.core { operation throws(FileSystemError) in
            try fileSystem.extents(call.file.open, wanted.fileOffset..<end, limit: fitting + 1, operation)
        }
        guard case .done(let extents, _) = outcome else { return .waiting(for: outcome) }
        // "STATUS_BUFFER_TOO_SMALL: The output buffer is too small to contain a FILE_ALLOCATED_RANGE_BUFFER structure";
        // "STATUS_BUFFER_OVERFLOW: … too small to contain the required number of …"
        guard extents.isEmpty || fitting > 0 else { throw SMBFailure(.bufferTooSmall) }
        var output = WireWriter(reservingCapacity: extents.count * FileAllocatedRange.byteCount)
        for extent in extents.prefix(fitting) {
            FileAllocatedRange(
                fileOffset: extent.lowerBound, length: extent.upperBound - extent.lowerBound
            )
            .write(to: &output)
        }
        call.answer(output.bytes, &context)
        return .reply(extents.count > fitting ? .bufferOverflow : .success, nil)
    }
}

/// FSCTL_QUERY_FILE_REGIONS — [MS-FSCC] 2.3.55, [MS-FSA] 2.1.5.10.24. What lies before the end of the file has been
/// written, or reads as if it had.
enum QueryFileRegionsControl {
    static func handle(_ call: ControlCall, _ context: inout CommandContext) throws(SMBFailure)
        -> CommandResult
    {
        guard call.file.open.access.contains(.readData) else { throw SMBFailure(.accessDenied) }
        var wanted = FileRegionInput(
            fileOffset: 0, length: UInt64(Int64.max), desiredUsage: FileRegionOutput.validCachedData)
        // "If no input buffer is given, the whole file is asked for."
        if !call.input.isEmpty { wanted = try call.parse() }
        let (end, overflow) = wanted.fileOffset.addingReportingOverflow(wanted.length)
        guard call.file.open.type == .regular, !overflow, end <= UInt64(Int64.max),
            wanted.desiredUsage & FileRegionOutput.validCachedData != 0
        else { throw SMBFailure(.invalidParameter) }
        let fileSystem = context.fileSystem
        let outcome = try context.core { operation throws(FileSystemError) in
            try fileSystem.attributes(call.file.open, operation)
        }
        guard case .done(let attributes, _) = outcome else { return .waiting(for: outcome) }
        let last = min(end, attributes.size)
        let regions =
            wanted.fileOffset < last
            ? [
                FileRegionOutput.Region(
                    fileOffset: wanted.fileOffset, length: last - wanted.fileOffset,
                    usage: FileRegionOutput.validCachedData)
            ] : []
        try call.requireRoom(FileRegionOutput.headerByteCount)
        let fits =
            call.room >= FileRegionOutput.headerByteCount + regions.count
            * FileRegionOutput.Region.byteCount
        let output = FileRegionOutput(
            totalRegionCount: UInt32(regions.count), regions: fits ? regions : [])
        call.answer(output.bytes, &context)
        return .reply(fits ? .success : .bufferOverflow, nil)
    }
}

/// FSCTL_FILE_LEVEL_TRIM — [MS-FSCC] 2.3.13, [MS-FSA] 2.1.5.10.6: what is in the ranges is needed no more. The space of
/// their whole blocks is given back.
enum FileLevelTrimControl {
    /// So many ranges one request may name.
    private static let maximumRanges = 4096

    static func handle(_ call: ControlCall, _ context: inout CommandContext) throws(SMBFailure)
        -> CommandResult
    {
        guard call.file.open.access.contains(.writeData) else { throw SMBFailure(.accessDenied) }
        let trim: FileLevelTrim = try call.parse()
        // "If the Key field … is nonzero": only local programs have keys.
        guard trim.key == 0, call.file.open.type == .regular, !trim.ranges.isEmpty,
            trim.ranges.count <= maximumRanges, trim.ranges.allSatisfy({ $0.fileOffset <= UInt64(Int64.max) })
        else { throw SMBFailure(.invalidParameter) }
        var gates: [Gate] = []
        let fileSystem = context.fileSystem
        for range in trim.ranges {
            let count = min(range.length, UInt64(Int64.max) - range.fileOffset)
            guard count > 0 else { continue }
            do throws(FileSystemError) {
                let outcome = try fileSystem.allocate(
                    call.file.open, at: range.fileOffset, count: count, mode: .trim, context.operation)
                guard case .done(_, let receipt) = outcome else { return .waiting(for: outcome) }
                if let gate = receipt.gate { gates.append(gate) }
            } catch {
                // The ranges before it are trimmed, and the answer waits for whoever has seen their bytes.
                ErrorResponse().write(to: &context.writer)
                return .reply(NTStatus(error), Gate.joining(gates))
            }
        }
        // NumRangesProcessed, where the client wants to know.
        var output = WireWriter(reservingCapacity: 4)
        if call.room >= 4 { output.integer(UInt32(clamping: trim.ranges.count)) }
        call.answer(output.bytes, &context)
        return .reply(.success, Gate.joining(gates))
    }
}
