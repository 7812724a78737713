import AccessArbitration
import AccessControl
import Authentication
import FileSystemCore
import FileSystemModel
import SMBMessages
import WindowsTypes
import WireCoding

/// FSCTL_SRV_REQUEST_RESUME_KEY — [MS-SMB2] 3.3.5.15.5
enum ResumeKeyControl {
    static func handle(_ call: ControlCall, _ context: inout CommandContext) throws(SMBFailure)
        -> CommandResult
    {
        let response = ResumeKeyResponse(resumeKey: key(of: call.file, context)).bytes
        try call.requireRoom(response.count, .invalidParameter)
        call.answer(response, &context)
        return .success
    }

    /// The open's key; made at the first request, and the same from then on. The first part finds the open, the rest is
    /// random: who has not been given a key cannot say it.
    private static func key(of file: SMBOpen, _ context: borrowing CommandContext) -> ResumeKey {
        if let key = file.state.resumeKey { return key }
        let words = context.connection.server.authentication.random(16).withUnsafeBytes { bytes in
            (
                bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self),
                bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
            )
        }
        let key = ResumeKey(first: file.fileID.volatile, second: words.0, third: words.1)
        file.state.resumeKey = key
        return key
    }
}

/// FSCTL_SRV_COPYCHUNK and FSCTL_SRV_COPYCHUNK_WRITE — [MS-SMB2] 3.3.5.15.6
enum CopyChunkControl {
    /// What Windows Server allows in one request, and says when it is asked for more.
    private static let maximumChunks = 256
    /// Bytes.
    private static let maximumChunkLength: UInt32 = 1 << 20
    /// Bytes.
    private static let maximumTotalLength: UInt64 = 16 << 20
    /// More than this is copied where a thread may take its time, in bytes: an event loop that copies 16 MiB keeps its
    /// other connections waiting for some milliseconds.
    private static let copiedOnEventLoop: UInt64 = 256 << 10

    static func handle(_ call: ControlCall, _ context: inout CommandContext) throws(SMBFailure)
        -> CommandResult
    {
        try call.requireRoom(CopyChunkResponse.byteCount, .invalidParameter)
        let request: CopyChunkRequest = try call.parse()
        // "If no Open is found … STATUS_OBJECT_NAME_NOT_FOUND." The key is the session's: another's is nobody's.
        guard let source = context.open(resumeKey: request.sourceKey) else {
            throw SMBFailure(.objectNameNotFound)
        }
        try checkAccess(call.code, source.open, call.file.open)
        guard isWithinLimits(request.chunks) else {
            let limits = CopyChunkResponse(
                chunksWritten: UInt32(maximumChunks), chunkBytesWritten: maximumChunkLength,
                totalBytesWritten: UInt32(maximumTotalLength))
            call.answer(limits.bytes, &context)
            return .reply(.invalidParameter, nil)
        }
        let total = request.chunks.reduce(UInt64(0)) { $0 + UInt64($1.length) }
        if !context.mayBlock, total > copiedOnEventLoop { return .wouldBlock }
        return try copy(request.chunks, from: source, call, &context)
    }

    private static func checkAccess(_ code: ControlCode, _ source: Open, _ target: Open)
        throws(SMBFailure)
    {
        // "The Open.GrantedAccess of the destination file does not include FILE_WRITE_DATA or FILE_APPEND_DATA", "…
        // FILE_READ_DATA, and the CtlCode is FSCTL_SRV_COPYCHUNK", "… of the source file does not include
        // FILE_READ_DATA": STATUS_ACCESS_DENIED. Of a source that may be executed, Windows copies too:
        // smb2.ioctl.copy_chunk_bad_access.
        guard !target.access.isDisjoint(with: [.writeData, .appendData]),
            code == .srvCopyChunkWrite || target.access.contains(.readData),
            !source.access.isDisjoint(with: [.readData, .execute]), !source.isDirectory
        else { throw SMBFailure(.accessDenied) }
        // Nothing is written to a directory, whatever the same bit allows there: pike's test_neg_dst_is_a_dir.
        guard !target.isDirectory else { throw SMBFailure(.invalidDeviceRequest) }
    }

