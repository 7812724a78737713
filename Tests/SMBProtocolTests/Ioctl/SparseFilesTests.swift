import FileSystemModel
import SMBMessages
import Testing
import WindowsTypes
import WireCoding

@testable import SMBProtocol

@Suite("Sparse files — [MS-FSA] 2.1.5.10.22, .38 and .39")
struct SparseFilesTests {
    private let peer: Peer
    private let file: FileID

    init() throws {
        peer = try Peer.connected(to: try TestServer())
        file = try peer.open("a")
    }

    private func setSparse(_ input: [UInt8] = []) throws {
        #expect(try peer.control(.setSparse, file, input).status == .success)
    }

    private func attributes() throws -> FileAttributes {
        try peer.information(.basic, file, as: FileBasicInformation.self).fileAttributes
    }

    private func zero(_ first: UInt64, _ end: UInt64) throws -> NTStatus {
        try peer.control(
            .setZeroData, file, FileZeroDataInformation(fileOffset: first, beyondFinalZero: end).bytes
        )
        .status
    }

    private func ranges(
        _ offset: UInt64, _ length: UInt64, room: UInt32 = 4096
    ) throws -> (status: NTStatus, ranges: [FileAllocatedRange]) {
        let reply = try peer.control(
            .queryAllocatedRanges, file, FileAllocatedRange(fileOffset: offset, length: length).bytes,
            room: room)
        guard reply.status == .success || reply.status == .bufferOverflow else {
            return (reply.status, [])
        }
        let output = try reply.body(IoctlResponse.self).output
        var reader = WireReader(output.span.bytes)
        var ranges: [FileAllocatedRange] = []
        while !reader.isAtEnd { ranges.append(try FileAllocatedRange(parsing: &reader)) }
        return (reply.status, ranges)
    }

    private func range(_ offset: UInt64, _ length: UInt64) -> FileAllocatedRange {
        FileAllocatedRange(fileOffset: offset, length: length)
    }

