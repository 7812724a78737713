package import WireCoding

/// FileAllocationInformation — [MS-FSCC] 2.4.4, 8 bytes
package struct FileAllocationInformation: InformationStructure {
    /// Bytes.
    package var allocationSize: UInt64

    package init(allocationSize: UInt64) {
        self.allocationSize = allocationSize
    }

    package init(parsing reader: inout WireReader) throws(WireError) {
        allocationSize = try reader.integer()
    }

    package func write(to writer: inout WireWriter) {
        writer.integer(allocationSize)
    }
}

/// FileEndOfFileInformation — [MS-FSCC] 2.4.14, 8 bytes
package struct FileEndOfFileInformation: InformationStructure {
    /// Bytes.
    package var endOfFile: UInt64

    package init(endOfFile: UInt64) {
        self.endOfFile = endOfFile
    }

    package init(parsing reader: inout WireReader) throws(WireError) {
        endOfFile = try reader.integer()
    }

    package func write(to writer: inout WireWriter) {
        writer.integer(endOfFile)
    }
}

/// FileValidDataLengthInformation — [MS-FSCC] 2.4.50, 8 bytes
package struct FileValidDataLengthInformation: InformationStructure {
    /// Bytes.
    package var validDataLength: UInt64

    package init(validDataLength: UInt64) {
        self.validDataLength = validDataLength
    }

    package init(parsing reader: inout WireReader) throws(WireError) {
        validDataLength = try reader.integer()
    }

    package func write(to writer: inout WireWriter) {
        writer.integer(validDataLength)
    }
}

/// FileDispositionInformation — [MS-FSCC] 2.4.11, 1 byte
package struct FileDispositionInformation: InformationStructure {
    /// True: delete the file when its last open closes.
    package var deletePending: Bool

    package init(deletePending: Bool) {
        self.deletePending = deletePending
    }

    package init(parsing reader: inout WireReader) throws(WireError) {
        deletePending = try reader.boolean()
    }

    package func write(to writer: inout WireWriter) {
        writer.boolean(deletePending)
    }
}

/// Flags of FileDispositionInformationEx — [MS-FSCC] 2.4.12
package struct FileDispositionFlags: OptionSet, Hashable, Sendable {
    package var rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    package static let delete = FileDispositionFlags(rawValue: 0x0000_0001)
    package static let posixSemantics = FileDispositionFlags(rawValue: 0x0000_0002)
    package static let forceImageSectionCheck = FileDispositionFlags(rawValue: 0x0000_0004)
    package static let onClose = FileDispositionFlags(rawValue: 0x0000_0008)
    package static let ignoreReadOnlyAttribute = FileDispositionFlags(rawValue: 0x0000_0010)
    package static let defined = FileDispositionFlags(rawValue: 0x0000_001F)
}

/// FileDispositionInformationEx — [MS-FSCC] 2.4.12, 4 bytes
package struct FileDispositionInformationEx: InformationStructure {
    package var flags: FileDispositionFlags

    package init(flags: FileDispositionFlags) {
        self.flags = flags
    }

    package init(parsing reader: inout WireReader) throws(WireError) {
        flags = FileDispositionFlags(rawValue: try reader.integer())
    }

    package func write(to writer: inout WireWriter) {
        writer.integer(flags.rawValue)
    }
}
