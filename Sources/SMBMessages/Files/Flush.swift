package import WireCoding

/// SMB2 FLUSH Request — [MS-SMB2] 2.2.17
package struct FlushRequest: Equatable, Sendable {
    package var fileID: FileID

    package init(fileID: FileID) {
        self.fileID = fileID
    }
}

extension FlushRequest: SMB2Body {
    package static let structureSize: UInt16 = 24

    package init(parsing reader: inout WireReader) throws(WireError) {
        try reader.expectStructureSize(Self.structureSize)
        try reader.skip(6)
        fileID = try FileID(parsing: &reader)
    }

    package func write(to writer: inout WireWriter) {
        writer.integer(Self.structureSize)
        writer.zeros(6)
        fileID.write(to: &writer)
    }
}

/// SMB2 FLUSH Response — [MS-SMB2] 2.2.18
package struct FlushResponse: Equatable, SMB2EmptyBody {
    package init() {}
}
