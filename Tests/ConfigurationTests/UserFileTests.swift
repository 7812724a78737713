@testable import Configuration
import Testing

@Suite("User file")
struct UserFileTests {
    static let hash = [UInt8](0..<16)

    @Test("what was written is read again")
    func roundTrip() throws {
        var file = UserFile()
        file["alice"] = UserSettings(name: "alice", uid: 1000, gid: 100, ntHash: Self.hash)
        file["bob"] = UserSettings(name: "bob", uid: 0, gid: 4_294_967_294, ntHash: Self.hash.reversed())
        #expect(try UserFile(parsing: file.text, name: "u") == file)
        #expect(file.text.contains("alice:1000:100:000102030405060708090a0b0c0d0e0f\n"))
    }

    @Test("a user is found, replaced and removed whatever the case of the name")
    func editing() {
        var file = UserFile()
        file["Alice"] = UserSettings(name: "Alice", uid: 1, gid: 1, ntHash: Self.hash)
        file["ALICE"] = UserSettings(name: "Alice", uid: 2, gid: 2, ntHash: Self.hash)
        #expect(file.users.map(\.uid) == [2])
        file["alice"] = nil
        #expect(file.users.isEmpty)
    }

    @Test(
        "a line that is no user is named",
        arguments: [
            "alice", "alice:1:1", "alice:1:1:00", ":1:1:00000000000000000000000000000000",
            "a/b:1:1:00000000000000000000000000000000", "alice:-1:1:00000000000000000000000000000000",
            "alice:1:4294967295:00000000000000000000000000000000", "alice:1:1:0000000000000000000000000000000g",
        ])
    func badLine(_ line: String) {
        let text = "# comment\n\n\(line)\nbob:1:1:00000000000000000000000000000000\n"
        let error = #expect(throws: ConfigurationError.self) { try UserFile(parsing: text, name: "u") }
        #expect(error?.problems.map(\.source) == [.file("u", line: 3)])
        #expect(error?.description.contains("0000000000") == false)
    }

    @Test("two users of one name are refused")
    func duplicates() {
        let text = "a:1:1:00000000000000000000000000000000\nA:1:1:00000000000000000000000000000000\n"
        #expect(throws: ConfigurationError.self) { try UserFile(parsing: text, name: "u") }
    }
}
