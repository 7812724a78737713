package import WindowsTypes
package import WireCoding

/// Flags of QUERY_DIRECTORY — [MS-SMB2] 2.2.33
package struct QueryDirectoryFlags: OptionSet, Hashable, Sendable {
    package var rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let restartScans = QueryDirectoryFlags(rawValue: 0x01)
    package static let returnSingleEntry = QueryDirectoryFlags(rawValue: 0x02)
    package static let indexSpecified = QueryDirectoryFlags(rawValue: 0x04)
    package static let reopen = QueryDirectoryFlags(rawValue: 0x10)
}

/// SMB2 QUERY_DIRECTORY Request — [MS-SMB2] 2.2.33
package struct QueryDirectoryRequest: Equatable, Sendable {
    package var fileInformationClass: FileInformationClass
    package var flags: QueryDirectoryFlags
    /// Where to go on, with ``QueryDirectoryFlags/indexSpecified``.
    package var fileIndex: UInt32
    package var fileID: FileID
    /// The search expression, WTF-8.
    package var fileName: [UInt8]
    /// Bytes.
    package var outputBufferLength: UInt32

    package init(
        fileInformationClass: FileInformationClass, flags: QueryDirectoryFlags = [], fileIndex: UInt32 = 0,
        fileID: FileID,
        fileName: [UInt8], outputBufferLength: UInt32
    ) {
        self.fileInformationClass = fileInformationClass
        self.flags = flags
        self.fileIndex = fileIndex
        self.fileID = fileID
        self.fileName = fileName
        self.outputBufferLength = outputBufferLength
    }
}

extension QueryDirectoryRequest: SMB2Body {
    package static let structureSize: UInt16 = 33

    package init(parsing reader: inout WireReader) throws(WireError) {
        try reader.expectStructureSize(Self.structureSize)
        fileInformationClass = FileInformationClass(rawValue: try reader.integer())
        flags = QueryDirectoryFlags(rawValue: try reader.integer())
        fileIndex = try reader.integer()
        fileID = try FileID(parsing: &reader)
        let nameOffset: UInt16 = try reader.integer()
        let nameLength: UInt16 = try reader.integer()
        outputBufferLength = try reader.integer()
        fileName = try UTF16LE.decode(try reader.slice(at: nameOffset, count: nameLength))
    }

    package func write(to writer: inout WireWriter) {
        writer.integer(Self.structureSize)
        writer.integer(fileInformationClass.rawValue)
        writer.integer(flags.rawValue)
        writer.integer(fileIndex)
        fileID.write(to: &writer)
        writer.integer(UInt16(clamping: writer.count + 8))
        let lengthAt = writer.count
        writer.integer(UInt16(0))
        writer.integer(outputBufferLength)
        let length = UTF16LE.encode(fileName, to: &writer)
        writer.patch(UInt16(clamping: length), at: lengthAt)
        if length == 0 { writer.integer(UInt8(0)) }
    }
}

/// SMB2 QUERY_DIRECTORY Response — [MS-SMB2] 2.2.34
package struct QueryDirectoryResponse: Equatable, Sendable {
    package var outputBuffer: [UInt8]

    package init(outputBuffer: [UInt8]) {
        self.outputBuffer = outputBuffer
    }

    /// Writes the response with what `entries` writes as its buffer: a list goes straight into the message.
    package static func write(to writer: inout WireWriter, entries: (inout WireWriter) -> Void) {
        OutputBuffer.write(to: &writer, entries)
    }

    /// The entries of a response to a request for `informationClass`.
    package func entries(_ informationClass: DirectoryInformationClass) throws(WireError) -> [DirectoryEntryInformation]
    {
        var reader = WireReader(outputBuffer.span.bytes)
        return try DirectoryEntryInformation.parseList(&reader, informationClass: informationClass)
    }
}

extension QueryDirectoryResponse: SMB2Body {
    package static let structureSize = OutputBuffer.structureSize

    package init(parsing reader: inout WireReader) throws(WireError) {
        outputBuffer = try OutputBuffer.parse(&reader)
    }

    package func write(to writer: inout WireWriter) {
        OutputBuffer.write(to: &writer) { $0.append(outputBuffer) }
    }
}
