import RemoteProcedures
import Testing
import WindowsTypes
import WireCoding

@Suite("srvsvc and wkssvc — [MS-SRVS] 3.1.4, [MS-WKST] 3.2.4")
struct ServiceTests {
    static func enumeration(
        level: UInt32, resume: UInt32? = 0, preferred: UInt32 = .max, _ arguments: inout NDRWriter
    ) {
        arguments.pointer(true)
        arguments.string("\\\\house")
        arguments.integer(level)
        arguments.integer(level)
        if [0, 1, 2, 501, 502, 503].contains(level) {
            arguments.pointer(true)
            arguments.integer(UInt32(0))
            arguments.pointer(false)
        }
        arguments.integer(preferred)
        arguments.uniqueInteger(resume)
    }

    /// Numbers and strings of structures whose layout is `shape`: `n` a number, `s` a pointer to a string, `b` one to
    /// bytes, whose count stands in for them.
    static func structures(_ count: Int, _ shape: String, _ results: inout NDRReader) throws -> [[String]] {
        var rows: [[String?]] = []
        for _ in 0..<count {
            var row: [String?] = []
            for kind in shape {
                if kind == "n" {
                    row.append(String(try results.integer(UInt32.self)))
                } else {
                    row.append(try results.pointer() ? nil : "null")
                }
            }
            rows.append(row)
        }
        for row in rows.indices {
            for (column, kind) in shape.enumerated() where rows[row][column] == nil {
                if kind == "s" {
                    rows[row][column] = try results.string()
                } else {
                    let count: UInt32 = try results.integer()
                    for _ in 0..<count { let _: UInt8 = try results.integer() }
                    rows[row][column] = "\(count) bytes"
                }
            }
        }
        return rows.map { $0.compactMap { $0 } }
    }

