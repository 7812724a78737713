import HostileInput
import SMBMessages
import WindowsTypes

/// Derived by hand from the field lists of the sections that the messages' doc comments name.
let connectionFixtures: [BodyFixture] = [
    BodyFixture(
        "NEGOTIATE request, 2.0.2",
        NegotiateRequest(
            securityMode: .signingEnabled, clientGUID: someGUID, dialects: [.smb202]),
        "2400 0100 0100 0000 00000000 \(someGUIDHex) 0000000000000000 0202"),
    BodyFixture(
        "NEGOTIATE request, 3.1.1 with contexts",
        NegotiateRequest(
            securityMode: .signingRequired, capabilities: [.dfs, .leasing, .largeMTU], clientGUID: someGUID,
            dialects: [.smb202, .smb311],
            negotiateContexts: [
                .preauthIntegrity(hashAlgorithms: [.sha512], salt: [1, 2, 3, 4]),
                .encryption(ciphers: [.aes128GCM, .aes128CCM]),
                .compression(algorithms: [.lz77], flags: 1),
                .netname(Array("srv".utf8)),
                .transport(flags: 1),
                .rdmaTransform(identifiers: [1, 2]),
                .signing(algorithms: [.aesGMAC, .aesCMAC, .hmacSHA256]),
                .unknown(type: 0x0100, data: [0xAA]),
            ]),
        """
        2400 0200 0200 0000 07000000 \(someGUIDHex) 68000000 0800 0000 0202 1103
        0100 0a00 00000000 0100 0400 0100 01020304 000000000000
        0200 0600 00000000 0200 0200 0100 0000
        0300 0a00 00000000 0100 0000 01000000 0200 000000000000
        0500 0600 00000000 730072007600 0000
        0600 0400 00000000 01000000 00000000
        0700 0c00 00000000 0200 0000 00000000 0100 0200 00000000
        0800 0800 00000000 0300 0200 0100 0000
        0001 0100 00000000 aa
        """),
    BodyFixture(
        "NEGOTIATE response",
        NegotiateResponse(
            securityMode: .signingEnabled, dialectRevision: .smb202, serverGUID: someGUID, maxTransactSize: 0x10000,
            maxReadSize: 0x20000, maxWriteSize: 0x30000, systemTime: someTime, securityBuffer: [0x60, 0x01, 0x02]),
        """
        4100 0100 0202 0000 \(someGUIDHex) 00000000 00000100 00000200 00000300 \(someTimeHex) 0000000000000000
        8000 0300 00000000 600102
        """, pairs: [OffsetField(offset: (120, 2), length: (122, 2))]),
    BodyFixture(
        "NEGOTIATE response without a security buffer",
        NegotiateResponse(
            securityMode: [.signingEnabled, .signingRequired], dialectRevision: .wildcard, serverGUID: someGUID,
            capabilities: .dfs, maxTransactSize: 1, maxReadSize: 2, maxWriteSize: 3, systemTime: someTime,
            serverStartTime: someTime, securityBuffer: []),
        """
        4100 0300 ff02 0000 \(someGUIDHex) 01000000 01000000 02000000 03000000 \(someTimeHex) \(someTimeHex)
        8000 0000 00000000
        """),
    BodyFixture(
        "NEGOTIATE response, 3.1.1",
        NegotiateResponse(
            securityMode: .signingEnabled, dialectRevision: .smb311, serverGUID: someGUID, capabilities: .largeMTU,
            maxTransactSize: 1, maxReadSize: 2, maxWriteSize: 3, systemTime: someTime, securityBuffer: [9],
            negotiateContexts: [
                .preauthIntegrity(hashAlgorithms: [.sha512], salt: []), .encryption(ciphers: [.aes256GCM]),
            ]),
        """
        4100 0100 1103 0200 \(someGUIDHex) 04000000 01000000 02000000 03000000 \(someTimeHex) 0000000000000000
        8000 0100 88000000 09 00000000000000
        0100 0600 00000000 0100 0000 0100 0000
        0200 0400 00000000 0100 0400
        """, pairs: [OffsetField(offset: (120, 2), length: (122, 2))]),
    BodyFixture(
        "SESSION_SETUP request",
        SessionSetupRequest(
            flags: .binding, securityMode: .signingRequired, capabilities: .dfs,
            previousSessionID: SessionID(rawValue: 0x0102_0304_0506_0708), securityBuffer: [0x4E, 0x54]),
        "1900 01 02 01000000 00000000 5800 0200 0807060504030201 4e54",
        pairs: [OffsetField(offset: (76, 2), length: (78, 2))]),
    BodyFixture(
        "SESSION_SETUP response",
        SessionSetupResponse(sessionFlags: .isGuest, securityBuffer: [0xA1, 0x00]),
        "0900 0100 4800 0200 a100", pairs: [OffsetField(offset: (68, 2), length: (70, 2))]),
    BodyFixture(
        "SESSION_SETUP response without a security buffer",
        SessionSetupResponse(sessionFlags: .isNull, securityBuffer: []),
        "0900 0200 4800 0000"),
    BodyFixture("LOGOFF request", LogoffRequest(), "0400 0000"),
    BodyFixture("LOGOFF response", LogoffResponse(), "0400 0000"),
    BodyFixture(
        "TREE_CONNECT request", TreeConnectRequest(path: Array(#"\\h\s"#.utf8)),
        "0900 0000 4800 0a00 5c005c0068005c007300",
        pairs: [OffsetField(offset: (68, 2), length: (70, 2))]),
    BodyFixture(
        "TREE_CONNECT response",
        TreeConnectResponse(
            shareType: .disk, shareFlags: .noCaching, capabilities: .dfs, maximalAccess: 0x001F_01FF),
        "1000 01 00 30000000 08000000 ff011f00"),
    BodyFixture("TREE_DISCONNECT request", TreeDisconnectRequest(), "0400 0000"),
    BodyFixture("TREE_DISCONNECT response", TreeDisconnectResponse(), "0400 0000"),
    BodyFixture("ECHO request", EchoRequest(), "0400 0000"),
    BodyFixture("ECHO response", EchoResponse(), "0400 0000"),
    BodyFixture("CANCEL request", CancelRequest(), "0400 0000"),
    BodyFixture("ERROR response", ErrorResponse(), "0900 00 00 00000000 00", standIn: true),
    BodyFixture(
        "ERROR response, buffer too small", ErrorResponse(requiredBufferLength: 0x64), "0900 00 00 04000000 64000000"),
    BodyFixture(
        "ERROR response, symbolic link",
        ErrorResponse(
            symbolicLink: SymbolicLinkError(
                unparsedPathLength: 4, isRelative: true, substituteName: Array("ab".utf8), printName: Array("c".utf8))),
        """
        0900 00 00 22000000
        1e000000 53594d4c 0c0000a0 1200 0400 0000 0400 0400 0200 01000000 6100 6200 6300
        """),
    BodyFixture(
        "FLUSH request", FlushRequest(fileID: someFileID), "1800 0000 00000000 \(someFileIDHex)"),
    BodyFixture("FLUSH response", FlushResponse(), "0400 0000"),
]
