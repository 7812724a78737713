/// A search expression — [MS-FSA] 2.1.4.4
///
/// `*` matches any run of characters, `?` one character. The other three are how DOS programs' expressions reach a
/// server: `<` (DOS_STAR) any run that stops at the name's last period, `>` (DOS_QM) one character or, before a period
/// and at the end, none, `"` (DOS_DOT) a period or, at the end, nothing.
///
/// All states that an expression can be in are followed side by side, 64 in a word: the time is the name's length times a
/// word or two of usual expressions, and a dozen of the longest that a server takes, whatever a hostile client sends.
package struct WildcardPattern: Equatable, Sendable {
    /// Nil where every name matches.
    private let table: StateTable?

    /// True for an expression without wildcards: at most one name matches, and it can be looked up.
    package let isLiteral: Bool
    /// True where every name matches.
    package let matchesAll: Bool

    /// - Parameters:
    ///   - expression: WTF-8. Empty, `*` and `*.*` match everything.
    ///   - fold: the upper-case mapping of one UTF-16 unit.
    package init(_ expression: [UInt8], fold: (UInt16) -> UInt16) {
        let units = UTF16LE.units(of: expression).map(fold)
        isLiteral = !units.isEmpty && !units.contains(where: Self.isWildcard)
        matchesAll = units.allSatisfy { $0 == Self.star } || units == [Self.star, Self.period, Self.star]
        table = matchesAll ? nil : StateTable(units)
    }

    /// True if `unit` is one of the five wildcards, none of which a name may hold.
    package static func isWildcard(_ unit: UInt16) -> Bool {
        switch unit {
        case star, questionMark, dosStar, dosQuestionMark, dosDot: true
        default: false
        }
    }

    fileprivate static let star = UInt16(UInt8(ascii: "*"))
    fileprivate static let questionMark = UInt16(UInt8(ascii: "?"))
    fileprivate static let dosStar = UInt16(UInt8(ascii: "<"))
    fileprivate static let dosQuestionMark = UInt16(UInt8(ascii: ">"))
    fileprivate static let dosDot = UInt16(UInt8(ascii: "\""))
    fileprivate static let period = UInt16(UInt8(ascii: "."))

    /// Whether `name` (WTF-8) matches. `fold` is the one that the expression was made with.
    package func matches(_ name: [UInt8], fold: (UInt16) -> UInt16) -> Bool {
        guard let table else { return true }
        // Bit i: the first i units of the expression can match what has been read of the name.
        return unsafe withUnsafeTemporaryAllocation(of: UInt64.self, capacity: table.wordCount) { states in
            unsafe states.initialize(repeating: 0)
            unsafe states[0] = 1
            let lastPeriod = name.lastIndex(of: UInt8(ascii: "."))
            let isAlive = UTF16LE.forEachUnit(of: name) { unit, byteOffset in
                // Where a surrogate pair makes two units the offset is the same; neither is a period.
                let kind: StateTable.Kind =
                    unit != Self.period ? .other : byteOffset == lastPeriod ? .lastPeriod : .period
                return unsafe table.advance(states, over: kind, folded: fold(unit))
            }
            return unsafe isAlive && table.accepts(states)
        }
    }
}

/// Where the units of an expression lead from each state, as sets of states.
private struct StateTable: Equatable, Sendable {
    enum Kind: Int {
        case other, period, lastPeriod
    }

    /// States are one more than units.
    let wordCount: Int
    private let stateCount: Int
    /// From where the next state is reached without a character, for each kind of character that comes next, one set after
    /// the other; and at the end, where every wildcard but `?` matches nothing.
    private var skips: [UInt64]
    private var skipsAtEnd: [UInt64]
    /// Where a character changes nothing, for each kind.
    private var stays: [UInt64]
    /// From where any character of a kind leads on.
    private var takes: [UInt64]
    /// From where one unit leads on; those that the expression does not hold are the first.
    private var literals: [UInt64]
    /// Which of ``literals`` is an ASCII unit's, and which another's.
    private var ofASCII: [UInt16]
    private var ofOthers: [UInt16: UInt16] = [:]

