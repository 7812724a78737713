package import WireCoding

/// NEGOTIATE_MESSAGE, the client's first — [MS-NLMP] 2.2.1.1
///
/// The domain and workstation names that it may carry are neither verified nor used by anybody, so they are not kept.
package struct NTLMNegotiateMessage: TokenDecodable, Equatable, Sendable {
    package var flags: NTLMFlags

    package init(flags: NTLMFlags) {
        self.flags = flags
    }

    package init(parsing reader: inout WireReader) throws(WireError) {
        try reader.expectNTLM(.negotiate)
        flags = NTLMFlags(rawValue: try reader.integer())
        // Old clients end here; what follows is of no use.
    }

    package var bytes: [UInt8] {
        var message = NTLMPayloadWriter(.negotiate)
        message.writer.integer(flags.rawValue)
        message.field([])
        message.field([])
        message.writer.integer(NTLMMessage.version)
        return message.finish()
    }
}
