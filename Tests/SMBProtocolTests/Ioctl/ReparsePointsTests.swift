import AccessArbitration
import AccessControl
import FileSystemCore
import FileSystemModel
import SMBMessages
import Testing
import WindowsTypes
import WireCoding

@testable import SMBProtocol

@Suite("Reparse points — [MS-FSCC] 2.1.2, [MS-FSA] 2.1.5.10.14, .37 and .3")
struct ReparsePointsTests {
    private let server: TestServer
    private let peer: Peer
    /// What the mount's programs do.
    private let posix = OperationContext(
        door: DoorID(rawValue: 9), style: .posix, client: 0,
        identity: Identity(uid: 0, gid: 0, name: "root"))

    init() throws {
        server = try TestServer(symbolicLinks: .reparse)
        peer = try Peer.connected(to: server)
    }

    /// A file that is to become something else.
    private func fresh(_ name: String, options: CreateOptions = []) throws -> FileID {
        let reply = try peer.request(
            .create,
            Peer.create(
                name, access: 0x0001_0180, disposition: .create, options: options.union(.openReparsePoint)))
        try #require(reply.status == .success)
        return try reply.body(CreateResponse.self).fileID
    }

    private func link(_ target: String, isRelative: Bool = true) -> ReparseDataBuffer {
        let name = Array(target.utf8)
        return ReparseDataBuffer(
            tag: .symbolicLink,
            data: SymbolicLinkReparseData(substituteName: name, printName: name, isRelative: isRelative)
                .bytes)
    }

    private func nfs(_ data: NFSReparseData) -> ReparseDataBuffer {
        ReparseDataBuffer(tag: .nfs, data: data.bytes)
    }

    private func set(_ file: FileID, _ buffer: ReparseDataBuffer) throws -> NTStatus {
        try peer.control(.setReparsePoint, file, buffer.bytes).status
    }

    private func get(_ file: FileID, room: UInt32 = 16_384) throws -> ReparseDataBuffer {
        try peer.output(try peer.control(.getReparsePoint, file, room: room))
    }

    private func attributes(_ name: String) throws -> Attributes {
        let outcome = try server.fileSystem.lookup(try FileName(name), in: .root, posix)
        return try #require(outcome.value)
    }

    private func target(_ name: String) throws -> String {
        let outcome = try server.fileSystem.readLink(try attributes(name).inode, posix)
        return String(decoding: try #require(outcome.value), as: UTF8.self)
    }

    private func make(_ name: String, _ type: FileType, target: String = "", device: UInt64 = 0)
        throws
    {
        _ = try server.fileSystem.make(
            NewFile(
                type: type, permissions: Permissions(rawValue: 0o644), device: device,
                symbolicLinkTarget: Array(target.utf8)),
            named: try FileName(name), in: .root, posix)
    }

    private func openItself(_ name: String, access: UInt32 = 0x0012_0080, options: CreateOptions = [])
        throws -> Reply
    {
        try peer.request(
            .create,
            Peer.create(
                name, access: access, disposition: .open, options: options.union(.openReparsePoint)))
    }

    private func fileID(_ reply: Reply) throws -> FileID {
        try #require(reply.status == .success)
        return try reply.body(CreateResponse.self).fileID
    }

    @Test("a link that a client makes is one to the mount")
    func setsReparsePoints() throws {
        let file = try fresh("l")
        #expect(try set(file, link(#"..\dir\x"#)) == .success)
        #expect(try target("l") == "../dir/x")
        let seen = try attributes("l")
        #expect(seen.type == .symbolicLink && seen.permissions.rawValue == 0o777 && seen.size == 8)
        let tag: FileAttributeTagInformation = try peer.information(.attributeTag, file)
        #expect(
            tag.fileAttributes.contains(.reparsePoint)
                && tag.reparseTag == ReparseTag.symbolicLink.rawValue)
        // Another target is allowed, another tag is not.
        #expect(try set(file, link(#"\??\C:\Windows"#, isRelative: false)) == .success)
        #expect(try target("l") == "/??/C:/Windows")
        #expect(try set(file, nfs(.fifo)) == .ioReparseTagMismatch)
        try peer.close(file)
    }