    /// "The ChunkCount value is greater than ServerSideCopyMaxNumberofChunks. The Length value in a single chunk is
    /// greater than ServerSideCopyMaxChunkSize or equal to zero. Sum of Lengths in all chunks is greater than
    /// ServerSideCopyMaxDataSize."
    private static func isWithinLimits(_ chunks: [CopyChunk]) -> Bool {
        guard chunks.count <= maximumChunks else { return false }
        guard chunks.allSatisfy({ $0.length > 0 && $0.length <= maximumChunkLength }) else {
            return false
        }
        return chunks.reduce(UInt64(0)) { $0 + UInt64($1.length) } <= maximumTotalLength
    }

    /// Chunk after chunk, each read as a whole and then written: chunks may overlap, and a later one sees an earlier
    /// one's bytes. The first that fails ends it, with its reason and what was done.
    private static func copy(
        _ chunks: [CopyChunk], from source: SMBOpen, _ call: ControlCall,
        _ context: inout CommandContext
    ) throws(SMBFailure) -> CommandResult {
        guard case .disk(let sourceShare) = source.tree.target else { throw SMBFailure(.accessDenied) }
        let buffer = UnsafeMutableRawBufferPointer.allocate(
            byteCount: Int(chunks.map(\.length).max() ?? 0), alignment: 64)
        defer { buffer.deallocate() }
        let target = context.operation
        let origin = CopyOrigin(
            fileSystem: sourceShare.fileSystem, open: source.open,
            context: OperationContext(
                door: sourceShare.door, style: .windows, client: target.client,
                identity: source.tree.identity,
                operation: target.operation, mayBlock: target.mayBlock))
        var written: UInt64 = 0
        var gates: [Gate] = []
        for (index, chunk) in chunks.enumerated() {
            var done = 0
            do throws(FileSystemError) {
                // As a rule once. Where a part of the chunk was copied, the next call says why not more.
                while done < Int(chunk.length) {
                    let outcome = try context.fileSystem.copyChunk(
                        UnsafeMutableRawBufferPointer(rebasing: buffer[done..<Int(chunk.length)]), from: origin,
                        at: chunk.sourceOffset &+ UInt64(done), to: call.file.open,
                        at: chunk.targetOffset &+ UInt64(done), target)
                    guard case .done(let count, let receipt) = outcome else { return .waiting(for: outcome) }
                    done += count
                    written += UInt64(count)
                    if let gate = receipt.gate { gates.append(gate) }
                }
            } catch {
                // A range that the source does not have is no view of it: as Windows and Samba answer.
                let status = error == .noMoreData ? NTStatus.invalidViewSize : NTStatus(error)
                // "If the error was encountered partway through a write, ChunkBytesWritten MUST be set to the number of
                // bytes written in the final, partial write" — [MS-SMB2] 3.3.5.15.6.1
                let answer = CopyChunkResponse(
                    chunksWritten: UInt32(clamping: index), chunkBytesWritten: UInt32(clamping: done),
                    totalBytesWritten: UInt32(clamping: written))
                call.answer(answer.bytes, &context)
                return .reply(status, Gate.joining(gates))
            }
        }
        let done = CopyChunkResponse(
            chunksWritten: UInt32(clamping: chunks.count), totalBytesWritten: UInt32(clamping: written))
        call.answer(done.bytes, &context)
        return .reply(.success, Gate.joining(gates))
    }
}

extension CommandContext {
    /// The open of this session that a key was given for, through whichever of its tree connects.
    func open(resumeKey key: ResumeKey) -> SMBOpen? {
        guard let open = session.opens[key.first], open.state.resumeKey == key,
            open.tree.session === session
        else {
            return nil
        }
        return open
    }
}
