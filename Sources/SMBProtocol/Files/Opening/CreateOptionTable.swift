package import SMBMessages
package import WindowsTypes

/// What every bit of CreateOptions does: the table that CREATE works from — [MS-SMB2] 2.2.13
package enum CreateOptionTable {
    package enum Handling: Equatable, Sendable {
        case honored
        case ignored
        case refused(NTStatus)
    }

    package struct Row: Sendable {
        package let option: CreateOptions
        package let name: String
        package let handling: Handling
    }

    package static let rows: [Row] =
        [
            Row(option: .directoryFile, name: "FILE_DIRECTORY_FILE", handling: .honored),
            Row(option: .writeThrough, name: "FILE_WRITE_THROUGH", handling: .honored),
            Row(option: .sequentialOnly, name: "FILE_SEQUENTIAL_ONLY", handling: .ignored),
            Row(option: .noIntermediateBuffering, name: "FILE_NO_INTERMEDIATE_BUFFERING", handling: .ignored),
            Row(option: .synchronousIOAlert, name: "FILE_SYNCHRONOUS_IO_ALERT", handling: .ignored),
            Row(option: .synchronousIONonAlert, name: "FILE_SYNCHRONOUS_IO_NONALERT", handling: .ignored),
            Row(option: .nonDirectoryFile, name: "FILE_NON_DIRECTORY_FILE", handling: .honored),
            Row(option: .createTreeConnection, name: "FILE_CREATE_TREE_CONNECTION", handling: .refused(.notSupported)),
            Row(option: .completeIfOplocked, name: "FILE_COMPLETE_IF_OPLOCKED", handling: .ignored),
            Row(option: .noEAKnowledge, name: "FILE_NO_EA_KNOWLEDGE", handling: .ignored),
            Row(option: .openRemoteInstance, name: "FILE_OPEN_REMOTE_INSTANCE", handling: .ignored),
            Row(option: .randomAccess, name: "FILE_RANDOM_ACCESS", handling: .ignored),
            Row(option: .deleteOnClose, name: "FILE_DELETE_ON_CLOSE", handling: .honored),
            Row(option: .openByFileID, name: "FILE_OPEN_BY_FILE_ID", handling: .refused(.notSupported)),
            Row(option: .openForBackupIntent, name: "FILE_OPEN_FOR_BACKUP_INTENT", handling: .ignored),
            Row(option: .noCompression, name: "FILE_NO_COMPRESSION", handling: .ignored),
            Row(option: .openRequiringOplock, name: "FILE_OPEN_REQUIRING_OPLOCK", handling: .ignored),
            Row(option: .disallowExclusive, name: "FILE_DISALLOW_EXCLUSIVE", handling: .ignored),
            Row(option: CreateOptions(rawValue: 0x0004_0000), name: "reserved", handling: .ignored),
            Row(option: CreateOptions(rawValue: 0x0008_0000), name: "reserved", handling: .ignored),
            Row(option: .reserveOpFilter, name: "FILE_RESERVE_OPFILTER", handling: .refused(.notSupported)),
            Row(option: .openReparsePoint, name: "FILE_OPEN_REPARSE_POINT", handling: .honored),
            Row(option: .openNoRecall, name: "FILE_OPEN_NO_RECALL", handling: .ignored),
            Row(option: .openForFreeSpaceQuery, name: "FILE_OPEN_FOR_FREE_SPACE_QUERY", handling: .ignored),
        ]
        + (24..<32).map { bit in
            Row(option: CreateOptions(rawValue: 1 << bit), name: "undefined", handling: .refused(.invalidParameter))
        }

    /// The bits that are refused, with the statuses in the order in which they are looked at.
    private static let refusals: [(options: CreateOptions, status: NTStatus)] =
        [NTStatus.invalidParameter, .notSupported].map { status in
            (rows.filter { $0.handling == .refused(status) }.reduce(into: []) { $0.formUnion($1.option) }, status)
        }

    /// Why a request with these options is refused whatever it names; nil for one that is not.
    package static func refusal(_ options: CreateOptions) -> NTStatus? {
        for refusal in refusals where !options.isDisjoint(with: refusal.options) { return refusal.status }
        return nil
    }
}
