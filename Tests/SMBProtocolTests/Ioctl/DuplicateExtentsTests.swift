import FileSystemModel
import SMBMessages
import Testing
import WindowsTypes

@testable import SMBProtocol

@Suite("DUPLICATE_EXTENTS_TO_FILE — [MS-FSA] 2.1.5.10.4")
struct DuplicateExtentsTests {
    private let peer: Peer
    private let source: FileID
    private let target: FileID

    init() throws {
        peer = try Peer.connected(to: try TestServer())
        source = try peer.open("a")
        target = try peer.open("b")
        try peer.write(source, pattern(65_536))
        try peer.write(target, pattern(65_536, seed: 2))
    }

    private func duplicate(
        _ from: UInt64, _ to: UInt64, _ count: UInt64, source: FileID? = nil, target: FileID? = nil
    ) throws -> NTStatus {
        let data = DuplicateExtentsData(
            sourceFileID: source ?? self.source, sourceOffset: from, targetOffset: to, byteCount: count)
        return try peer.control(.duplicateExtentsToFile, target ?? self.target, data.bytes).status
    }

    @Test("bytes and holes are the source's afterwards, and no more than the target has")
    func duplicates() throws {
        #expect(try duplicate(4096, 8192, 4096) == .success)
        var expected = pattern(65_536, seed: 2)
        expected.replaceSubrange(8192..<12_288, with: pattern(65_536)[4096..<8192])
        #expect(try peer.read(target, 65_536) == expected)
        #expect(try duplicate(0, 61_440, 8192) == .success)
        expected.replaceSubrange(61_440..., with: pattern(65_536)[..<4096])
        #expect(try peer.read(target, 65_536) == expected)
        #expect(try duplicate(0, 0, 0) == .success)
    }

    @Test("holes stay holes between sparse files, and a file without holes gets none")
    func holes() throws {
        #expect(try peer.control(.setSparse, source).status == .success)
        let zero = FileZeroDataInformation(fileOffset: 0, beyondFinalZero: 32_768)
        #expect(try peer.control(.setZeroData, source, zero.bytes).status == .success)
        #expect(try duplicate(0, 0, 65_536) == .notSupported)
        #expect(try peer.control(.setSparse, target).status == .success)
        #expect(try duplicate(0, 0, 65_536) == .success)
        let standard: FileStandardInformation = try peer.information(.standard, target)
        #expect(standard.allocationSize == 32_768)
        #expect(
            try peer.read(target, 65_536) == [UInt8](repeating: 0, count: 32_768)
                + pattern(65_536)[32_768...])
    }

    @Test("within one file, not onto itself")
    func sameFile() throws {
        #expect(try duplicate(0, 32_768, 32_768, target: source) == .success)
        #expect(try peer.read(source, 32_768, at: 32_768) == Array(pattern(65_536)[..<32_768]))
        #expect(try duplicate(0, 4096, 8192, target: source) == .notSupported)
        #expect(try duplicate(4096, 0, 8192, target: source) == .notSupported)
    }

    @Test("streams of one file are not the same bytes, for clones and for chunks")
    func streams() throws {
        let stream = try peer.open("a:s")
        try peer.write(stream, pattern(4096, seed: 3))
        #expect(try duplicate(0, 0, 4096, target: stream) == .success)
        #expect(try peer.read(stream, 8192) == Array(pattern(65_536)[..<4096]))
        #expect(try duplicate(0, 1024, 4096, source: stream, target: stream) == .notSupported)
        let other = try peer.open("b:t")
        let chunk = CopyChunk(sourceOffset: 1, targetOffset: 0, length: 4095)
        #expect(try peer.copy(try peer.resumeKey(stream), to: other, [chunk]).status == .success)
        #expect(try peer.read(other, 8192) == Array(pattern(65_536)[1..<4096]))
        #expect(try peer.read(target, 65_536) == pattern(65_536, seed: 2))
    }

    @Test("what is refused")
    func refuses() throws {
        #expect(try duplicate(60_000, 0, 10_000) == .notSupported)
        #expect(try duplicate(.max, 0, 2) == .invalidParameter)
        #expect(try duplicate(0, .max, 2) == .invalidParameter)
        #expect(try duplicate(0, 100_000, 2) == .invalidParameter)
        #expect(try duplicate(0, 0, 1, source: FileID(persistent: 9, volatile: 9)) == .invalidHandle)
        #expect(try duplicate(0, 0, 1, source: try peer.create("a", access: 2)) == .accessDenied)
        #expect(try duplicate(0, 0, 1, target: try peer.create("b", access: 1)) == .accessDenied)
        #expect(
            try peer.control(.duplicateExtentsToFile, target, [1, 2, 3]).status == .invalidParameter)
    }

    @Test("the extended form, and what it is asked to guarantee")
    func extended() throws {
        func ask(_ flags: UInt32, _ count: UInt64) throws -> NTStatus {
            let data = DuplicateExtentsData(
                sourceFileID: source, sourceOffset: 0, targetOffset: 0, byteCount: count)
            return try peer.control(
                .duplicateExtentsToFileEx, target, DuplicateExtentsDataEx(data: data, flags: flags).bytes
            ).status
        }
        #expect(try ask(1, 65_536) == .success)
        #expect(try peer.read(target, 65_536) == pattern(65_536))
        #expect(try ask(0, 4096) == .success)
        #expect(try ask(2, 4096) == .invalidParameter)
        #expect(try ask(1, 2 << 20) == .notSupported)
    }
}
