/// The name under which a path shows a snapshot, `@GMT-2026.11.22-20.15.00` — [MS-SMB] 2.2.1.1.1
enum SnapshotToken {
    /// A zero stands for a digit.
    private static let pattern = Array("@GMT-0000.00.00-00.00.00".utf8)

    static func isOne(_ name: [UInt8]) -> Bool {
        guard name.count == pattern.count else { return false }
        for (byte, expected) in zip(name, pattern) {
            let isDigit = byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
            guard expected == UInt8(ascii: "0") ? isDigit : byte == expected else { return false }
        }
        return true
    }
}
