import AccessArbitration
import AccessControl
import FileSystemCore
import FileSystemModel
import SMBMessages
import Testing
import WindowsTypes
import WireCoding

@testable import SMBProtocol

@Suite("A share without named streams — [MS-FSCC] 2.1.5, 2.5.1")
struct WithoutStreamsTests {
    private let bench: FilesBench

    init() throws {
        bench = try FilesBench(presentation: SharePresentation(hasNamedStreams: false))
    }

    /// A stream that is there already, made through another door.
    private func makeStream(_ stream: String, of name: String) throws {
        let context = OperationContext(
            door: DoorID(rawValue: 9), style: .windows, client: 9, identity: bench.tree.identity, operation: 1,
            mayBlock: true)
        let request = WindowsOpenRequest(
            path: [try FileName(Array(name.utf8))], stream: try FileName(Array(stream.utf8)), access: .writeData,
            share: .all, disposition: .openIf)
        guard case .done(let result, _) = try bench.fileSystem.open(request, context) else { return }
        _ = try bench.fileSystem.close(result.open, context)
    }

    @Test(
        "names with a colon are refused, whatever follows it and whatever is there",
        arguments: ["file:there", "file:none", "file:there:$DATA", "file::$DATA", "file::$INDEX", "none:x", ":root", "dir:x"])
    func names(_ name: String) throws {
        try bench.make("file", "text")
        try bench.make("dir", directory: true)
        try makeStream("there", of: "file")
        for disposition in [SMBMessages.CreateDisposition.open, .create, .openIf, .overwriteIf] {
            #expect(bench.create(name, disposition).status == .objectNameInvalid)
        }
        let file = try bench.open("file", .open)
        #expect(bench.rename(file, to: name) == .objectNameInvalid)
        #expect(bench.rename(file, to: ":there") == .objectNameInvalid)
        #expect(try bench.text(file) == "text")
    }

    @Test("a file has its data alone, a directory has nothing, and what the store has stays there")
    func lists() throws {
        try bench.make("file", "text")
        try makeStream("there", of: "file")
        let file = try bench.open("file", .open)
        let buffer = try bench.query(.stream, file).body(QueryInfoResponse.self).outputBuffer
        var reader = WireReader(buffer.span.bytes)
        let streams = try FileStreamInformation.parseList(&reader)
        #expect(streams.map { String(decoding: $0.streamName, as: UTF8.self) } == ["::$DATA"])
        try bench.make("dir", directory: true)
        try makeStream("there", of: "dir")
        let listed = bench.query(.stream, try bench.open("dir", .open))
        #expect(listed.status == .success)
        #expect(try listed.body(QueryInfoResponse.self).outputBuffer.isEmpty)
        let context = OperationContext(
            door: DoorID(rawValue: 9), style: .windows, client: 9, identity: bench.tree.identity, operation: 2,
            mayBlock: true)
        let open = try #require(bench.session.opens[file.volatile]).open
        #expect(try bench.fileSystem.streams(of: open, context).value?.count == 2)
    }

    @Test("neither the volume nor Apple's context claims any", arguments: [true, false])
    func claims(_ hasStreams: Bool) throws {
        let bench = try FilesBench(presentation: SharePresentation(hasNamedStreams: hasStreams))
        let root = try bench.open("", .open, access: 0x81)
        let answer = bench.send(
            .queryInfo, QueryInfoRequest(FileSystemInformationClass.attribute, outputBufferLength: 1024, fileID: root))
        let claims = try FileFsAttributeInformation(bytes: answer.body(QueryInfoResponse.self).outputBuffer)
        #expect(claims.fileSystemAttributes.contains(.namedStreams) == hasStreams)
        let request = AppleRequest.serverQuery(fields: .serverCapabilities, capabilities: .readDirectoryAttributes)
        let made = bench.create("", .open, access: 0x80, contexts: [request.context])
        let response = try AppleResponse.first(in: try made.body(CreateResponse.self).createContexts)
        let expected: AppleCapabilities = hasStreams ? [.unixBased, .readDirectoryAttributes] : .unixBased
        #expect(response == .serverQuery(capabilities: expected, volumeCapabilities: nil, model: nil))
    }
}
