import SMBMessages
import Testing
import WindowsTypes
import WireCoding

@testable import SMBProtocol

@Suite("Named streams over SMB — [MS-FSCC] 2.1.5, 2.4.49")
struct NamedStreamTests {
    private func streams(_ bench: FilesBench, _ file: FileID) throws -> [FileStreamInformation] {
        let buffer = try bench.query(.stream, file).body(QueryInfoResponse.self).outputBuffer
        var reader = WireReader(buffer.span.bytes)
        return try FileStreamInformation.parseList(&reader)
    }

    @Test("one stream under each of its names")
    func names() throws {
        let bench = try FilesBench()
        let made = bench.create("file:Zone", .create)
        let response = try made.body(CreateResponse.self)
        #expect(response.createAction == .created)
        #expect(bench.write(response.fileID, "stream").status == .success)
        for name in ["file:zone", "FILE:ZONE:$DATA", "file:Zone:$data"] {
            let file = try bench.open(name, .open)
            #expect(try bench.text(file) == "stream")
            bench.close(file)
        }
        let plain = try bench.open("file::$DATA", .open)
        #expect(try bench.text(plain) == "")
        #expect(bench.create("file::$DATA", .open, options: .directoryFile).status == .notADirectory)
        try bench.make("dir", directory: true)
        #expect(bench.create("dir::$DATA", .open).status == .fileIsADirectory)
        #expect(bench.create("file:zone", .open, options: .directoryFile).status == .notADirectory)
        #expect(bench.create("file:none", .open).status == .objectNameNotFound)
        // The root has streams too.
        let root = try bench.open(":of the root", .create, access: 0x3)
        #expect(bench.write(root, "r").status == .success)
        #expect(try streams(bench, try bench.open("", .open, access: 0x80)).map(\.streamName) == [Array(":of the root:$DATA".utf8)])
    }

    @Test("lists what there is, whole entries only")
    func lists() throws {
        let bench = try FilesBench()
        let file = try bench.open("file")
        #expect(bench.write(file, "12345").status == .success)
        let stream = try bench.open("file:one")
        #expect(bench.write(stream, "123").status == .success)
        let all = try streams(bench, stream)
        #expect(all.map { String(decoding: $0.streamName, as: UTF8.self) } == ["::$DATA", ":one:$DATA"])
        #expect(all.map(\.streamSize) == [5, 3])
        #expect(all.map(\.streamAllocationSize) == [4096, 4096])
        #expect(bench.query(.stream, file, room: 31).status == .infoLengthMismatch)
        let first = bench.query(.stream, file, room: 40)
        #expect(first.status == .bufferOverflow)
        #expect(try first.body(QueryInfoResponse.self).outputBuffer.count == 38)
        #expect(bench.query(.stream, file, room: 32).status == .bufferOverflow)
        try bench.make("dir", directory: true)
        let empty = bench.query(.stream, try bench.open("dir", .open))
        #expect(empty.status == .success)
        #expect(try empty.body(QueryInfoResponse.self).outputBuffer.isEmpty)
    }

    @Test("a handle tells the stream's sizes and name, and its file's number and times")
    func describes() throws {
        let bench = try FilesBench()
        try bench.make("dir", directory: true)
        let file = try bench.open("dir\\file")
        let stream = try bench.open("dir\\file:s")
        #expect(bench.write(stream, "123").status == .success)
        let all: FileAllInformation = try bench.query(.all, stream)
        #expect(all.standard.endOfFile == 3)
        #expect(!all.standard.directory)
        #expect(String(decoding: all.name.fileName, as: UTF8.self) == "\\dir\\file:s")
        let base: FileAllInformation = try bench.query(.all, file)
        #expect(base.standard.endOfFile == 0)
        #expect(base.internal.indexNumber == all.internal.indexNumber)
        #expect(base.basic == all.basic)
        let end = FileEndOfFileInformation(endOfFile: 1)
        #expect(bench.set(.endOfFile, stream, end) == .success)
        #expect(try bench.text(stream) == "1")
        let onDirectory = try bench.open("dir:s")
        let standard: FileStandardInformation = try bench.query(.standard, onDirectory)
        #expect(!standard.directory)
        #expect(bench.write(onDirectory, "x").status == .success)
    }

    @Test("deletes a stream and leaves the file")
    func deletes() throws {
        let bench = try FilesBench()
        try bench.make("file", "data")
        try bench.make("file:one", "1")
        try bench.make("file:two", "2")
        bench.close(try bench.open("file:one", .open, options: .deleteOnClose))
        #expect(bench.create("file:one", .open).status == .objectNameNotFound)
        let stream = try bench.open("file:two", .open)
        #expect(bench.set(.disposition, stream, FileDispositionInformation(deletePending: true)) == .success)
        #expect(bench.create("file:two", .open).status == .deletePending)
        bench.close(stream)
        #expect(try streams(bench, try bench.open("file", .open)).count == 1)
    }

