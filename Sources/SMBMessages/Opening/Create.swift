package import WindowsTypes
package import WireCoding

/// RequestedOplockLevel and OplockLevel — [MS-SMB2] 2.2.13 and 2.2.14
package struct OplockLevel: RawRepresentable, Hashable, Sendable {
    package var rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let none = OplockLevel(rawValue: 0x00)
    package static let levelII = OplockLevel(rawValue: 0x01)
    package static let exclusive = OplockLevel(rawValue: 0x08)
    package static let batch = OplockLevel(rawValue: 0x09)
    package static let lease = OplockLevel(rawValue: 0xFF)
}

/// ImpersonationLevel — [MS-SMB2] 2.2.13. Open: another value is STATUS_BAD_IMPERSONATION_LEVEL, not a broken message.
package struct ImpersonationLevel: RawRepresentable, Hashable, Sendable {
    package var rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    package static let anonymous = ImpersonationLevel(rawValue: 0)
    package static let identification = ImpersonationLevel(rawValue: 1)
    package static let impersonation = ImpersonationLevel(rawValue: 2)
    package static let delegate = ImpersonationLevel(rawValue: 3)

    package var isValid: Bool { rawValue <= 3 }
}

/// ShareAccess — [MS-SMB2] 2.2.13
package struct ShareAccess: OptionSet, Hashable, Sendable {
    package var rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    package static let read = ShareAccess(rawValue: 0x0000_0001)
    package static let write = ShareAccess(rawValue: 0x0000_0002)
    package static let delete = ShareAccess(rawValue: 0x0000_0004)
}

/// CreateDisposition — [MS-SMB2] 2.2.13
package enum CreateDisposition: UInt32, Hashable, Sendable, CaseIterable {
    case supersede = 0
    case open = 1
    case create = 2
    case openIf = 3
    case overwrite = 4
    case overwriteIf = 5
}

/// CreateOptions — [MS-SMB2] 2.2.13
package struct CreateOptions: OptionSet, Hashable, Sendable {
    package var rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    package static let directoryFile = CreateOptions(rawValue: 0x0000_0001)
    package static let writeThrough = CreateOptions(rawValue: 0x0000_0002)
    package static let sequentialOnly = CreateOptions(rawValue: 0x0000_0004)
    package static let noIntermediateBuffering = CreateOptions(rawValue: 0x0000_0008)
    package static let synchronousIOAlert = CreateOptions(rawValue: 0x0000_0010)
    package static let synchronousIONonAlert = CreateOptions(rawValue: 0x0000_0020)
    package static let nonDirectoryFile = CreateOptions(rawValue: 0x0000_0040)
    package static let createTreeConnection = CreateOptions(rawValue: 0x0000_0080)
    package static let completeIfOplocked = CreateOptions(rawValue: 0x0000_0100)
    package static let noEAKnowledge = CreateOptions(rawValue: 0x0000_0200)
    package static let openRemoteInstance = CreateOptions(rawValue: 0x0000_0400)
    package static let randomAccess = CreateOptions(rawValue: 0x0000_0800)
    package static let deleteOnClose = CreateOptions(rawValue: 0x0000_1000)
    package static let openByFileID = CreateOptions(rawValue: 0x0000_2000)
    package static let openForBackupIntent = CreateOptions(rawValue: 0x0000_4000)
    package static let noCompression = CreateOptions(rawValue: 0x0000_8000)
    package static let openRequiringOplock = CreateOptions(rawValue: 0x0001_0000)
    package static let disallowExclusive = CreateOptions(rawValue: 0x0002_0000)
    package static let reserveOpFilter = CreateOptions(rawValue: 0x0010_0000)
    package static let openReparsePoint = CreateOptions(rawValue: 0x0020_0000)
    package static let openNoRecall = CreateOptions(rawValue: 0x0040_0000)
    package static let openForFreeSpaceQuery = CreateOptions(rawValue: 0x0080_0000)
}

