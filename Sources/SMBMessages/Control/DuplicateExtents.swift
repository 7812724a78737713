import WindowsTypes
package import WireCoding

/// SMB2_DUPLICATE_EXTENTS_DATA, the input of FSCTL_DUPLICATE_EXTENTS_TO_FILE — [MS-FSCC] 2.3.7.2
package struct DuplicateExtentsData: InformationStructure {
    package var sourceFileID: FileID
    package var sourceOffset: UInt64
    package var targetOffset: UInt64
    /// Bytes.
    package var byteCount: UInt64

    package init(sourceFileID: FileID, sourceOffset: UInt64, targetOffset: UInt64, byteCount: UInt64) {
        self.sourceFileID = sourceFileID
        self.sourceOffset = sourceOffset
        self.targetOffset = targetOffset
        self.byteCount = byteCount
    }

    package init(parsing reader: inout WireReader) throws(WireError) {
        sourceFileID = try FileID(parsing: &reader)
        sourceOffset = try reader.integer()
        targetOffset = try reader.integer()
        byteCount = try reader.integer()
    }

    package func write(to writer: inout WireWriter) {
        sourceFileID.write(to: &writer)
        writer.integer(sourceOffset)
        writer.integer(targetOffset)
        writer.integer(byteCount)
    }
}

/// SMB2_DUPLICATE_EXTENTS_DATA_EX, the input of FSCTL_DUPLICATE_EXTENTS_TO_FILE_EX — [MS-FSCC] 2.3.9.2
package struct DuplicateExtentsDataEx: InformationStructure {
    package static let structureSize: UInt64 = 0x30

    package var data: DuplicateExtentsData
    /// DUPLICATE_EXTENTS_DATA_EX_SOURCE_ATOMIC is 1.
    package var flags: UInt32

    package init(data: DuplicateExtentsData, flags: UInt32) {
        self.data = data
        self.flags = flags
    }

    package init(parsing reader: inout WireReader) throws(WireError) {
        let size: UInt64 = try reader.integer()
        guard size == Self.structureSize else {
            throw .unexpectedValue(field: "StructureSize", value: size)
        }
        data = try DuplicateExtentsData(parsing: &reader)
        flags = try reader.integer()
        try reader.skip(4)
    }

    package func write(to writer: inout WireWriter) {
        writer.integer(Self.structureSize)
        data.write(to: &writer)
        writer.integer(flags)
        writer.integer(UInt32(0))
    }
}
