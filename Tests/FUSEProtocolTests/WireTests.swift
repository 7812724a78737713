import AccessControl
import FileSystemModel
import Testing

@testable import FUSEProtocol
@testable import FileSystemCore

@Suite("Answers in the kernel's layout — linux/fuse.h")
struct WireTests {
    private var attributes: Attributes {
        var attributes = Attributes(
            inode: InodeNumber(rawValue: 0x1122), type: .regular, permissions: Permissions(rawValue: 0o4755), uid: 1000,
            gid: 100, linkCount: 2, device: 0, time: Timestamp(seconds: 5, nanoseconds: 6))
        attributes.size = 0x1_0000_0001
        attributes.allocatedSize = 4097
        attributes.modificationTime = Timestamp(seconds: -1, nanoseconds: 999_999_999)
        return attributes
    }

    private func encode(_ reply: FUSEReply) -> [UInt8]? {
        withUnsafeTemporaryAllocation(byteCount: WireSize.largestFixed, alignment: 8) { memory in
            var writer = ReplyWriter(memory)
            return writer.put(reply) ? Array(writer.bytes) : nil
        }
    }

    private func integer<Integer: FixedWidthInteger>(_ bytes: [UInt8], at offset: Int, as: Integer.Type) -> Integer {
        bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: Integer.self) }
    }

    @Test("each answer has its structure's size")
    func sizes() {
        let file = OpenedFile(handle: FileHandleID(rawValue: 9), flags: 65)
        let statistics = FileSystemStatistics(
            totalBytes: 1, freeBytes: 1, blockSize: 4096, inodes: 1, identifier: 1, created: .epoch)
        let sizes: [(FUSEReply, Int?)] = [
            (.entry(attributes, .none), 128), (.attributes(attributes, .none), 104), (.opened(file), 16),
            (.created(attributes, .none, file), 144), (.written(1), 8), (.size(1), 8), (.offset(1), 8),
            (.lock(nil), 24),
            (.statistics(statistics), 80), (.success, nil), (.error(1), nil), (.none, nil), (.bytes([1]), nil),
        ]
        for (reply, size) in sizes { #expect(encode(reply)?.count == size) }
    }

    @Test("fuse_entry_out and fuse_attr")
    func entry() throws {
        let bytes = try #require(encode(.entry(attributes, CacheTerm(entrySeconds: 3, attributeSeconds: 4))))
        #expect(integer(bytes, at: 0, as: UInt64.self) == 0x1122)  // nodeid
        #expect(integer(bytes, at: 8, as: UInt64.self) == 1)  // generation
        #expect(integer(bytes, at: 16, as: UInt64.self) == 3)
        #expect(integer(bytes, at: 24, as: UInt64.self) == 4)
        #expect(integer(bytes, at: 32, as: UInt64.self) == 0)
        #expect(integer(bytes, at: 40, as: UInt64.self) == 0x1122)  // ino
        #expect(integer(bytes, at: 48, as: UInt64.self) == 0x1_0000_0001)  // size
        #expect(integer(bytes, at: 56, as: UInt64.self) == 9)  // blocks of 512 bytes, rounded up
        #expect(integer(bytes, at: 64, as: Int64.self) == 5)  // atime
        #expect(integer(bytes, at: 72, as: Int64.self) == -1)  // mtime
        #expect(integer(bytes, at: 88, as: UInt32.self) == 6)
        #expect(integer(bytes, at: 92, as: UInt32.self) == 999_999_999)
        #expect(integer(bytes, at: 100, as: UInt32.self) == 0o104755)  // mode
        #expect(integer(bytes, at: 104, as: UInt32.self) == 2)  // nlink
        #expect(integer(bytes, at: 108, as: UInt32.self) == 1000)
        #expect(integer(bytes, at: 112, as: UInt32.self) == 100)
    }

    @Test("the root goes out as node 1 with its inode number")
    func root() throws {
        var root = attributes
        root.inode = .root
        let bytes = try #require(encode(.entry(root, .none)))
        #expect(integer(bytes, at: 0, as: UInt64.self) == 1)
        #expect(integer(bytes, at: 40, as: UInt64.self) == 17)
    }

    @Test("fuse_lk_out: to the end is the largest signed offset; nobody is F_UNLCK")
    func lock() throws {
        let held = try #require(encode(.lock(HeldLock(first: 7, last: .max, isExclusive: true, pid: 33))))
        #expect(integer(held, at: 0, as: UInt64.self) == 7)
        #expect(integer(held, at: 8, as: UInt64.self) == 0x7FFF_FFFF_FFFF_FFFF)
        #expect(integer(held, at: 16, as: UInt32.self) == 1)
        #expect(integer(held, at: 20, as: UInt32.self) == 33)
        let nobody = try #require(encode(.lock(nil)))
        #expect(integer(nobody, at: 16, as: UInt32.self) == 2)
    }

    @Test("fuse_statfs_out")
    func statistics() throws {
        let bytes = try #require(
            encode(
                .statistics(
                    FileSystemStatistics(
                        totalBytes: 40_960, freeBytes: 8192, blockSize: 4096, inodes: 5, identifier: 1, created: .epoch)
                )))
        let words: [UInt64] = (0..<5).map { integer(bytes, at: $0 * 8, as: UInt64.self) }
        #expect(words == [10, 2, 2, 7, 2])
        #expect((0..<3).map { integer(bytes, at: 40 + $0 * 4, as: UInt32.self) } == [4096, 255, 4096])
    }

    @Test("open(2)'s access modes become rights")
    func rights() {
        #expect(OpenFlags(rawValue: 0).access == .read)
        #expect(OpenFlags(rawValue: 1).access == .write)
        #expect(OpenFlags(rawValue: 2).access == [.read, .write])
        #expect(OpenFlags(rawValue: 3).access == [.read, .write])
        #expect(OpenFlags(rawValue: 0o40).access == .execute)
    }

    @Test("a lock's last byte never wraps around")
    func lastByte() {
        func last(_ start: UInt64, _ length: UInt64) -> UInt64 {
            LockRequest(kind: .shared, start: start, length: length, owner: 0, pid: 0).last
        }
        #expect(last(0, 1) == 0)
        #expect(last(10, 0) == .max)
        #expect(last(10, 5) == 14)
        #expect(last(.max, .max) == .max)
    }
}
