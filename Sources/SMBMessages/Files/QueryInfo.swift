package import WindowsTypes
package import WireCoding

/// InfoType of QUERY_INFO and SET_INFO — [MS-SMB2] 2.2.37
package enum InfoType: UInt8, Hashable, Sendable, CaseIterable {
    case file = 0x01
    case fileSystem = 0x02
    case security = 0x03
    case quota = 0x04
}

extension InfoType {
    init(parsing reader: inout WireReader) throws(WireError) {
        let value: UInt8 = try reader.integer()
        guard let type = InfoType(rawValue: value) else { throw .unknownValue(field: "InfoType", value: UInt64(value)) }
        self = type
    }
}

/// Flags of QUERY_INFO, for extended attributes — [MS-SMB2] 2.2.37
package struct QueryInfoFlags: OptionSet, Hashable, Sendable {
    package var rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    package static let restartScan = QueryInfoFlags(rawValue: 0x0000_0001)
    package static let returnSingleEntry = QueryInfoFlags(rawValue: 0x0000_0002)
    package static let indexSpecified = QueryInfoFlags(rawValue: 0x0000_0004)
}

/// SMB2 QUERY_INFO Request — [MS-SMB2] 2.2.37
package struct QueryInfoRequest: Equatable, Sendable {
    package var infoType: InfoType
    /// FileInfoClass. What it numbers depends on ``infoType``: see ``fileInformationClass`` and the other one.
    package var fileInfoClass: UInt8
    /// Bytes.
    package var outputBufferLength: UInt32
    /// For security: which parts (OWNER 1, GROUP 2, DACL 4, SACL 8, …). For extended attributes: an index.
    package var additionalInformation: UInt32
    package var flags: QueryInfoFlags
    package var fileID: FileID
    package var inputBuffer: [UInt8]

    package init(
        infoType: InfoType, fileInfoClass: UInt8 = 0, outputBufferLength: UInt32, additionalInformation: UInt32 = 0,
        flags: QueryInfoFlags = [], fileID: FileID, inputBuffer: [UInt8] = []
    ) {
        self.infoType = infoType
        self.fileInfoClass = fileInfoClass
        self.outputBufferLength = outputBufferLength
        self.additionalInformation = additionalInformation
        self.flags = flags
        self.fileID = fileID
        self.inputBuffer = inputBuffer
    }

    package init(_ fileInformationClass: FileInformationClass, outputBufferLength: UInt32, fileID: FileID) {
        self.init(
            infoType: .file, fileInfoClass: fileInformationClass.rawValue, outputBufferLength: outputBufferLength,
            fileID: fileID)
    }

    package init(_ fileSystemInformationClass: FileSystemInformationClass, outputBufferLength: UInt32, fileID: FileID) {
        self.init(
            infoType: .fileSystem, fileInfoClass: fileSystemInformationClass.rawValue,
            outputBufferLength: outputBufferLength, fileID: fileID)
    }

    /// The class where ``infoType`` is ``InfoType/file``.
    package var fileInformationClass: FileInformationClass { FileInformationClass(rawValue: fileInfoClass) }

    /// The class where ``infoType`` is ``InfoType/fileSystem``.
    package var fileSystemInformationClass: FileSystemInformationClass {
        FileSystemInformationClass(rawValue: fileInfoClass)
    }
}

extension QueryInfoRequest: SMB2Body {
    package static let structureSize: UInt16 = 41

    package init(parsing reader: inout WireReader) throws(WireError) {
        try reader.expectStructureSize(Self.structureSize)
        infoType = try InfoType(parsing: &reader)
        fileInfoClass = try reader.integer()
        outputBufferLength = try reader.integer()
        let inputOffset: UInt16 = try reader.integer()
        try reader.skip(2)
        let inputLength: UInt32 = try reader.integer()
        additionalInformation = try reader.integer()
        flags = QueryInfoFlags(rawValue: try reader.integer())
        fileID = try FileID(parsing: &reader)
        inputBuffer = try reader.slice(at: inputOffset, count: inputLength).array
    }

    package func write(to writer: inout WireWriter) {
        writer.integer(Self.structureSize)
        writer.integer(infoType.rawValue)
        writer.integer(fileInfoClass)
        writer.integer(outputBufferLength)
        writer.integer(UInt16(clamping: inputBuffer.isEmpty ? 0 : writer.count + 32))
        writer.integer(UInt16(0))
        writer.integer(UInt32(clamping: inputBuffer.count))
        writer.integer(additionalInformation)
        writer.integer(flags.rawValue)
        fileID.write(to: &writer)
        if inputBuffer.isEmpty { writer.integer(UInt8(0)) } else { writer.append(inputBuffer) }
    }
}

/// SMB2 QUERY_INFO Response — [MS-SMB2] 2.2.38
package struct QueryInfoResponse: Equatable, Sendable {
    package var outputBuffer: [UInt8]

    package init(outputBuffer: [UInt8]) {
        self.outputBuffer = outputBuffer
    }

    /// Writes the response with what `buffer` writes as its buffer.
    package static func write(to writer: inout WireWriter, buffer: (inout WireWriter) -> Void) {
        OutputBuffer.write(to: &writer, buffer)
    }
}

extension QueryInfoResponse: SMB2Body {
    package static let structureSize = OutputBuffer.structureSize

    package init(parsing reader: inout WireReader) throws(WireError) {
        outputBuffer = try OutputBuffer.parse(&reader)
    }

    package func write(to writer: inout WireWriter) {
        OutputBuffer.write(to: &writer) { $0.append(outputBuffer) }
    }
}