    @Test(
        "NetrShareEnum lists everything at every level",
        arguments: [
            (0, "s", "export"), (1, "sns", "export|0|files"),
            (2, "snsnnnss", "export|0|files|0|4294967295|0|C:\\export|"), (501, "snsn", "export|0|files|0"),
            (502, "snsnnnssnb", "export|0|files|0|4294967295|0|C:\\export||48|48 bytes"),
        ] as [(UInt32, String, String)])
    func enumerates(level: UInt32, shape: String, first: String) throws {
        var conversation = Conversation()
        try conversation.bind()
        var results = try conversation.call(15) { Self.enumeration(level: level, &$0) }
        #expect(try results.integer(UInt32.self) == level)
        #expect(try results.integer(UInt32.self) == level)
        #expect(try results.pointer())
        #expect(try results.integer(UInt32.self) == 3)
        #expect(try results.pointer())
        #expect(try results.integer(UInt32.self) == 3)
        let rows = try Self.structures(3, shape, &results)
        #expect(rows[0].joined(separator: "|") == first)
        #expect(rows.map { $0[0] } == ["export", "Zwei", "IPC$"])
        if level == 1 { #expect(rows[2] == ["IPC$", "2147483651", "pipes"]) }
        #expect(try results.integer(UInt32.self) == 3)
        #expect(try results.uniqueInteger() == 3)
        #expect(try results.integer(UInt32.self) == 0)
        #expect(results.remaining == 0)
    }

    @Test("a resume handle goes on, and one past the end finds nothing")
    func resumes() throws {
        for (resume, names) in [(1, ["Zwei", "IPC$"]), (3, []), (4_000_000_000, [])] as [(UInt32, [String])] {
            var conversation = Conversation()
            try conversation.bind()
            var results = try conversation.call(15) { Self.enumeration(level: 0, resume: resume, &$0) }
            for _ in 0..<3 { let _: UInt32 = try results.integer() }
            let count: UInt32 = try results.integer()
            let _: UInt32 = try results.integer()
            let _: UInt32 = try results.integer()
            #expect(try Self.structures(Int(count), "s", &results).map { $0[0] } == names)
        }
    }

    @Test("as much as is wanted, one at least; the handle goes on from there", arguments: [1, 12, 30, 31, 1000, 0] as [UInt32])
    func wantsLess(preferred: UInt32) throws {
        var conversation = Conversation()
        try conversation.bind()
        var (resume, names, calls) = (UInt32(0), [String](), 0)
        var error = WindowsError.moreData
        while error == .moreData {
            calls += 1
            var results = try conversation.call(15) { Self.enumeration(level: 0, resume: resume, preferred: preferred, &$0) }
            for _ in 0..<3 { let _: UInt32 = try results.integer() }
            let count: UInt32 = try results.integer()
            for _ in 0..<2 { let _: UInt32 = try results.integer() }
            names += try Self.structures(Int(count), "s", &results).map { $0[0] }
            #expect(try results.integer(UInt32.self) == UInt32(3 - Int(resume)), "all that were left")
            let handle = try results.uniqueInteger()
            resume = try #require(handle)
            error = WindowsError(rawValue: try results.integer())
        }
        #expect(error == .success && resume == 3 && names.count == 3 && names.last == "IPC$")
        // Two shares' names and IPC$: 4 bytes for each pointer and two for each letter and the end.
        #expect(calls == [1: 3, 12: 3, 30: 2, 31: 2, 1000: 1, 0: 1][preferred])
    }

    @Test("NetrShareEnumSticky has no level 501")
    func stickyLevels() throws {
        var conversation = Conversation()
        try conversation.bind()
        var results = try conversation.call(36) { Self.enumeration(level: 501, resume: nil, &$0) }
        for _ in 0..<5 { let _: UInt32 = try results.integer() }
        #expect(try results.integer(UInt32.self) == WindowsError.invalidLevel.rawValue)
    }

    @Test("NetrShareEnumSticky leaves out what is special")
    func sticky() throws {
        var conversation = Conversation()
        try conversation.bind()
        var results = try conversation.call(36) { Self.enumeration(level: 0, resume: nil, &$0) }
        for _ in 0..<3 { let _: UInt32 = try results.integer() }
        #expect(try results.integer(UInt32.self) == 2)
    }

    @Test("levels that are not known are an error, with an empty union", arguments: [3, 503, 1004, 99_999] as [UInt32])
    func unknownLevels(level: UInt32) throws {
        var conversation = Conversation()
        try conversation.bind()
        var results = try conversation.call(15) { Self.enumeration(level: level, &$0) }
        #expect(try results.integer(UInt32.self) == level)
        #expect(try results.integer(UInt32.self) == level)
        if level == 503 { #expect(try !results.pointer()) }
        #expect(try results.integer(UInt32.self) == 0)
        #expect(try results.uniqueInteger() == 0)
        #expect(try results.integer(UInt32.self) == WindowsError.invalidLevel.rawValue)
        #expect(results.remaining == 0)
    }

    @Test(
        "NetrShareGetInfo finds a share without regard to case",
        arguments: [
            ("EXPORT", 1, "sns", "export|0|files", 0), ("zwei", 1005, "n", "0", 0), ("export", 1004, "s", "files", 0),
            ("export", 1006, "n", "4294967295", 0), ("nope", 1, "", "", 2310), ("export", 1007, "", "", 124),
        ] as [(String, UInt32, String, String, UInt32)])
    func describesShares(name: String, level: UInt32, shape: String, row: String, error: UInt32) throws {
        var conversation = Conversation()
        try conversation.bind()
        var results = try conversation.call(16) { arguments in
            arguments.pointer(false)
            arguments.string(name)
            arguments.integer(level)
        }
        #expect(try results.integer(UInt32.self) == level)
        #expect(try results.pointer() == (error == 0))
        if error == 0 {
            #expect(try Self.structures(1, shape, &results)[0].joined(separator: "|") == row)
        }
        #expect(try results.integer(UInt32.self) == error)
        #expect(results.remaining == 0)
    }

    @Test(
        "NetrServerGetInfo and NetrWkstaGetInfo",
        arguments: [
            ("srvsvc", 21, 100, "ns", "500|HOUSE"), ("srvsvc", 21, 101, "nsnnns", "500|HOUSE|6|1|36867|a comment"),
            (
                "srvsvc", 21, 102, "nsnnnsnnnnnns",
                "500|HOUSE|6|1|36867|a comment|4294967295|15|0|240|3000|0|C:\\"
            ),
            ("wkssvc", 0, 100, "nssnn", "500|HOUSE|STREET|6|1"), ("wkssvc", 0, 101, "nssnns", "500|HOUSE|STREET|6|1|"),
            ("wkssvc", 0, 102, "nssnnsn", "500|HOUSE|STREET|6|1||0"),
        ] as [(String, UInt16, UInt32, String, String)])
    func describesServer(pipe: String, operation: UInt16, level: UInt32, shape: String, row: String) throws {
        var conversation = Conversation(pipe)
        try conversation.bind(pipe == "srvsvc" ? ServerService.identifier : WorkstationService.identifier)
        var results = try conversation.call(operation) { arguments in
            arguments.pointer(true)
            arguments.string("\\\\HOUSE")
            arguments.integer(level)
        }
        #expect(try results.integer(UInt32.self) == level)
        #expect(try results.pointer())
        #expect(try Self.structures(1, shape, &results)[0].joined(separator: "|") == row)
        #expect(try results.integer(UInt32.self) == 0)
        #expect(results.remaining == 0)
    }

    @Test("NetrRemoteTOD tells the date")
    func tellsTime() throws {
        var conversation = Conversation()
        try conversation.bind()
        var results = try conversation.call(28) { $0.pointer(false) }
        #expect(try results.pointer())
        let fields = try Self.structures(1, "nnnnnnnnnnnn", &results)[0]
        // A Sunday.
        #expect(fields[2...5] == ["20", "34", "56", "78"])
        #expect(fields[8...11] == ["22", "11", "2026", "0"])
        #expect(fields[0] == "1795379696")
    }

    @Test("what is not offered is out of range", arguments: [0, 8, 9, 12, 14, 17, 18, 26, 99, 65_535] as [UInt16])
    func refuses(operation: UInt16) throws {
        var conversation = Conversation()
        try conversation.bind()
        #expect(throws: RPCFault.unknownOperation) { _ = try conversation.call(operation) { $0.pointer(false) } }
        #expect(!conversation.association.isOver)
    }

    @Test("arguments that end early are bad arguments, whatever is missing")
    func truncated() throws {
        var whole = NDRWriter()
        Self.enumeration(level: 1, &whole)
        for count in 0..<whole.bytes.count {
            var conversation = Conversation()
            try conversation.bind()
            let packets = try conversation.exchange(Conversation.request(15, Array(whole.bytes[..<count])))
            #expect(try packets.map { try $0.fault.fault } == [.badArguments], "\(count) bytes")
        }
    }

    @Test(
        "strings whose counts do not fit",
        arguments: [
            [4, 1, 4], [3, 0, 4], [.max, 0, .max], [.max, 0, 0x8000_0000], [40_000, 0, 40_000], [9, 0, 9],
        ] as [[UInt32]])
    func badStrings(counts: [UInt32]) throws {
        var conversation = Conversation()
        try conversation.bind()
        #expect(throws: RPCFault.badArguments) {
            _ = try conversation.call(21) { arguments in
                arguments.pointer(true)
                for count in counts { arguments.integer(count) }
                arguments.integer(UInt64(0x0041_0041_0041_0041))
            }
        }
    }
}
