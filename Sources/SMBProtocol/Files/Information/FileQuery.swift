import AccessControl
import FileSystemCore
import FileSystemModel
import SMBMessages
import WindowsTypes
import WireCoding

/// An answer to QUERY_INFO before it is cut to the client's buffer.
struct InformationAnswer {
    let bytes: [UInt8]
    /// A buffer smaller than this gets nothing. Windows compares with the size of its structure, padding and one unit
    /// of a name included.
    let fixedByteCount: Int
    /// Nothing was left out of ``bytes`` to make them fit.
    let isWhole: Bool

    init(_ bytes: [UInt8], fixedByteCount: Int? = nil, isWhole: Bool = true) {
        self.bytes = bytes
        self.fixedByteCount = fixedByteCount ?? bytes.count
        self.isWhole = isWhole
    }
}

/// The file classes of QUERY_INFO — [MS-FSCC] 2.4, [MS-FSA] 2.1.5.12
struct FileQuery {
    let attributes: Attributes
    /// Bytes.
    let eaSize: UInt32
    let isDeletePending: Bool
    let file: SMBOpen
    /// The volume's number.
    let volume: UInt64
    /// For FileStreamInformation.
    var streams: [StreamInformation] = []
    /// For FileAlternateNameInformation.
    var shortName: [UInt8] = []

    /// - Throws: ACCESS_DENIED for a class that the open's rights do not reach.
    static func requireAccess(_ informationClass: FileInformationClass, _ open: Open) throws(SMBFailure) {
        let needed: AccessMask? =
            switch informationClass {
            case .basic, .all, .networkOpen, .attributeTag: .readAttributes
            case .fullEa: .readExtendedAttributes
            default: nil
            }
        if let needed, !open.access.contains(needed) { throw SMBFailure(.accessDenied) }
    }

    static func needsPath(_ informationClass: FileInformationClass) -> Bool {
        switch informationClass {
        case .all, .name, .normalizedName: true
        default: false
        }
    }

    static func needsEASize(_ informationClass: FileInformationClass) -> Bool {
        informationClass == .all || informationClass == .ea
    }

    /// Nil for a class that the table does not answer.
    func answer(_ informationClass: FileInformationClass, path: [UInt8], limit: Int) -> InformationAnswer? {
        switch informationClass {
        case .basic: InformationAnswer(basic.bytes)
        case .standard: InformationAnswer(standard.bytes)
        case .internal: InformationAnswer(index.bytes)
        case .ea: InformationAnswer(FileEaInformation(eaSize: eaSize).bytes)
        case .access: InformationAnswer(access.bytes)
        case .name: InformationAnswer(FileNameInformation(fileName: path).bytes, fixedByteCount: 8)
        // From the share's root without a backslash; of the root itself nothing is left.
        case .normalizedName:
            InformationAnswer(FileNameInformation(fileName: Array(path.dropFirst())).bytes, fixedByteCount: 8)
        case .alternateName: InformationAnswer(FileNameInformation(fileName: shortName).bytes, fixedByteCount: 8)
        // Made to be set, and asked for all the same: as Samba, what was set or has come of it.
        case .disposition: InformationAnswer(FileDispositionInformation(deletePending: isDeletePending).bytes)
        case .allocation:
            InformationAnswer(FileAllocationInformation(allocationSize: attributes.windowsAllocationSize).bytes)
        case .endOfFile: InformationAnswer(FileEndOfFileInformation(endOfFile: attributes.windowsEndOfFile).bytes)
        case .position: InformationAnswer(position.bytes)
        case .mode: InformationAnswer(mode.bytes)
        case .alignment: InformationAnswer(FileAlignmentInformation(alignmentRequirement: 0).bytes)
        case .all: InformationAnswer(all(path).bytes, fixedByteCount: 104)
        case .stream: streamList(limit: limit)
        case .compression:
            InformationAnswer(
                FileCompressionInformation(compressedFileSize: attributes.windowsAllocationSize).bytes)
        case .networkOpen: InformationAnswer(networkOpen.bytes)
        case .attributeTag:
            InformationAnswer(
                FileAttributeTagInformation(
                    fileAttributes: attributes.windowsAttributes, reparseTag: attributes.reparseTag
                ).bytes)
        case .posix: file.state.isPosix ? InformationAnswer(attributes.posixInformation(volume: volume).bytes) : nil
        case .id:
            InformationAnswer(
                FileIdInformation(volumeSerialNumber: volume, fileID: attributes.inode.rawValue).bytes)
        default: nil
        }
    }

    // MARK: The structures

    private var basic: FileBasicInformation {
        FileBasicInformation(
            creationTime: FileTime(attributes.creationTime), lastAccessTime: FileTime(attributes.accessTime),
            lastWriteTime: FileTime(attributes.modificationTime), changeTime: FileTime(attributes.changeTime),
            fileAttributes: attributes.windowsAttributes)
    }

    /// A link whose file is on its way out is not counted any more; directories have one — [MS-FSA] 2.1.5.12.27
    private var standard: FileStandardInformation {
        let links = attributes.isDirectory ? 1 : attributes.linkCount
        return FileStandardInformation(
            allocationSize: attributes.windowsAllocationSize, endOfFile: attributes.windowsEndOfFile,
            numberOfLinks: isDeletePending && links > 0 ? links - 1 : links, deletePending: isDeletePending,
            directory: attributes.isDirectory)
    }

    private var index: FileInternalInformation { FileInternalInformation(indexNumber: attributes.inode.rawValue) }

    private var access: FileAccessInformation { FileAccessInformation(accessFlags: file.open.access.rawValue) }

    private var position: FilePositionInformation { FilePositionInformation(currentByteOffset: file.state.position) }

    private var mode: FileModeInformation { FileModeInformation(mode: file.state.mode) }

    private var networkOpen: FileNetworkOpenInformation {
        FileNetworkOpenInformation(
            creationTime: FileTime(attributes.creationTime), lastAccessTime: FileTime(attributes.accessTime),
            lastWriteTime: FileTime(attributes.modificationTime), changeTime: FileTime(attributes.changeTime),
            allocationSize: attributes.windowsAllocationSize, endOfFile: attributes.windowsEndOfFile,
            fileAttributes: attributes.windowsAttributes)
    }

    private func all(_ path: [UInt8]) -> FileAllInformation {
        FileAllInformation(
            basic: basic, standard: standard, internal: index, ea: FileEaInformation(eaSize: eaSize), access: access,
            position: position, mode: mode, alignment: FileAlignmentInformation(alignmentRequirement: 0),
            name: FileNameInformation(fileName: path))
    }

    /// As many whole entries as fit; a buffer that does not hold the structure's own size gets nothing. A directory without a
    /// named stream has none — [MS-FSA] 2.1.5.12.29
    private func streamList(limit: Int) -> InformationAnswer {
        var writer = WireWriter(reservingCapacity: 64)
        let entries = streams.map { stream in
            FileStreamInformation(
                streamName: stream.windowsName, streamSize: stream.size,
                streamAllocationSize: VolumeGeometry.roundedUp(stream.allocatedSize))
        }
        let written = FileStreamInformation.writeList(entries, limit: limit, to: &writer)
        return InformationAnswer(
            writer.bytes, fixedByteCount: entries.isEmpty ? 0 : 32, isWhole: written == entries.count)
    }
}

extension StreamInformation {
    /// `:name:$DATA`, WTF-8 — [MS-FSCC] 2.1.5.3
    var windowsName: [UInt8] { [0x3A] + (name?.bytes ?? []) + Array(":$DATA".utf8) }
}
