import Testing

@testable import Authentication

/// The log-in that Microsoft published with every value on the way to its session key ("SMB 2 and SMB 3 security in
/// Windows 10: the anatomy of signing and cryptographic keys"): administrator of SUT311 with the password
/// "Password01!".
@Suite("NTLMv2 as Microsoft published it")
struct PublishedNTLMTests {
    private let negotiate = bytes(
        """
        4E544C4D5353500001000000978208E200000000000000000000000000000000060380250000000F
        """)
    private let challenge = bytes(
        """
        4E544C4D53535000020000000C000C003800000015828AE20D1D8BA31179D00800000000000000005000500044000000
        0A0092270000000F53005500540033003100310002000C0053005500540033003100310001000C005300550054003300
        3100310004000C0053005500540033003100310003000C0053005500540033003100310007000800A1A1F5ADCBAED001
        00000000
        """)
    private let authenticate = bytes(
        """
        4E544C4D53535000030000001800180090000000EE00EE00A80000000C000C00580000001A001A006400000012001200
        7E0000001000100096010000158288E2060380250000000FECAC77A5F385A8BF9C38C706EEEDDCD35300550054003300
        31003100610064006D0069006E006900730074007200610074006F007200440052004900560045005200330031003100
        00000000000000000000000000000000000000000000000063078EB639FE03E20A231C3AE3BF23080101000000000000
        A1A1F5ADCBAED001BC4AD05F223CC90F0000000002000C0053005500540033003100310001000C005300550054003300
        3100310004000C0053005500540033003100310003000C0053005500540033003100310007000800A1A1F5ADCBAED001
        06000400020000000800300030000000000000000000000000300000B61FEFCAA857EA57BF1EDCEBF8974B8E0EBA5A6D
        FD9D07A31D11B548F8C9D0CC0A001000000000000000000000000000000000000900160063006900660073002F005300
        550054003300310031000000000000000000000000003B9BDFF38F5EE8F9663F11A0F4C03A78
        """)
    private let sessionKey = bytes("270E1BA896585EEB7AF3472D3B4C75A7")

    @Test("from the password to the session key")
    func keys() throws {
        let hash = try NTHash(password: "Password01!")
        #expect(hash.bytes == bytes("7C4FE5EADA682714A036E39378362BAB"))
        let responseKey = try NTLMv2Keys.responseKey(hash: hash, userName: "administrator", domainName: "SUT311")
        #expect(responseKey == bytes("AEE3959B44A815F1EB28C9511B4F533B"))
        let message = try NTLMAuthenticateMessage.decoded(authenticate)
        let proof = try NTLMv2Keys.proof(
            responseKey: responseKey, serverChallenge: bytes("0D1D8BA31179D008"),
            clientChallenge: Array(message.ntResponse.dropFirst(16)))
        #expect(proof == bytes("63078EB639FE03E20A231C3AE3BF2308"))
        #expect(Array(message.ntResponse.prefix(16)) == proof)
        let baseKey = try NTLMv2Keys.sessionBaseKey(responseKey: responseKey, proof: proof)
        #expect(baseKey == bytes("B4CF22566926B1C069ACD80E4D73C814"))
        #expect(
            try NTLMCryptography.shared.rc4(key: baseKey, bytes("3B9BDFF38F5EE8F9663F11A0F4C03A78")) == sessionKey)
    }

    @Test("the MIC of the three messages")
    func mic() throws {
        let mic = try NTLMv2Keys.mic(
            sessionKey: sessionKey, negotiate: negotiate, challenge: challenge, authenticate: authenticate)
        #expect(mic == bytes("ECAC77A5F385A8BF9C38C706EEEDDCD3"))
    }

    @Test("the keys of messages, and what they sign: SPNEGO's list of mechanisms")
    func messageKeys() throws {
        let keys = try #require(NTLMMessageKeys(sessionKey: sessionKey, flags: NTLMFlags(rawValue: 0xE288_8215)))
        #expect(try keys.signingKey(.serverToClient) == bytes("E1BD8B416B0B709D295E12F2CF18E6C5"))
        #expect(try keys.signingKey(.clientToServer) == bytes("D43F36C44BCE0630250A09EA0C2E8C2C"))
        #expect(try keys.sealingKey(.serverToClient) == bytes("B0F5A0B32C81FF34A878E1409B3B0EF2"))
        #expect(try keys.sealingKey(.clientToServer) == bytes("31E5557D99BE13F1B2665C7C7C52CE70"))
        let mechanisms = bytes("300C060A2B06010401823702020A")
        #expect(
            try keys.signature(of: mechanisms, .clientToServer) == bytes("0100000063775A9A5FD97F0600000000"))
        #expect(
            try keys.signature(of: mechanisms, .serverToClient) == bytes("010000003B453CDC3524164200000000"))
    }
}
