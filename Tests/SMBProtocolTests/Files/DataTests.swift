import FileSystemCore
import FileSystemModel
import SMBMessages
import Testing
import WindowsTypes

@testable import SMBProtocol

@Suite("READ, WRITE, FLUSH and CLOSE — [MS-SMB2] 3.3.5.10 to 3.3.5.13")
struct DataTests {
    @Test(
        "reads what was written, at every length around the borders",
        arguments: [0, 1, 4095, 4096, 4097, 8192, 8193, 65_535, 65_536])
    func readsBack(count: Int) throws {
        let bench = try FilesBench()
        let file = try bench.open("file")
        var random = SplitMix(state: UInt64(count))
        let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
        let written = bench.write(file, bytes: bytes, at: 3)
        #expect(try written.body(WriteResponse.self).count == UInt32(count))
        let answer = bench.read(file, UInt32(max(count, 1)), at: 3)
        guard count > 0 else {
            #expect(answer.status == .endOfFile)
            return
        }
        let response: ReadResponse = try answer.body()
        #expect(Array(answer.message[response.dataRange]) == bytes)
    }

    @Test(
        "the end of the file",
        arguments: [
            // length, offset, minimum, status
            (10, 0, 0, .success), (10, 0, 5, .success), (10, 0, 6, .endOfFile), (10, 5, 0, .endOfFile),
            (10, 5, 1, .endOfFile),
            (10, 9, 0, .endOfFile), (0, 0, 0, .success), (0, 0, 1, .endOfFile), (0, 99, 0, .success),
            (1, 4, 1, .success),
        ] as [(UInt32, UInt64, UInt32, NTStatus)])
    func tellsTheEnd(length: UInt32, offset: UInt64, minimum: UInt32, status: NTStatus) throws {
        let bench = try FilesBench()
        let file = try bench.open("file")
        _ = bench.write(file, "12345")
        #expect(bench.read(file, length, at: offset, minimum: minimum).status == status)
    }

    @Test("lengths and offsets beyond the limits are INVALID_PARAMETER")
    func refusesExcess() throws {
        let bench = try FilesBench()
        let file = try bench.open("file")
        #expect(bench.read(file, 65_537).status == .invalidParameter)
        #expect(bench.read(file, 1, at: 1 << 63).status == .invalidParameter)
        #expect(bench.read(file, 1, at: UInt64(Int64.max)).status == .invalidParameter)
        #expect(bench.read(file, 0, at: UInt64(Int64.max)).status == .success)
        #expect(bench.write(file, bytes: Array(repeating: 0, count: 65_537)).status == .invalidParameter)
        #expect(bench.write(file, "x", at: 1 << 63).status == .invalidParameter)
        #expect(bench.write(file, "xx", at: UInt64(Int64.max) - 1).status == .invalidParameter)
    }

    @Test("with FILE_APPEND_DATA alone every offset means the end, all ones too, which nobody else may ask for")
    func appends() throws {
        let bench = try FilesBench()
        let file = try bench.open("file")
        _ = bench.write(file, "one")
        #expect(bench.write(file, "x", at: .max).status == .invalidParameter)
        let appending = try bench.open("file", .open, access: 0x4)
        #expect(bench.write(appending, "two", at: .max).status == .success)
        #expect(bench.write(appending, "three", at: 0).status == .success)
        #expect(try bench.text(file) == "onetwothree")
    }

    @Test("write-through writes are answered like others")
    func writesThrough() throws {
        let bench = try FilesBench()
        let file = try bench.open("file")
        #expect(bench.write(file, "x", flags: .writeThrough).status == .success)
        let through = try bench.open("file", .open, options: .writeThrough)
        #expect(bench.write(through, "y").status == .success)
        #expect(try bench.text(file) == "y")
    }

    @Test(
        "data that is to go another way than through the connection is refused where the dialect has such ways",
        arguments: [Dialect.smb202, .smb210, .smb300, .smb302, .smb311], [0, 1, 2, 3, 9] as [UInt32])
    func refusesRemoteMemory(dialect: Dialect, number: UInt32) throws {
        let bench = try FilesBench()
        bench.connection.terms.dialect = dialect
        let file = try bench.open("file")
        _ = bench.write(file, "12345")
        let channel = DataChannel(rawValue: number)
        let status: NTStatus = number == 0 || dialect < .smb300 ? .success : .invalidParameter
        let read = ReadRequest(length: 5, offset: 0, fileID: file, channel: channel)
        #expect(bench.send(.read, read).status == status)
        // As a client sends it whose bytes the server is to fetch itself.
        let write = WriteRequest(dataRange: 0..<0, offset: 0, fileID: file, channel: channel, remainingBytes: 5)
        #expect(bench.send(.write, write).status == status)
    }

    @Test("rights: reading, executing, writing, flushing")
    func needsRights() throws {
        let bench = try FilesBench()
        try bench.make("file", "text")
        let attributes = try bench.open("file", .open, access: 0x80)
        #expect(bench.read(attributes, 1).status == .accessDenied)
        #expect(bench.write(attributes, "x").status == .accessDenied)
        #expect(bench.send(.flush, FlushRequest(fileID: attributes)).status == .accessDenied)
        let reading = try bench.open("file", .open, access: 0x1)
        #expect(bench.read(reading, 1).status == .success)
        #expect(bench.write(reading, "x").status == .accessDenied)
        let writing = try bench.open("file", .open, access: 0x2)
        #expect(bench.read(writing, 1).status == .accessDenied)
        #expect(bench.send(.flush, FlushRequest(fileID: writing)).status == .success)
    }

    @Test("a directory has no bytes")
    func refusesDirectories() throws {
        let bench = try FilesBench()
        let directory = try bench.open("dir", options: .directoryFile)
        #expect(bench.read(directory, 1).status == .invalidDeviceRequest)
        #expect(bench.read(directory, 0, minimum: 1).status == .invalidDeviceRequest)
        #expect(bench.write(directory, "x").status == .invalidDeviceRequest)
    }

    @Test("CLOSE tells the attributes when asked, and takes the handle away")
    func closes() throws {
        let bench = try FilesBench()
        let file = try bench.open("file")
        _ = bench.write(file, "12345")
        let response: CloseResponse = try bench.close(file, flags: .postQueryAttrib).body()
        #expect(response.flags == .postQueryAttrib && response.endOfFile == 5 && response.allocationSize == 4096)
        #expect(response.fileAttributes == .archive && response.creationTime > .zero)
        #expect(bench.close(file).status == .fileClosed)
        #expect(bench.read(file, 1).status == .fileClosed)
        let other = try bench.open("file")
        #expect(try bench.close(other).body(CloseResponse.self) == CloseResponse())
        #expect(bench.fileSystem.openCount == 0)
    }

    @Test("the position is where the last READ ended, or what a client sets")
    func remembersPosition() throws {
        let bench = try FilesBench()
        let file = try bench.open("file")
        _ = bench.write(file, "1234567890")
        _ = bench.read(file, 4, at: 3)
        #expect(try bench.query(.position, file, as: FilePositionInformation.self).currentByteOffset == 7)
        #expect(bench.set(.position, file, FilePositionInformation(currentByteOffset: 99)) == .success)
        #expect(try bench.query(.position, file, as: FilePositionInformation.self).currentByteOffset == 99)
        #expect(bench.set(.position, file, FilePositionInformation(currentByteOffset: 1 << 63)) == .invalidParameter)
    }
}
