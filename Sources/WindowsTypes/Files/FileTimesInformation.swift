package import WireCoding

/// FileBasicInformation as a query answers it — [MS-FSCC] 2.4.7, 40 bytes
package struct FileBasicInformation: InformationStructure {
    package var creationTime: FileTime
    package var lastAccessTime: FileTime
    package var lastWriteTime: FileTime
    package var changeTime: FileTime
    package var fileAttributes: FileAttributes

    package init(
        creationTime: FileTime, lastAccessTime: FileTime, lastWriteTime: FileTime, changeTime: FileTime,
        fileAttributes: FileAttributes
    ) {
        self.creationTime = creationTime
        self.lastAccessTime = lastAccessTime
        self.lastWriteTime = lastWriteTime
        self.changeTime = changeTime
        self.fileAttributes = fileAttributes
    }

    package init(parsing reader: inout WireReader) throws(WireError) {
        creationTime = try FileTime(parsing: &reader)
        lastAccessTime = try FileTime(parsing: &reader)
        lastWriteTime = try FileTime(parsing: &reader)
        changeTime = try FileTime(parsing: &reader)
        fileAttributes = FileAttributes(rawValue: try reader.integer())
        try reader.skip(4)
    }

    package func write(to writer: inout WireWriter) {
        creationTime.write(to: &writer)
        lastAccessTime.write(to: &writer)
        lastWriteTime.write(to: &writer)
        changeTime.write(to: &writer)
        writer.integer(fileAttributes.rawValue)
        writer.integer(UInt32(0))
    }
}

/// FileBasicInformation as a set asks for it: its times have values that are no times — [MS-FSCC] 2.4.7
package struct FileBasicUpdate: InformationStructure {
    package var creationTime: FileTimeUpdate
    package var lastAccessTime: FileTimeUpdate
    package var lastWriteTime: FileTimeUpdate
    package var changeTime: FileTimeUpdate
    /// Empty: leave them. ``FileAttributes/normal``: none.
    package var fileAttributes: FileAttributes

    package init(
        creationTime: FileTimeUpdate = .omit, lastAccessTime: FileTimeUpdate = .omit,
        lastWriteTime: FileTimeUpdate = .omit, changeTime: FileTimeUpdate = .omit, fileAttributes: FileAttributes = []
    ) {
        self.creationTime = creationTime
        self.lastAccessTime = lastAccessTime
        self.lastWriteTime = lastWriteTime
        self.changeTime = changeTime
        self.fileAttributes = fileAttributes
    }

    package init(parsing reader: inout WireReader) throws(WireError) {
        creationTime = try FileTimeUpdate(parsing: &reader)
        lastAccessTime = try FileTimeUpdate(parsing: &reader)
        lastWriteTime = try FileTimeUpdate(parsing: &reader)
        changeTime = try FileTimeUpdate(parsing: &reader)
        fileAttributes = FileAttributes(rawValue: try reader.integer())
        try reader.skip(4)
    }

    package func write(to writer: inout WireWriter) {
        creationTime.write(to: &writer)
        lastAccessTime.write(to: &writer)
        lastWriteTime.write(to: &writer)
        changeTime.write(to: &writer)
        writer.integer(fileAttributes.rawValue)
        writer.integer(UInt32(0))
    }
}

/// FileNetworkOpenInformation — [MS-FSCC] 2.4.34, 56 bytes
package struct FileNetworkOpenInformation: InformationStructure {
    package var creationTime: FileTime
    package var lastAccessTime: FileTime
    package var lastWriteTime: FileTime
    package var changeTime: FileTime
    /// Bytes.
    package var allocationSize: UInt64
    /// Bytes.
    package var endOfFile: UInt64
    package var fileAttributes: FileAttributes

    package init(
        creationTime: FileTime, lastAccessTime: FileTime, lastWriteTime: FileTime, changeTime: FileTime,
        allocationSize: UInt64, endOfFile: UInt64, fileAttributes: FileAttributes
    ) {
        self.creationTime = creationTime
        self.lastAccessTime = lastAccessTime
        self.lastWriteTime = lastWriteTime
        self.changeTime = changeTime
        self.allocationSize = allocationSize
        self.endOfFile = endOfFile
        self.fileAttributes = fileAttributes
    }

    package init(parsing reader: inout WireReader) throws(WireError) {
        creationTime = try FileTime(parsing: &reader)
        lastAccessTime = try FileTime(parsing: &reader)
        lastWriteTime = try FileTime(parsing: &reader)
        changeTime = try FileTime(parsing: &reader)
        allocationSize = try reader.integer()
        endOfFile = try reader.integer()
        fileAttributes = FileAttributes(rawValue: try reader.integer())
        try reader.skip(4)
    }

    package func write(to writer: inout WireWriter) {
        creationTime.write(to: &writer)
        lastAccessTime.write(to: &writer)
        lastWriteTime.write(to: &writer)
        changeTime.write(to: &writer)
        writer.integer(allocationSize)
        writer.integer(endOfFile)
        writer.integer(fileAttributes.rawValue)
        writer.integer(UInt32(0))
    }
}
