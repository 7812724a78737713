package import WindowsTypes

/// Which information classes are answered and how the others are refused: the tables that QUERY_INFO, SET_INFO and
/// QUERY_DIRECTORY work from. `ClassesAndOptions.md` says the same with its sources; a test compares the two.
package enum InformationTable {
    package enum Handling: Equatable, Sendable {
        case answered
        case refused(NTStatus)
    }

    package struct Row: Sendable {
        package let number: UInt8
        package let name: String
        package let handling: Handling

        init(_ number: UInt8, _ name: String, _ handling: Handling = .answered) {
            self.number = number
            self.name = name
            self.handling = handling
        }
    }

    /// QUERY_INFO, InfoType FILE — [MS-FSCC] 2.4
    package static let fileQueries: [Row] = [
        Row(4, "FileBasicInformation"),
        Row(5, "FileStandardInformation"),
        Row(6, "FileInternalInformation"),
        Row(7, "FileEaInformation"),
        Row(8, "FileAccessInformation"),
        Row(9, "FileNameInformation"),
        Row(13, "FileDispositionInformation"),
        Row(14, "FilePositionInformation"),
        Row(15, "FileFullEaInformation"),
        Row(16, "FileModeInformation"),
        Row(17, "FileAlignmentInformation"),
        Row(18, "FileAllInformation"),
        Row(19, "FileAllocationInformation"),
        Row(20, "FileEndOfFileInformation"),
        Row(21, "FileAlternateNameInformation"),
        Row(22, "FileStreamInformation"),
        Row(23, "FilePipeInformation", .refused(.notSupported)),
        Row(24, "FilePipeLocalInformation", .refused(.notSupported)),
        Row(25, "FilePipeRemoteInformation", .refused(.notSupported)),
        Row(28, "FileCompressionInformation"),
        Row(29, "FileObjectIdInformation", .refused(.notSupported)),
        Row(32, "FileQuotaInformation", .refused(.notSupported)),
        Row(33, "FileReparsePointInformation", .refused(.notSupported)),
        Row(34, "FileNetworkOpenInformation"),
        Row(35, "FileAttributeTagInformation"),
        Row(46, "FileHardLinkInformation", .refused(.notSupported)),
        Row(48, "FileNormalizedNameInformation"),
        Row(54, "FileStandardLinkInformation", .refused(.notSupported)),
        Row(59, "FileIdInformation"),
        Row(100, "FilePosixInformation"),
    ]

    /// QUERY_INFO, InfoType FILESYSTEM — [MS-FSCC] 2.5
    package static let fileSystemQueries: [Row] = [
        Row(1, "FileFsVolumeInformation"),
        Row(2, "FileFsLabelInformation", .refused(.invalidInfoClass)),
        Row(3, "FileFsSizeInformation"),
        Row(4, "FileFsDeviceInformation"),
        Row(5, "FileFsAttributeInformation"),
        Row(6, "FileFsControlInformation"),
        Row(7, "FileFsFullSizeInformation"),
        Row(8, "FileFsObjectIdInformation"),
        Row(9, "FileFsDriverPathInformation", .refused(.notSupported)),
        Row(10, "FileFsVolumeFlagsInformation", .refused(.notSupported)),
        Row(11, "FileFsSectorSizeInformation"),
        Row(100, "FileFsPosixInformation"),
    ]

    /// SET_INFO, InfoType FILE — [MS-FSCC] 2.4
    package static let fileUpdates: [Row] = [
        Row(4, "FileBasicInformation"),
        Row(10, "FileRenameInformation"),
        Row(11, "FileLinkInformation"),
        Row(13, "FileDispositionInformation"),
        Row(14, "FilePositionInformation"),
        Row(15, "FileFullEaInformation"),
        Row(16, "FileModeInformation"),
        Row(19, "FileAllocationInformation"),
        Row(20, "FileEndOfFileInformation"),
        Row(23, "FilePipeInformation", .refused(.notSupported)),
        Row(25, "FilePipeRemoteInformation", .refused(.notSupported)),
        Row(29, "FileObjectIdInformation", .refused(.notSupported)),
        Row(32, "FileQuotaInformation", .refused(.notSupported)),
        Row(39, "FileValidDataLengthInformation"),
        Row(40, "FileShortNameInformation", .refused(.notSupported)),
        Row(64, "FileDispositionInformationEx"),
        Row(65, "FileRenameInformationEx"),
        Row(72, "FileLinkInformationEx"),
    ]

    /// SET_INFO, InfoType FILESYSTEM — [MS-FSCC] 2.5
    package static let fileSystemUpdates: [Row] = [
        Row(2, "FileFsLabelInformation", .refused(.notSupported)),
        Row(6, "FileFsControlInformation", .refused(.notSupported)),
        Row(8, "FileFsObjectIdInformation", .refused(.notSupported)),
    ]

    /// QUERY_DIRECTORY — [MS-FSCC] 2.4
    package static let directoryQueries: [Row] = [
        Row(1, "FileDirectoryInformation"),
        Row(2, "FileFullDirectoryInformation"),
        Row(3, "FileBothDirectoryInformation"),
        Row(12, "FileNamesInformation"),
        Row(29, "FileObjectIdInformation", .refused(.invalidInfoClass)),
        Row(32, "FileQuotaInformation", .refused(.invalidInfoClass)),
        Row(33, "FileReparsePointInformation", .refused(.invalidInfoClass)),
        Row(37, "FileIdBothDirectoryInformation"),
        Row(38, "FileIdFullDirectoryInformation"),
        Row(50, "FileIdGlobalTxDirectoryInformation", .refused(.invalidInfoClass)),
        Row(60, "FileIdExtdDirectoryInformation"),
        Row(63, "FileIdExtdBothDirectoryInformation"),
        Row(78, "FileId64ExtdDirectoryInformation"),
        Row(79, "FileId64ExtdBothDirectoryInformation"),
        Row(80, "FileIdAllExtdDirectoryInformation"),
        Row(81, "FileIdAllExtdBothDirectoryInformation"),
        Row(100, "FilePosixInformation"),
    ]

    /// - Throws: the status that the table has for a class, INVALID_INFO_CLASS for one that it has not.
    static func require(_ number: UInt8, in lookup: [UInt8: Handling]) throws(SMBFailure) {
        switch lookup[number] {
        case .answered: return
        case .refused(let status): throw SMBFailure(status)
        case nil: throw SMBFailure(.invalidInfoClass)
        }
    }

    static let fileQueryHandling = handling(fileQueries)
    static let fileSystemQueryHandling = handling(fileSystemQueries)
    static let fileUpdateHandling = handling(fileUpdates)
    static let fileSystemUpdateHandling = handling(fileSystemUpdates)
    static let directoryQueryHandling = handling(directoryQueries)

    private static func handling(_ rows: [Row]) -> [UInt8: Handling] {
        Dictionary(rows.map { ($0.number, $0.handling) }, uniquingKeysWith: { first, _ in first })
    }
}