    @Test("renames a stream by a name that begins with a colon")
    func renames() throws {
        let bench = try FilesBench()
        try bench.make("file:one", "1")
        try bench.make("file:two", "2")
        let stream = try bench.open("file:one", .open)
        #expect(bench.rename(stream, to: ":three") == .success)
        #expect(bench.rename(stream, to: ":THREE:$DATA") == .success)
        #expect(bench.rename(stream, to: ":two:$DATA") == .objectNameCollision)
        #expect(bench.rename(stream, to: ":two", replacing: true) == .invalidParameter)
        #expect(bench.rename(stream, to: ":x:$EA") == .objectTypeMismatch)
        #expect(bench.rename(stream, to: ":") == .invalidParameter)
        #expect(bench.rename(stream, to: "other") == .invalidParameter)
        #expect(bench.rename(stream, to: "::$DATA", replacing: true) == .success)
        #expect(try streams(bench, stream).map { String(decoding: $0.streamName, as: UTF8.self) } == ["::$DATA", ":two:$DATA"])
        #expect(try bench.text(try bench.open("file", .open)) == "1")
    }
}

@Suite("Extended attributes over SMB — [MS-FSA] 2.1.5.12.12, 2.1.5.15.6")
struct ExtendedAttributeTests {
    let bench: FilesBench
    let file: FileID

    init() throws {
        bench = try FilesBench()
        file = try bench.open("file")
    }

    private func set(_ entries: [(String, String)]) -> NTStatus {
        var writer = WireWriter()
        FileFullEaInformation.writeList(
            entries.map { FileFullEaInformation(eaName: Array($0.utf8), eaValue: Array($1.utf8)) }, to: &writer)
        return bench.send(
            .setInfo,
            SetInfoRequest(
                infoType: .file, fileInfoClass: FileInformationClass.fullEa.rawValue, fileID: file, buffer: writer.bytes)
        ).status
    }

    private func ask(
        _ flags: QueryInfoFlags = [], index: UInt32 = 0, names: [String] = [], room: UInt32 = 4096
    ) -> (status: NTStatus, entries: [String]) {
        var writer = WireWriter()
        FileGetEaInformation.writeList(names.map { Array($0.utf8) }, to: &writer)
        let answer = bench.send(
            .queryInfo,
            QueryInfoRequest(
                infoType: .file, fileInfoClass: FileInformationClass.fullEa.rawValue, outputBufferLength: room,
                additionalInformation: index, flags: flags, fileID: file, inputBuffer: writer.bytes))
        guard let buffer = try? answer.body(QueryInfoResponse.self).outputBuffer else { return (answer.status, []) }
        var reader = WireReader(buffer.span.bytes)
        let entries = (try? FileFullEaInformation.parseList(&reader)) ?? []
        return (
            answer.status,
            entries.map { String(decoding: $0.eaName, as: UTF8.self) + "=" + String(decoding: $0.eaValue, as: UTF8.self) }
        )
    }

    @Test("all, one after another, from an index, by name")
    func listing() {
        #expect(ask().status == .noEasOnFile)
        #expect(set([("A", "1"), ("B", "2"), ("C", "3")]) == .success)
        for _ in 0..<2 { #expect(ask() == (.success, ["A=1", "B=2", "C=3"])) }
        #expect(ask(.returnSingleEntry) == (.success, ["A=1"]))
        #expect(ask(.returnSingleEntry) == (.success, ["B=2"]))
        #expect(ask() == (.success, ["C=3"]))
        #expect(ask().status == .noMoreEas)
        #expect(ask([.restartScan, .returnSingleEntry]) == (.success, ["A=1"]))
        #expect(ask(.restartScan) == (.success, ["A=1", "B=2", "C=3"]))
        #expect(ask(.indexSpecified, index: 3) == (.success, ["C=3"]))
        #expect(ask(.indexSpecified, index: 4).status == .nonexistentEaEntry)
        #expect(ask(.indexSpecified, index: 0).status == .nonexistentEaEntry)
        #expect(ask(names: ["b", "none", "B", "a"]) == (.success, ["B=2", "none=", "A=1"]))
        #expect(ask(names: ["x:y"]).status == .invalidEaName)
        #expect(ask(.restartScan, room: 20) == (.bufferOverflow, ["A=1"]))
        #expect(ask() == (.success, ["B=2", "C=3"]))
        #expect(ask(.restartScan, room: 10).status == .bufferTooSmall)
    }

    @Test("names are compared without regard to case, and those of streams are no names")
    func names() throws {
        #expect(set([("Color", "red")]) == .success)
        #expect(set([("COLOR", "blue"), ("size", "1")]) == .success)
        #expect(ask() == (.success, ["Color=blue", "size=1"]))
        let information: FileEaInformation = try bench.query(.ea, file)
        #expect(information.eaSize == UInt32(4 + 5 + 5 + 4 + 5 + 4 + 1))
        // A listing says the same, of every class that has the field, named or found.
        try bench.make("plain")
        let root = try bench.open("", .open, access: 0x81)
        for kind in DirectoryInformationClass.allCases where kind.hasEASize {
            for pattern in ["*", "file"] {
                let listed = try bench.entries(
                    bench.list(root, pattern, flags: .reopen, FileInformationClass(rawValue: kind.rawValue)), kind)
                let sizes = Dictionary(
                    uniqueKeysWithValues: listed.map { (String(decoding: $0.fileName, as: UTF8.self), $0.eaSize) })
                #expect(sizes["file"] == information.eaSize && (sizes["plain"] ?? 0) == 0, "\(kind) \(pattern)")
            }
        }
        #expect(set([("DosStream.x", "1")]) == .invalidEaName)
        #expect(set([(String(repeating: "n", count: 251), "1")]) == .invalidEaName)
        #expect(set([("color", ""), ("none", "")]) == .success)
        #expect(ask() == (.success, ["size=1"]))
    }
}
