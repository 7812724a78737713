/// A search expression — [MS-FSA] 2.1.4.4
///
/// `*` matches any run of characters, `?` one character. The other three are how DOS programs' expressions reach a
/// server: `<` (DOS_STAR) any run that stops at the name's last period, `>` (DOS_QM) one character or, before a period
/// and at the end, none, `"` (DOS_DOT) a period or, at the end, nothing.
///
/// All states that an expression can be in are followed side by side: the time is the product of the two lengths at the
/// most, whatever a hostile client sends.
package struct WildcardPattern: Equatable, Sendable {
    /// Folded units.
    private let units: [UInt16]

    /// True for an expression without wildcards: at most one name matches, and it can be looked up.
    package let isLiteral: Bool
    /// True where every name matches.
    package let matchesAll: Bool

    /// - Parameters:
    ///   - expression: WTF-8. Empty, `*` and `*.*` match everything.
    ///   - fold: the upper-case mapping of one UTF-16 unit.
    package init(_ expression: [UInt8], fold: (UInt16) -> UInt16) {
        units = UTF16LE.units(of: expression).map(fold)
        isLiteral = !units.isEmpty && !units.contains(where: Self.isWildcard)
        matchesAll = units.allSatisfy { $0 == Self.star } || units == [Self.star, Self.period, Self.star]
    }

    /// True if `unit` is one of the five wildcards, none of which a name may hold.
    package static func isWildcard(_ unit: UInt16) -> Bool {
        switch unit {
        case star, questionMark, dosStar, dosQuestionMark, dosDot: true
        default: false
        }
    }

    private static let star = UInt16(UInt8(ascii: "*"))
    private static let questionMark = UInt16(UInt8(ascii: "?"))
    private static let dosStar = UInt16(UInt8(ascii: "<"))
    private static let dosQuestionMark = UInt16(UInt8(ascii: ">"))
    private static let dosDot = UInt16(UInt8(ascii: "\""))
    private static let period = UInt16(UInt8(ascii: "."))

    /// Whether `name` (WTF-8) matches. `fold` is the one that the expression was made with.
    package func matches(_ name: [UInt8], fold: (UInt16) -> UInt16) -> Bool {
        if matchesAll { return true }
        let count = units.count
        // states[i]: the first i units of the expression can match what has been read of the name.
        return unsafe withUnsafeTemporaryAllocation(of: Bool.self, capacity: count + 1) { states in
            unsafe states.initialize(repeating: false)
            unsafe states[0] = true
            let lastPeriod = name.lastIndex(of: UInt8(ascii: "."))
            let alive = UTF16LE.forEachUnit(of: name) { unit, byteOffset in
                // Where a surrogate pair makes two units the offset is the same; neither is a period.
                unsafe advance(states, over: unit, folded: fold(unit), isLastPeriod: byteOffset == lastPeriod)
            }
            guard alive else { return false }
            for index in 0..<count {
                // At the end every wildcard but `?` matches nothing.
                if unsafe states[index], Self.isWildcard(units[index]), units[index] != Self.questionMark {
                    unsafe states[index + 1] = true
                }
            }
            return unsafe states[count]
        }
    }

    /// Moves every state over one unit of the name; false when none is left.
    private func advance(
        _ states: UnsafeMutableBufferPointer<Bool>, over unit: UInt16, folded: UInt16, isLastPeriod: Bool
    ) -> Bool {
        let count = units.count
        // First what matches no character and stays before this one.
        for index in 0..<count where unsafe states[index] {
            switch units[index] {
            case Self.star, Self.dosStar: unsafe states[index + 1] = true
            case Self.dosQuestionMark: if unit == Self.period { unsafe states[index + 1] = true }
            default: break
            }
        }
        // Then what takes the character: from the back, so that a state is read before it is overwritten.
        var alive = false
        for index in stride(from: count, through: 0, by: -1) {
            var reached = false
            if index < count, unsafe states[index] {
                switch units[index] {
                case Self.star: reached = true
                case Self.dosStar: reached = !isLastPeriod
                default: break
                }
            }
            if !reached, index > 0, unsafe states[index - 1] {
                switch units[index - 1] {
                case Self.star, Self.dosStar: break
                case Self.questionMark: reached = true
                case Self.dosQuestionMark: reached = unit != Self.period
                case Self.dosDot: reached = unit == Self.period
                case let literal: reached = literal == folded
                }
            }
            unsafe states[index] = reached
            alive = alive || reached
        }
        return alive
    }
}