/// SMB2 CREATE Request — [MS-SMB2] 2.2.13
package struct CreateRequest: Equatable, Sendable {
    package var requestedOplockLevel: OplockLevel
    package var impersonationLevel: ImpersonationLevel
    /// An access mask — [MS-SMB2] 2.2.13.1
    package var desiredAccess: UInt32
    package var fileAttributes: FileAttributes
    package var shareAccess: ShareAccess
    package var createDisposition: CreateDisposition
    package var createOptions: CreateOptions
    /// The path below the share, components separated by backslashes, WTF-8. Empty for the share's root.
    package var name: [UInt8]
    package var createContexts: [CreateContext]

    package init(
        requestedOplockLevel: OplockLevel = .none, impersonationLevel: ImpersonationLevel = .impersonation,
        desiredAccess: UInt32, fileAttributes: FileAttributes = [],
        shareAccess: ShareAccess = [.read, .write, .delete],
        createDisposition: CreateDisposition, createOptions: CreateOptions = [], name: [UInt8],
        createContexts: [CreateContext] = []
    ) {
        self.requestedOplockLevel = requestedOplockLevel
        self.impersonationLevel = impersonationLevel
        self.desiredAccess = desiredAccess
        self.fileAttributes = fileAttributes
        self.shareAccess = shareAccess
        self.createDisposition = createDisposition
        self.createOptions = createOptions
        self.name = name
        self.createContexts = createContexts
    }
}

extension CreateRequest: SMB2Body {
    package static let structureSize: UInt16 = 57

    package init(parsing reader: inout WireReader) throws(WireError) {
        try reader.expectStructureSize(Self.structureSize)
        try reader.skip(1)  // SecurityFlags: reserved, MUST be ignored
        requestedOplockLevel = OplockLevel(rawValue: try reader.integer())
        impersonationLevel = ImpersonationLevel(rawValue: try reader.integer())
        try reader.skip(16)  // SmbCreateFlags and Reserved: MUST be ignored
        desiredAccess = try reader.integer()
        fileAttributes = FileAttributes(rawValue: try reader.integer())
        shareAccess = ShareAccess(rawValue: try reader.integer())
        let disposition: UInt32 = try reader.integer()
        guard let createDisposition = CreateDisposition(rawValue: disposition) else {
            throw .unknownValue(field: "CreateDisposition", value: UInt64(disposition))
        }
        self.createDisposition = createDisposition
        createOptions = CreateOptions(rawValue: try reader.integer())
        let nameOffset: UInt16 = try reader.integer()
        let nameLength: UInt16 = try reader.integer()
        let contextsOffset: UInt32 = try reader.integer()
        let contextsLength: UInt32 = try reader.integer()
        name = try UTF16LE.decode(try reader.slice(at: nameOffset, count: nameLength))
        createContexts = try CreateContext.parseList(reader, offset: contextsOffset, length: contextsLength)
    }

    package func write(to writer: inout WireWriter) {
        writer.integer(Self.structureSize)
        writer.integer(UInt8(0))
        writer.integer(requestedOplockLevel.rawValue)
        writer.integer(impersonationLevel.rawValue)
        writer.zeros(16)
        writer.integer(desiredAccess)
        writer.integer(fileAttributes.rawValue)
        writer.integer(shareAccess.rawValue)
        writer.integer(createDisposition.rawValue)
        writer.integer(createOptions.rawValue)
        writer.integer(UInt16(clamping: writer.count + 12))
        let lengths = writer.count
        writer.zeros(10)
        let nameLength = UTF16LE.encode(name, to: &writer)
        writer.patch(UInt16(clamping: nameLength), at: lengths)
        if !createContexts.isEmpty {
            writer.align(to: 8)
            let start = writer.count
            CreateContext.writeList(createContexts, to: &writer)
            writer.patch(UInt32(clamping: start), at: lengths + 2)
            writer.patch(UInt32(clamping: writer.count - start), at: lengths + 6)
        } else if nameLength == 0 {
            // "The Buffer field MUST be at least one byte in length."
            writer.integer(UInt8(0))
        }
    }
}

