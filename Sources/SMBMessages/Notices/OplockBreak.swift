package import WireCoding

/// The oplock break in its three roles, which look the same: notification (2.2.23.1), acknowledgment (2.2.24.1) and
/// response (2.2.25.1) — [MS-SMB2]
package struct OplockBreak: Equatable, Sendable {
    package var oplockLevel: OplockLevel
    package var fileID: FileID

    package init(oplockLevel: OplockLevel, fileID: FileID) {
        self.oplockLevel = oplockLevel
        self.fileID = fileID
    }
}

extension OplockBreak: SMB2Body {
    package static let structureSize: UInt16 = 24

    package init(parsing reader: inout WireReader) throws(WireError) {
        try reader.expectStructureSize(Self.structureSize)
        oplockLevel = OplockLevel(rawValue: try reader.integer())
        try reader.skip(5)
        fileID = try FileID(parsing: &reader)
    }

    package func write(to writer: inout WireWriter) {
        writer.integer(Self.structureSize)
        writer.integer(oplockLevel.rawValue)
        writer.zeros(5)
        fileID.write(to: &writer)
    }
}

/// What arrives with the command OPLOCK_BREAK at a server: an acknowledgment of either kind, told apart by
/// StructureSize.
package enum BreakAcknowledgment: Equatable, Sendable {
    case oplock(OplockBreak)
    case lease(LeaseBreakAcknowledgment)

    package init(parsing reader: inout WireReader) throws(WireError) {
        var ahead = WireReader(reader.bytes)
        try ahead.seek(to: reader.bytes.byteCount - reader.remaining)
        switch try ahead.integer(as: UInt16.self) {
        case OplockBreak.structureSize: self = .oplock(try OplockBreak(parsing: &reader))
        case LeaseBreakAcknowledgment.structureSize: self = .lease(try LeaseBreakAcknowledgment(parsing: &reader))
        case let size: throw .unexpectedValue(field: "StructureSize", value: UInt64(size))
        }
    }

    /// Parses the body of `message`, which begins with its header.
    package init(message: RawSpan) throws(WireError) {
        var reader = WireReader(message)
        try reader.seek(to: SMB2Header.byteCount)
        try self.init(parsing: &reader)
    }
}
