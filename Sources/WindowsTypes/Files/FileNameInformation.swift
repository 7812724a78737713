package import WireCoding

/// FileNameInformation, and FileNormalizedNameInformation and FileAlternateNameInformation, which look the same —
/// [MS-FSCC] 2.1.7, 2.4.5, 2.4.32, 2.4.35
package struct FileNameInformation: InformationStructure {
    /// WTF-8.
    package var fileName: [UInt8]

    package init(fileName: [UInt8]) {
        self.fileName = fileName
    }

    package init(parsing reader: inout WireReader) throws(WireError) {
        let length: UInt32 = try reader.integer()
        fileName = try reader.name(length: length)
    }

    package func write(to writer: inout WireWriter) {
        writer.lengthAndName(fileName)
    }

    /// Of the part before the name. A buffer that holds it but not the name gets as much of the name as fits, and
    /// STATUS_BUFFER_OVERFLOW; a smaller one STATUS_INFO_LENGTH_MISMATCH.
    package static let fixedByteCount = 4
}

/// FileAllInformation — [MS-FSCC] 2.4.2, 100 bytes and the name
package struct FileAllInformation: InformationStructure {
    package var basic: FileBasicInformation
    package var standard: FileStandardInformation
    package var `internal`: FileInternalInformation
    package var ea: FileEaInformation
    package var access: FileAccessInformation
    package var position: FilePositionInformation
    package var mode: FileModeInformation
    package var alignment: FileAlignmentInformation
    package var name: FileNameInformation

    package init(
        basic: FileBasicInformation, standard: FileStandardInformation, internal: FileInternalInformation,
        ea: FileEaInformation, access: FileAccessInformation, position: FilePositionInformation,
        mode: FileModeInformation,
        alignment: FileAlignmentInformation, name: FileNameInformation
    ) {
        self.basic = basic
        self.standard = standard
        self.internal = `internal`
        self.ea = ea
        self.access = access
        self.position = position
        self.mode = mode
        self.alignment = alignment
        self.name = name
    }

    package init(parsing reader: inout WireReader) throws(WireError) {
        basic = try FileBasicInformation(parsing: &reader)
        standard = try FileStandardInformation(parsing: &reader)
        `internal` = try FileInternalInformation(parsing: &reader)
        ea = try FileEaInformation(parsing: &reader)
        access = try FileAccessInformation(parsing: &reader)
        position = try FilePositionInformation(parsing: &reader)
        mode = try FileModeInformation(parsing: &reader)
        alignment = try FileAlignmentInformation(parsing: &reader)
        name = try FileNameInformation(parsing: &reader)
    }

    package func write(to writer: inout WireWriter) {
        basic.write(to: &writer)
        standard.write(to: &writer)
        `internal`.write(to: &writer)
        ea.write(to: &writer)
        access.write(to: &writer)
        position.write(to: &writer)
        mode.write(to: &writer)
        alignment.write(to: &writer)
        name.write(to: &writer)
    }

    /// Of the part before the name.
    package static let fixedByteCount = 100
}
