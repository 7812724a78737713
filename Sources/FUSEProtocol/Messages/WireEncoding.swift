import FileSystemCore
import FileSystemModel

/// Sizes of the kernel's structures, in bytes — linux/fuse.h, protocol 7.38.
package enum WireSize {
    /// fuse_attr
    static let attributes = 88
    /// fuse_attr_out
    package static let attributesReply = 104
    /// fuse_entry_out
    package static let entryReply = 128
    /// fuse_open_out
    package static let openReply = 16
    /// fuse_dirent without its name
    static let directoryEntry = 24
    /// fuse_direntplus without its name
    static let directoryEntryPlus = 152
    /// The largest answer of a fixed size: CREATE's.
    package static let largestFixed = 144
}

/// Writes answers of a fixed size into the kernel's layout, in the machine's byte order. The caller provides the room.
package struct ReplyWriter {
    private let memory: UnsafeMutableRawBufferPointer
    package private(set) var count = 0

    package init(_ memory: UnsafeMutableRawBufferPointer) { self.memory = memory }

    package var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: memory[..<count]) }

    @inline(__always)
    mutating func put<Integer: FixedWidthInteger>(_ value: Integer) {
        precondition(count + MemoryLayout<Integer>.size <= memory.count, "the structures' sizes are known")
        memory.storeBytes(of: value, toByteOffset: count, as: Integer.self)
        count += MemoryLayout<Integer>.size
    }

    /// Payload that has its layout already; false when there is not enough room.
    mutating func put(_ bytes: [UInt8], paddedTo size: Int) {
        precondition(count + size <= memory.count && bytes.count <= size, "the caller has measured")
        bytes.withUnsafeBytes { source in
            UnsafeMutableRawBufferPointer(rebasing: memory[count..<count + bytes.count]).copyMemory(from: source)
        }
        for index in bytes.count..<size { memory[count + index] = 0 }
        count += size
    }

    /// What `stat` calls st_blksize: programs read and write in pieces of this size, and each piece is a request.
    private static let preferredSize: UInt32 = 1 << 16

    /// fuse_attr
    mutating func put(_ attributes: Attributes) {
        put(attributes.inode.rawValue)
        put(attributes.size)
        put((attributes.allocatedSize &+ 511) >> 9)
        put(attributes.accessTime.seconds)
        put(attributes.modificationTime.seconds)
        put(attributes.changeTime.seconds)
        put(attributes.accessTime.nanoseconds)
        put(attributes.modificationTime.nanoseconds)
        put(attributes.changeTime.nanoseconds)
        put(ModeBits.mode(of: attributes))
        put(attributes.linkCount)
        put(attributes.uid)
        put(attributes.gid)
        put(UInt32(truncatingIfNeeded: attributes.device))
        put(Self.preferredSize)
        put(UInt32(0))
    }

    /// fuse_attr_out
    mutating func putAttributesReply(_ attributes: Attributes, _ term: CacheTerm) {
        put(UInt64(term.attributeSeconds))
        put(UInt64(0))  // nanoseconds, padding
        put(attributes)
    }

    /// fuse_entry_out; without a node it is only the attributes of a listing's entry.
    mutating func putEntry(_ attributes: Attributes, node: NodeID?, _ term: CacheTerm) {
        put(node?.rawValue ?? 0)
        put(UInt64(attributes.generation))
        put(UInt64(term.entrySeconds))
        put(UInt64(term.attributeSeconds))
        put(UInt64(0))  // nanoseconds of both
        put(attributes)
    }

    /// fuse_open_out
    mutating func put(_ file: OpenedFile) {
        put(file.handle.rawValue)
        put(file.flags)
        put(UInt32(0))
    }

    /// fuse_statfs_out. Inodes cost nothing of their own: as many can still be made as there are free blocks.
    mutating func put(_ statistics: FileSystemStatistics) {
        let blockSize = UInt64(max(statistics.blockSize, 1))
        let free = statistics.freeBytes / blockSize
        put(statistics.totalBytes / blockSize)
        put(free)
        put(free)
        put(statistics.inodes &+ free)
        put(free)
        put(statistics.blockSize)
        put(UInt32(FileName.maximumUnits))
        put(statistics.blockSize)
        for _ in 0..<7 { put(UInt32(0)) }
    }

    /// fuse_lk_out: F_RDLCK 0, F_WRLCK 1, F_UNLCK 2. The kernel's last byte is the largest signed offset.
    mutating func put(_ lock: HeldLock?) {
        put(lock?.first ?? 0)
        put(min(lock?.last ?? 0, UInt64(Int64.max)))
        put(lock.map { $0.isExclusive ? UInt32(1) : 0 } ?? 2)
        put(lock?.pid ?? 0)
    }

    /// Writes an answer of a fixed size; false for those that bring their own bytes, or have none.
    package mutating func put(_ reply: FUSEReply) -> Bool {
        switch reply {
        case .none, .success, .error, .bytes, .data, .directoryPlus: return false
        case .entry(let attributes, let term): putEntry(attributes, node: NodeID(attributes.inode), term)
        case .attributes(let attributes, let term): putAttributesReply(attributes, term)
        case .opened(let file): put(file)
        case .created(let attributes, let term, let file):
            putEntry(attributes, node: NodeID(attributes.inode), term)
            put(file)
        case .written(let count), .size(let count):
            put(count)
            put(UInt32(0))
        case .offset(let offset): put(offset)
        case .statistics(let statistics): put(statistics)
        case .lock(let lock): put(lock)
        }
        return true
    }
}

/// Writes a listing into an answer, entry by entry, as far as the kernel has room.
struct DirectoryWriter {
    private let buffer: ReplyBuffer
    private var writer: ReplyWriter
    private let limit: Int

    init(_ buffer: ReplyBuffer, limit: Int) {
        self.buffer = buffer
        self.limit = limit
        writer = ReplyWriter(buffer.memory)
    }

    var isEmpty: Bool { writer.count == 0 }

    /// fuse_dirent; false when it does not fit.
    mutating func append(_ entry: DirectoryEntry) -> Bool {
        guard writer.count + WireSize.directoryEntry + Self.padded(entry.name.count) <= limit else { return false }
        put(entry)
        return true
    }

    /// fuse_direntplus; false when it does not fit.
    mutating func append(_ entry: DirectoryEntry, node: NodeID?, term: CacheTerm) -> Bool {
        guard writer.count + WireSize.directoryEntryPlus + Self.padded(entry.name.count) <= limit else { return false }
        writer.putEntry(entry.attributes, node: node, term)
        put(entry)
        return true
    }

    private mutating func put(_ entry: DirectoryEntry) {
        writer.put(entry.attributes.inode.rawValue)
        writer.put(entry.cookie.rawValue)
        writer.put(UInt32(clamping: entry.name.count))
        writer.put(ModeBits.bits(of: entry.attributes.type) >> 12)
        writer.put(entry.name, paddedTo: Self.padded(entry.name.count))
        buffer.count = writer.count
    }

    /// Names end on multiples of eight.
    private static func padded(_ count: Int) -> Int { (count + 7) & ~7 }
}
