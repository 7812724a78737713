package import WireCoding

/// A GUID in its 16 wire bytes — [MS-DTYP] 2.3.4
///
/// Kept as two words in wire order: it is compared and copied far more often than it is printed.
package struct GUID: Hashable, Sendable {
    /// Wire bytes 0..<8, read little-endian.
    package var first: UInt64
    /// Wire bytes 8..<16, read little-endian.
    package var second: UInt64

    package init(first: UInt64, second: UInt64) {
        self.first = first
        self.second = second
    }

    /// The GUID whose printed form is `data1-data2-data3-` and the eight bytes of `data4`, highest first.
    package init(_ data1: UInt32, _ data2: UInt16, _ data3: UInt16, _ data4: UInt64) {
        first = UInt64(data1) | UInt64(data2) << 32 | UInt64(data3) << 48
        second = data4.byteSwapped
    }

    package static let zero = GUID(first: 0, second: 0)

    package init(parsing reader: inout WireReader) throws(WireError) {
        first = try reader.integer()
        second = try reader.integer()
    }

    package func write(to writer: inout WireWriter) {
        writer.integer(first)
        writer.integer(second)
    }

    /// The 16 bytes as they stand on the wire.
    package var bytes: [UInt8] {
        var writer = WireWriter(reservingCapacity: 16)
        write(to: &writer)
        return writer.bytes
    }
}

extension GUID: CustomStringConvertible {
    /// Registry form without braces, in lower case — [MS-DTYP] 2.3.4.3
    package var description: String {
        func hex(_ value: UInt64, _ digits: Int) -> String {
            let text = String(value, radix: 16)
            return String(repeating: "0", count: max(0, digits - text.count)) + text
        }
        let tail = second.byteSwapped
        return [
            hex(first & 0xFFFF_FFFF, 8), hex(first >> 32 & 0xFFFF, 4), hex(first >> 48, 4), hex(tail >> 48, 4),
            hex(tail & 0xFFFF_FFFF_FFFF, 12),
        ].joined(separator: "-")
    }
}
