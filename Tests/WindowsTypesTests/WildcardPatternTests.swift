import HostileInput
import Testing
import WindowsTypes

/// Upper case for the tests: ASCII and é.
private func fold(_ unit: UInt16) -> UInt16 {
    switch unit {
    case 0x61...0x7A, 0xE9: unit - 0x20
    default: unit
    }
}

@Suite("Search expressions — [MS-FSA] 2.1.4.4")
struct WildcardPatternTests {
    private func matches(_ expression: String, _ name: String) -> Bool {
        WildcardPattern(Array(expression.utf8), fold: fold).matches(Array(name.utf8), fold: fold)
    }

    static let table: [(String, String, Bool)] = [
        ("", "anything", true), ("*", "anything", true), ("*.*", "no period", true), ("**", "x", true),
        ("abc", "ABC", true), ("abc", "abcd", false), ("abcd", "abc", false), ("É", "é", true),
        ("*.txt", "a.txt", true), ("*.txt", "a.txt.bak", false), ("*.txt", ".txt", true), ("*.txt", "txt", false),
        ("a*b*c", "aXXbYYc", true), ("a*b*c", "aXXcYYb", false), ("*a", "bab", false), ("*a*", "bab", true),
        ("?", "a", true), ("?", "", false), ("?", "ab", false), ("??", "é", false), ("?", "é", true), ("??", "😀", true),
        ("a?c", "abc", true), ("a?c", "ac", false), ("a?c", "a.c", true),
        // DOS_STAR: any run, but not across the last period.
        ("<", "abc", true), ("<", "a.b.c", false), ("<.txt", "a.b.txt", true), ("<.txt", "a.txt", true),
        ("<.b", "a.b.c", false), ("<.", "a.", true), ("a<", "abc", true), ("<.b.c", "a.b.c", true),
        ("<b", "a.b", false),
        // DOS_QM: one character, or none before a period and at the end.
        (">", "a", true), (">", "", true), (">>>", "a", true), (">>>", "abcd", false), ("a>>", "a", true),
        (">>>.c", "a.c", true), (">>>.c", "abcd.c", false), ("a>b", "ab", false), (">", ".", false), (">.", ".", true),
        // DOS_DOT: a period, or nothing at the end.
        ("a\"b", "a.b", true), ("a\"", "a", true), ("a\"", "a.", true), ("a\"b", "ab", false), ("\"", "", true),
        ("a\"\"", "a", true), ("a\"\"", "a.", true),
        // What DOS programs' *.* and name.* become on the way.
        ("<\"*", "abc", true), ("<\"*", "a.b", true), ("abc\"*", "abc", true), ("abc\"*", "abc.txt", true),
        ("abc\"*", "abcd", false), ("????????.???", "readme.txt", false), (">>>>>>>>.>>>", "readme.txt", true),
        (">>>>>>>>\">>>", "readme", true),
    ]

    @Test("a table", arguments: table)
    func tables(expression: String, name: String, expected: Bool) {
        #expect(matches(expression, name) == expected)
    }

    @Test("literals and the expressions that match all are known as such")
    func kinds() {
        func pattern(_ text: String) -> WildcardPattern { WildcardPattern(Array(text.utf8), fold: fold) }
        #expect(pattern("abc").isLiteral)
        #expect(!pattern("").isLiteral)
        for wildcard in ["*", "?", "<", ">", "\""] { #expect(!pattern("a\(wildcard)").isLiteral) }
        for all in ["", "*", "**", "*.*"] { #expect(pattern(all).matchesAll) }
        #expect(!pattern("*.*.*").matchesAll)
        #expect(!pattern("?").matchesAll)
    }

    /// The rules as they stand in the specification, tried one after the other with going back: right, and exponential.
    private func oracle(_ expression: ArraySlice<UInt16>, _ name: ArraySlice<UInt16>) -> Bool {
        guard let first = expression.first else { return name.isEmpty }
        let rest = expression.dropFirst()
        switch first {
        case 0x2A: return oracle(rest, name) || (!name.isEmpty && oracle(expression, name.dropFirst()))
        case 0x3F: return !name.isEmpty && oracle(rest, name.dropFirst())
        case 0x3C:
            if oracle(rest, name) { return true }
            guard let next = name.first else { return false }
            return (next != 0x2E || name.dropFirst().contains(0x2E)) && oracle(expression, name.dropFirst())
        case 0x3E:
            guard let next = name.first, next != 0x2E else { return oracle(rest, name) }
            return oracle(rest, name.dropFirst())
        case 0x22:
            guard let next = name.first else { return oracle(rest, name) }
            return next == 0x2E && oracle(rest, name.dropFirst())
        default: return name.first.map(fold) == fold(first) && oracle(rest, name.dropFirst())
        }
    }

    @Test("short expressions and names against the rules tried one by one", arguments: 0..<64)
    func againstOracle(seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        for _ in 0..<200 {
            let expression = (0..<Int.random(in: 1...6, using: &generator)).map { _ in
                "aB.*?<>\"".utf16.randomElement(using: &generator) ?? 0x61
            }
            let name = (0..<Int.random(in: 0...7, using: &generator)).map { _ in
                "ab..A".utf16.randomElement(using: &generator) ?? 0x61
            }
            let pattern = WildcardPattern(UTF16LE.decode(units: expression), fold: fold)
            if pattern.matchesAll { continue }
            let text = String(decoding: expression, as: UTF16.self) + " / " + String(decoding: name, as: UTF16.self)
            #expect(
                pattern.matches(UTF16LE.decode(units: name), fold: fold) == oracle(expression[...], name[...]),
                "\(text)")
        }
    }

    @Test("expressions whose states fill several words, against the rules tried one by one", arguments: 60..<68)
    func longOnes(count: Int) {
        // The border between two words falls on every kind of unit once.
        for (unit, inName) in [("a", "a"), ("?", "x"), (">", "x"), ("\"", "."), ("*", ""), ("<", "")] {
            for (end, name, expected) in [("b", "b", true), ("b", "c", false), ("", "", true), ("*", "xyz", true)] {
                let expression = Array((String(repeating: unit, count: count) + "Q" + end).utf8)
                let text = Array((String(repeating: inName, count: count) + "q" + name).utf8)
                #expect(WildcardPattern(expression, fold: fold).matches(text, fold: fold) == expected, "\(unit) \(end) \(name)")
            }
        }
        // A run of states that need no character goes over the border, and ends behind it.
        for (name, expected) in [("b", true), ("xxb", true), ("xx.b", true), ("b.", false), ("", false)] {
            let expression = Array((String(repeating: "*<", count: count) + "b").utf8)
            #expect(WildcardPattern(expression, fold: fold).matches(Array(name.utf8), fold: fold) == expected, "\(name)")
        }
    }

    @Test("hostile expressions take no longer than the product of the lengths", .timeLimit(.minutes(1)))
    func hostile() {
        let name = [UInt8](repeating: UInt8(ascii: "a"), count: 255)
        for unit in ["*a", "<a", "*?", "*<>\"a"] {
            let expression = Array((String(repeating: unit, count: 120) + "b").utf8)
            #expect(!WildcardPattern(expression, fold: fold).matches(name, fold: fold))
        }
    }
}
