import AccessArbitration
import AccessControl
import ContentStore
import FileSystemCore
import FileSystemModel
import Glibc
import MetadataStore
import Testing

@testable import Instance

@Suite("Filling and describing a share")
struct ShareCopyTests {
    @Test("a directory arrives with contents, holes, modes, times and links")
    func fill() throws {
        let directory = try TemporaryTree()
        defer { directory.remove() }
        directory.run("mkdir -p sub/deep; printf hello > a.txt; chmod 640 a.txt; touch -d @1000000000.5 a.txt")
        directory.run("ln a.txt sub/hard; ln -s ../a.txt sub/soft; : > empty; mkfifo pipe; chmod 4755 a.txt")
        directory.run("truncate -s 3M sparse; printf x | dd of=sparse bs=1 seek=2097152 conv=notrunc status=none")
        directory.run("touch -d @1000000000.5 a.txt; chmod 1777 sub/deep")
        directory.run("printf y > \"$(printf 'bad\\377')\"")

        let fileSystem = try Self.makeFileSystem()
        var filler = ShareFiller(fileSystem)
        try filler.fill(from: directory.path)
        var manifest = ShareManifest(fileSystem)
        let lines = manifest.text().split(separator: "\n").map(String.init)
        func line(_ path: String) -> String {
            lines.first { $0.contains("\"path\":\"\(path)\"") } ?? ""
        }
        let hello = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
        #expect(line("a.txt").contains("\"type\":\"regular\",\"mode\":\"4755\""))
        #expect(line("a.txt").contains("\"links\":2,\"size\":5,\"sha256\":\"\(hello)\""))
        #expect(line("sub/hard").contains(hello))
        #expect(line("sub/soft").contains("\"target\":\"../a.txt\""))
        #expect(line("sub/deep").contains("\"type\":\"directory\",\"mode\":\"1777\""))
        #expect(line("pipe").contains("\"type\":\"fifo\""))
        #expect(line("empty").contains("\"size\":0"))
        #expect(line("sparse").contains("\"size\":3145728"))
        #expect(line("bad\u{FFFD}").contains("\"size\":1"))
        #expect(lines.count == 9 && !lines.contains { $0.contains("\"error\"") })

        let caller = InternalCaller()
        let file = try caller.value(try fileSystem.lookup(FileName("a.txt"), in: .root, caller.context))
        #expect(file.modificationTime == Timestamp(seconds: 1_000_000_000, nanoseconds: 500_000_000))
        let sparse = try caller.value(try fileSystem.lookup(FileName("sparse"), in: .root, caller.context))
        #expect(sparse.allocatedSize < 1 << 18)
        #expect(fileSystem.openCount == 0)
    }

    @Test("a description tells named streams, however long, and extended attributes")
    func additions() throws {
        let directory = try TemporaryTree()
        defer { directory.remove() }
        directory.run("mkdir sub; printf hello > sub/file; ln -s file sub/link")
        let fileSystem = try Self.makeFileSystem()
        var filler = ShareFiller(fileSystem)
        try filler.fill(from: directory.path)
        let context = InternalCaller().context
        let file = try InternalCaller().value(
            try fileSystem.open(
                WindowsOpenRequest(path: [FileName("sub"), FileName("file")], access: .all, share: .all, disposition: .open),
                context)
        ).open
        func set(_ name: String, _ value: [UInt8], _ inode: InodeNumber) throws {
            _ = try fileSystem.setExtendedAttribute(Array(name.utf8), to: value, mode: .either, of: inode, context)
        }
        try set("user.colour", Array("hello".utf8), file.inode)
        try set("user.DosStream.notes:$DATA", Array("hello".utf8), file.inode)
        try set("user.DosStream.of the root:$DATA", [], .root)
        let long = try InternalCaller().value(
            try fileSystem.open(
                WindowsOpenRequest(
                    path: [FileName("sub"), FileName("file")], stream: FileName("long"), access: .all, share: .all,
                    disposition: .create), context)
        ).open
        let bytes = [UInt8](repeating: 0, count: 100_000)
        _ = try bytes.withUnsafeBytes { try fileSystem.write(long, at: 0, from: $0, context) }
        for open in [file, long] { _ = try fileSystem.close(open, context) }
        func lines() -> [Substring] {
            var manifest = ShareManifest(fileSystem)
            return manifest.text().split(separator: "\n")
        }
        let hello = "{\"size\":5,\"sha256\":\"2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824\"}"
        #expect(lines().count == 4)
        #expect(lines()[0].contains("\"path\":\"\",\"streams\":{\"of the root\":{\"size\":0,"))
        #expect(lines()[2].contains("\"streams\":{\"long\":{\"size\":100000,"))
        #expect(lines()[2].contains("\"notes\":\(hello)},\"attributes\":{\"user.colour\":\(hello)}"))
        #expect(!lines()[1].contains("streams") && !lines()[3].contains("attributes"))
        // Another byte of a stream is another line.
        let before = lines()
        try set("user.DosStream.notes:$DATA", Array("hallo".utf8), file.inode)
        #expect(zip(before, lines()).map { $0 == $1 } == [true, true, false, true])
        #expect(fileSystem.openCount == 0)
    }

    @Test("a directory that is not there is named")
    func missing() throws {
        var filler = ShareFiller(try Self.makeFileSystem())
        let error = #expect(throws: ShareFiller.Failure.self) { try filler.fill(from: "/nowhere/at/all") }
        #expect(error?.description == "/nowhere/at/all: No such file or directory")
    }

    static func makeFileSystem() throws -> FileSystem {
        let environment = CoreEnvironment(
            clock: SystemClock(), randomness: { UInt64.random(in: 0...UInt64.max) }, report: { _ in })
        return try FileSystem(
            options: FileSystemOptions(name: "/export"), metadata: MemoryMetadataStore(),
            content: MemoryContentStore(maximumBytes: 1 << 30), environment: environment)
    }
}

/// A directory of its own for one test, filled by the shell.
struct TemporaryTree {
    let path: String

    init() throws {
        var template = Array("/tmp/dittofs-test-XXXXXX".utf8CString)
        try #require(mkdtemp(&template) != nil)
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    func run(_ script: String) {
        #expect(system("cd \(path) && (\(script))") == 0)
    }

    func remove() {
        _ = system("rm -rf \(path)")
    }
}
