package import WireCoding

/// FileInternalInformation — [MS-FSCC] 2.4.27, 8 bytes
package struct FileInternalInformation: InformationStructure {
    /// The file's number, unique on the volume.
    package var indexNumber: UInt64

    package init(indexNumber: UInt64) {
        self.indexNumber = indexNumber
    }

    package init(parsing reader: inout WireReader) throws(WireError) {
        indexNumber = try reader.integer()
    }

    package func write(to writer: inout WireWriter) {
        writer.integer(indexNumber)
    }
}

/// FileEaInformation — [MS-FSCC] 2.4.13, 4 bytes
package struct FileEaInformation: InformationStructure {
    /// Bytes that the extended attributes take, 0 for none.
    package var eaSize: UInt32

    package init(eaSize: UInt32) {
        self.eaSize = eaSize
    }

    package init(parsing reader: inout WireReader) throws(WireError) {
        eaSize = try reader.integer()
    }

    package func write(to writer: inout WireWriter) {
        writer.integer(eaSize)
    }
}

/// FileAccessInformation — [MS-FSCC] 2.4.1, 4 bytes
package struct FileAccessInformation: InformationStructure {
    /// The open's granted access mask — [MS-SMB2] 2.2.13.1
    package var accessFlags: UInt32

    package init(accessFlags: UInt32) {
        self.accessFlags = accessFlags
    }

    package init(parsing reader: inout WireReader) throws(WireError) {
        accessFlags = try reader.integer()
    }

    package func write(to writer: inout WireWriter) {
        writer.integer(accessFlags)
    }
}

/// FilePositionInformation — [MS-FSCC] 2.4.40, 8 bytes
package struct FilePositionInformation: InformationStructure {
    /// Bytes from the start. A server keeps it and does nothing with it.
    package var currentByteOffset: UInt64

    package init(currentByteOffset: UInt64) {
        self.currentByteOffset = currentByteOffset
    }

    package init(parsing reader: inout WireReader) throws(WireError) {
        currentByteOffset = try reader.integer()
    }

    package func write(to writer: inout WireWriter) {
        writer.integer(currentByteOffset)
    }
}

/// FileModeInformation — [MS-FSCC] 2.4.31, 4 bytes
package struct FileModeInformation: InformationStructure {
    /// A subset of the CreateOptions.
    package var mode: UInt32

    package init(mode: UInt32) {
        self.mode = mode
    }

    package init(parsing reader: inout WireReader) throws(WireError) {
        mode = try reader.integer()
    }

    package func write(to writer: inout WireWriter) {
        writer.integer(mode)
    }
}

/// FileAlignmentInformation — [MS-FSCC] 2.4.3, 4 bytes
package struct FileAlignmentInformation: InformationStructure {
    /// The mask that buffer addresses must not have bits in; 0 for none.
    package var alignmentRequirement: UInt32

    package init(alignmentRequirement: UInt32) {
        self.alignmentRequirement = alignmentRequirement
    }

    package init(parsing reader: inout WireReader) throws(WireError) {
        alignmentRequirement = try reader.integer()
    }

    package func write(to writer: inout WireWriter) {
        writer.integer(alignmentRequirement)
    }
}
