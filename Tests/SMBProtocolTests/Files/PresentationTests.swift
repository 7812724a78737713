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
        arguments: [
            "file:there", "file:none", "file:there:$DATA", "file::$DATA", "file::$INDEX", "none:x", ":root", "dir:x",
        ])
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

@Suite("Names that look hidden")
struct HiddenNameTests {
    @Test(
        "patterns are what searches have, in any case, and never mean . or ..",
        arguments: [
            ("hidefile", ["hidefile", "HideFile"], ["hidefile2", "ahidefile", "hide"]),
            (".*", [".profile", ".a.b"], ["profile", "a.b"]),
            ("~$?*", ["~$letter.doc", "~$x"], ["~$", "letter~$x"]),
            ("*.TMP", ["a.tmp", ".tmp", "a.b.Tmp"], ["tmp", "a.tmp2"]),
            ("straße", ["STRAßE"], ["STRASSE"]), ("*", ["any"], []), ("", [], ["any"]),
            // Stored with a byte that Windows' names cannot have, which clients see as another character.
            ("a?b", ["a|b", "axb"], ["ab"]),
        ])
    func patterns(_ pattern: String, _ hidden: [String], _ shown: [String]) {
        let names = HiddenNames(["nothing of the sort", pattern])
        for name in hidden { #expect(names.contains(Array(name.utf8)), "\(name)") }
        for name in shown { #expect(!names.contains(Array(name.utf8)), "\(name)") }
    }

    private let bench: FilesBench

    init() throws {
        bench = try FilesBench(presentation: SharePresentation(hiddenNames: HiddenNames(["hidefile", ".*", "secrets"])))
    }

    /// What every answer that carries attributes says of a file: they must be one.
    private func attributes(_ name: String, options: CreateOptions = []) throws -> FileAttributes {
        let made = try bench.create(name, .openIf, options: options).body(CreateResponse.self)
        let file = made.fileID
        var all = [made.fileAttributes]
        all.append((try bench.query(.basic, file) as FileBasicInformation).fileAttributes)
        all.append((try bench.query(.all, file) as FileAllInformation).basic.fileAttributes)
        all.append((try bench.query(.networkOpen, file) as FileNetworkOpenInformation).fileAttributes)
        all.append((try bench.query(.attributeTag, file) as FileAttributeTagInformation).fileAttributes)
        let root = try bench.open("", .open, access: 0x81)
        for pattern in ["*", name] {
            let entries = try bench.entries(bench.list(root, pattern, flags: .reopen, .directory), .directory)
            all += entries.filter { String(decoding: $0.fileName, as: UTF8.self) == name }.map(\.fileAttributes)
        }
        bench.close(root)
        all.append(try bench.close(file, flags: .postQueryAttrib).body(CloseResponse.self).fileAttributes)
        #expect(all.count == 8 && Set(all.map(\.rawValue)).count == 1, "\(all)")
        return made.fileAttributes
    }

    /// HIDDEN as the store has it.
    private func isStored(_ name: String) throws -> Bool {
        let file = try bench.open(name, .open)
        defer { bench.close(file) }
        let open = try #require(bench.session.opens[file.volatile]).open
        let context = OperationContext(
            door: DoorID(rawValue: 9), style: .windows, client: 9, identity: bench.tree.identity, operation: 1,
            mayBlock: true)
        return try #require(bench.fileSystem.attributes(open, context).value).dosAttributes.contains(.hidden)
    }

    private func set(_ attributes: FileAttributes, _ name: String) throws {
        let file = try bench.open(name, .open)
        #expect(bench.set(.basic, file, FileBasicUpdate(fileAttributes: attributes)) == .success)
        bench.close(file)
    }

    @Test("every answer says so, and nothing is stored")
    func shows() throws {
        #expect(try attributes("hidefile") == [.hidden, .archive])
        #expect(try attributes(".dot") == [.hidden, .archive])
        #expect(try attributes("secrets", options: .directoryFile) == [.hidden, .directory])
        #expect(try attributes("plain") == .archive)
        // The name counts, not the path to it.
        let below = try bench.create("secrets\\plain").body(CreateResponse.self)
        #expect(below.fileAttributes == .archive)
        for name in ["hidefile", ".dot", "secrets"] { #expect(try !isStored(name)) }
        let root = try bench.open("", .open, access: 0x81)
        let dots = try bench.entries(bench.list(root, "*", flags: .reopen, .directory), .directory).prefix(2)
        #expect(dots.map(\.fileAttributes) == [.directory, .directory])
    }

    @Test("a file may be overwritten without saying HIDDEN, unlike one whose own it is")
    func overwrites() throws {
        try bench.make("hidefile", "old")
        #expect(bench.create("hidefile", .overwriteIf, attributes: .normal).status == .success)
        try bench.make("own", attributes: .hidden)
        #expect(bench.create("own", .overwriteIf, attributes: .normal).status == .accessDenied)
    }

    @Test("what is written back as it was read is not stored; the other bits are")
    func setsBack() throws {
        try bench.make("hidefile")
        try set([.hidden, .archive, .system], "hidefile")
        #expect(try attributes("hidefile") == [.hidden, .archive, .system])
        #expect(try !isStored("hidefile"))
        try set(.normal, "hidefile")
        #expect(try attributes("hidefile") == .hidden)
    }

    @Test("a rename takes the look away and gives it; the file's own HIDDEN stays whatever it is called")
    func renames() throws {
        let file = try bench.open("hidefile")
        func look() throws -> FileAttributes { (try bench.query(.basic, file) as FileBasicInformation).fileAttributes }
        #expect(try look() == [.hidden, .archive])
        #expect(bench.rename(file, to: "plain") == .success)
        #expect(try look() == .archive)
        bench.close(file)
        try set([.hidden, .archive], "plain")
        let own = try bench.open("plain", .open)
        #expect(bench.rename(own, to: "hidefile") == .success)
        bench.close(own)
        try set([.hidden, .archive, .system], "hidefile")
        #expect(try isStored("hidefile"))
        try set(.archive, "hidefile")
        #expect(try !isStored("hidefile"))
        #expect(try attributes("hidefile") == [.hidden, .archive])
    }
}