    @Test(
        "special files of NFS",
        arguments: [
            (NFSReparseData.fifo, FileType.fifo), (.socket, .socket),
            (.symbolicLink(Array("a/b".utf8)), .symbolicLink),
        ])
    func setsSpecialFiles(data: NFSReparseData, type: FileType) throws {
        let file = try fresh("f")
        #expect(try set(file, nfs(data)) == .success)
        #expect(try attributes("f").type == type)
        if type == .symbolicLink { #expect(try target("f") == "a/b") }
        try peer.close(file)
        #expect(server.fileSystem.openCount == 0)
    }

    @Test("devices are the privileged's to make")
    func devices() throws {
        let file = try fresh("f")
        #expect(try set(file, nfs(.characterDevice(major: 1, minor: 3))) == .accessDenied)
        #expect(try attributes("f").type == .regular)
        try make("null", .characterDevice, device: DeviceNumber(major: 1, minor: 3).rawValue)
        try make("disk", .blockDevice, device: DeviceNumber(major: 0x1234, minor: 0x56_7890).rawValue)
        #expect(
            try get(try fileID(try openItself("null"))).data
                == NFSReparseData.characterDevice(major: 1, minor: 3).bytes)
        #expect(
            try get(try fileID(try openItself("disk"))).data
                == NFSReparseData.blockDevice(major: 0x1234, minor: 0x56_7890).bytes)
    }

    @Test(
        "what the mount has made is told of",
        arguments: [(FileType.fifo, NFSReparseData.fifo), (.socket, .socket)])
    func getsReparsePoints(type: FileType, data: NFSReparseData) throws {
        try make("f", type)
        try make("l", .symbolicLink, target: "x/../y")
        // Not followed by anybody: it is no file that could be opened.
        #expect(
            try peer.request(.create, Peer.create("f", disposition: .open)).status
                == .ioReparseTagNotHandled)
        #expect(try get(try fileID(try openItself("f"))) == nfs(data))
        let opened = try openItself("l")
        #expect(try opened.body(CreateResponse.self).fileAttributes.contains(.reparsePoint))
        let file = try fileID(opened)
        #expect(try get(file) == link(#"x\..\y"#))
        #expect(try peer.control(.getReparsePoint, file, room: 7).status == .bufferTooSmall)
        let part = try peer.control(.getReparsePoint, file, room: 10)
        #expect(part.status == .bufferOverflow)
        #expect(try part.body(IoctlResponse.self).output.count == 10)
        #expect(try peer.control(.getReparsePoint, try peer.open("plain")).status == .notAReparsePoint)
    }

    @Test("a directory's link is shown as a directory, and is one again without it")
    func directoryLinks() throws {
        let links = try server.fileSystem.attributes(of: .root, posix).value?.linkCount
        let file = try fresh("d", options: .directoryFile)
        #expect(try set(file, nfs(.fifo)) == .fileIsADirectory)
        #expect(try set(file, link("elsewhere")) == .success)
        #expect(try attributes("d").type == .symbolicLink)
        #expect(try server.fileSystem.attributes(of: .root, posix).value?.linkCount == links)
        let tag: FileAttributeTagInformation = try peer.information(.attributeTag, file)
        #expect(tag.fileAttributes.isSuperset(of: [.reparsePoint, .directory]))
        try peer.close(file)
        #expect(try openItself("d", options: .nonDirectoryFile).status == .fileIsADirectory)
        let again = try fileID(try openItself("d", access: 0x0012_0180, options: .directoryFile))
        #expect(
            try peer.control(.deleteReparsePoint, again, ReparseDataBuffer(tag: .symbolicLink).bytes)
                .status == .success)
        #expect(try attributes("d").type == .directory)
        #expect(try attributes("d").linkCount == 2)
        #expect(
            try server.fileSystem.attributes(of: .root, posix).value?.linkCount == links.map { $0 + 1 })
        try peer.close(again)
        let full = try peer.open("d\\x")
        try peer.close(full)
        #expect(
            try set(
                try fileID(try openItself("d", access: 0x0012_0180, options: .directoryFile)), link("y"))
                == .directoryNotEmpty)
    }

    @Test("a reparse point that is taken away leaves an empty file")
    func deletesReparsePoints() throws {
        let file = try fresh("l")
        func delete(_ tag: ReparseTag, _ data: [UInt8] = []) throws -> NTStatus {
            try peer.control(.deleteReparsePoint, file, ReparseDataBuffer(tag: tag, data: data).bytes)
                .status
        }
        #expect(try delete(.symbolicLink) == .notAReparsePoint)
        #expect(try set(file, link("x")) == .success)
        #expect(try delete(.nfs) == .ioReparseTagMismatch)
        #expect(try delete(.symbolicLink, [1]) == .ioReparseDataInvalid)
        #expect(try delete(.none) == .ioReparseTagInvalid)
        #expect(try delete(.symbolicLink) == .success)
        let seen = try attributes("l")
        #expect(seen.type == .regular && seen.size == 0 && seen.permissions.rawValue == 0o644)
        try peer.close(file)
        let plain = try peer.open("l")
        try peer.write(plain, [1, 2, 3])
        #expect(try peer.read(plain, 10) == [1, 2, 3])
    }

    @Test("what is refused, and leaves the file as it was")
    func refuses() throws {
        let file = try fresh("f")
        func raw(_ bytes: [UInt8]) throws -> NTStatus {
            try peer.control(.setReparsePoint, file, bytes).status
        }
        #expect(try raw([]) == .ioReparseDataInvalid)
        #expect(try raw(link("x").bytes + [0]) == .ioReparseDataInvalid)
        #expect(try raw(Array(link("x").bytes.dropLast())) == .ioReparseDataInvalid)
        #expect(try raw([UInt8](repeating: 0, count: 16_385)) == .ioReparseDataInvalid)
        #expect(try set(file, ReparseDataBuffer(tag: .none)) == .ioReparseTagInvalid)
        #expect(try set(file, ReparseDataBuffer(tag: .reservedOne)) == .ioReparseTagInvalid)
        #expect(
            try set(file, ReparseDataBuffer(tag: .mountPoint, data: [1])) == .ioReparseTagNotHandled)
        #expect(
            try set(file, ReparseDataBuffer(tag: .symbolicLink, data: [1])) == .ioReparseDataInvalid)
        #expect(
            try set(file, ReparseDataBuffer(tag: .nfs, data: [1, 2, 3, 4, 5, 6, 7, 8]))
                == .ioReparseDataInvalid)
        #expect(try set(file, link("")) == .ioReparseDataInvalid)
        #expect(try set(file, nfs(.symbolicLink([]))) == .ioReparseDataInvalid)
        #expect(try set(file, nfs(.symbolicLink([0x61, 0]))) == .ioReparseDataInvalid)
        #expect(try attributes("f").type == .regular)
        // Somebody else looks at the file.
        let other = try peer.open("f")
        #expect(try set(file, link("x")) == .sharingViolation)
        try peer.write(other, [1])
        try peer.close(other)
        #expect(try set(file, link("x")) == .notSupported)
        let reader = try fileID(try openItself("f", access: 0x0012_0081))
        #expect(try set(reader, link("x")) == .accessDenied)
    }

    @Test("bytes are not written to what is no file any more")
    func staleOpens() throws {
        let reply = try peer.request(
            .create,
            Peer.create("f", access: 0x0012_019F, disposition: .create, options: .openReparsePoint))
        let file = try fileID(reply)
        #expect(try set(file, link("x")) == .success)
        let write = try peer.send(
            peer.message(.write) { writer in
                WriteRequest(dataLength: 1, offset: 0, fileID: file).write(
                    data: [7].span.bytes, to: &writer)
            })
        #expect(write.first?.status == .invalidParameter)
        #expect(
            try peer.request(.read, ReadRequest(length: 1, offset: 0, fileID: file)).status
                == .invalidParameter)
        #expect(try peer.control(.setSparse, file).status == .invalidParameter)
        #expect(try target("f") == "x")
    }

    @Test(
        "an open that runs into a link is told where it leads, and what is left of the path",
        arguments: [
            ("dir\\l", 0), ("dir\\l\\a\\bc", 10), ("dir/l/a", 4), ("DIR\\L\\x\\", 6),
        ])
    func stops(path: String, unparsed: UInt16) throws {
        _ = try peer.open("dir", options: .directoryFile)
        let directory = try attributes("dir").inode
        _ = try server.fileSystem.make(
            NewFile(type: .symbolicLink, permissions: [], symbolicLinkTarget: Array("../to/é".utf8)),
            named: try FileName("l"), in: directory, posix)
        let reply = try peer.request(.create, Peer.create(path, disposition: .open))
        #expect(reply.status == .stoppedOnSymlink)
        let body: ErrorResponse = try reply.body()
        var reader = WireReader(body.errorData.span.bytes)
        let expected = Array(#"..\to\é"#.utf8)
        #expect(
            try SymbolicLinkError(parsing: &reader)
                == SymbolicLinkError(
                    unparsedPathLength: unparsed, isRelative: true, substituteName: expected,
                    printName: expected))
        if unparsed > 0 { #expect(try openItself(path).status == .stoppedOnSymlink) }
        #expect(server.fileSystem.openCount == 1)
    }

    @Test("listings show links and special files with their tags")
    func lists() throws {
        try make("l", .symbolicLink, target: "f")
        try make("f", .fifo)
        let root = try peer.create("", access: 0x81, options: .directoryFile)
        let reply = try peer.request(
            .queryDirectory,
            QueryDirectoryRequest(
                fileInformationClass: .idBothDirectory, fileID: root, fileName: Array("*".utf8),
                outputBufferLength: 4096))
        let response: QueryDirectoryResponse = try reply.body()
        var reader = WireReader(response.outputBuffer.span.bytes)
        let entries = try DirectoryEntryInformation.parseList(
            &reader, informationClass: .idBothDirectory)
        let tags = entries.filter { $0.fileAttributes.contains(.reparsePoint) }
            .map { "\(String(decoding: $0.fileName, as: UTF8.self)) \(String($0.eaSize, radix: 16))" }
        #expect(tags == ["l a000000c", "f 80000014"])
    }

    @Test("the server that follows links tells nobody of them")
    func follows() throws {
        let server = try TestServer()
        let peer = try Peer.connected(to: server)
        try peer.close(try peer.open("f"))
        _ = try server.fileSystem.make(
            NewFile(type: .symbolicLink, permissions: [], symbolicLinkTarget: Array("f".utf8)),
            named: try FileName("l"), in: .root, posix)
        let file = try fileID(try peer.request(.create, Peer.create("l", disposition: .open)))
        #expect(try peer.control(.getReparsePoint, file).status == .notAReparsePoint)
    }
}

