import Glibc
import SMBMessages
import Testing
import WindowsTypes

@testable import SMBProtocol

/// The article ClassesAndOptions.md, as its rows.
private struct Article {
    struct Row: Hashable {
        let key: String
        let name: String
        let answer: String
        let source: String
        let test: String
    }

    private(set) var sections: [String: [Row]] = [:]

    init(_ text: String) {
        var section = ""
        for line in text.split(separator: "\n") {
            if line.hasPrefix("## ") { section = String(line.dropFirst(3)) }
            let cells = line.split(separator: "|").map { $0.drop { $0 == " " } }
                .map { String($0.reversed().drop { $0 == " " }.reversed()) }
            guard line.hasPrefix("|"), cells.count == 5, cells[0] != "---", cells[4] != "test" else { continue }
            sections[section, default: []].append(
                Row(key: cells[0], name: cells[1], answer: cells[2], source: cells[3], test: cells[4]))
        }
    }
}

/// A file of the package, named from this one's place.
private func contents(_ path: String, from here: String = #filePath) throws -> String {
    let root = here.split(separator: "/").dropLast(4).joined(separator: "/")
    let file = try #require(fopen("/\(root)/\(path)", "r"), "\(path) is missing")
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { bytes += buffer[..<count] }
    return String(decoding: bytes, as: UTF8.self)
}

@Suite("ClassesAndOptions.md and the tables that dispatch works from")
struct ClassesAndOptionsTests {
    private let article: Article

    init() throws {
        article = Article(try contents("Sources/SMBProtocol/SMBProtocol.docc/ClassesAndOptions.md"))
    }

    private static func answer(_ handling: InformationTable.Handling) -> String {
        switch handling {
        case .answered: "answered"
        case .refused(let status): "\(status)"
        }
    }

    @Test(
        "every class has its row, and no other",
        arguments: [
            ("QUERY_INFO, files", InformationTable.fileQueries),
            ("QUERY_INFO, volumes", InformationTable.fileSystemQueries),
            ("SET_INFO, files", InformationTable.fileUpdates),
            ("SET_INFO, volumes", InformationTable.fileSystemUpdates),
            ("QUERY_DIRECTORY", InformationTable.directoryQueries),
        ])
    func listsEveryClass(section: String, rows: [InformationTable.Row]) throws {
        let written = try #require(article.sections[section]).map { "\($0.key) \($0.name) \($0.answer)" }
        #expect(written == rows.map { "\($0.number) \($0.name) \(Self.answer($0.handling))" })
    }

    @Test("every option has its row")
    func listsEveryOption() throws {
        let rows = CreateOptionTable.rows.map { row in
            let digits = String(row.option.rawValue, radix: 16, uppercase: true)
            let answer =
                switch row.handling {
                case .honored: "answered"
                case .ignored: "ignored"
                case .refused(let status): "\(status)"
                }
            return "0x\(String(repeating: "0", count: 8 - digits.count))\(digits) \(row.name) \(answer)"
        }
        #expect(try #require(article.sections["CreateOptions"]).map { "\($0.key) \($0.name) \($0.answer)" } == rows)
    }

    @Test(
        "every control code has its row, and no other",
        arguments: [
            ("IOCTL, connections", ControlCodeTable.ofConnections), ("IOCTL, files", ControlCodeTable.ofFiles),
        ])
    func listsEveryControlCode(section: String, rows: [ControlCodeTable.Row]) throws {
        let expected = rows.map { row in
            let digits = String(row.code.rawValue, radix: 16, uppercase: true)
            let code = "0x\(String(repeating: "0", count: 8 - digits.count))\(digits)"
            return "\(code) \(row.name) \(Self.answer(row.handling))"
        }
        #expect(try #require(article.sections[section]).map { "\($0.key) \($0.name) \($0.answer)" } == expected)
    }

    @Test("every kind of bad name has its row")
    func listsEveryFault() throws {
        let rows = WindowsPath.Fault.allCases.map { "\($0.rawValue) \($0.status)" }
        #expect(try #require(article.sections["Names"]).map { "\($0.key) \($0.answer)" } == rows)
    }

    @Test("every row has a source and a test that exists")
    func namesTests() throws {
        var sources = ""
        for file in ["Apple", "Create", "CreateContext", "Data", "Information", "Link", "Posix", "QueryDirectory", "FileSecurity", "Update", "WindowsName"] {
            sources += try contents("Tests/SMBProtocolTests/Files/\(file)Tests.swift")
        }
        for file in ["Connection/Binding", "Connection/Negotiate", "Connection/Session"] {
            sources += try contents("Tests/SMBProtocolTests/\(file)Tests.swift")
        }
        for file in ["DuplicateExtents", "ReparsePoints", "ServerSideCopy", "SparseFiles", "StorageControls", "TortureControls"] {
            sources += try contents("Tests/SMBProtocolTests/Ioctl/\(file)Tests.swift")
        }
        let rows = article.sections.values.joined()
        #expect(rows.count > 100)
        for row in rows {
            #expect(!row.source.isEmpty, "\(row)")
            #expect(sources.contains("func \(row.test)("), "\(row)")
        }
    }
}
