import SMBCryptography
import Testing

@Suite("Key derivation — NIST SP 800-108; [MS-SMB2] 3.1.4.2")
struct KeyDerivationTests {
    @Test("NIST's validation vectors: HMAC-SHA256, 32-bit counter before the fixed input, 128 bits")
    func validationVector() throws {
        let key = try KeyDerivation.key(
            from: bytes("dd1d91b7d90b2bd3138533ce92b272fbf8a369316aefe242e659cc0ae238afe0"),
            fixedInput: bytes(
                """
                01322b96b30acd197979444e468e1c5c6859bf1b1cf951b7e725303e237e46b8
                64a145fab25e517b08f8683d0315bb2911d80a0e8aba17f3b413faac
                """),
            byteCount: 16)
        #expect(key == bytes("10621342bfb0fd40046c0e29f2cfdbf0"))
    }

    @Test("the signing key of dialect 3.0 that Microsoft published for this session key")
    func signingKey() throws {
        let key = try KeyDerivation.key(
            from: bytes("7CD451825D0450D235424E44BA6E78CC"),
            label: Array("SMB2AESCMAC".utf8) + [0], context: Array("SmbSign".utf8) + [0])
        #expect(key == bytes("0B7E9C5CAC36C0F6EA9AB275298CEDCE"))
    }

    @Test("longer keys differ from the start, since the length is part of the input")
    func lengths() throws {
        let secret = [UInt8](repeating: 3, count: 16)
        let short = try KeyDerivation.key(from: secret, label: [1], context: [2], byteCount: 16)
        let long = try KeyDerivation.key(from: secret, label: [1], context: [2], byteCount: 32)
        let longest = try KeyDerivation.key(from: secret, label: [1], context: [2], byteCount: 64)
        #expect(short.count == 16 && long.count == 32 && longest.count == 64)
        #expect(Array(long.prefix(16)) != short)
        #expect(Array(longest.prefix(32)) != Array(longest.suffix(32)))
    }

    @Test("lengths that make no sense are refused", arguments: [-1, 0, 65, Int.max])
    func refused(byteCount: Int) {
        #expect(throws: CryptographyError.self) {
            try KeyDerivation.key(from: [1], label: [], context: [], byteCount: byteCount)
        }
    }
}
