import SMBCryptography
import Testing

@Suite("Session keys — [MS-SMB2] 3.1.4.2")
struct SessionKeysTests {
    @Test("the hash after each message of the log-in that Microsoft published")
    func preauthIntegrity() {
        var hash = PreauthIntegrityHash()
        #expect(hash.value == [UInt8](repeating: 0, count: 64))
        for (index, step) in PublishedLogIn.messages.enumerated() {
            hash.update(with: step.message.span.bytes)
            #expect(hash.value == step.hash, "after message \(index)")
        }
    }

    @Test("the keys of that log-in, 3.1.1")
    func published311() throws {
        var hash = PreauthIntegrityHash()
        for step in PublishedLogIn.messages { hash.update(with: step.message.span.bytes) }
        let keys = try SessionKeys(.dialect311(hash), sessionKey: PublishedLogIn.sessionKey, cipher: .aes128GCM)
        #expect(keys.signing == bytes("73FE7A9A77BEF0BDE49C650D8CCB5F76"))
        // The client's side: its EncryptionKey, and its DecryptionKey.
        #expect(keys.clientToServer == bytes("629BCBC54422A0F572B97F45989B6073"))
        #expect(keys.serverToClient == bytes("E2AF0DCEFAC68DA71A0DFBD0D1350D74"))
        #expect(keys.application == bytes("6D7AD7954E9EC61E907B4D473DC178FF"))
        // And the last message, which the server has signed with the first of them.
        let signer = try MessageSigner(.aes128CMAC, key: keys.signing)
        #expect(signer.accepts(PublishedLogIn.signedResponse))
    }

    @Test("the second channel of that session: its hash, its key, and who signs what, 3.1.1")
    func binding311() throws {
        var hash = PreauthIntegrityHash()
        for (index, step) in PublishedBinding.messages.enumerated() {
            hash.update(with: step.message.span.bytes)
            #expect(hash.value == step.hash, "after message \(index)")
        }
        let keys = try SessionKeys(.dialect311(hash), sessionKey: PublishedBinding.sessionKey, cipher: .aes128GCM)
        #expect(keys.signing == PublishedBinding.signingKey)
        let channel = try MessageSigner(.aes128CMAC, key: keys.signing)
        #expect(channel.accepts(PublishedBinding.signedResponse))
        let master = try MessageSigner(.aes128CMAC, key: bytes("73FE7A9A77BEF0BDE49C650D8CCB5F76"))
        for (index, step) in PublishedBinding.messages.enumerated() where index >= 2 {
            #expect(master.accepts(step.message), "message \(index)")
        }
        #expect(!master.accepts(PublishedBinding.signedResponse))
    }

    @Test("the keys that Microsoft published for 3.0")
    func published30() throws {
        let keys = try SessionKeys(
            .dialect30, sessionKey: bytes("7CD451825D0450D235424E44BA6E78CC"), cipher: .aes128CCM)
        #expect(keys.signing == bytes("0B7E9C5CAC36C0F6EA9AB275298CEDCE"))
        // The client's side: its EncryptionKey, and its DecryptionKey.
        #expect(keys.clientToServer == bytes("FAD27796665B313EBB578F388632B4F7"))
        #expect(keys.serverToClient == bytes("B0F0427F7CEB416D1D9DCC0CD4F99447"))
        #expect(keys.application == bytes("BB23A4575AA26C721AF525AF15A87B4F"))
        // The second channel has a key of its own to sign with, and the first one's for all else.
        let channel = try SessionKeys(
            .dialect30, sessionKey: bytes("4E01A2B313BCF660CC250BEF021AEDE6"), cipher: .aes128CCM)
        #expect(channel.signing == bytes("BA1A17DBBFEC349BCA105563D598952F"))
    }

    @Test("2.x signs with the session key, cut or filled to 16 bytes, and seals nothing")
    func dialect2() throws {
        let long = [UInt8](0..<32)
        #expect(try SessionKeys(.dialect2, sessionKey: long, cipher: nil).signing == [UInt8](0..<16))
        #expect(try SessionKeys(.dialect2, sessionKey: [1, 2], cipher: nil).signing == [1, 2] + [UInt8](repeating: 0, count: 14))
        let keys = try SessionKeys(.dialect2, sessionKey: long, cipher: .aes128GCM)
        #expect(keys.clientToServer.isEmpty && keys.serverToClient.isEmpty)
        #expect(throws: CryptographyError.self) { try SessionKeys(.dialect2, sessionKey: [], cipher: nil) }
    }

    @Test("AES-256 keys come from the whole session key, the others from its first half")
    func fullSessionKey() throws {
        let one = [UInt8](0..<32)
        let other = [UInt8](0..<16) + [UInt8](repeating: 9, count: 16)
        let hash = PreauthIntegrityHash()
        for cipher in SMBCipher.allCases {
            let (a, b) = (
                try SessionKeys(.dialect311(hash), sessionKey: one, cipher: cipher),
                try SessionKeys(.dialect311(hash), sessionKey: other, cipher: cipher)
            )
            #expect(a.clientToServer.count == cipher.keyByteCount && a.serverToClient.count == cipher.keyByteCount)
            #expect((a.clientToServer == b.clientToServer) == (cipher.keyByteCount == 16))
            #expect((a.serverToClient == b.serverToClient) == (cipher.keyByteCount == 16))
            #expect(a.signing == b.signing && a.application == b.application)
            #expect(a.clientToServer != a.serverToClient)
        }
        #expect(try SessionKeys(.dialect311(hash), sessionKey: one, cipher: nil).clientToServer.isEmpty)
    }
}
