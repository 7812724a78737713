package import WireCoding

/// What is decoded from a whole token or a whole field of one.
package protocol TokenDecodable {
    init(parsing reader: inout WireReader) throws(WireError)
}

extension TokenDecodable {
    /// Decodes bytes from their first one; a failure is the exchange's.
    init(decoding bytes: RawSpan) throws(AuthenticationError) {
        do throws(WireError) {
            var reader = WireReader(bytes)
            try self.init(parsing: &reader)
        } catch {
            throw .malformed(error)
        }
    }
}

/// What bounds every token.
package enum TokenLimits {
    /// The longest token that is looked at, in bytes: what fits an SMB2 security buffer.
    package static let maximumByteCount = 65_535
    /// The most mechanisms that a peer may offer.
    static let maximumMechanismCount = 32
    /// The most elements in one DER sequence.
    static let maximumElementCount = 64
}
