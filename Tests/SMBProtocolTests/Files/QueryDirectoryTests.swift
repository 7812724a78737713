import FileSystemModel
import SMBMessages
import Testing
import WindowsTypes

@testable import SMBProtocol

extension FilesBench {
    func list(
        _ directory: FileID, _ pattern: String = "*", flags: QueryDirectoryFlags = [],
        _ informationClass: FileInformationClass = .idBothDirectory, room: UInt32 = 65_536
    ) -> Answer {
        send(
            .queryDirectory,
            QueryDirectoryRequest(
                fileInformationClass: informationClass, flags: flags, fileID: directory, fileName: Array(pattern.utf8),
                outputBufferLength: room))
    }

    func entries(
        _ answer: Answer, _ informationClass: DirectoryInformationClass = .idBothDirectory
    ) throws -> [DirectoryEntryInformation] {
        guard answer.status == .success else { return [] }
        return try answer.body(QueryDirectoryResponse.self).entries(informationClass)
    }

    func names(_ answer: Answer) throws -> [String] {
        try entries(answer).map { String(decoding: $0.fileName, as: UTF8.self) }
    }
}

@Suite("QUERY_DIRECTORY — [MS-SMB2] 3.3.5.18, [MS-FSA] 2.1.5.6.3")
struct QueryDirectoryTests {
    private func bench(_ names: [String]) throws -> (FilesBench, FileID) {
        let bench = try FilesBench()
        for name in names { try bench.make(name) }
        return (bench, try bench.open("", .open, access: 0x81))
    }

    @Test("an expression that fits few names of many holds nobody up: part of the answer, or another thread")
    func takesTurns() throws {
        var limits = ServerLimits()
        limits.directoryEntriesPerTurn = 8
        let peer = try Peer.connected(to: try TestServer(limits: limits))
        for number in 10..<60 { try peer.request(.close, CloseRequest(fileID: try peer.open("file \(number)"))) }
        let directory = try peer.create("", access: 0x81, options: .directoryFile)
        /// The names of one answer, and whether it took another thread.
        func list(_ pattern: String) throws -> (names: [String], NTStatus, isElsewhere: Bool) {
            let request = QueryDirectoryRequest(
                fileInformationClass: .names, fileID: directory, fileName: Array(pattern.utf8), outputBufferLength: 4096)
            var replies = try peer.send(peer.message(.queryDirectory, request))
            let isElsewhere = peer.connection.isBlocked
            if isElsewhere {
                peer.connection.continueBlocking()
                replies = try peer.replies()
            }
            let reply = try #require(replies.first)
            guard reply.status == .success else { return ([], reply.status, isElsewhere) }
            let entries = try reply.body(QueryDirectoryResponse.self).entries(.names)
            return (entries.map { String(decoding: $0.fileName, as: UTF8.self) }, .success, isElsewhere)
        }
        #expect(try list("*") .names.count == 52)
        // What fits stands at the end: it is looked for elsewhere.
        let last = try list("*59")
        #expect(last.names == ["file 59"] && last.isElsewhere)
        // One in ten: each answer has what its turn has found.
        var found: [String] = []
        while true {
            let (names, status, isElsewhere) = try list("* ?5")
            found += names
            guard status == .success else {
                #expect(status == .noMoreFiles)
                break
            }
            #expect(!names.isEmpty && names.count <= 1)
            #expect(!isElsewhere || found.count > 1)
        }
        #expect(found == ["file 15", "file 25", "file 35", "file 45", "file 55"])
        let none = try list("nothing*")
        #expect(none == ([], .noSuchFile, true))
    }

    @Test("dot and dot-dot come first, then all; then NO_MORE_FILES", arguments: ["*", "*.*", ""])
    func listsEverything(pattern: String) throws {
        let (bench, root) = try bench(["b", "a.txt", "C"])
        #expect(try bench.names(bench.list(root, pattern)) == [".", "..", "b", "a.txt", "C"])
        #expect(bench.list(root, pattern).status == .noMoreFiles)
        #expect(bench.list(root, pattern).status == .noMoreFiles)
    }

