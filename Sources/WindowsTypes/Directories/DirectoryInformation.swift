package import WireCoding

/// The information classes that list a directory, and what their entries hold — [MS-FSCC] 2.4
package enum DirectoryInformationClass: UInt8, Sendable, CaseIterable {
    /// FileDirectoryInformation — 2.4.10
    case directory = 1
    /// FileFullDirectoryInformation — 2.4.15
    case fullDirectory = 2
    /// FileBothDirectoryInformation — 2.4.8
    case bothDirectory = 3
    /// FileNamesInformation — 2.4.33
    case names = 12
    /// FileIdBothDirectoryInformation — 2.4.20
    case idBothDirectory = 37
    /// FileIdFullDirectoryInformation — 2.4.21
    case idFullDirectory = 38
    /// FileIdExtdDirectoryInformation — 2.4.22
    case idExtdDirectory = 60
    /// FileIdExtdBothDirectoryInformation
    case idExtdBothDirectory = 63
    /// FileId64ExtdDirectoryInformation
    case id64ExtdDirectory = 78
    /// FileId64ExtdBothDirectoryInformation
    case id64ExtdBothDirectory = 79
    /// FileIdAllExtdDirectoryInformation
    case idAllExtdDirectory = 80
    /// FileIdAllExtdBothDirectoryInformation
    case idAllExtdBothDirectory = 81
    /// FilePosixInformation, of the SMB3 POSIX extensions
    case posix = 100

    package init?(_ informationClass: FileInformationClass) {
        self.init(rawValue: informationClass.rawValue)
    }

    /// Whether entries have a ReparsePointTag; in the others EaSize holds a reparse point's tag — [MS-FSCC] 2.4.8
    package var hasReparsePointTag: Bool {
        switch self {
        case .directory, .fullDirectory, .bothDirectory, .names, .idBothDirectory, .idFullDirectory: false
        case .idExtdDirectory, .idExtdBothDirectory, .id64ExtdDirectory, .id64ExtdBothDirectory, .idAllExtdDirectory,
            .idAllExtdBothDirectory, .posix:
            true
        }
    }

    /// Whether entries have an EaSize.
    package var hasEASize: Bool {
        switch self {
        case .directory, .names, .posix: false
        case .fullDirectory, .bothDirectory, .idBothDirectory, .idFullDirectory, .idExtdDirectory, .idExtdBothDirectory,
            .id64ExtdDirectory, .id64ExtdBothDirectory, .idAllExtdDirectory, .idAllExtdBothDirectory:
            true
        }
    }

    /// Where ShortNameLength, a reserved byte and ShortName stand in an entry; nil in the classes without.
    var shortNameOffset: Int? {
        switch self {
        case .bothDirectory, .idBothDirectory: 68
        case .idExtdBothDirectory: 88
        case .id64ExtdBothDirectory: 80
        case .idAllExtdBothDirectory: 96
        case .directory, .fullDirectory, .names, .idFullDirectory, .idExtdDirectory, .id64ExtdDirectory, .idAllExtdDirectory,
            .posix:
            nil
        }
    }

    package var hasShortName: Bool { shortNameOffset != nil }

    /// Of ShortName, in bytes: twelve units.
    static let shortNameByteCount = 24

    /// Bytes before the name in an entry. An output buffer that is smaller is STATUS_INFO_LENGTH_MISMATCH — [MS-FSA]
    /// 2.1.5.6.3
    package var fixedByteCount: Int {
        switch self {
        case .directory: 64
        case .fullDirectory: 68
        case .bothDirectory: 94
        case .names: 12
        case .idBothDirectory: 104
        case .idFullDirectory: 80
        case .idExtdDirectory: 88
        case .idExtdBothDirectory: 114
        case .id64ExtdDirectory: 80
        case .id64ExtdBothDirectory: 106
        case .idAllExtdDirectory: 96
        case .idAllExtdBothDirectory: 122
        // Without the two SIDs, whose length varies.
        case .posix: 92
        }
    }
}

/// What an entry of the POSIX class has beyond the others.
package struct PosixEntryFacts: Equatable, Sendable {
    package var device: UInt32
    package var facts: PosixFileFacts

    package init(device: UInt32, facts: PosixFileFacts) {
        self.device = device
        self.facts = facts
    }
}

/// What macOS reads where FileIdBothDirectoryInformation has EaSize, the short name and a reserved field, once it and
/// the server have agreed on it with an AAPL context.
package struct AppleEntryFacts: Equatable, Sendable {
    /// An access mask.
    package var maximalAccess: UInt32
    /// Bytes.
    package var resourceForkSize: UInt64
    /// Type and creator of a file, flags, extended flags, the date when it was added: 16 bytes, integers big-endian.
    package var finderInfo: [UInt8]
    /// `st_mode`, the type included.
    package var mode: UInt16

    package static let finderInfoByteCount = 16

    package init(maximalAccess: UInt32, resourceForkSize: UInt64, finderInfo: [UInt8], mode: UInt16) {
        self.maximalAccess = maximalAccess
        self.resourceForkSize = resourceForkSize
        self.finderInfo = finderInfo
        self.mode = mode
    }
}

