package import WireCoding

/// FileRenameInformation for SMB2 (type 2) — [MS-FSCC] 2.4.42.2
package struct FileRenameInformation: InformationStructure {
    package var replaceIfExists: Bool
    /// Must be 0 over the network.
    package var rootDirectory: UInt64
    /// The new path from the share's root, WTF-8; a stream's new name where it begins with a colon.
    package var fileName: [UInt8]

    package init(replaceIfExists: Bool, rootDirectory: UInt64 = 0, fileName: [UInt8]) {
        self.replaceIfExists = replaceIfExists
        self.rootDirectory = rootDirectory
        self.fileName = fileName
    }

    package init(parsing reader: inout WireReader) throws(WireError) {
        replaceIfExists = try reader.boolean()
        try reader.skip(7)
        rootDirectory = try reader.integer()
        let length: UInt32 = try reader.integer()
        fileName = try reader.name(length: length)
    }

    package func write(to writer: inout WireWriter) {
        let start = writer.count
        writer.boolean(replaceIfExists)
        writer.zeros(7)
        writer.integer(rootDirectory)
        writer.lengthAndName(fileName)
        // Windows refuses less than its structure's size, which rounds up to 24.
        writer.zeros(max(0, 24 - (writer.count - start)))
    }
}

/// FileLinkInformation for SMB2 (type 2) — [MS-FSCC] 2.4.28.2
package struct FileLinkInformation: InformationStructure {
    package var replaceIfExists: Bool
    /// Must be 0 over the network.
    package var rootDirectory: UInt64
    /// The new link's path from the share's root, WTF-8.
    package var fileName: [UInt8]

    package init(replaceIfExists: Bool, rootDirectory: UInt64 = 0, fileName: [UInt8]) {
        self.replaceIfExists = replaceIfExists
        self.rootDirectory = rootDirectory
        self.fileName = fileName
    }

    package init(parsing reader: inout WireReader) throws(WireError) {
        replaceIfExists = try reader.boolean()
        try reader.skip(7)
        rootDirectory = try reader.integer()
        let length: UInt32 = try reader.integer()
        fileName = try reader.name(length: length)
    }

    package func write(to writer: inout WireWriter) {
        let start = writer.count
        writer.boolean(replaceIfExists)
        writer.zeros(7)
        writer.integer(rootDirectory)
        writer.lengthAndName(fileName)
        writer.zeros(max(0, 24 - (writer.count - start)))
    }
}
