package import WireCoding

/// A list of AV_PAIRs — [MS-NLMP] 2.2.2.1
package struct TargetInformation: Equatable, Sendable {
    package struct Pair: Equatable, Sendable {
        package var id: UInt16
        package var value: [UInt8]
    }

    /// In the order of the wire, without the terminator.
    package var pairs: [Pair]

    package init(pairs: [Pair] = []) {
        self.pairs = pairs
    }

    /// More than there are kinds of pairs, twice over.
    static let maximumPairCount = 32

    enum ID {
        static let endOfList: UInt16 = 0
        static let netBIOSComputerName: UInt16 = 1
        static let netBIOSDomainName: UInt16 = 2
        static let dnsComputerName: UInt16 = 3
        static let dnsDomainName: UInt16 = 4
        static let flags: UInt16 = 6
        static let timestamp: UInt16 = 7
        static let targetName: UInt16 = 9
    }

    /// The MsvAvFlags bit that says: the AUTHENTICATE message carries a MIC.
    static let flagMICPresent: UInt32 = 0x0000_0002

    package init(names: ServerNames, fileTime: UInt64) {
        pairs = [
            Pair(id: ID.netBIOSDomainName, value: UTF16Coding.bytes(of: names.netBIOSDomain)),
            Pair(id: ID.netBIOSComputerName, value: UTF16Coding.bytes(of: names.netBIOSComputer)),
            Pair(id: ID.dnsDomainName, value: UTF16Coding.bytes(of: names.dnsDomain)),
            Pair(id: ID.dnsComputerName, value: UTF16Coding.bytes(of: names.dnsComputer)),
            Pair(id: ID.timestamp, value: Self.littleEndian(fileTime)),
        ]
    }

    package func value(of id: UInt16) -> [UInt8]? {
        pairs.first { $0.id == id }?.value
    }

    package mutating func set(_ id: UInt16, to value: [UInt8]) {
        if let index = pairs.firstIndex(where: { $0.id == id }) {
            pairs[index].value = value
        } else {
            pairs.append(Pair(id: id, value: value))
        }
    }

    package var flags: UInt32 {
        guard let value = value(of: ID.flags), value.count == 4 else { return 0 }
        return value.reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// The server's time as a FILETIME, if it sent one.
    package var timestamp: UInt64? {
        guard let value = value(of: ID.timestamp), value.count == 8 else { return nil }
        return value.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    static func littleEndian<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian) { [UInt8]($0) }
    }

    /// Reads up to the terminator, or to the end where a peer left it out.
    package init(parsing reader: inout WireReader) throws(WireError) {
        pairs = []
        while !reader.isAtEnd {
            let id: UInt16 = try reader.integer()
            let count: UInt16 = try reader.integer()
            if id == ID.endOfList { return }
            guard pairs.count < Self.maximumPairCount else {
                throw .tooMany(field: "AV_PAIR", limit: Self.maximumPairCount)
            }
            pairs.append(Pair(id: id, value: try reader.array(Int(count))))
        }
    }

    package func write(to writer: inout WireWriter) {
        for pair in pairs {
            writer.integer(pair.id)
            writer.integer(UInt16(clamping: pair.value.count))
            writer.append(Array(pair.value.prefix(Int(UInt16.max))))
        }
        writer.integer(ID.endOfList)
        writer.integer(UInt16(0))
    }

    package var bytes: [UInt8] {
        var writer = WireWriter()
        write(to: &writer)
        return writer.bytes
    }
}
