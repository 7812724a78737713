package import WireCoding

/// Writes a directory's entries behind one another into a response, each aligned to 8 bytes, until a limit is reached.
///
/// The list begins where the writer stands when the encoder is made. An entry is written whole or not at all: what to
/// do with one that did not fit is the caller's rule, who keeps the directory's position.
package struct DirectoryListEncoder: Sendable {
    package let informationClass: DirectoryInformationClass
    /// Bytes that the list may have.
    package let limit: Int
    /// Entries written.
    package private(set) var count = 0

    private let start: Int
    private let fixedByteCount: Int
    private var previous = 0

    package init(informationClass: DirectoryInformationClass, limit: Int, writer: borrowing WireWriter) {
        self.informationClass = informationClass
        self.limit = limit
        start = writer.bytes.count
        fixedByteCount = informationClass.fixedByteCount
    }

    package var isEmpty: Bool { count == 0 }

    /// Appends `entry`, or returns false, with nothing written, where it does not fit.
    package mutating func append(_ entry: borrowing DirectoryEntryInformation, to writer: inout WireWriter) -> Bool {
        let nameLength = UTF16LE.byteCount(of: entry.fileName)
        if informationClass == .posix { return appendPosix(entry, nameLength: nameLength, to: &writer) }
        let end = writer.bytes.count
        let position = start + (end - start + 7) / 8 * 8
        guard position - start + fixedByteCount + nameLength <= limit else { return false }
        writer.zeros(position - end + fixedByteCount)
        if count > 0 { Self.store(UInt32(truncatingIfNeeded: position - previous), at: previous, &writer) }
        writeFields(entry, nameLength: UInt32(truncatingIfNeeded: nameLength), at: position, &writer)
        UTF16LE.encode(entry.fileName, to: &writer)
        previous = position
        count += 1
        return true
    }

    /// An entry of the POSIX class, in which two SIDs stand before the name.
    private mutating func appendPosix(
        _ entry: borrowing DirectoryEntryInformation, nameLength: Int, to writer: inout WireWriter
    ) -> Bool {
        guard let posix = entry.posix else { return false }
        let end = writer.bytes.count
        let position = start + (end - start + 7) / 8 * 8
        let whole = 8 + FilePosixInformation.fixedByteCount + posix.facts.byteCount + 4 + nameLength
        guard position - start + whole <= limit else { return false }
        writer.zeros(position - end + 4)
        if count > 0 { Self.store(UInt32(truncatingIfNeeded: position - previous), at: previous, &writer) }
        writer.integer(entry.fileIndex)
        FilePosixInformation(
            creationTime: entry.creationTime, lastAccessTime: entry.lastAccessTime, lastWriteTime: entry.lastWriteTime,
            changeTime: entry.changeTime, endOfFile: entry.endOfFile, allocationSize: entry.allocationSize,
            fileAttributes: entry.fileAttributes, inode: entry.fileID, device: posix.device, facts: posix.facts
        ).write(to: &writer)
        writer.integer(UInt32(truncatingIfNeeded: nameLength))
        UTF16LE.encode(entry.fileName, to: &writer)
        previous = position
        count += 1
        return true
    }

    private func writeFields(
        _ entry: borrowing DirectoryEntryInformation, nameLength: UInt32, at position: Int, _ writer: inout WireWriter
    ) {
        let informationClass = informationClass
        unsafe writer.bytes.withUnsafeMutableBytes { bytes in
            func put<Value: FixedWidthInteger & BitwiseCopyable>(_ value: Value, _ offset: Int) {
                unsafe bytes.storeBytes(of: value.littleEndian, toByteOffset: position + offset, as: Value.self)
            }
            put(entry.fileIndex, 4)
            if informationClass == .names {
                put(nameLength, 8)
                return
            }
            put(entry.creationTime.rawValue, 8)
            put(entry.lastAccessTime.rawValue, 16)
            put(entry.lastWriteTime.rawValue, 24)
            put(entry.changeTime.rawValue, 32)
            put(entry.endOfFile, 40)
            put(entry.allocationSize, 48)
            put(entry.fileAttributes.rawValue, 56)
            put(nameLength, 60)
            if let place = informationClass.shortNameOffset, !entry.shortName.isEmpty {
                let units = entry.shortName.prefix(DirectoryInformationClass.shortNameByteCount / 2)
                put(UInt8(units.count * 2), place)
                for (index, unit) in units.enumerated() { put(UInt16(unit), place + 2 + index * 2) }
            }
            switch informationClass {
            case .directory, .names, .posix: break
            case .fullDirectory, .bothDirectory: put(entry.eaSize, 64)
            case .idFullDirectory:
                put(entry.eaSize, 64)
                put(entry.fileID, 72)
            case .idBothDirectory:
                put(entry.eaSize, 64)
                put(entry.fileID, 96)
                guard let apple = entry.apple else { break }
                put(apple.maximalAccess, 64)
                // Where the short name would be, of all its 24 bytes.
                put(UInt8(24), 68)
                put(apple.resourceForkSize, 70)
                for (place, byte) in apple.finderInfo.prefix(AppleEntryFacts.finderInfoByteCount).enumerated() {
                    put(byte, 78 + place)
                }
                put(apple.mode, 94)
            case .idExtdDirectory, .idExtdBothDirectory:
                put(entry.eaSize, 64)
                put(entry.reparsePointTag, 68)
                put(entry.fileID, 72)
            case .id64ExtdDirectory, .id64ExtdBothDirectory:
                put(entry.eaSize, 64)
                put(entry.reparsePointTag, 68)
                put(entry.fileID, 72)
            case .idAllExtdDirectory, .idAllExtdBothDirectory:
                put(entry.eaSize, 64)
                put(entry.reparsePointTag, 68)
                put(entry.fileID, 72)
                put(entry.fileID, 80)
            }
        }
    }

    private static func store(_ value: UInt32, at position: Int, _ writer: inout WireWriter) {
        unsafe writer.bytes.withUnsafeMutableBytes {
            unsafe $0.storeBytes(of: value.littleEndian, toByteOffset: position, as: UInt32.self)
        }
    }
}
