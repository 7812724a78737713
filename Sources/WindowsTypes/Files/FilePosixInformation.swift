package import AccessControl
package import WireCoding

/// What POSIX says of a file and Windows does not: the data of the POSIX create context's response, and the end of
/// ``FilePosixInformation`` — SMB3 POSIX extensions, 2.2.14.2.16
package struct PosixFileFacts: InformationStructure {
    package var hardLinks: UInt32
    /// 0 for a file that is no reparse point.
    package var reparseTag: UInt32
    /// Permissions, and the type in the bits of ``typeMask``.
    package var mode: UInt32
    package var owner: SID
    package var group: SID

    /// Three bits: regular 0, directory 1, symbolic link 2, character device 3, block device 4, FIFO 5, socket 6.
    package static let typeMask: UInt32 = 0o70000
    package static let typeShift: UInt32 = 12

    package init(hardLinks: UInt32, reparseTag: UInt32 = 0, mode: UInt32, owner: SID, group: SID) {
        self.hardLinks = hardLinks
        self.reparseTag = reparseTag
        self.mode = mode
        self.owner = owner
        self.group = group
    }

    package init(parsing reader: inout WireReader) throws(WireError) {
        hardLinks = try reader.integer()
        reparseTag = try reader.integer()
        mode = try reader.integer()
        owner = try SID(parsing: &reader)
        group = try SID(parsing: &reader)
    }

    package func write(to writer: inout WireWriter) {
        writer.integer(hardLinks)
        writer.integer(reparseTag)
        writer.integer(mode)
        owner.write(to: &writer)
        group.write(to: &writer)
    }

    package var byteCount: Int { 12 + owner.byteCount + group.byteCount }
}

/// FilePosixInformation, class 100 — POSIX extensions to [MS-FSCC], 2.3.1
package struct FilePosixInformation: InformationStructure {
    package var creationTime: FileTime
    package var lastAccessTime: FileTime
    package var lastWriteTime: FileTime
    package var changeTime: FileTime
    /// Bytes.
    package var endOfFile: UInt64
    /// Bytes.
    package var allocationSize: UInt64
    package var fileAttributes: FileAttributes
    package var inode: UInt64
    /// The volume's number, cut to 32 bits.
    package var device: UInt32
    package var facts: PosixFileFacts

    package init(
        creationTime: FileTime, lastAccessTime: FileTime, lastWriteTime: FileTime, changeTime: FileTime,
        endOfFile: UInt64, allocationSize: UInt64, fileAttributes: FileAttributes, inode: UInt64, device: UInt32,
        facts: PosixFileFacts
    ) {
        self.creationTime = creationTime
        self.lastAccessTime = lastAccessTime
        self.lastWriteTime = lastWriteTime
        self.changeTime = changeTime
        self.endOfFile = endOfFile
        self.allocationSize = allocationSize
        self.fileAttributes = fileAttributes
        self.inode = inode
        self.device = device
        self.facts = facts
    }

    package init(parsing reader: inout WireReader) throws(WireError) {
        creationTime = try FileTime(parsing: &reader)
        lastAccessTime = try FileTime(parsing: &reader)
        lastWriteTime = try FileTime(parsing: &reader)
        changeTime = try FileTime(parsing: &reader)
        endOfFile = try reader.integer()
        allocationSize = try reader.integer()
        fileAttributes = FileAttributes(rawValue: try reader.integer())
        inode = try reader.integer()
        device = try reader.integer()
        try reader.skip(4)
        facts = try PosixFileFacts(parsing: &reader)
    }

    package func write(to writer: inout WireWriter) {
        creationTime.write(to: &writer)
        lastAccessTime.write(to: &writer)
        lastWriteTime.write(to: &writer)
        changeTime.write(to: &writer)
        writer.integer(endOfFile)
        writer.integer(allocationSize)
        writer.integer(fileAttributes.rawValue)
        writer.integer(inode)
        writer.integer(device)
        writer.integer(UInt32(0))
        facts.write(to: &writer)
    }

    /// Of the part before ``facts``.
    package static let fixedByteCount = 68
}

/// FileFsPosixInformation, class 100 of volumes: statfs(2) — POSIX extensions to [MS-FSCC], 2.3.2, 56 bytes
package struct FileFsPosixInformation: InformationStructure {
    /// Bytes.
    package var optimalTransferSize: UInt32
    /// Bytes.
    package var blockSize: UInt32
    package var totalBlocks: UInt64
    package var availableBlocks: UInt64
    /// For others than the superuser.
    package var userAvailableBlocks: UInt64
    package var totalFileNodes: UInt64
    package var freeFileNodes: UInt64
    package var identifier: UInt64

    package init(
        optimalTransferSize: UInt32, blockSize: UInt32, totalBlocks: UInt64, availableBlocks: UInt64,
        userAvailableBlocks: UInt64, totalFileNodes: UInt64, freeFileNodes: UInt64, identifier: UInt64
    ) {
        self.optimalTransferSize = optimalTransferSize
        self.blockSize = blockSize
        self.totalBlocks = totalBlocks
        self.availableBlocks = availableBlocks
        self.userAvailableBlocks = userAvailableBlocks
        self.totalFileNodes = totalFileNodes
        self.freeFileNodes = freeFileNodes
        self.identifier = identifier
    }

    package init(parsing reader: inout WireReader) throws(WireError) {
        optimalTransferSize = try reader.integer()
        blockSize = try reader.integer()
        totalBlocks = try reader.integer()
        availableBlocks = try reader.integer()
        userAvailableBlocks = try reader.integer()
        totalFileNodes = try reader.integer()
        freeFileNodes = try reader.integer()
        identifier = try reader.integer()
    }

    package func write(to writer: inout WireWriter) {
        writer.integer(optimalTransferSize)
        writer.integer(blockSize)
        writer.integer(totalBlocks)
        writer.integer(availableBlocks)
        writer.integer(userAvailableBlocks)
        writer.integer(totalFileNodes)
        writer.integer(freeFileNodes)
        writer.integer(identifier)
    }
}
