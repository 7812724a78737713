import AccessControl
import FileSystemCore
import FileSystemModel
import SMBMessages
import WindowsTypes
import WireCoding

/// SMB2 QUERY_DIRECTORY — [MS-SMB2] 2.2.33, 3.3.5.18, [MS-FSA] 2.1.5.6.3
package enum QueryDirectoryCommand {
    /// No name is longer than 255 units. Every entry is compared with the whole expression.
    private static let maximumExpressionBytes = 3 * 255

    package static func handle(_ context: inout CommandContext) throws(SMBFailure) -> CommandResult {
        let request: QueryDirectoryRequest = try context.request()
        let file = try context.open(request.fileID)
        guard file.open.isDirectory else { throw SMBFailure(.invalidParameter) }
        guard request.outputBufferLength <= UInt32(clamping: context.maximumTransferBytes) else {
            throw SMBFailure(.invalidParameter)
        }
        try InformationTable.require(
            request.fileInformationClass.rawValue, in: InformationTable.directoryQueryHandling)
        let isPosix = file.state.isPosix
        guard let informationClass = DirectoryInformationClass(request.fileInformationClass),
            informationClass != .posix || isPosix
        else {
            throw SMBFailure(.invalidInfoClass)
        }
        guard request.fileName.count <= maximumExpressionBytes,
            !request.fileName.contains(where: { WindowsPath.isSeparator($0) && (!isPosix || $0 == 0x2F) })
        else { throw SMBFailure(.objectNameInvalid) }
        guard file.open.access.contains(.readData) else { throw SMBFailure(.accessDenied) }
        guard request.outputBufferLength >= UInt32(informationClass.fixedByteCount) else {
            throw SMBFailure(.infoLengthMismatch)
        }
        // Worked on in a copy: a call that must be repeated has changed nothing.
        var scan = begin(request, file.state.scan)
        var listing = DirectoryListing(
            informationClass, limit: Int(request.outputBufferLength),
            isSingle: request.flags.contains(.returnSingleEntry), isPosix: isPosix)
        let outcome = try listing.fill(&scan, file.open, context)
        guard case .done(_, let receipt) = outcome else { return .waiting(for: outcome) }
        if listing.isEmpty {
            // One that is there but does not fit stays to be read with a larger buffer.
            guard !listing.hasOverflowed else { throw SMBFailure(.infoLengthMismatch) }
            let status: NTStatus = scan.isFresh ? .noSuchFile : .noMoreFiles
            scan.isFresh = false
            file.state.scan = scan
            throw SMBFailure(status)
        }
        scan.isFresh = false
        file.state.scan = scan
        listing.finish(&context.writer)
        return .success(receipt)
    }

    /// The scan that the request goes on with, or a new one.
    private static func begin(_ request: QueryDirectoryRequest, _ current: DirectoryScan?) -> DirectoryScan {
        guard var scan = current, !request.flags.contains(.reopen), scan.continues(request.fileName) else {
            // "The object store MUST treat an empty value as equivalent to the pattern "*"" — [MS-FSA] 2.1.5.6; Samba
            // has OBJECT_NAME_INVALID for it.
            return DirectoryScan(request.fileName.isEmpty ? [0x2A] : request.fileName)
        }
        if request.flags.contains(.restartScans) { scan.restart() }
        return scan
    }
}
