import FileSystemCore
import FileSystemModel
import SMBMessages
import Testing
import WindowsTypes

@testable import SMBProtocol

@Suite("Symbolic links: followed inside the share")
struct LinkTests {
    private func bench() throws -> FilesBench {
        let bench = try FilesBench()
        try bench.make("dir", directory: true)
        try bench.make("dir\\file", "12345")
        func link(_ name: String, _ target: String) throws {
            let file = NewFile(
                type: .symbolicLink, permissions: Permissions(rawValue: 0o777), symbolicLinkTarget: Array(target.utf8))
            _ = try bench.fileSystem.make(file, named: FileName(name), in: .root, bench.operation)
        }
        try link("to-file", "dir/file")
        try link("to-dir", "dir")
        try link("nowhere", "absent")
        try link("outside", "../../etc/passwd")
        return bench
    }

    @Test("an open finds what the link leads to; FILE_OPEN_REPARSE_POINT finds the link")
    func followsLinks() throws {
        let bench = try bench()
        let target = try bench.open("dir\\file", .open)
        let file = try bench.open("to-file", .open, access: 0x81)
        #expect(try bench.text(file) == "12345")
        #expect(
            try bench.query(.internal, file, as: FileInternalInformation.self)
                == (try bench.query(.internal, target, as: FileInternalInformation.self)))
        #expect(bench.exists("to-dir\\file"))
        #expect(bench.create("nowhere", .open, access: 0x80).status == .objectNameNotFound)
        #expect(bench.create("outside", .open, access: 0x80).status == .objectNameNotFound)
        let link = try bench.open("to-file", .open, access: 0x80, options: .openReparsePoint)
        let tag = try bench.query(.attributeTag, link, as: FileAttributeTagInformation.self)
        #expect(tag.fileAttributes.contains(.reparsePoint) && tag.reparseTag == 0xA000_000C)
    }

    @Test("an open with the POSIX create context sees the link; one without it, of the same client, what it leads to")
    func followsByOpen() throws {
        let bench = try bench()
        bench.connection.terms.dialect = .smb311
        bench.connection.terms.isPosixNegotiated = true
        #expect(bench.createPosix("to-file", .open, access: 0x81).status == .stoppedOnSymlink)
        #expect(bench.createPosix("to-dir/file", .open, access: 0x81).status == .stoppedOnSymlink)
        #expect(try bench.text(try bench.open("to-file", .open, access: 0x81)) == "12345")
        #expect(bench.exists("to-dir\\file"))
    }

    @Test("a listing tells what an open would find")
    func listsTargets() throws {
        let bench = try bench()
        let root = try bench.open("", .open, access: 0x81)
        let entries = try bench.entries(bench.list(root))
        func entry(_ name: String) throws -> DirectoryEntryInformation {
            try #require(entries.first { String(decoding: $0.fileName, as: UTF8.self) == name })
        }
        let target = try bench.open("dir\\file", .open)
        #expect(try entry("to-file").endOfFile == 5)
        #expect(
            try entry("to-file").fileID
                == (try bench.query(.internal, target, as: FileInternalInformation.self)).indexNumber)
        #expect(try entry("to-dir").fileAttributes == .directory)
        #expect(try entry("nowhere").fileAttributes.contains(.reparsePoint))
        #expect(bench.fileSystem.openCount == 2)
    }
}
