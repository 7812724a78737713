/// The name of one directory entry: bytes, since names on Linux need not be UTF-8 and Swift's `String` takes NFC and NFD for equal.
package struct FileName: Hashable, Sendable {
    /// Not empty, without NUL and `/`, and neither `.` nor `..`.
    package let bytes: [UInt8]

    /// - Throws: `.invalidName` for what cannot be the name of an entry; `.nameTooLong` beyond ``maximumUnits``.
    package init(_ bytes: [UInt8]) throws(FileSystemError) {
        guard !bytes.isEmpty, bytes != [0x2E], bytes != [0x2E, 0x2E] else { throw .invalidName }
        var ascii = true
        for byte in bytes {
            guard byte != 0, byte != 0x2F else { throw .invalidName }
            ascii = ascii && byte < 0x80
        }
        guard bytes.count <= Self.maximumUnits || (!ascii && Self.utf16Count(bytes) <= Self.maximumUnits) else {
            throw .nameTooLong
        }
        self.bytes = bytes
    }

    /// - Throws: as ``init(_:)-([UInt8])``.
    package init(_ string: String) throws(FileSystemError) {
        try self.init([UInt8](string.utf8))
    }

    /// The longest name at every door, in UTF-16 units; a byte that is not UTF-8 counts as one.
    package static let maximumUnits = 255

    /// The length of bytes as UTF-16 units: a byte that begins a four-byte sequence counts twice, a continuation not at all.
    static func utf16Count(_ bytes: [UInt8]) -> Int {
        var decoder = UTF8Units(bytes[...])
        var count = 0
        while let unit = decoder.next() { count += unit.utf16Count }
        return count
    }
}

extension FileName {
    /// All bytes in one step: element by element, as an array hashes itself, costs several times as much.
    package func hash(into hasher: inout Hasher) {
        bytes.withUnsafeBytes { hasher.combine(bytes: $0) }
    }
}

extension FileName: CustomStringConvertible {
    package var description: String { String(decoding: bytes, as: UTF8.self) }
}

/// What a name becomes when case does not count: the key of the case-insensitive index.
package struct FoldedName: Hashable, Sendable {
    package let bytes: [UInt8]

    /// Maps every UTF-16 unit to upper case by the simple one-to-one mapping, without a locale. Bytes that are not UTF-8 stay.
    package init(_ name: FileName) {
        self.init(folding: name.bytes)
    }

    /// Of a short name as it is told: ASCII, in capitals.
    package init(shortName: [UInt8]) { bytes = shortName }

    package init(folding bytes: [UInt8]) {
        var ascii = true
        for byte in bytes where byte >= 0x80 {
            ascii = false
            break
        }
        guard !ascii else {
            self.bytes = bytes.map { $0 >= 0x61 && $0 <= 0x7A ? $0 - 0x20 : $0 }
            return
        }
        var folded: [UInt8] = []
        folded.reserveCapacity(bytes.count)
        var decoder = UTF8Units(bytes[...])
        while let unit = decoder.next() {
            switch unit {
            case .scalar(let scalar): UTF8Units.append(CaseMapping.upper(scalar), to: &folded)
            case .raw(let byte): folded.append(byte)
            }
        }
        self.bytes = folded
    }
}

extension FoldedName {
    /// All bytes in one step, as for ``FileName``.
    package func hash(into hasher: inout Hasher) {
        bytes.withUnsafeBytes { hasher.combine(bytes: $0) }
    }
}
