package import WireCoding

/// FileStandardInformation — [MS-FSCC] 2.4.47, 24 bytes
package struct FileStandardInformation: InformationStructure {
    /// Bytes.
    package var allocationSize: UInt64
    /// Bytes.
    package var endOfFile: UInt64
    package var numberOfLinks: UInt32
    package var deletePending: Bool
    package var directory: Bool

    package init(allocationSize: UInt64, endOfFile: UInt64, numberOfLinks: UInt32, deletePending: Bool, directory: Bool)
    {
        self.allocationSize = allocationSize
        self.endOfFile = endOfFile
        self.numberOfLinks = numberOfLinks
        self.deletePending = deletePending
        self.directory = directory
    }

    package init(parsing reader: inout WireReader) throws(WireError) {
        allocationSize = try reader.integer()
        endOfFile = try reader.integer()
        numberOfLinks = try reader.integer()
        deletePending = try reader.boolean()
        directory = try reader.boolean()
        try reader.skip(2)
    }

    package func write(to writer: inout WireWriter) {
        writer.integer(allocationSize)
        writer.integer(endOfFile)
        writer.integer(numberOfLinks)
        writer.boolean(deletePending)
        writer.boolean(directory)
        writer.integer(UInt16(0))
    }
}

/// FileAttributeTagInformation — [MS-FSCC] 2.4.6, 8 bytes
package struct FileAttributeTagInformation: InformationStructure {
    package var fileAttributes: FileAttributes
    /// 0 for a file that is no reparse point.
    package var reparseTag: UInt32

    package init(fileAttributes: FileAttributes, reparseTag: UInt32 = 0) {
        self.fileAttributes = fileAttributes
        self.reparseTag = reparseTag
    }

    package init(parsing reader: inout WireReader) throws(WireError) {
        fileAttributes = FileAttributes(rawValue: try reader.integer())
        reparseTag = try reader.integer()
    }

    package func write(to writer: inout WireWriter) {
        writer.integer(fileAttributes.rawValue)
        writer.integer(reparseTag)
    }
}

/// FileCompressionInformation — [MS-FSCC] 2.4.9, 16 bytes
package struct FileCompressionInformation: InformationStructure {
    /// Bytes.
    package var compressedFileSize: UInt64
    /// 0 for a file that is not compressed.
    package var compressionFormat: UInt16
    package var compressionUnitShift: UInt8
    package var chunkShift: UInt8
    package var clusterShift: UInt8

    package init(
        compressedFileSize: UInt64, compressionFormat: UInt16 = 0, compressionUnitShift: UInt8 = 0,
        chunkShift: UInt8 = 0,
        clusterShift: UInt8 = 0
    ) {
        self.compressedFileSize = compressedFileSize
        self.compressionFormat = compressionFormat
        self.compressionUnitShift = compressionUnitShift
        self.chunkShift = chunkShift
        self.clusterShift = clusterShift
    }

    package init(parsing reader: inout WireReader) throws(WireError) {
        compressedFileSize = try reader.integer()
        compressionFormat = try reader.integer()
        compressionUnitShift = try reader.integer()
        chunkShift = try reader.integer()
        clusterShift = try reader.integer()
        try reader.skip(3)
    }

    package func write(to writer: inout WireWriter) {
        writer.integer(compressedFileSize)
        writer.integer(compressionFormat)
        writer.integer(compressionUnitShift)
        writer.integer(chunkShift)
        writer.integer(clusterShift)
        writer.zeros(3)
    }
}

/// FileIdInformation — [MS-FSCC] 2.4.26, 24 bytes
package struct FileIdInformation: InformationStructure {
    package var volumeSerialNumber: UInt64
    /// Low half of the 128-bit number; the same as ``FileInternalInformation/indexNumber``.
    package var fileID: UInt64
    package var fileIDHigh: UInt64

    package init(volumeSerialNumber: UInt64, fileID: UInt64, fileIDHigh: UInt64 = 0) {
        self.volumeSerialNumber = volumeSerialNumber
        self.fileID = fileID
        self.fileIDHigh = fileIDHigh
    }

    package init(parsing reader: inout WireReader) throws(WireError) {
        volumeSerialNumber = try reader.integer()
        fileID = try reader.integer()
        fileIDHigh = try reader.integer()
    }

    package func write(to writer: inout WireWriter) {
        writer.integer(volumeSerialNumber)
        writer.integer(fileID)
        writer.integer(fileIDHigh)
    }
}
