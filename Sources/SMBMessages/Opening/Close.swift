package import WindowsTypes
package import WireCoding

/// Flags of CLOSE — [MS-SMB2] 2.2.15
package struct CloseFlags: OptionSet, Hashable, Sendable {
    package var rawValue: UInt16
    package init(rawValue: UInt16) { self.rawValue = rawValue }

    /// The response is to carry the file's attributes.
    package static let postQueryAttrib = CloseFlags(rawValue: 0x0001)
}

/// SMB2 CLOSE Request — [MS-SMB2] 2.2.15
package struct CloseRequest: Equatable, Sendable {
    package var flags: CloseFlags
    package var fileID: FileID

    package init(flags: CloseFlags = [], fileID: FileID) {
        self.flags = flags
        self.fileID = fileID
    }
}

extension CloseRequest: SMB2Body {
    package static let structureSize: UInt16 = 24

    package init(parsing reader: inout WireReader) throws(WireError) {
        try reader.expectStructureSize(Self.structureSize)
        flags = CloseFlags(rawValue: try reader.integer())
        try reader.skip(4)
        fileID = try FileID(parsing: &reader)
    }

    package func write(to writer: inout WireWriter) {
        writer.integer(Self.structureSize)
        writer.integer(flags.rawValue)
        writer.integer(UInt32(0))
        fileID.write(to: &writer)
    }
}

/// SMB2 CLOSE Response — [MS-SMB2] 2.2.16
///
/// Without ``CloseFlags/postQueryAttrib`` all else is zero: `CloseResponse()`.
package struct CloseResponse: Equatable, Sendable {
    package var flags: CloseFlags
    package var creationTime: FileTime
    package var lastAccessTime: FileTime
    package var lastWriteTime: FileTime
    package var changeTime: FileTime
    /// Bytes.
    package var allocationSize: UInt64
    /// Bytes.
    package var endOfFile: UInt64
    package var fileAttributes: FileAttributes

    package init(
        flags: CloseFlags = [], creationTime: FileTime = .zero, lastAccessTime: FileTime = .zero,
        lastWriteTime: FileTime = .zero, changeTime: FileTime = .zero, allocationSize: UInt64 = 0,
        endOfFile: UInt64 = 0,
        fileAttributes: FileAttributes = []
    ) {
        self.flags = flags
        self.creationTime = creationTime
        self.lastAccessTime = lastAccessTime
        self.lastWriteTime = lastWriteTime
        self.changeTime = changeTime
        self.allocationSize = allocationSize
        self.endOfFile = endOfFile
        self.fileAttributes = fileAttributes
    }
}

extension CloseResponse: SMB2Body {
    package static let structureSize: UInt16 = 60

    package init(parsing reader: inout WireReader) throws(WireError) {
        try reader.expectStructureSize(Self.structureSize)
        flags = CloseFlags(rawValue: try reader.integer())
        try reader.skip(4)
        creationTime = try FileTime(parsing: &reader)
        lastAccessTime = try FileTime(parsing: &reader)
        lastWriteTime = try FileTime(parsing: &reader)
        changeTime = try FileTime(parsing: &reader)
        allocationSize = try reader.integer()
        endOfFile = try reader.integer()
        fileAttributes = FileAttributes(rawValue: try reader.integer())
    }

    package func write(to writer: inout WireWriter) {
        writer.integer(Self.structureSize)
        writer.integer(flags.rawValue)
        writer.integer(UInt32(0))
        creationTime.write(to: &writer)
        lastAccessTime.write(to: &writer)
        lastWriteTime.write(to: &writer)
        changeTime.write(to: &writer)
        writer.integer(allocationSize)
        writer.integer(endOfFile)
        writer.integer(fileAttributes.rawValue)
    }
}