    @Test(
        "wildcards",
        arguments: [
            ("*.txt", ["a.txt", "B.TXT", "a.b.txt"]), ("?.txt", ["a.txt", "B.TXT"]),
            ("a*", ["a.txt", "a.b.txt", "abc"]),
            ("A.TXT", ["a.txt"]), ("<.txt", ["a.txt", "B.TXT", "a.b.txt"]), ("ab>>", ["abc"]), ("abc\"", ["abc"]),
            ("???", ["abc"]), ("*b*", ["B.TXT", "a.b.txt", "abc"]),
        ])
    func obeysWildcards(pattern: String, expected: [String]) throws {
        let (bench, root) = try bench(["a.txt", "B.TXT", "a.b.txt", "abc"])
        #expect(try bench.names(bench.list(root, pattern)).filter { !$0.allSatisfy { $0 == "." } } == expected)
    }

    /// What arrays in a value hold, in bytes.
    private func held(_ value: Any) -> Int {
        switch value {
        case let bytes as [UInt8]: bytes.count
        case let units as [UInt16]: 2 * units.count
        case let words as [UInt64]: 8 * words.count
        default: Mirror(reflecting: value).children.reduce(0) { $0 + held($1.value) }
        }
    }

    @Test("between requests an open keeps of its expression no more than the bytes, however long", arguments: [1, 255, 765])
    func keepsLittle(length: Int) {
        let expression = (0..<length).map { UInt8(ascii: "#") + UInt8($0 % 90) }
        var scan = DirectoryScan(expression)
        #expect(scan.pattern.matchesAll == false && scan.continues(expression))
        scan.restart()
        #expect(held(scan) == length)
    }

    @Test("an empty first scan is NO_SUCH_FILE, a later one NO_MORE_FILES", arguments: ["none", "none*"])
    func tellsEmptyScansApart(pattern: String) throws {
        let (bench, root) = try bench(["a"])
        #expect(bench.list(root, pattern).status == .noSuchFile)
        #expect(bench.list(root, pattern).status == .noMoreFiles)
        #expect(bench.list(root, pattern, flags: .restartScans).status == .noSuchFile)
    }

    @Test("RESTART_SCANS, REOPEN and another pattern begin anew; SINGLE_ENTRY gives one")
    func restarts() throws {
        let (bench, root) = try bench(["a", "b"])
        #expect(try bench.names(bench.list(root, flags: .returnSingleEntry)) == ["."])
        #expect(try bench.names(bench.list(root, flags: .returnSingleEntry)) == [".."])
        #expect(try bench.names(bench.list(root)) == ["a", "b"])
        #expect(try bench.names(bench.list(root, flags: [.restartScans, .returnSingleEntry])) == ["."])
        #expect(try bench.names(bench.list(root, flags: .reopen)) == [".", "..", "a", "b"])
        #expect(try bench.names(bench.list(root, "a")) == ["a"])
        #expect(try bench.names(bench.list(root, "b")) == ["b"])
        #expect(bench.list(root, "").status == .noMoreFiles)
        #expect(try bench.names(bench.list(root, "*.*", flags: .indexSpecified)) == [".", "..", "a", "b"])
    }

