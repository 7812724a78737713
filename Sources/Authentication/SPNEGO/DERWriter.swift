/// Composes DER from the inside out: tokens are small and built once a log-in.
enum DERWriter {
    static func element(_ tag: UInt8, _ contents: [UInt8]...) -> [UInt8] {
        let count = contents.reduce(0) { $0 + $1.count }
        var result = [tag]
        result.reserveCapacity(count + 6)
        result += length(count)
        for content in contents { result += content }
        return result
    }

    /// An optional field: nothing for nil.
    static func field(_ number: UInt8, _ content: [UInt8]?) -> [UInt8] {
        guard let content else { return [] }
        return element(DERTag.context(number), content)
    }

    private static func length(_ count: Int) -> [UInt8] {
        if count < 0x80 { return [UInt8(truncatingIfNeeded: count)] }
        let octets = withUnsafeBytes(of: UInt32(clamping: count).bigEndian) { Array($0.drop { $0 == 0 }) }
        return [0x80 | UInt8(truncatingIfNeeded: octets.count)] + octets
    }
}
