/// The ciphers that seal SMB2 messages, with the numbers that SMB2_ENCRYPTION_CAPABILITIES gives them — [MS-SMB2]
/// 2.2.3.1.2
package enum SMBCipher: UInt16, Equatable, Sendable, CaseIterable {
    /// The one of dialects 3.0 and 3.0.2.
    case aes128CCM = 1
    case aes128GCM = 2
    case aes256CCM = 3
    case aes256GCM = 4

    /// The key's length in bytes.
    package var keyByteCount: Int {
        switch self {
        case .aes128CCM, .aes128GCM: 16
        case .aes256CCM, .aes256GCM: 32
        }
    }

    /// How much of the transform header's Nonce field the cipher uses, in bytes from its start — [MS-SMB2] 2.2.41
    package var nonceByteCount: Int { isCCM ? 11 : 12 }

    /// Counter with CBC-MAC: slower, and it takes a message in one piece only.
    package var isCCM: Bool {
        switch self {
        case .aes128CCM, .aes256CCM: true
        case .aes128GCM, .aes256GCM: false
        }
    }
}

extension SMBCipher: CustomStringConvertible {
    /// As the specifications write it, and the cryptographic library too.
    package var description: String {
        switch self {
        case .aes128CCM: "AES-128-CCM"
        case .aes128GCM: "AES-128-GCM"
        case .aes256CCM: "AES-256-CCM"
        case .aes256GCM: "AES-256-GCM"
        }
    }
}