    @Test("classes: the table's, each with its fixed part", arguments: InformationTable.directoryQueries.map(\.number))
    func answersClasses(number: UInt8) throws {
        let (bench, windowsRoot) = try bench(["a"])
        bench.connection.terms.isPosixNegotiated = number == 100
        let root = try number == 100 ? bench.openPosix("", .open, access: 0x81) : windowsRoot
        let row = try #require(InformationTable.directoryQueries.first { $0.number == number })
        let informationClass = FileInformationClass(rawValue: number)
        let answer = bench.list(root, "a", informationClass)
        guard row.handling == .answered else {
            #expect(row.handling == .refused(answer.status))
            return
        }
        let structure = try #require(DirectoryInformationClass(informationClass))
        let entry = try #require(try bench.entries(answer, structure).first)
        #expect(entry.fileName == [0x61])
        if structure != .names { #expect(entry.fileAttributes == .archive && entry.creationTime > .zero) }
        // Less than the fixed part, and less than the first entry.
        let fixed = UInt32(structure.fixedByteCount + (structure == .posix ? 32 : 0))
        #expect(
            bench.list(root, "a", flags: .restartScans, informationClass, room: fixed - 1).status == .infoLengthMismatch
        )
        #expect(
            bench.list(root, "a", flags: .restartScans, informationClass, room: fixed + 1).status == .infoLengthMismatch
        )
        let exact = bench.list(root, "a", flags: .restartScans, informationClass, room: fixed + 2)
        #expect(try bench.entries(exact, structure).count == 1)
    }

    @Test("classes that are no listing are INVALID_INFO_CLASS", arguments: [4, 5, 18, 200] as [UInt8])
    func refusesOtherClasses(number: UInt8) throws {
        let (bench, root) = try bench([])
        #expect(bench.list(root, "*", FileInformationClass(rawValue: number)).status == .invalidInfoClass)
    }

    @Test("the number in a listing is the file's")
    func numbersAgree() throws {
        let (bench, root) = try bench(["a"])
        let file = try bench.open("a", .open)
        let number = try bench.query(.internal, file, as: FileInternalInformation.self).indexNumber
        #expect(try bench.entries(bench.list(root, "a")).first?.fileID == number)
        #expect(
            try bench.entries(bench.list(root, "a", flags: .reopen, .idFullDirectory), .idFullDirectory).first?.fileID
                == number)
        #expect(
            try bench.entries(bench.list(root, "a", flags: .reopen, .idExtdDirectory), .idExtdDirectory).first?.fileID
                == number)
    }

    @Test("refuses files, missing rights, buffers over the limit and paths as patterns")
    func refuses() throws {
        let (bench, root) = try bench(["a"])
        #expect(bench.list(try bench.open("a", .open)).status == .invalidParameter)
        #expect(bench.list(try bench.open("", .open, access: 0x80)).status == .accessDenied)
        #expect(bench.list(root, room: 65_537).status == .invalidParameter)
        #expect(bench.list(root, "a\\b").status == .objectNameInvalid)
        #expect(bench.list(root, "a/b").status == .objectNameInvalid)
        #expect(bench.list(root, String(repeating: "*?", count: 400)).status == .objectNameInvalid)
    }

    @Test("lists 3,000 entries once each, in any buffer", arguments: [512, 4096, 65_536] as [UInt32])
    func listsMany(room: UInt32) throws {
        let names = (0..<3_000).map { "entry-\($0)" }
        let (bench, root) = try bench(names)
        var found: [String] = []
        while true {
            let answer = bench.list(root, room: room)
            guard answer.status == .success else {
                #expect(answer.status == .noMoreFiles)
                break
            }
            let message: QueryDirectoryResponse = try answer.body()
            #expect(message.outputBuffer.count <= Int(room))
            found += try bench.names(answer)
        }
        #expect(found == [".", ".."] + names)
    }

    @Test("an entry costs less than 3 microseconds, in the best of five listings, when built for speed")
    func listsFast() throws {
        let (bench, root) = try bench((0..<10_000).map { "some-file-name-\($0).txt" })
        let best = (0..<5).map { _ in
            let start = ContinuousClock.now
            var flags: QueryDirectoryFlags = .restartScans
            while bench.list(root, flags: flags).status == .success { flags = [] }
            return ContinuousClock.now - start
        }.min()
        #if DEBUG
            // What a debug build must notice is a listing that grows with its square.
            let limit = Duration.seconds(5)
        #else
            let limit = Duration.milliseconds(30)
        #endif
        let fastest = try #require(best)
        #expect(fastest < limit)
    }
}
