import AccessControl
import FileSystemCore
import FileSystemModel
import SMBMessages
import WindowsTypes
import WireCoding

/// FSCTL_DUPLICATE_EXTENTS_TO_FILE and its extended form — [MS-FSCC] 2.3.7 and 2.3.9, [MS-FSA] 2.1.5.10.4
///
/// As on ReFS: locks do not hinder it, and what would reach past the target's end is left out. What the content store
/// cannot share is copied; holes stay holes.
enum DuplicateExtentsControl {
    /// More than this is copied where a thread may take its time, in bytes.
    private static let copiedOnEventLoop: UInt64 = 256 << 10
    /// What is copied at once, so that nobody changes the source meanwhile, in bytes.
    private static let atomicLimit: UInt64 = 1 << 20
    private static let sourceAtomic: UInt32 = 1

    static func handle(_ call: ControlCall, _ context: inout CommandContext) throws(SMBFailure)
        -> CommandResult
    {
        try duplicate(try call.parse(), call, &context)
    }

    static func handleExtended(_ call: ControlCall, _ context: inout CommandContext)
        throws(SMBFailure) -> CommandResult
    {
        let request: DuplicateExtentsDataEx = try call.parse()
        guard request.flags & ~sourceAtomic == 0 else { throw SMBFailure(.invalidParameter) }
        guard request.flags == 0 || request.data.byteCount <= atomicLimit else {
            throw SMBFailure(.notSupported)
        }
        return try duplicate(request.data, call, &context)
    }

    private static func duplicate(
        _ request: DuplicateExtentsData, _ call: ControlCall, _ context: inout CommandContext
    ) throws(SMBFailure) -> CommandResult {
        let target = call.file.open
        // Of the same volume; Windows Server says INVALID_HANDLE: smb2.ioctl.dup_extents_bad_handle.
        guard let source = context.open(sameTree: request.sourceFileID)?.open else {
            throw SMBFailure(.invalidHandle)
        }
        guard source.access.contains(.readData), target.access.contains(.writeData) else {
            throw SMBFailure(.accessDenied)
        }
        guard source.type == .regular, target.type == .regular else {
            throw SMBFailure(.invalidParameter)
        }
        if !context.mayBlock, request.byteCount > copiedOnEventLoop { return .wouldBlock }
        guard let from = try attributes(of: source, context),
            let to = try attributes(of: target, context)
        else {
            return .wouldBlock
        }
        let count = try count(request, from: from, to: to, isSameData: source.subject == target.subject)
        guard count > 0 else {
            call.answer([], &context)
            return .success
        }
        let fileSystem = context.fileSystem
        let outcome = try context.core { operation throws(FileSystemError) in
            try fileSystem.clone(
                from: source, at: request.sourceOffset, to: target, at: request.targetOffset, count: count,
                operation)
        }
        guard case .done(let result, let receipt) = outcome else { return .waiting(for: outcome) }
        if let failure = result.failure {
            // Part of it is done: that it is refused is told when nobody sees the old bytes any more.
            ErrorResponse().write(to: &context.writer)
            return .reply(NTStatus(failure), receipt.gate)
        }
        call.answer([], &context)
        return .success(receipt)
    }

    /// How much of the request is done, in bytes.
    private static func count(
        _ request: DuplicateExtentsData, from: Attributes, to: Attributes, isSameData: Bool
    ) throws(SMBFailure) -> UInt64 {
        let (sourceEnd, sourceOverflow) = request.sourceOffset.addingReportingOverflow(
            request.byteCount)
        let (targetEnd, targetOverflow) = request.targetOffset.addingReportingOverflow(
            request.byteCount)
        guard !sourceOverflow, !targetOverflow else { throw SMBFailure(.invalidParameter) }
        guard sourceEnd <= from.size else { throw SMBFailure(.notSupported) }
        guard request.targetOffset <= to.size || request.byteCount == 0 else {
            throw SMBFailure(.invalidParameter)
        }
        let count = min(targetEnd, to.size) - min(request.targetOffset, to.size)
        guard count > 0 else { return 0 }
        // "The source and target destination ranges overlap on the same file: STATUS_NOT_SUPPORTED."
        if isSameData, request.sourceOffset < request.targetOffset + count,
            request.targetOffset < request.sourceOffset + count
        {
            throw SMBFailure(.notSupported)
        }
        // A file without holes cannot be given any; the other way round Windows allows it.
        if from.dosAttributes.contains(.sparse), !to.dosAttributes.contains(.sparse) {
            throw SMBFailure(.notSupported)
        }
        return count
    }

    private static func attributes(
        of open: Open, _ context: borrowing CommandContext
    ) throws(SMBFailure) -> Attributes? {
        let fileSystem = context.fileSystem
        return try context.core { operation throws(FileSystemError) in
            try fileSystem.attributes(open, operation)
        }.value
    }
}

extension CommandContext {
    /// Another open of the same tree connect, which an IOCTL names beside its own.
    func open(sameTree fileID: FileID) -> SMBOpen? {
        guard let open = session.opens[fileID.volatile], open.fileID == fileID, open.tree === tree
        else { return nil }
        return open
    }
}
