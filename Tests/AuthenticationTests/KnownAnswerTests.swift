import Testing

@testable import Authentication

@Suite("Old algorithms")
struct OldAlgorithmTests {
    @Test("are there")
    func available() {
        #expect(SPNEGOServer.isAvailable)
    }

    @Test(
        "MD4 gives the answers of RFC 1320",
        arguments: [
            ("", "31d6cfe0d16ae931b73c59d7e0c089c0"), ("a", "bde52cb31de33e46245e05fbdbd6fb24"),
            ("abc", "a448017aaf21d8525fc10ae87aa6729d"), ("message digest", "d9130a8164549fe818874806e1c7014b"),
            ("abcdefghijklmnopqrstuvwxyz", "d79e1c308aa5bbcdeea8ed63df412da9"),
            (
                "12345678901234567890123456789012345678901234567890123456789012345678901234567890",
                "e33b4ddc9c38f2199c3e7b164fcc0536"
            ),
        ])
    func md4(message: String, expected: String) throws {
        #expect(try NTLMCryptography.shared.md4(Array(message.utf8)) == bytes(expected))
    }

    @Test(
        "MD5 gives the answers of RFC 1321, whatever the pieces",
        arguments: [
            ("", "d41d8cd98f00b204e9800998ecf8427e"), ("abc", "900150983cd24fb0d6963f7d28e17f72"),
            ("message digest", "f96b697d7cb7938d525a2f31aaf161d0"),
        ])
    func md5(message: String, expected: String) throws {
        let message = Array(message.utf8)
        for split in 0...message.count {
            let digest = try NTLMCryptography.shared.md5(Array(message[..<split]), Array(message[split...]))
            #expect(digest == bytes(expected))
        }
    }

    @Test("HMAC-MD5 gives the answers of RFC 2202, one key after another")
    func hmacMD5() throws {
        let rows: [([UInt8], [UInt8], String)] = [
            ([UInt8](repeating: 0x0B, count: 16), Array("Hi There".utf8), "9294727a3638bb1c13f48ef8158bfc9d"),
            (Array("Jefe".utf8), Array("what do ya want for nothing?".utf8), "750c783e6ab0b503eaa86e310a5db738"),
            (
                [UInt8](repeating: 0xAA, count: 16), [UInt8](repeating: 0xDD, count: 50),
                "56be34521d144c88dbb8c733f0e8b3f6"
            ),
            (
                [UInt8](repeating: 0xAA, count: 80),
                Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
                "6b1ab7fe4bd7bf8f0b62e6ce61b9d0cd"
            ),
        ]
        for (key, message, expected) in rows {
            #expect(try NTLMCryptography.shared.hmacMD5(key: key, message) == bytes(expected))
        }
        #expect(throws: AuthenticationError.cryptographyFailed) {
            try NTLMCryptography.shared.hmacMD5(key: [], [1])
        }
    }

    @Test(
        "RC4 gives the key streams of RFC 6229, for short keys too",
        arguments: [
            ("0102030405", "b2396305f03dc027ccc3524a0a1118a8"), ("01020304050607", "293f02d47f37c9b633f2af5285feb46b"),
            ("0102030405060708090a0b0c0d0e0f10", "9ac7cc9a609d1ef7b2932899cde41b97"),
        ])
    func rc4(key: String, expected: String) throws {
        let zeros = [UInt8](repeating: 0, count: 16)
        #expect(try NTLMCryptography.shared.rc4(key: bytes(key), zeros) == bytes(expected))
        #expect(try NTLMCryptography.shared.rc4(key: bytes(key), bytes(expected)) == zeros)
    }
}

/// The example of the specification: user "User" of "Domain" with "Password" on "Server".
@Suite("NTLMv2 — [MS-NLMP] 4.2.4")
struct SpecificationExampleTests {
    let serverChallenge = bytes("0123456789abcdef")
    let randomSessionKey = [UInt8](repeating: 0x55, count: 16)
    let flags = NTLMFlags(rawValue: 0xE28A_8233)

    var temp: [UInt8] {
        let names = TargetInformation(pairs: [
            .init(id: TargetInformation.ID.netBIOSDomainName, value: UTF16Coding.bytes(of: "Domain")),
            .init(id: TargetInformation.ID.netBIOSComputerName, value: UTF16Coding.bytes(of: "Server")),
        ])
        return NTLMv2Response.clientChallengeBytes(
            timestamp: 0, clientChallenge: [UInt8](repeating: 0xAA, count: 8), targetInformation: names)
    }

    func responseKey() throws -> [UInt8] {
        try NTLMv2Keys.responseKey(hash: NTHash(password: "Password"), userName: "User", domainName: "Domain")
    }

    @Test("hashes")
    func hashes() throws {
        #expect(try NTHash(password: "Password").hexadecimal == "a4f49c406510bdcab6824ee7c30fd852")
        #expect(try responseKey() == bytes("0c868a403bfd7a93a3001ef22ef02e3f"))
    }

    @Test("the client challenge, the proof and the session base key")
    func proof() throws {
        #expect(
            temp
                == bytes(
                    """
                    0101000000000000 0000000000000000 aaaaaaaaaaaaaaaa 00000000
                    02000c0044006f006d00610069006e00 01000c00530065007200760065007200 00000000 00000000
                    """))
        let proof = try NTLMv2Keys.proof(
            responseKey: responseKey(), serverChallenge: serverChallenge, clientChallenge: temp)
        #expect(proof == bytes("68cd0ab851e51c96aabc927bebef6a1c"))
        let key = try NTLMv2Keys.sessionBaseKey(responseKey: responseKey(), proof: proof)
        #expect(key == bytes("8de40ccadbc14a82f15cb0ad0de95ca3"))
        #expect(
            try NTLMCryptography.shared.rc4(key: key, randomSessionKey) == bytes("c5dad2544fc9799094ce1ce90bc9d03e"))
    }

    @Test("signing and sealing keys")
    func messageKeys() throws {
        let keys = try #require(NTLMMessageKeys(sessionKey: randomSessionKey, flags: flags))
        #expect(try keys.signingKey(.clientToServer) == bytes("4788dc861b4782f35d43fd98fe1a2d39"))
        #expect(try keys.sealingKey(.clientToServer) == bytes("59f600973cc4960a25480a7c196e4c58"))
    }

    @Test("the same with 56-bit keys — [MS-NLMP] 4.2.3.4")
    func weakKeys() throws {
        let keys = try #require(
            NTLMMessageKeys(
                sessionKey: bytes("eb93429a8bd952f8b89c55b87f475edc"), flags: NTLMFlags(rawValue: 0x820A_8233)))
        #expect(try keys.signingKey(.clientToServer) == bytes("60e799be5c72fc92922ae8ebe961fb8d"))
        #expect(try keys.sealingKey(.clientToServer) == bytes("04dd7f014d8504d265a25cc86a3a7c06"))
    }

    @Test("a sealed message: the checksum under the signing key, encrypted behind the text")
    func sealed() throws {
        let keys = try #require(NTLMMessageKeys(sessionKey: randomSessionKey, flags: flags))
        let text = UTF16Coding.bytes(of: "Plaintext")
        let checksum = try NTLMCryptography.shared.hmacMD5(key: keys.signingKey(.clientToServer), [0, 0, 0, 0], text)
        let sealed = try NTLMCryptography.shared.rc4(
            key: keys.sealingKey(.clientToServer), text + checksum.prefix(8))
        #expect(sealed == bytes("54e50165bf1936dc996020c1811b0f06fb5f 7fb38ec5c55d4976"))
    }
}
