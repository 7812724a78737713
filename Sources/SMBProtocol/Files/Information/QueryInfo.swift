import FileSystemCore
import FileSystemModel
import SMBMessages
import WindowsTypes
import WireCoding

/// SMB2 QUERY_INFO — [MS-SMB2] 2.2.37, 3.3.5.20
package enum QueryInfoCommand {
    package static func handle(_ context: inout CommandContext) throws(SMBFailure) -> CommandResult {
        let request: QueryInfoRequest = try context.request()
        let file = try context.open(request.fileID)
        // More than the MaxTransactSize that was negotiated — [MS-SMB2] 3.3.5.20
        guard request.outputBufferLength <= UInt32(clamping: context.maximumTransferBytes) else {
            throw SMBFailure(.invalidParameter)
        }
        switch request.infoType {
        case .file: return try queryFile(request, file, &context)
        case .fileSystem: return try queryFileSystem(request, file, &context)
        case .security: return try FileSecurity.query(request, file, &context)
        case .quota: throw SMBFailure(.notSupported)
        }
    }

    private static func queryFile(
        _ request: QueryInfoRequest, _ file: SMBOpen, _ context: inout CommandContext
    ) throws(SMBFailure) -> CommandResult {
        let informationClass = request.fileInformationClass
        try InformationTable.require(informationClass.rawValue, in: InformationTable.fileQueryHandling)
        try FileQuery.requireAccess(informationClass, file.open)
        // "…if Connection.Dialect is "2.0.2", "2.1" or "3.0.2", the server MUST fail the request with
        // STATUS_NOT_SUPPORTED" — [MS-SMB2] 3.3.5.20.1; 3.0, which the text leaves out, is older
        if informationClass == .normalizedName, context.connection.terms.dialect != .smb311 {
            throw SMBFailure(.notSupported)
        }
        if informationClass == .fullEa { return try ExtendedAttributes.query(request, file, &context) }
        let outcome = try context.core { operation throws(FileSystemError) in
            try context.fileSystem.attributes(file.open, operation)
        }
        guard case .done(let attributes, _) = outcome else { return .waiting(for: outcome) }
        var streams: [StreamInformation] = []
        if informationClass == .stream {
            let outcome = try context.core { operation throws(FileSystemError) in
                try context.fileSystem.streams(of: file.open, operation)
            }
            guard case .done(let found, _) = outcome else { return .waiting(for: outcome) }
            streams = context.share.presentation.hasNamedStreams ? found : found.filter { $0.name == nil }
        }
        var shortName: [UInt8] = []
        if informationClass == .alternateName {
            // "If Open.Link.ShortName is empty, the operation MUST be failed with STATUS_OBJECT_NAME_NOT_FOUND."
            let outcome = try context.core { operation throws(FileSystemError) in
                try context.fileSystem.shortName(of: file.open, operation)
            }
            guard case .done(let name, _) = outcome else { return .waiting(for: outcome) }
            guard !name.isEmpty else { throw SMBFailure(.objectNameNotFound) }
            shortName = name
        }
        let eaSize = FileQuery.needsEASize(informationClass) ? ExtendedAttributes.byteCount(of: file.open.inode, context) : 0
        let query = FileQuery(
            attributes: context.shown(attributes, of: file.open), eaSize: eaSize,
            isDeletePending: context.fileSystem.isDeletePending(file.open), file: file,
            volume: context.fileSystem.identifier, streams: streams, shortName: shortName)
        let path = FileQuery.needsPath(informationClass) ? wirePath(of: file, context.fileSystem) : []
        guard let answer = query.answer(informationClass, path: path, limit: Int(request.outputBufferLength)) else {
            throw SMBFailure(.invalidInfoClass)
        }
        return try reply(answer, request, &context)
    }

    private static func queryFileSystem(
        _ request: QueryInfoRequest, _ file: SMBOpen, _ context: inout CommandContext
    ) throws(SMBFailure) -> CommandResult {
        let informationClass = request.fileSystemInformationClass
        try InformationTable.require(informationClass.rawValue, in: InformationTable.fileSystemQueryHandling)
        let outcome = try context.core { operation throws(FileSystemError) in
            try context.fileSystem.statistics(operation)
        }
        guard case .done(let statistics, _) = outcome else { return .waiting(for: outcome) }
        let query = VolumeQuery(
            statistics: statistics, label: Array(context.share.name.utf8),
            isReadOnly: context.fileSystem.options.isReadOnly,
            hasNamedStreams: context.share.presentation.hasNamedStreams, isPosix: file.state.isPosix)
        guard let answer = query.answer(informationClass) else { throw SMBFailure(.invalidInfoClass) }
        return try reply(answer, request, &context)
    }

    /// The three ways in which an answer does not fit — [MS-FSA] 2.1.5.12: less than the class's fixed part is
    /// STATUS_INFO_LENGTH_MISMATCH; less than all of it is STATUS_BUFFER_OVERFLOW, with as much as fits.
    private static func reply(
        _ answer: InformationAnswer, _ request: QueryInfoRequest, _ context: inout CommandContext
    ) throws(SMBFailure) -> CommandResult {
        let room = Int(request.outputBufferLength)
        guard room >= answer.fixedByteCount else { throw SMBFailure(.infoLengthMismatch) }
        let isWhole = answer.bytes.count <= room && answer.isWhole
        QueryInfoResponse.write(to: &context.writer) { writer in
            writer.append(answer.bytes.count <= room ? answer.bytes : Array(answer.bytes.prefix(room)))
        }
        return .reply(isWhole ? .success : .bufferOverflow, nil)
    }

    /// From the share's root, with a leading separator: a backslash, a slash for an open of the POSIX extensions. A named stream
    /// follows its colon.
    private static func wirePath(of file: SMBOpen, _ fileSystem: FileSystem) -> [UInt8] {
        let separator = UInt8(ascii: file.state.isPosix ? "/" : "\\")
        let stream = file.open.streamName.map { [0x3A] + $0.bytes } ?? []
        guard let path = fileSystem.path(of: file.open), !path.isEmpty else { return [separator] + stream }
        return path.flatMap { [separator] + WindowsName.encode($0.bytes, file.state.isPosix ? .posix : .windows) } + stream
    }
}