/// CreateAction — [MS-SMB2] 2.2.14
package enum CreateAction: UInt32, Hashable, Sendable {
    case superseded = 0
    case opened = 1
    case created = 2
    case overwritten = 3
}

/// Flags of a CREATE response, 3.x dialects — [MS-SMB2] 2.2.14
package struct CreateResponseFlags: OptionSet, Hashable, Sendable {
    package var rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let reparsePoint = CreateResponseFlags(rawValue: 0x01)
}

/// SMB2 CREATE Response — [MS-SMB2] 2.2.14
package struct CreateResponse: Equatable, Sendable {
    package var oplockLevel: OplockLevel
    package var flags: CreateResponseFlags
    package var createAction: CreateAction
    package var creationTime: FileTime
    package var lastAccessTime: FileTime
    package var lastWriteTime: FileTime
    package var changeTime: FileTime
    /// Bytes.
    package var allocationSize: UInt64
    /// Bytes.
    package var endOfFile: UInt64
    package var fileAttributes: FileAttributes
    package var fileID: FileID
    package var createContexts: [CreateContext]

    package init(
        oplockLevel: OplockLevel = .none, flags: CreateResponseFlags = [], createAction: CreateAction,
        creationTime: FileTime, lastAccessTime: FileTime, lastWriteTime: FileTime, changeTime: FileTime,
        allocationSize: UInt64, endOfFile: UInt64, fileAttributes: FileAttributes, fileID: FileID,
        createContexts: [CreateContext] = []
    ) {
        self.oplockLevel = oplockLevel
        self.flags = flags
        self.createAction = createAction
        self.creationTime = creationTime
        self.lastAccessTime = lastAccessTime
        self.lastWriteTime = lastWriteTime
        self.changeTime = changeTime
        self.allocationSize = allocationSize
        self.endOfFile = endOfFile
        self.fileAttributes = fileAttributes
        self.fileID = fileID
        self.createContexts = createContexts
    }
}

extension CreateResponse: SMB2Body {
    package static let structureSize: UInt16 = 89

    package init(parsing reader: inout WireReader) throws(WireError) {
        try reader.expectStructureSize(Self.structureSize)
        oplockLevel = OplockLevel(rawValue: try reader.integer())
        flags = CreateResponseFlags(rawValue: try reader.integer())
        let action: UInt32 = try reader.integer()
        guard let createAction = CreateAction(rawValue: action) else {
            throw .unknownValue(field: "CreateAction", value: UInt64(action))
        }
        self.createAction = createAction
        creationTime = try FileTime(parsing: &reader)
        lastAccessTime = try FileTime(parsing: &reader)
        lastWriteTime = try FileTime(parsing: &reader)
        changeTime = try FileTime(parsing: &reader)
        allocationSize = try reader.integer()
        endOfFile = try reader.integer()
        fileAttributes = FileAttributes(rawValue: try reader.integer())
        try reader.skip(4)
        fileID = try FileID(parsing: &reader)
        let contextsOffset: UInt32 = try reader.integer()
        let contextsLength: UInt32 = try reader.integer()
        createContexts = try CreateContext.parseList(reader, offset: contextsOffset, length: contextsLength)
    }

    package func write(to writer: inout WireWriter) {
        writer.integer(Self.structureSize)
        writer.integer(oplockLevel.rawValue)
        writer.integer(flags.rawValue)
        writer.integer(createAction.rawValue)
        creationTime.write(to: &writer)
        lastAccessTime.write(to: &writer)
        lastWriteTime.write(to: &writer)
        changeTime.write(to: &writer)
        writer.integer(allocationSize)
        writer.integer(endOfFile)
        writer.integer(fileAttributes.rawValue)
        writer.integer(UInt32(0))
        fileID.write(to: &writer)
        let contextFields = writer.count
        writer.integer(UInt64(0))
        guard !createContexts.isEmpty else { return }
        let start = writer.count
        CreateContext.writeList(createContexts, to: &writer)
        writer.patch(UInt32(clamping: start), at: contextFields)
        writer.patch(UInt32(clamping: writer.count - start), at: contextFields + 4)
    }
}
