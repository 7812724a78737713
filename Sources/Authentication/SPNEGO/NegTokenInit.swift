package import WireCoding

/// The first token of a negotiation: NegTokenInit, or NegTokenInit2 where the server speaks first — RFC 4178 4.2.1;
/// [MS-SPNG] 2.2.1
package struct NegTokenInit: TokenDecodable, Equatable, Sendable {
    /// In the sender's order of preference.
    package var mechanisms: [MechanismIdentifier]
    /// The optimistic token of the first mechanism.
    package var mechanismToken: [UInt8]?
    /// The hint that Windows sends, and some clients look for; it has no other meaning.
    package var hintName: String?
    /// The MechTypeList as it lay on the wire: what the mechListMIC is made over.
    package private(set) var mechanismListBytes: [UInt8]

    /// "not_defined_in_RFC4178@please_ignore" — [MS-SPNG] 3.2.5.2
    package static let conventionalHint = "not_defined_in_RFC4178@please_ignore"

    package init(mechanisms: [MechanismIdentifier], mechanismToken: [UInt8]? = nil, hintName: String? = nil) {
        self.mechanisms = mechanisms
        self.mechanismToken = mechanismToken
        self.hintName = hintName
        mechanismListBytes = Self.encode(mechanisms)
    }

    private static func encode(_ mechanisms: [MechanismIdentifier]) -> [UInt8] {
        DERWriter.element(DERTag.sequence, mechanisms.flatMap(\.der))
    }

    // MARK: Decoding

    package init(parsing reader: inout WireReader) throws(WireError) {
        try self.init(parsing: reader.span(reader.remaining))
    }

    private init(parsing token: RawSpan) throws(WireError) {
        var outer = DERReader(token)
        var frame = DERReader(token, within: try outer.next(DERTag.application0))
        let mechanism = try frame.next(DERTag.objectIdentifier)
        guard MechanismIdentifier(content: try token.derContent(mechanism)) == .spnego else {
            throw .invalid("the token's mechanism is not SPNEGO")
        }
        var choice = DERReader(token, within: try frame.next(DERTag.context(0)))
        var fields = DERReader(token, within: try choice.next(DERTag.sequence))

        mechanisms = []
        mechanismToken = nil
        hintName = nil
        mechanismListBytes = []
        var seen = 0
        while !fields.isAtEnd {
            let field = try fields.next()
            seen += 1
            guard seen <= TokenLimits.maximumElementCount else {
                throw .tooMany(field: "NegTokenInit", limit: TokenLimits.maximumElementCount)
            }
            switch field.tag {
            case DERTag.context(0):
                (mechanisms, mechanismListBytes) = try Self.mechanisms(in: token, field)
            case DERTag.context(2):
                mechanismToken = try token.derContent(of: field, DERTag.octetString)
            case DERTag.context(3):
                hintName = try Self.hint(in: token, field)
            default:
                // [1] reqFlags and [4] mechListMIC: a MIC in a first token has nothing that it could protect yet.
                continue
            }
        }
        guard !mechanisms.isEmpty else { throw .invalid("a negotiation that offers no mechanism") }
    }

    private static func mechanisms(
        in token: RawSpan, _ field: DERElement
    ) throws(WireError) -> ([MechanismIdentifier], [UInt8]) {
        var outer = DERReader(token, within: field)
        let list = try outer.next(DERTag.sequence)
        var reader = DERReader(token, within: list)
        var result: [MechanismIdentifier] = []
        while !reader.isAtEnd {
            let element = try reader.next(DERTag.objectIdentifier)
            guard result.count < TokenLimits.maximumMechanismCount else {
                throw .tooMany(field: "MechTypeList", limit: TokenLimits.maximumMechanismCount)
            }
            result.append(MechanismIdentifier(content: try token.derContent(element)))
        }
        return (result, try token.derBytes(list.whole))
    }

    /// [3] is a MIC in RFC 4178 and the hints in [MS-SPNG]; only the latter is a sequence.
    private static func hint(in token: RawSpan, _ field: DERElement) throws(WireError) -> String? {
        var outer = DERReader(token, within: field)
        let hints = try outer.next()
        guard hints.tag == DERTag.sequence else { return nil }
        var reader = DERReader(token, within: hints)
        guard !reader.isAtEnd else { return nil }
        let name = try reader.next()
        guard name.tag == DERTag.context(0) else { return nil }
        return String(decoding: try token.derContent(of: name, DERTag.generalString), as: UTF8.self)
    }

    // MARK: Encoding

    package var bytes: [UInt8] {
        let fields =
            DERWriter.field(0, mechanismListBytes)
            + DERWriter.field(2, mechanismToken.map { DERWriter.element(DERTag.octetString, $0) })
            + DERWriter.field(
                3,
                hintName.map {
                    DERWriter.element(
                        DERTag.sequence, DERWriter.field(0, DERWriter.element(DERTag.generalString, Array($0.utf8))))
                })
        let choice = DERWriter.element(DERTag.context(0), DERWriter.element(DERTag.sequence, fields))
        return DERWriter.element(DERTag.application0, MechanismIdentifier.spnego.der, choice)
    }
}
