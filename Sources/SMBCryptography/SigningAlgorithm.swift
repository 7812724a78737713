/// The algorithms that sign SMB2 messages, with the numbers that SMB2_SIGNING_CAPABILITIES gives them — [MS-SMB2]
/// 2.2.3.1.7, 3.1.4.1
package enum SigningAlgorithm: UInt16, Equatable, Sendable, CaseIterable {
    /// Dialects 2.0.2 and 2.1; 3.1.1 where it is negotiated.
    case hmacSHA256 = 0
    /// Dialects 3.0 and 3.0.2, and 3.1.1 unless something else is negotiated.
    case aes128CMAC = 1
    /// Dialect 3.1.1, where it is negotiated.
    case aes128GMAC = 2
}

extension SigningAlgorithm: CustomStringConvertible {
    /// As the specifications write it.
    package var description: String {
        switch self {
        case .hmacSHA256: "HMAC-SHA256"
        case .aes128CMAC: "AES-128-CMAC"
        case .aes128GMAC: "AES-128-GMAC"
        }
    }
}
