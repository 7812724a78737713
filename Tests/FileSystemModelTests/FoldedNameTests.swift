import FileSystemModel
import Testing

@Suite("Names without regard to case")
struct FoldedNameTests {
    private static let equal: [(String, String)] = [
        ("readme.TXT", "ReadMe.txt"),
        ("\u{E9}t\u{E9}", "\u{C9}T\u{C9}"),
        ("\u{3B1}\u{3C9}", "\u{391}\u{3A9}"),
        // Final sigma and sigma have one capital.
        ("\u{3C2}", "\u{3C3}"),
        ("\u{44F}", "\u{42F}"),
        ("\u{FF41}", "\u{FF21}"),
        // y with diaeresis: its capital lies in another block.
        ("\u{FF}", "\u{178}"),
        ("\u{561}", "\u{531}"),
    ]

    private static let different: [(String, String)] = [
        ("a", "b"),
        // Sharp s would become two letters.
        ("\u{DF}", "ss"), ("\u{DF}", "SS"),
        // Dotless i would become ASCII's I, and dotted I is not i: no locale's rules.
        ("\u{131}", "i"), ("\u{130}", "i"), ("\u{131}", "I"),
        // Kelvin and Angstrom signs are capitals of their own.
        ("\u{212A}", "k"), ("\u{212B}", "\u{E5}"),
        // Long s has ASCII's S as its capital.
        ("\u{17F}", "s"),
        // Outside the basic plane a letter is two units, and neither has a case.
        ("\u{10428}", "\u{10400}"),
        ("\u{E9}", "e\u{301}"),
        ("@", "`"), ("[", "{"), ("_", "?"),
    ]

    @Test("names that differ in case alone fold to one", arguments: equal)
    func same(pair: (String, String)) throws {
        #expect(FoldedName(try FileName(pair.0)) == FoldedName(try FileName(pair.1)))
        #expect(FoldedName(try FileName(pair.0)).hashValue == FoldedName(try FileName(pair.1)).hashValue)
    }

    @Test("names that differ in more stay different", arguments: different)
    func other(pair: (String, String)) throws {
        #expect(FoldedName(try FileName(pair.0)) != FoldedName(try FileName(pair.1)))
    }

    @Test("one code point of the basic plane becomes one, never ASCII unless it was, and stays so")
    func oneToOne() {
        for codePoint in UInt32(1)...0xFFFF where !(0xD800...0xDFFF).contains(codePoint) {
            let upper = CaseMapping.upper(codePoint)
            let holds =
                upper <= 0xFFFF && !(0xD800...0xDFFF).contains(upper) && CaseMapping.upper(upper) == upper
                && (upper < 0x80) == (codePoint < 0x80)
            if !holds { Issue.record("U+\(String(codePoint, radix: 16)) becomes U+\(String(upper, radix: 16))") }
        }
    }

    @Test("units and code points are mapped alike, and surrogates stay")
    func units() {
        for unit in UInt16.min...UInt16.max {
            let mapped = CaseMapping.upper(unit)
            let isRight = (0xD800...0xDFFF).contains(unit) ? mapped == unit : UInt32(mapped) == CaseMapping.upper(UInt32(unit))
            if !isRight { Issue.record("unit \(unit)") }
        }
    }

    @Test("bytes that are not UTF-8 stay, and what is text around them folds")
    func notText() throws {
        #expect(FoldedName(try FileName([0x61, 0xFF, 0x62])).bytes == [0x41, 0xFF, 0x42])
        // A sequence that is cut off, then a letter.
        #expect(FoldedName(try FileName([0xC3, 0x61])).bytes == [0xC3, 0x41])
        // Over-long forms and what lies past the last code point are not text.
        #expect(FoldedName(try FileName([0xC1, 0xA1])).bytes == [0xC1, 0xA1])
        #expect(FoldedName(try FileName([0xF4, 0x90, 0x80, 0x80])).bytes == [0xF4, 0x90, 0x80, 0x80])
        // A lone surrogate, as WTF-8 has it.
        #expect(FoldedName(try FileName([0xED, 0xA0, 0x80, 0x7A])).bytes == [0xED, 0xA0, 0x80, 0x5A])
    }

    @Test("folding twice changes nothing", arguments: 0..<50)
    func idempotent(seed: Int) throws {
        var state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 | 1
        let bytes: [UInt8] = (0..<200).map { _ in
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            let byte = UInt8(truncatingIfNeeded: state >> 24)
            return byte == 0 || byte == 0x2F ? 0x61 : byte
        }
        let once = FoldedName(folding: bytes)
        #expect(FoldedName(folding: once.bytes) == once)
    }
}