/// One entry of a directory's list: all that any class holds. What a class does not have is not written, and parsed as
/// zero.
package struct DirectoryEntryInformation: Equatable, Sendable {
    package var fileIndex: UInt32
    package var creationTime: FileTime
    package var lastAccessTime: FileTime
    package var lastWriteTime: FileTime
    package var changeTime: FileTime
    /// Bytes.
    package var endOfFile: UInt64
    /// Bytes.
    package var allocationSize: UInt64
    package var fileAttributes: FileAttributes
    /// Bytes. In classes without a ReparsePointTag field a reparse point has its tag here, which the caller puts there.
    package var eaSize: UInt32
    /// Only in the Extd classes.
    package var reparsePointTag: UInt32
    /// The same number as in every other class.
    package var fileID: UInt64
    /// WTF-8.
    package var fileName: [UInt8]
    /// ASCII, at most twelve characters; empty where the name is short itself. Not in all classes.
    package var shortName: [UInt8] = []
    /// Only in the POSIX class.
    package var posix: PosixEntryFacts?
    /// Only in FileIdBothDirectoryInformation, for clients that have asked for it.
    package var apple: AppleEntryFacts?

    package init(
        fileIndex: UInt32 = 0, creationTime: FileTime = .zero, lastAccessTime: FileTime = .zero,
        lastWriteTime: FileTime = .zero, changeTime: FileTime = .zero, endOfFile: UInt64 = 0,
        allocationSize: UInt64 = 0,
        fileAttributes: FileAttributes = [], eaSize: UInt32 = 0, reparsePointTag: UInt32 = 0, fileID: UInt64 = 0,
        fileName: [UInt8]
    ) {
        self.fileIndex = fileIndex
        self.creationTime = creationTime
        self.lastAccessTime = lastAccessTime
        self.lastWriteTime = lastWriteTime
        self.changeTime = changeTime
        self.endOfFile = endOfFile
        self.allocationSize = allocationSize
        self.fileAttributes = fileAttributes
        self.eaSize = eaSize
        self.reparsePointTag = reparsePointTag
        self.fileID = fileID
        self.fileName = fileName
    }

    /// All entries of an output buffer; none for an empty one.
    package static func parseList(
        _ reader: inout WireReader, informationClass: DirectoryInformationClass
    ) throws(WireError) -> [DirectoryEntryInformation] {
        var entries: [DirectoryEntryInformation] = []
        try EntryList.forEach(&reader, minimum: informationClass.fixedByteCount) {
            (entry: inout WireReader) throws(WireError) in
            entries.append(try DirectoryEntryInformation(&entry, informationClass))
        }
        return entries
    }

    private init(_ reader: inout WireReader, _ informationClass: DirectoryInformationClass) throws(WireError) {
        self.init(fileName: [])
        fileIndex = try reader.integer()
        var nameLength: UInt32 = 0
        if informationClass == .posix {
            let information = try FilePosixInformation(parsing: &reader)
            creationTime = information.creationTime
            lastAccessTime = information.lastAccessTime
            lastWriteTime = information.lastWriteTime
            changeTime = information.changeTime
            endOfFile = information.endOfFile
            allocationSize = information.allocationSize
            fileAttributes = information.fileAttributes
            fileID = information.inode
            posix = PosixEntryFacts(device: information.device, facts: information.facts)
            nameLength = try reader.integer()
        } else if informationClass == .names {
            nameLength = try reader.integer()
        } else {
            creationTime = try FileTime(parsing: &reader)
            lastAccessTime = try FileTime(parsing: &reader)
            lastWriteTime = try FileTime(parsing: &reader)
            changeTime = try FileTime(parsing: &reader)
            endOfFile = try reader.integer()
            allocationSize = try reader.integer()
            fileAttributes = FileAttributes(rawValue: try reader.integer())
            nameLength = try reader.integer()
        }
        switch informationClass {
        case .directory, .names, .posix: break
        case .fullDirectory:
            eaSize = try reader.integer()
        case .bothDirectory:
            eaSize = try reader.integer()
            shortName = try Self.shortName(&reader)
        case .idFullDirectory:
            eaSize = try reader.integer()
            try reader.skip(4)
            fileID = try reader.integer()
        case .idBothDirectory:
            eaSize = try reader.integer()
            shortName = try Self.shortName(&reader)
            try reader.skip(2)
            fileID = try reader.integer()
        case .idExtdDirectory, .idExtdBothDirectory:
            eaSize = try reader.integer()
            reparsePointTag = try reader.integer()
            fileID = try reader.integer()
            try reader.skip(8)
            if informationClass.hasShortName { shortName = try Self.shortName(&reader) }
        case .id64ExtdDirectory, .id64ExtdBothDirectory, .idAllExtdDirectory, .idAllExtdBothDirectory:
            eaSize = try reader.integer()
            reparsePointTag = try reader.integer()
            fileID = try reader.integer()
            // The 128-bit number, of which the 64-bit one is the low half.
            try reader.skip((informationClass.shortNameOffset ?? informationClass.fixedByteCount) - 80)
            if informationClass.hasShortName { shortName = try Self.shortName(&reader) }
        }
        fileName = try reader.name(length: nameLength)
    }

    /// ShortNameLength, a reserved byte, and ShortName, whose rest means nothing.
    private static func shortName(_ reader: inout WireReader) throws(WireError) -> [UInt8] {
        let length: UInt8 = try reader.integer()
        try reader.skip(1)
        let used = min(Int(length), DirectoryInformationClass.shortNameByteCount)
        let name = try reader.name(length: UInt32(used))
        try reader.skip(DirectoryInformationClass.shortNameByteCount - used)
        return name
    }
}
