import FileSystemCore
import FileSystemModel
import SMBMessages
import Testing
import WindowsTypes

@testable import SMBProtocol

@Suite("Short names over SMB — [MS-FSCC] 2.1.5.2.1, [MS-FSA] 2.1.5.6.3 and 2.1.5.12.4")
struct ShortNameTests {
    private let bench: FilesBench

    init() throws { bench = try FilesBench() }

    private func alternate(_ name: String) throws -> String {
        let file = try bench.open(name, .open, access: 0x80)
        defer { bench.close(file) }
        let answer: FileNameInformation = try bench.query(.alternateName, file)
        return String(decoding: answer.fileName, as: UTF8.self)
    }

    /// Names and short names, as a listing tells them.
    private func listed(
        _ pattern: String = "*", _ informationClass: FileInformationClass = .bothDirectory
    ) throws -> [String: String] {
        let root = try bench.open("", .open, access: 0x81)
        defer { bench.close(root) }
        let shape = try #require(DirectoryInformationClass(informationClass))
        let entries = try bench.entries(bench.list(root, pattern, informationClass), shape)
        let pairs = entries.filter { $0.fileName.first != 0x2E }.map {
            (String(decoding: $0.fileName, as: UTF8.self), String(decoding: $0.shortName, as: UTF8.self))
        }
        return Dictionary(uniqueKeysWithValues: pairs)
    }

    @Test("a listing tells them, in the classes that can")
    func listing() throws {
        try bench.make("Long name.html", "text")
        try bench.make("short.txt")
        let expected = ["Long name.html": "LONGNA~3.HTM", "short.txt": ""]
        #expect(try listed() == expected)
        #expect(try listed("*", .idBothDirectory) == expected)
        #expect(try listed("*", .idFullDirectory) == ["Long name.html": "", "short.txt": ""])
        #expect(try alternate("long NAME.html") == "LONGNA~3.HTM")
        #expect(try alternate("short.txt") == "short.txt")
        let root = try bench.open("", .open, access: 0x80)
        #expect(bench.query(.alternateName, root).status == .objectNameNotFound)
    }

    @Test("an entry is found by it, in any case, as the last component and before")
    func found() throws {
        try bench.make("Long directory", directory: true)
        try bench.make("Long directory\\File in it.text", "inside")
        let file = try bench.open("longdi~3\\FILEIN~3.TEX", .open, access: 0x0001_0081)
        #expect(try bench.text(file) == "inside")
        let name: FileNameInformation = try bench.query(.name, file)
        #expect(String(decoding: name.fileName, as: UTF8.self) == "\\Long directory\\File in it.text")
        #expect(bench.create("LONGDI~3\\FILEIN~3.TEX", .create).status == .objectNameCollision)
        #expect(!bench.exists("LONGDI~4") && !bench.exists("LONG~3") && !bench.exists("LONGDI~3.X") && !bench.exists("LONGDI~"))
        // The name changes, and with its place the short name.
        #expect(bench.rename(file, to: "LONGDI~3\\Another name of it") == .success)
        bench.close(file)
        #expect(!bench.exists("Long directory\\FILEIN~3.TEX"))
        #expect(try alternate("Long directory\\another name of it") == "ANOTHE~4")
    }

    @Test("a rename meets the entry whose short name it is given")
    func renameTarget() throws {
        try bench.make("the first file")
        try bench.make("second")
        let file = try bench.open("second", .open)
        #expect(bench.rename(file, to: "THEFIR~3") == .objectNameCollision)
        #expect(bench.rename(file, to: "THEFIR~3", replacing: true) == .success)
        bench.close(file)
        #expect(try listed() == ["THEFIR~3": ""])
    }

    @Test("patterns are compared with both names")
    func patterns() throws {
        for name in ["page.html", "other.htm", "notes about it"] { try bench.make(name) }
        #expect(try Set(listed("*.htm").keys) == ["page.html", "other.htm"])
        #expect(try Set(listed("*~5").keys) == ["notes about it"])
        #expect(try Set(listed("notesa~5").keys) == ["notes about it"])
        #expect(try Set(listed("*.html").keys) == ["page.html"])
    }

    @Test("a name that somebody bears in full is nobody else's short name")
    func shadowed() throws {
        try bench.make("Long name.html", "long")
        try bench.make("x")
        let file = try bench.open("x", .open)
        // Only the mount, and a rename of the entry itself, can make such a name.
        let target = try #require(try? FileName("LONGNA~3.HTM"))
        _ = try bench.fileSystem.link(
            InodeNumber(rawValue: bench.query(.internal, file, as: FileInternalInformation.self).indexNumber), named: target,
            in: .root, bench.operation)
        #expect(bench.write(file, "short").status == .success)
        bench.close(file)
        let found = try bench.open("longna~3.htm", .open)
        #expect(try bench.text(found) == "short")
        #expect(try listed()["Long name.html"] == "")
        let long = try bench.open("Long name.html", .open)
        #expect(bench.query(.alternateName, long).status == .objectNameNotFound)
        #expect(bench.set(.disposition, found, FileDispositionInformation(deletePending: true)) == .success)
        bench.close(found)
        #expect(try listed()["Long name.html"] == "LONGNA~3.HTM")
    }

    @Test("what is deleted and made again by its short name has its long name back, for fifteen seconds")
    func comesBack() throws {
        func delete(_ name: String) throws {
            bench.close(try bench.open(name, .open, access: 0x0001_0000, options: .deleteOnClose))
        }
        try bench.make("A document.text", "old")
        try delete("ADOCUM~3.TEX")
        #expect(try listed().isEmpty)
        try bench.make("ADOCUM~3.TEX", "new")
        #expect(try listed() == ["A document.text": "ADOCUM~3.TEX"])
        // By a rename as well, as programs do that write a second file first.
        try bench.make("temp")
        try delete("adocum~3.tex")
        let file = try bench.open("temp", .open)
        #expect(bench.rename(file, to: "ADOCUM~3.TEX") == .success)
        bench.close(file)
        #expect(try listed() == ["A document.text": "ADOCUM~3.TEX"])
        // Deleted by the long name, it is gone.
        try delete("A document.text")
        try bench.make("ADOCUM~3.TEX")
        #expect(try listed() == ["ADOCUM~3.TEX": ""])
        try delete("ADOCUM~3.TEX")
        // After a while it is forgotten.
        try bench.make("Another document")
        let short = try alternate("Another document")
        try delete(short)
        bench.clock.advance(seconds: 16)
        try bench.make(short)
        #expect(try listed() == [short: ""])
    }

    @Test("what SMB cannot say as it is has a short name in plain letters")
    func mapped() throws {
        try bench.make("a\u{F022}b-")
        #expect(try listed() == ["a\u{F022}b-": "A_B-~3"])
        let file = try bench.open("a_b-~3", .open)
        #expect(bench.fileSystem.path(of: try #require(bench.fileSystem.opens.last))?.first?.bytes == Array("a:b-".utf8))
        bench.close(file)
    }
}