    @Test("the attribute comes and goes, and SET_INFO leaves it alone")
    func setsSparse() throws {
        #expect(try !attributes().contains(.sparseFile))
        try setSparse()
        #expect(try attributes().contains(.sparseFile))
        let update = FileBasicUpdate(
            creationTime: .omit, lastAccessTime: .omit, lastWriteTime: .omit, changeTime: .omit,
            fileAttributes: .hidden)
        #expect(
            try peer.request(.setInfo, SetInfoRequest(.basic, fileID: file, update)).status == .success)
        #expect(try attributes().isSuperset(of: [.sparseFile, .hidden]))
        try setSparse([0])
        #expect(try !attributes().contains(.sparseFile))
        try setSparse([1, 9, 9])
        #expect(try attributes().contains(.sparseFile))
        let directory = try peer.open("d", options: .directoryFile)
        #expect(try peer.control(.setSparse, directory).status == .invalidParameter)
        let reader = try peer.create("a", access: 0x81)
        #expect(try peer.control(.setSparse, reader).status == .accessDenied)
        #expect(try peer.control(.setSparse, try peer.create("a", access: 0x100)).status == .success)
    }

    @Test("zeros: no longer than the file, and a hole where the file may have one")
    func zeroes() throws {
        try peer.write(file, pattern(16_384))
        #expect(try zero(4096, 8192) == .success)
        var expected = pattern(16_384)
        expected.replaceSubrange(4096..<8192, with: [UInt8](repeating: 0, count: 4096))
        #expect(try peer.read(file, 20_000) == expected)
        func standard() throws -> FileStandardInformation { try peer.information(.standard, file) }
        #expect(try standard().allocationSize == 16_384)
        try setSparse()
        #expect(try zero(4096, 8192) == .success)
        #expect(try standard().allocationSize == 12_288)
        #expect(try zero(16_000, 1 << 40) == .success)
        #expect(try standard().endOfFile == 16_384)
        #expect(try zero(5, 5) == .success)
        #expect(try zero(6, 5) == .invalidParameter)
        #expect(try zero(0, .max) == .invalidParameter)
        #expect(
            try peer.control(.setZeroData, file, [UInt8](repeating: 0, count: 15)).status
                == .invalidParameter)
        let appender = try peer.create("a", access: 4)
        let input = FileZeroDataInformation(fileOffset: 0, beyondFinalZero: 1).bytes
        #expect(try peer.control(.setZeroData, appender, input).status == .accessDenied)
    }

    @Test("a file that is not sparse is one range")
    func wholeRanges() throws {
        #expect(try ranges(0, 100).ranges.isEmpty)
        try peer.write(file, [1], at: 1 << 20)
        #expect(try ranges(0, 1 << 30).ranges == [range(0, 1 << 20 + 1)])
        #expect(try ranges(10, 5).ranges == [range(10, 5)])
        #expect(try ranges(10, 0).ranges.isEmpty)
        #expect(try ranges(1 << 21, 5).ranges.isEmpty)
        #expect(try ranges(.max, 5).status == .invalidParameter)
        #expect(try peer.control(.queryAllocatedRanges, file, [1, 2]).status == .invalidParameter)
        let writer = try peer.create("a", access: 2)
        let input = range(0, 1).bytes
        #expect(try peer.control(.queryAllocatedRanges, writer, input).status == .accessDenied)
    }

    @Test("the ranges of a sparse file, as many as there is room for")
    func queriesRanges() throws {
        try setSparse()
        for part in [UInt64(0), 2, 4] { try peer.write(file, pattern(65_536), at: part << 16) }
        let all = [range(0, 65_536), range(2 << 16, 65_536), range(4 << 16, 65_536)]
        #expect(try ranges(0, 1 << 30) == (.success, all))
        #expect(try ranges(0, 1 << 30, room: 48) == (.success, all))
        #expect(try ranges(0, 1 << 30, room: 47) == (.bufferOverflow, Array(all[..<2])))
        #expect(try ranges(0, 1 << 30, room: 15).status == .bufferTooSmall)
        #expect(try ranges(65_536, 65_536, room: 0) == (.success, []))
        #expect(try ranges(65_535, 65_538) == (.success, [range(65_535, 1), range(131_072, 1)]))
    }

    @Test("regions: what has been written is the file up to its end")
    func queriesRegions() throws {
        try peer.write(file, pattern(100))
        func ask(_ input: [UInt8], room: UInt32 = 40) throws -> Reply {
            try peer.control(.queryFileRegions, file, input, room: room)
        }
        let region = FileRegionOutput.Region(fileOffset: 0, length: 100, usage: 1)
        #expect(
            try peer.output(try ask([]), as: FileRegionOutput.self)
                == FileRegionOutput(totalRegionCount: 1, regions: [region]))
        let part = FileRegionInput(fileOffset: 60, length: 100, desiredUsage: 1).bytes
        #expect(
            try peer.output(try ask(part), as: FileRegionOutput.self).regions
                == [FileRegionOutput.Region(fileOffset: 60, length: 40, usage: 1)])
        #expect(try ask(part, room: 39).status == .bufferOverflow)
        #expect(try ask(part, room: 15).status == .bufferTooSmall)
        #expect(try ask([1]).status == .invalidParameter)
        #expect(
            try ask(FileRegionInput(fileOffset: .max, length: 2, desiredUsage: 1).bytes).status
                == .invalidParameter)
    }

    @Test("trimming gives whole blocks back")
    func trims() throws {
        try peer.write(file, pattern(16_384))
        let trim = FileLevelTrim(ranges: [range(4000, 5000), range(12_288, 1 << 40)])
        let reply = try peer.control(.fileLevelTrim, file, trim.bytes, room: 4)
        #expect(try reply.body(IoctlResponse.self).output == [2, 0, 0, 0])
        let standard: FileStandardInformation = try peer.information(.standard, file)
        #expect(standard.allocationSize == 8192 && standard.endOfFile == 16_384)
        #expect(try peer.read(file, 4000) == Array(pattern(16_384)[..<4000]))
        let keyed = FileLevelTrim(key: 1, ranges: [range(0, 1)])
        #expect(try peer.control(.fileLevelTrim, file, keyed.bytes).status == .invalidParameter)
        #expect(
            try peer.control(.fileLevelTrim, file, FileLevelTrim(ranges: []).bytes).status
                == .invalidParameter)
    }
}
