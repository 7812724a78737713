import WindowsTypes
import WireCoding

/// HashAlgorithms of preauthentication integrity — [MS-SMB2] 2.2.3.1.1
package struct HashAlgorithm: RawRepresentable, Hashable, Sendable {
    package var rawValue: UInt16
    package init(rawValue: UInt16) { self.rawValue = rawValue }
    package static let sha512 = HashAlgorithm(rawValue: 0x0001)
}

/// Ciphers — [MS-SMB2] 2.2.3.1.2
package struct Cipher: RawRepresentable, Hashable, Sendable {
    package var rawValue: UInt16
    package init(rawValue: UInt16) { self.rawValue = rawValue }
    package static let aes128CCM = Cipher(rawValue: 0x0001)
    package static let aes128GCM = Cipher(rawValue: 0x0002)
    package static let aes256CCM = Cipher(rawValue: 0x0003)
    package static let aes256GCM = Cipher(rawValue: 0x0004)
}

/// CompressionAlgorithms — [MS-SMB2] 2.2.3.1.3
package struct CompressionAlgorithm: RawRepresentable, Hashable, Sendable {
    package var rawValue: UInt16
    package init(rawValue: UInt16) { self.rawValue = rawValue }
    package static let none = CompressionAlgorithm(rawValue: 0x0000)
    package static let lznt1 = CompressionAlgorithm(rawValue: 0x0001)
    package static let lz77 = CompressionAlgorithm(rawValue: 0x0002)
    package static let lz77Huffman = CompressionAlgorithm(rawValue: 0x0003)
    package static let patternV1 = CompressionAlgorithm(rawValue: 0x0004)
    package static let lz4 = CompressionAlgorithm(rawValue: 0x0005)
}

/// SigningAlgorithms — [MS-SMB2] 2.2.3.1.7
package struct SigningAlgorithm: RawRepresentable, Hashable, Sendable {
    package var rawValue: UInt16
    package init(rawValue: UInt16) { self.rawValue = rawValue }
    package static let hmacSHA256 = SigningAlgorithm(rawValue: 0x0000)
    package static let aesCMAC = SigningAlgorithm(rawValue: 0x0001)
    package static let aesGMAC = SigningAlgorithm(rawValue: 0x0002)
}

