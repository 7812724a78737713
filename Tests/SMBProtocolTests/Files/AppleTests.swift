import FileSystemModel
import SMBMessages
import Testing
import WindowsTypes

@testable import SMBProtocol

@Suite("AAPL: what macOS asks and is told")
struct AppleTests {
    private let everything: AppleQueryFields = [.serverCapabilities, .volumeCapabilities, .model]

    private func ask(_ request: AppleRequest, _ bench: FilesBench) throws -> AppleResponse {
        let answer = bench.create("", .open, access: 0x80, contexts: [request.context])
        try #require(answer.status == .success, "\(answer.status)")
        return try #require(try AppleResponse.first(in: try answer.body(CreateResponse.self).createContexts))
    }

    @Test("the server query is answered as far as it asks")
    func answersServerQuery() throws {
        let bench = try FilesBench()
        let all = try ask(.serverQuery(fields: everything, capabilities: [.readDirectoryAttributes, .copyFile]), bench)
        #expect(
            all
                == .serverQuery(
                    capabilities: [.unixBased, .readDirectoryAttributes], volumeCapabilities: [.resolveID, .fullSync],
                    model: Array("DittoFS".utf8)))
        let less = try ask(.serverQuery(fields: .serverCapabilities, capabilities: []), bench)
        #expect(less == .serverQuery(capabilities: .unixBased, volumeCapabilities: nil, model: nil))
    }

    @Test("listings have access, dates and modes for a session that has asked, in one class")
    func listsForMacs() throws {
        let bench = try FilesBench()
        try bench.make("file", "text")
        try bench.make("dir", directory: true)
        let root = try bench.open("", .open, access: 0x81)
        func list(_ pattern: String) throws -> [UInt8] {
            try bench.list(root, pattern, flags: .reopen).body(QueryDirectoryResponse.self).outputBuffer
        }
        let before = try list("file")
        #expect(before[64..<96].allSatisfy { $0 == 0 })
        _ = try ask(.serverQuery(fields: everything, capabilities: .readDirectoryAttributes), bench)
        let after = try list("file")
        #expect(Array(after[..<64]) == Array(before[..<64]) && Array(after[96...]) == Array(before[96...]))
        // Maximal access of the owner, whose parent is his to change.
        #expect(Array(after[64..<68]) == [0xFF, 0x01, 0x1F, 0x00])
        // 24; no resource fork; no type and creator; 1,700,000,000 seconds after 1970, counted from 2000.
        #expect(Array(after[68..<94]) == [24, 0] + [UInt8](repeating: 0, count: 20) + [0x2C, 0xE6, 0xAD, 0x80])
        #expect(Array(after[94..<96]) == [0xA4, 0x81])
        #expect(Array(try list("dir")[94..<96]) == [0xED, 0x41])
        #expect(try bench.names(bench.list(root, flags: .reopen)) == [".", "..", "file", "dir"])
        let plain = bench.list(root, "file", flags: .reopen, .idFullDirectory)
        #expect(try bench.entries(plain, .idFullDirectory).first?.eaSize == 0)
        _ = try ask(.serverQuery(fields: everything, capabilities: []), bench)
        #expect(try list("file") == before)
    }

    @Test("listings have Finder information and resource forks of the streams in which a Mac keeps them")
    func listsMetadata() throws {
        let bench = try FilesBench()
        try bench.make("file")
        try bench.make("dir", directory: true)
        try bench.make("plain")
        for name in ["file", "dir"] {
            let information = try bench.open("\(name):AFP_AfpInfo")
            // Signature, version, a reserved field and a date; then FinderInfo; then what no listing tells.
            let bytes = Array("AFP\0".utf8) + [UInt8](repeating: 0xEE, count: 12) + Array(1...32) + [UInt8](repeating: 0xEE, count: 12)
            #expect(bench.write(information, bytes: bytes).status == .success)
            bench.close(information)
        }
        let fork = try bench.open("file:AFP_Resource")
        #expect(bench.write(fork, bytes: [1], at: 0x1233).status == .success)
        bench.close(fork)
        _ = try ask(.serverQuery(fields: everything, capabilities: .readDirectoryAttributes), bench)
        let root = try bench.open("", .open, access: 0x81)
        func facts(_ pattern: String) throws -> [UInt8] {
            let list = try bench.list(root, pattern, flags: .reopen).body(QueryDirectoryResponse.self).outputBuffer
            return Array(list[70..<90])
        }
        #expect(try facts("file") == [0x34, 0x12, 0, 0, 0, 0, 0, 0] + Array(1...8) + [9, 10, 25, 26])
        #expect(try facts("dir") == [UInt8](repeating: 0, count: 16) + [9, 10, 25, 26])
        #expect(try facts("plain") == [UInt8](repeating: 0, count: 20))
        // Another length is no AfpInfo.
        let information = try bench.open("file:AFP_AfpInfo")
        #expect(bench.write(information, bytes: [0], at: 60).status == .success)
        #expect(try facts("file") == [0x34, 0x12] + [UInt8](repeating: 0, count: 18))
    }

    @Test("a number is resolved to a path: of a directory, an open file and a closed one; none for what is gone")
    func resolvesNumbers() throws {
        let bench = try FilesBench()
        try bench.make("a", directory: true)
        try bench.make("a\\b", directory: true)
        try bench.make("a\\b\\c:d".replacing(":", with: "\u{F022}"))
        func number(_ name: String) throws -> UInt64 {
            let file = try bench.open(name, .open)
            defer { bench.close(file) }
            return try bench.query(.internal, file, as: FileInternalInformation.self).indexNumber
        }
        let (directory, file) = (try number("a\\b"), try number("a\\b\\c\u{F022}d"))
        #expect(try ask(.resolveID(directory), bench) == .resolveID(status: .success, path: Array("a\\b".utf8)))
        let path = Array("a\\b\\c\u{F022}d".utf8)
        #expect(try ask(.resolveID(file), bench) == .resolveID(status: .success, path: path))
        let held = try bench.open("a\\b\\c\u{F022}d", .open)
        #expect(try ask(.resolveID(file), bench) == .resolveID(status: .success, path: path))
        bench.close(held)
        #expect(
            try ask(.resolveID(InodeNumber.root.rawValue), bench) == .resolveID(status: .success, path: []))
        #expect(try ask(.resolveID(999_999), bench) == .resolveID(status: .objectNameNotFound, path: []))
    }
}