    init(_ units: [UInt16]) {
        stateCount = units.count + 1
        wordCount = (stateCount + 63) / 64
        let none = [UInt64](repeating: 0, count: wordCount)
        skips = none + none + none
        stays = skips
        takes = skips
        skipsAtEnd = none
        literals = none
        ofASCII = [UInt16](repeating: 0, count: 128)
        for (state, unit) in units.enumerated() {
            let (word, bit) = (state / 64, UInt64(1) << UInt64(state % 64))
            func add(_ sets: inout [UInt64], _ kinds: Kind...) {
                for kind in kinds { sets[kind.rawValue * wordCount + word] |= bit }
            }
            if WildcardPattern.isWildcard(unit), unit != WildcardPattern.questionMark { skipsAtEnd[word] |= bit }
            switch unit {
            case WildcardPattern.star:
                add(&skips, .other, .period, .lastPeriod)
                add(&stays, .other, .period, .lastPeriod)
            case WildcardPattern.dosStar:
                add(&skips, .other, .period, .lastPeriod)
                add(&stays, .other, .period)
            case WildcardPattern.questionMark: add(&takes, .other, .period, .lastPeriod)
            case WildcardPattern.dosQuestionMark:
                add(&skips, .period, .lastPeriod)
                add(&takes, .other)
            case WildcardPattern.dosDot: add(&takes, .period, .lastPeriod)
            default: literals[literalStart(unit) + word] |= bit
            }
        }
    }

    /// Where a unit's set begins in ``literals``; it is made where there is none.
    private mutating func literalStart(_ unit: UInt16) -> Int {
        if let known = known(unit) { return known }
        let index = UInt16(clamping: literals.count / wordCount)
        literals += [UInt64](repeating: 0, count: wordCount)
        if unit < 128 { ofASCII[Int(unit)] = index } else { ofOthers[unit] = index }
        return Int(index) * wordCount
    }

    @inline(__always)
    private func known(_ unit: UInt16) -> Int? {
        let index = unit < 128 ? ofASCII[Int(unit)] : ofOthers[unit, default: 0]
        return index == 0 ? nil : Int(index) * wordCount
    }

    /// Moves every state over one unit of the name; false when none is left.
    ///
    /// Where states follow each other that need no character, a sum carries through them: adding the first of a run of ones
    /// to the run clears it up to its end and sets the bit behind.
    func advance(_ states: UnsafeMutableBufferPointer<UInt64>, over kind: Kind, folded: UInt16) -> Bool {
        let literal = known(folded) ?? 0
        let first = kind.rawValue * wordCount
        var sumCarry: UInt64 = 0
        var shiftCarry: UInt64 = 0
        var alive: UInt64 = 0
        for word in 0..<wordCount {
            let reached = unsafe Self.spread(states[word], skips[first + word], &sumCarry)
            let taken = reached & (takes[first + word] | literals[literal + word])
            let next = reached & stays[first + word] | taken << 1 | shiftCarry
            shiftCarry = taken >> 63
            unsafe states[word] = next
            alive |= next
        }
        return alive != 0
    }

    /// Whether the end of the name may come now.
    func accepts(_ states: UnsafeMutableBufferPointer<UInt64>) -> Bool {
        var carry: UInt64 = 0
        var last: UInt64 = 0
        for word in 0..<wordCount { last = unsafe Self.spread(states[word], skipsAtEnd[word], &carry) }
        return last >> UInt64((stateCount - 1) % 64) & 1 == 1
    }

    /// The states that a word's are, or become without a character.
    @inline(__always)
    private static func spread(_ states: UInt64, _ skip: UInt64, _ carry: inout UInt64) -> UInt64 {
        let (half, first) = skip.addingReportingOverflow(states & skip)
        let (sum, second) = half.addingReportingOverflow(carry)
        // What is carried in has reached the word's first state.
        let reached = states | (sum ^ skip)
        carry = first || second ? 1 : 0
        return reached
    }
}