/// SMB2 NEGOTIATE_CONTEXT, dialect 3.1.1 — [MS-SMB2] 2.2.3.1 and 2.2.4.1
package enum NegotiateContext: Equatable, Sendable {
    case preauthIntegrity(hashAlgorithms: [HashAlgorithm], salt: [UInt8])
    case encryption(ciphers: [Cipher])
    /// Bit 0 of `flags`: chained compression.
    case compression(algorithms: [CompressionAlgorithm], flags: UInt32)
    /// The server's name as the client knows it, WTF-8.
    case netname([UInt8])
    /// Bit 0 of `flags`: transport-level security is accepted.
    case transport(flags: UInt32)
    case rdmaTransform(identifiers: [UInt16])
    case signing(algorithms: [SigningAlgorithm])
    /// Ignored by a server, and kept so that a test can send one.
    case unknown(type: UInt16, data: [UInt8])

    /// ContextType — [MS-SMB2] 2.2.3.1
    package var type: UInt16 {
        switch self {
        case .preauthIntegrity: 0x0001
        case .encryption: 0x0002
        case .compression: 0x0003
        case .netname: 0x0005
        case .transport: 0x0006
        case .rdmaTransform: 0x0007
        case .signing: 0x0008
        case .unknown(let type, _): type
        }
    }

    private static let maximumCount = 64

    // MARK: The list

    /// Parses `count` contexts, each aligned to 8 bytes from the header.
    static func parseList(
        _ message: borrowing WireReader, offset: UInt32, count: UInt16
    ) throws(WireError) -> [NegotiateContext] {
        guard count <= maximumCount else { throw .tooMany(field: "NegotiateContextCount", limit: maximumCount) }
        var reader = WireReader(message.bytes)
        try reader.seek(to: Int(clamping: offset))
        var contexts: [NegotiateContext] = []
        for index in 0..<count {
            if index > 0 { reader.align(to: 8) }
            let type: UInt16 = try reader.integer()
            let length: UInt16 = try reader.integer()
            try reader.skip(4)
            var data = WireReader(try reader.span(Int(length)))
            contexts.append(try NegotiateContext(type: type, data: &data))
        }
        return contexts
    }

    static func writeList(_ contexts: [NegotiateContext], to writer: inout WireWriter) {
        for (index, context) in contexts.enumerated() {
            // Padding lies between contexts; the last one has none.
            if index > 0 { writer.align(to: 8) }
            writer.integer(context.type)
            let lengthAt = writer.count
            writer.integer(UInt16(0))
            writer.integer(UInt32(0))
            let start = writer.count
            context.writeData(to: &writer)
            writer.patch(UInt16(clamping: writer.count - start), at: lengthAt)
        }
    }

    // MARK: One context

    private init(type: UInt16, data: inout WireReader) throws(WireError) {
        switch type {
        case 0x0001:
            let count: UInt16 = try data.integer()
            let saltLength: UInt16 = try data.integer()
            var list = WireReader(try data.span(Int(count) * 2))
            var algorithms: [HashAlgorithm] = []
            while !list.isAtEnd { algorithms.append(HashAlgorithm(rawValue: try list.integer())) }
            self = .preauthIntegrity(hashAlgorithms: algorithms, salt: try data.array(Int(saltLength)))
        case 0x0002:
            self = .encryption(ciphers: try Self.numbers(&data).map(Cipher.init(rawValue:)))
        case 0x0003:
            let count: UInt16 = try data.integer()
            try data.skip(2)
            let flags: UInt32 = try data.integer()
            var list = WireReader(try data.span(Int(count) * 2))
            var algorithms: [CompressionAlgorithm] = []
            while !list.isAtEnd { algorithms.append(CompressionAlgorithm(rawValue: try list.integer())) }
            self = .compression(algorithms: algorithms, flags: flags)
        case 0x0005:
            self = .netname(try UTF16LE.decode(try data.span(data.remaining)))
        case 0x0006:
            self = .transport(flags: try data.integer())
        case 0x0007:
            let count: UInt16 = try data.integer()
            try data.skip(6)
            var list = WireReader(try data.span(Int(count) * 2))
            var identifiers: [UInt16] = []
            while !list.isAtEnd { identifiers.append(try list.integer()) }
            self = .rdmaTransform(identifiers: identifiers)
        case 0x0008:
            self = .signing(algorithms: try Self.numbers(&data).map(SigningAlgorithm.init(rawValue:)))
        default:
            self = .unknown(type: type, data: try data.array(data.remaining))
        }
    }

    /// A 16-bit count and as many 16-bit numbers.
    private static func numbers(_ data: inout WireReader) throws(WireError) -> [UInt16] {
        let count: UInt16 = try data.integer()
        var list = WireReader(try data.span(Int(count) * 2))
        var numbers: [UInt16] = []
        while !list.isAtEnd { numbers.append(try list.integer()) }
        return numbers
    }

    private func writeData(to writer: inout WireWriter) {
        switch self {
        case .preauthIntegrity(let algorithms, let salt):
            writer.integer(UInt16(clamping: algorithms.count))
            writer.integer(UInt16(clamping: salt.count))
            for algorithm in algorithms { writer.integer(algorithm.rawValue) }
            writer.append(salt)
        case .encryption(let ciphers):
            writer.integer(UInt16(clamping: ciphers.count))
            for cipher in ciphers { writer.integer(cipher.rawValue) }
        case .compression(let algorithms, let flags):
            writer.integer(UInt16(clamping: algorithms.count))
            writer.integer(UInt16(0))
            writer.integer(flags)
            for algorithm in algorithms { writer.integer(algorithm.rawValue) }
        case .netname(let name):
            UTF16LE.encode(name, to: &writer)
        case .transport(let flags):
            writer.integer(flags)
        case .rdmaTransform(let identifiers):
            writer.integer(UInt16(clamping: identifiers.count))
            writer.zeros(6)
            for identifier in identifiers { writer.integer(identifier) }
        case .signing(let algorithms):
            writer.integer(UInt16(clamping: algorithms.count))
            for algorithm in algorithms { writer.integer(algorithm.rawValue) }
        case .unknown(_, let data):
            writer.append(data)
        }
    }
}