@Suite("Targets of links, between POSIX and Windows")
struct SymbolicLinkTargetTests {
    @Test(
        "comes back byte for byte",
        arguments: [
            "a", "a/b/c", "../x", "./a/../b", "/abs/olute", "a//b/", "with space./t. ", "q?*:<>|\"\\",
            "\u{1}", "é/漢字/😀",
            "..", ".", "/", "/??/C:/a?b", "a/.../b", "...",
        ])
    func roundTrips(target: String) {
        let bytes = Array(target.utf8)
        #expect(SymbolicLinkTarget.decode(SymbolicLinkTarget.encode(bytes)) == bytes)
    }

    @Test("what is no UTF-8 as well")
    func rawBytes() {
        let bytes: [UInt8] = [0x61, 0xFF, 0x2F, 0xC3, 0x28, 0x2F, 0xEF, 0x80, 0xA2]
        #expect(SymbolicLinkTarget.decode(SymbolicLinkTarget.encode(bytes)) == bytes)
    }

    @Test(
        "as Windows writes it",
        arguments: [
            ("a/b", #"a\b"#, true), ("/a/b", #"\a\b"#, false), ("/??/C:/x", #"\??\C:\x"#, false),
            ("../:", "..\\\u{F022}", true),
        ])
    func names(target: String, name: String, isRelative: Bool) {
        let data = SymbolicLinkTarget.encode(Array(target.utf8))
        #expect(String(decoding: data.substituteName, as: UTF8.self) == name)
        #expect(data.isRelative == isRelative)
    }
}
