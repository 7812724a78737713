/// MD4 of the password in UTF-16LE: NTOWFv1, all that the server stores of a password — [MS-NLMP] 3.3.1
///
/// As good as the password itself to whoever has it, so it is written out only on purpose.
package struct NTHash: Equatable, Sendable, CustomStringConvertible {
    package static let byteCount = 16

    /// 16 bytes.
    package let bytes: [UInt8]

    /// Nil unless there are 16 bytes.
    package init?(bytes: [UInt8]) {
        guard bytes.count == Self.byteCount else { return nil }
        self.bytes = bytes
    }

    /// The hash of a password. Fails only where the library has no MD4.
    package init(password: String) throws(AuthenticationError) {
        bytes = try NTLMCryptography.shared.md4(UTF16Coding.bytes(of: password))
    }

    /// Reads 32 hexadecimal digits of either case. Nil for anything else.
    package init?(hexadecimal: String) {
        let digits = Array(hexadecimal.utf8)
        guard digits.count == Self.byteCount * 2 else { return nil }
        var result: [UInt8] = []
        result.reserveCapacity(Self.byteCount)
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let high = Self.value(ofDigit: digits[index]), let low = Self.value(ofDigit: digits[index + 1]) else {
                return nil
            }
            result.append(high << 4 | low)
        }
        bytes = result
    }

    /// 32 lower-case hexadecimal digits, as configurations hold them.
    package var hexadecimal: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    package var description: String { "NTHash" }

    private static func value(ofDigit digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}

/// UTF-16LE, as all NTLM strings are.
enum UTF16Coding {
    static func bytes(of string: String) -> [UInt8] {
        string.utf16.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }
    }

    /// What is not UTF-16 becomes U+FFFD; an odd last byte is left out.
    static func string(from bytes: [UInt8]) -> String {
        let units = stride(from: 0, to: bytes.count & ~1, by: 2).map { UInt16(bytes[$0]) | UInt16(bytes[$0 + 1]) << 8 }
        return String(decoding: units, as: UTF16.self)
    }
}
