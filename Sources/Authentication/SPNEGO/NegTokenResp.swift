package import WireCoding

/// Where a negotiation stands — RFC 4178 4.2.2
package enum NegotiationState: UInt8, Equatable, Sendable {
    case acceptCompleted = 0
    case acceptIncomplete = 1
    case reject = 2
    case requestMIC = 3
}

/// Every token after the first — RFC 4178 4.2.2
package struct NegTokenResp: TokenDecodable, Equatable, Sendable {
    package var state: NegotiationState?
    package var supportedMechanism: MechanismIdentifier?
    package var responseToken: [UInt8]?
    package var mechanismListMIC: [UInt8]?

    package init(
        state: NegotiationState? = nil, supportedMechanism: MechanismIdentifier? = nil, responseToken: [UInt8]? = nil,
        mechanismListMIC: [UInt8]? = nil
    ) {
        self.state = state
        self.supportedMechanism = supportedMechanism
        self.responseToken = responseToken
        self.mechanismListMIC = mechanismListMIC
    }

    package init(parsing reader: inout WireReader) throws(WireError) {
        try self.init(parsing: reader.span(reader.remaining))
    }

    private init(parsing token: RawSpan) throws(WireError) {
        var outer = DERReader(token)
        var choice = DERReader(token, within: try outer.next(DERTag.context(1)))
        var fields = DERReader(token, within: try choice.next(DERTag.sequence))
        var seen = 0
        while !fields.isAtEnd {
            let field = try fields.next()
            seen += 1
            guard seen <= TokenLimits.maximumElementCount else {
                throw .tooMany(field: "NegTokenResp", limit: TokenLimits.maximumElementCount)
            }
            switch field.tag {
            case DERTag.context(0):
                state = try Self.state(token.derContent(of: field, DERTag.enumerated))
            case DERTag.context(1):
                supportedMechanism = MechanismIdentifier(
                    content: try token.derContent(of: field, DERTag.objectIdentifier))
            case DERTag.context(2):
                responseToken = try token.derContent(of: field, DERTag.octetString)
            case DERTag.context(3):
                mechanismListMIC = try token.derContent(of: field, DERTag.octetString)
            default:
                continue
            }
        }
    }

    private static func state(_ content: [UInt8]) throws(WireError) -> NegotiationState {
        guard content.count == 1, let value = content.first, let state = NegotiationState(rawValue: value) else {
            throw .unknownValue(field: "negState", value: UInt64(content.first ?? 0xFF))
        }
        return state
    }

    package var bytes: [UInt8] {
        let fields =
            DERWriter.field(0, state.map { DERWriter.element(DERTag.enumerated, [$0.rawValue]) })
            + DERWriter.field(1, supportedMechanism?.der)
            + DERWriter.field(2, responseToken.map { DERWriter.element(DERTag.octetString, $0) })
            + DERWriter.field(3, mechanismListMIC.map { DERWriter.element(DERTag.octetString, $0) })
        return DERWriter.element(DERTag.context(1), DERWriter.element(DERTag.sequence, fields))
    }
}
