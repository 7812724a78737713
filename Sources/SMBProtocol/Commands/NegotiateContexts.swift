import Authentication
import SMBCryptography
import SMBMessages
import WindowsTypes

extension Connection {
    /// Chooses from the client's contexts of dialect 3.1.1 and says what was chosen — [MS-SMB2] 3.3.5.4
    ///
    /// Only kinds that the client sent are answered; unknown ones are passed over.
    func agree(
        on offered: [NegotiateContext], _ terms: inout Terms
    ) throws(SMBFailure) -> [NegotiateContext] {
        try requireSingle(offered)
        var answers: [NegotiateContext] = []
        var hasHash = false
        for context in offered {
            switch context {
            case .preauthIntegrity(let algorithms, _):
                hasHash = true
                guard !algorithms.isEmpty else { throw SMBFailure(.invalidParameter) }
                guard algorithms.contains(.sha512) else { throw SMBFailure(.smbNoPreauthIntegrityHashOverlap) }
                let salt = server.authentication.random(Self.saltByteCount)
                // First, wherever the client had it.
                answers.insert(.preauthIntegrity(hashAlgorithms: [.sha512], salt: salt), at: 0)
            case .encryption(let ciphers):
                guard !ciphers.isEmpty else { throw SMBFailure(.invalidParameter) }
                terms.cipher = Self.ciphers.first { ciphers.contains(Cipher(rawValue: $0.rawValue)) }
                // "…or 0, if there is none in common"
                answers.append(.encryption(ciphers: [Cipher(rawValue: terms.cipher?.rawValue ?? 0)]))
            case .signing(let algorithms):
                guard !algorithms.isEmpty else { throw SMBFailure(.invalidParameter) }
                let choice = Self.signingAlgorithms.first { algorithms.contains($0.name) } ?? Self.signingAlgorithms[1]
                terms.signing = choice.algorithm
                answers.append(.signing(algorithms: [choice.name]))
            case .compression(let algorithms, _):
                // Understood and not answered: nothing is compressed here.
                guard !algorithms.isEmpty else { throw SMBFailure(.invalidParameter) }
            case .unknown(Self.posixType, let data):
                guard data.count >= 16, Self.holdsPosixVersion(data) else { continue }
                terms.isPosixNegotiated = true
                answers.append(.unknown(type: Self.posixType, data: Self.posixVersion))
            case .netname, .transport, .rdmaTransform, .unknown: break
            }
        }
        // "If the negotiate context list does not contain exactly one SMB2_PREAUTH_INTEGRITY_CAPABILITIES …
        // STATUS_INVALID_PARAMETER."
        guard hasHash else { throw SMBFailure(.invalidParameter) }
        return answers
    }

    /// "If the … list contains more than one …: STATUS_INVALID_PARAMETER", for each kind that is chosen from.
    private func requireSingle(_ offered: [NegotiateContext]) throws(SMBFailure) {
        for type in [0x0001, 0x0002, 0x0003, 0x0007, 0x0008] as [UInt16] {
            var count = 0
            for context in offered where context.type == type { count += 1 }
            guard count <= 1 else { throw SMBFailure(.invalidParameter) }
        }
    }

    private static let saltByteCount = 32

    /// In the order in which they are preferred.
    private static let ciphers: [SMBCipher] = [.aes128GCM, .aes256GCM, .aes128CCM, .aes256CCM]

    /// In the order in which they are preferred; the second is what holds where none is shared.
    private static let signingAlgorithms:
        [(name: SMBMessages.SigningAlgorithm, algorithm: SMBCryptography.SigningAlgorithm)] = [
            (.aesGMAC, .aes128GMAC), (.aesCMAC, .aes128CMAC), (.hmacSHA256, .hmacSHA256),
        ]

    // MARK: The POSIX extensions

    /// SMB2_POSIX_EXTENSIONS_AVAILABLE, of the SMB3 POSIX extensions.
    private static let posixType: UInt16 = 0x0100

    /// The extensions' only version, the GUID that also names their create context.
    private static let posixVersion: [UInt8] = [
        0x93, 0xAD, 0x25, 0x50, 0x9C, 0xB4, 0x11, 0xE7, 0xB4, 0x23, 0x83, 0xDE, 0x96, 0x8B, 0xCD, 0x7C,
    ]

    /// The client's list of versions, 16 bytes each, has ours.
    private static func holdsPosixVersion(_ data: [UInt8]) -> Bool {
        stride(from: 0, through: data.count - 16, by: 16).contains { Array(data[$0..<$0 + 16]) == posixVersion }
    }
}
