import FileSystemModel
import Testing

@Suite("Names of directory entries")
struct FileNameTests {
    @Test("what cannot be a name is refused", arguments: ["", ".", "..", "a/b", "/", "a\0b", "\0", "a/"])
    func invalid(name: String) {
        #expect(throws: FileSystemError.invalidName) { try FileName(name) }
    }

    @Test(
        "everything else is a name, byte for byte",
        arguments: [
            [0x2E, 0x2E, 0x2E], [0x2E, 0x61], [0x20], [0x61, 0x20], [0x01], [0x7F], [0x5C], [0x3A], [0x2A], [0xFF], [0xC0, 0xAF],
            [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0x80], [0xE2, 0x82],
        ] as [[UInt8]])
    func valid(bytes: [UInt8]) throws {
        #expect(try FileName(bytes).bytes == bytes)
    }

    @Test("composed and decomposed forms are two names")
    func normalization() throws {
        let composed = try FileName("\u{E9}")
        let decomposed = try FileName("e\u{301}")
        #expect(composed != decomposed)
        #expect(Set([composed, decomposed]).count == 2)
    }

    /// A unit of a name, how often it makes up the longest name, and what it is.
    private static let longest: [(unit: [UInt8], count: Int, what: String)] = [
        ([0x61], 255, "ASCII: one UTF-16 unit"),
        ([0xC3, 0xA9], 255, "two bytes, one unit"),
        ([0xE6, 0xBC, 0xA2], 255, "three bytes, one unit: 765 bytes"),
        ([0xF0, 0x9F, 0x98, 0x80], 127, "four bytes, a pair of units"),
        ([0xFF], 255, "a byte that is not UTF-8 counts as one unit"),
        ([0xED, 0xA0, 0x80], 255, "a lone surrogate, as WTF-8: one unit"),
    ]

    @Test("the longest name has 255 UTF-16 units", arguments: longest.indices)
    func length(row: Int) throws {
        let (unit, count, what) = Self.longest[row]
        let longest = Array(repeating: unit, count: count).joined()
        #expect(try FileName(Array(longest)).bytes.count == unit.count * count, "\(what)")
        #expect(throws: FileSystemError.nameTooLong, "\(what)") { try FileName(Array(longest) + unit) }
    }

    @Test("a pair and 253 units fit; one more does not")
    func mixedLength() throws {
        let pair = "\u{1F600}"
        _ = try FileName(pair + String(repeating: "a", count: 253))
        #expect(throws: FileSystemError.nameTooLong) { try FileName(pair + String(repeating: "a", count: 254)) }
    }

    @Test("a name that is invalid and too long is invalid")
    func invalidFirst() {
        #expect(throws: FileSystemError.invalidName) { try FileName(String(repeating: "a/", count: 300)) }
    }

    @Test("equal names have equal hashes, also when the bytes are not text")
    func hashing() throws {
        var names: Set<FileName> = []
        for first in UInt8(1)...255 where first != 0x2F {
            for second in UInt8(1)...255 where second != 0x2F && [first, second] != [0x2E, 0x2E] {
                names.insert(try FileName([first, second]))
            }
        }
        #expect(names.count == 254 * 254 - 1)
        #expect(names.contains(try FileName([0xFF, 0x01])))
        #expect(!names.contains(try FileName([0xFF])))
    }
}
