package import WindowsTypes
package import WireCoding

/// SMB2 SET_INFO Request — [MS-SMB2] 2.2.39
package struct SetInfoRequest: Equatable, Sendable {
    package var infoType: InfoType
    /// FileInfoClass. What it numbers depends on ``infoType``.
    package var fileInfoClass: UInt8
    /// For security: which parts (OWNER 1, GROUP 2, DACL 4, SACL 8, …).
    package var additionalInformation: UInt32
    package var fileID: FileID
    package var buffer: [UInt8]

    package init(
        infoType: InfoType, fileInfoClass: UInt8 = 0, additionalInformation: UInt32 = 0, fileID: FileID, buffer: [UInt8]
    ) {
        self.infoType = infoType
        self.fileInfoClass = fileInfoClass
        self.additionalInformation = additionalInformation
        self.fileID = fileID
        self.buffer = buffer
    }

    package init(_ fileInformationClass: FileInformationClass, fileID: FileID, _ information: some InformationStructure)
    {
        self.init(
            infoType: .file, fileInfoClass: fileInformationClass.rawValue, fileID: fileID, buffer: information.bytes)
    }

    /// The class where ``infoType`` is ``InfoType/file``.
    package var fileInformationClass: FileInformationClass { FileInformationClass(rawValue: fileInfoClass) }

    /// The class where ``infoType`` is ``InfoType/fileSystem``.
    package var fileSystemInformationClass: FileSystemInformationClass {
        FileSystemInformationClass(rawValue: fileInfoClass)
    }
}

extension SetInfoRequest: SMB2Body {
    package static let structureSize: UInt16 = 33

    package init(parsing reader: inout WireReader) throws(WireError) {
        try reader.expectStructureSize(Self.structureSize)
        infoType = try InfoType(parsing: &reader)
        fileInfoClass = try reader.integer()
        let bufferLength: UInt32 = try reader.integer()
        let bufferOffset: UInt16 = try reader.integer()
        try reader.skip(2)
        additionalInformation = try reader.integer()
        fileID = try FileID(parsing: &reader)
        buffer = try reader.slice(at: bufferOffset, count: bufferLength).array
    }

    package func write(to writer: inout WireWriter) {
        writer.integer(Self.structureSize)
        writer.integer(infoType.rawValue)
        writer.integer(fileInfoClass)
        writer.integer(UInt32(clamping: buffer.count))
        writer.integer(UInt16(clamping: writer.count + 24))
        writer.integer(UInt16(0))
        writer.integer(additionalInformation)
        fileID.write(to: &writer)
        if buffer.isEmpty { writer.integer(UInt8(0)) } else { writer.append(buffer) }
    }
}

/// SMB2 SET_INFO Response — [MS-SMB2] 2.2.40. Two bytes: it has nothing but its StructureSize.
package struct SetInfoResponse: Equatable, Sendable {
    package init() {}
}

extension SetInfoResponse: SMB2Body {
    package static let structureSize: UInt16 = 2

    package init(parsing reader: inout WireReader) throws(WireError) {
        try reader.expectStructureSize(Self.structureSize)
    }

    package func write(to writer: inout WireWriter) {
        writer.integer(Self.structureSize)
    }
}
