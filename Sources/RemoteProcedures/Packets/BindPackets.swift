package import WireCoding

/// One line of a bind: an interface under a number, and the transfer syntaxes that the client could use for it —
/// p_cont_elem_t, [C706] 12.6.3.1
package struct PresentationContext: Equatable, Sendable {
    package var id: UInt16
    package var interface: SyntaxIdentifier
    package var transferSyntaxes: [SyntaxIdentifier]

    package init(id: UInt16, interface: SyntaxIdentifier, transferSyntaxes: [SyntaxIdentifier] = [.ndr]) {
        self.id = id
        self.interface = interface
        self.transferSyntaxes = transferSyntaxes
    }
}

/// The body of bind and of alter_context — [C706] 12.6.4.3, 12.6.4.1
package struct BindRequest: Equatable, Sendable {
    /// The longest packet, in bytes, that the client sends.
    package var maximumTransmit: UInt16
    /// The longest packet, in bytes, that the client takes.
    package var maximumReceive: UInt16
    package var associationGroup: UInt32
    package var contexts: [PresentationContext]

    package init(
        maximumTransmit: UInt16 = 4280, maximumReceive: UInt16 = 4280, associationGroup: UInt32 = 0,
        contexts: [PresentationContext]
    ) {
        self.maximumTransmit = maximumTransmit
        self.maximumReceive = maximumReceive
        self.associationGroup = associationGroup
        self.contexts = contexts
    }

    package init(parsing reader: inout WireReader) throws(WireError) {
        maximumTransmit = try reader.integer()
        maximumReceive = try reader.integer()
        associationGroup = try reader.integer()
        let count: UInt8 = try reader.integer()
        try reader.skip(3)
        contexts = []
        // Both counts are bytes, and an element takes 24 bytes or more: the packet bounds them.
        for _ in 0..<count {
            let id: UInt16 = try reader.integer()
            let syntaxes: UInt8 = try reader.integer()
            try reader.skip(1)
            var context = PresentationContext(
                id: id, interface: try SyntaxIdentifier(parsing: &reader), transferSyntaxes: [])
            for _ in 0..<syntaxes { context.transferSyntaxes.append(try SyntaxIdentifier(parsing: &reader)) }
            contexts.append(context)
        }
    }

    package func write(to writer: inout WireWriter) {
        writer.integer(maximumTransmit)
        writer.integer(maximumReceive)
        writer.integer(associationGroup)
        writer.integer(UInt8(clamping: contexts.count))
        writer.zeros(3)
        for context in contexts {
            writer.integer(context.id)
            writer.integer(UInt8(clamping: context.transferSyntaxes.count))
            writer.zeros(1)
            context.interface.write(to: &writer)
            for syntax in context.transferSyntaxes { syntax.write(to: &writer) }
        }
    }
}

/// What became of one presentation context — p_result_t, [C706] 12.6.3.1
package enum BindResult: Equatable, Sendable {
    case accepted(SyntaxIdentifier)
    /// A provider's rejection.
    case refused(Reason)

    /// p_provider_reason_t — [C706] 12.6.3.1
    package enum Reason: UInt16, Sendable {
        case notSpecified = 0
        case abstractSyntaxNotSupported = 1
        case transferSyntaxesNotSupported = 2
        case localLimitExceeded = 3
    }

    private static let acceptance: UInt16 = 0
    private static let providerRejection: UInt16 = 2

    package init(parsing reader: inout WireReader) throws(WireError) {
        let result: UInt16 = try reader.integer()
        let reason: UInt16 = try reader.integer()
        let syntax = try SyntaxIdentifier(parsing: &reader)
        guard result != Self.acceptance else {
            self = .accepted(syntax)
            return
        }
        guard let reason = Reason(rawValue: reason) else {
            throw .unknownValue(field: "p_provider_reason_t", value: UInt64(reason))
        }
        self = .refused(reason)
    }

    package func write(to writer: inout WireWriter) {
        switch self {
        case .accepted(let syntax):
            writer.integer(Self.acceptance)
            writer.integer(UInt16(0))
            syntax.write(to: &writer)
        case .refused(let reason):
            writer.integer(Self.providerRejection)
            writer.integer(reason.rawValue)
            SyntaxIdentifier.none.write(to: &writer)
        }
    }
}

/// The body of bind_ack and of alter_context_resp — [C706] 12.6.4.4, 12.6.4.2
package struct BindAcknowledgment: Equatable, Sendable {
    package var maximumTransmit: UInt16
    package var maximumReceive: UInt16
    package var associationGroup: UInt32
    /// ASCII, without the zero at its end: `\PIPE\srvsvc`; empty in an alter_context_resp.
    package var secondaryAddress: [UInt8]
    package var results: [BindResult]

    package init(
        maximumTransmit: UInt16, maximumReceive: UInt16, associationGroup: UInt32, secondaryAddress: [UInt8],
        results: [BindResult]
    ) {
        self.maximumTransmit = maximumTransmit
        self.maximumReceive = maximumReceive
        self.associationGroup = associationGroup
        self.secondaryAddress = secondaryAddress
        self.results = results
    }

    /// - Parameter reader: of the whole packet, behind its header: padding counts from the packet's start.
    package init(parsing reader: inout WireReader) throws(WireError) {
        maximumTransmit = try reader.integer()
        maximumReceive = try reader.integer()
        associationGroup = try reader.integer()
        let length: UInt16 = try reader.integer()
        secondaryAddress = try reader.array(Int(length))
        if secondaryAddress.last == 0 { secondaryAddress.removeLast() }
        reader.align(to: 4)
        let count: UInt8 = try reader.integer()
        try reader.skip(3)
        results = []
        for _ in 0..<count { results.append(try BindResult(parsing: &reader)) }
    }

    package func write(to writer: inout WireWriter) {
        writer.integer(maximumTransmit)
        writer.integer(maximumReceive)
        writer.integer(associationGroup)
        if secondaryAddress.isEmpty {
            writer.integer(UInt16(0))
        } else {
            writer.integer(UInt16(clamping: secondaryAddress.count + 1))
            writer.append(secondaryAddress)
            writer.zeros(1)
        }
        writer.align(to: 4)
        writer.integer(UInt8(clamping: results.count))
        writer.zeros(3)
        for result in results { result.write(to: &writer) }
    }
}

/// The body of bind_nak — [C706] 12.6.4.5
package struct BindRefusal: Equatable, Sendable {
    /// provider_reject_reason_t — [C706] 12.6.3.1, [MS-RPCE] 2.2.2.5
    package enum Reason: UInt16, Sendable {
        case notSpecified = 0
        case temporaryCongestion = 1
        case localLimitExceeded = 2
        case protocolVersionNotSupported = 4
        case authenticationTypeNotRecognized = 8
        case invalidChecksum = 9
    }

    package var reason: Reason

    package init(_ reason: Reason) { self.reason = reason }

    package init(parsing reader: inout WireReader) throws(WireError) {
        let value: UInt16 = try reader.integer()
        guard let reason = Reason(rawValue: value) else {
            throw .unknownValue(field: "provider_reject_reason", value: UInt64(value))
        }
        self.reason = reason
    }

    package func write(to writer: inout WireWriter) {
        writer.integer(reason.rawValue)
        // The versions that are spoken: one, 5.0 — [C706] 12.6.4.5
        writer.integer(UInt8(1))
        writer.integer(UInt8(5))
        writer.integer(UInt8(0))
        writer.align(to: 4)
    }
}
