import SMBMessages
import WindowsTypes

extension SpecifiedExample {
    /// From the first NEGOTIATE to a share — [MS-SMB2] 4.2 and 4.3; steps 2 to 8 of 4.1 are those of 4.3.
    static let connecting: [SpecifiedExample] = [
        SpecifiedExample(
            "4.2, step 2: NEGOTIATE response",
            header(.negotiate, flags: .serverToRedir, credits: 1, message: 0, tree: 0, session: 0),
            NegotiateResponse(
                securityMode: .signingEnabled, dialectRevision: .wildcard,
                serverGUID: GUID(0x77C6_3757, 0xDB1C, 0x4B9D, 0xA01A_EF5F_0F58_D91E),
                capabilities: Capabilities(rawValue: 0x03), maxTransactSize: 1_048_576, maxReadSize: 1_048_576,
                maxWriteSize: 1_048_576,
                systemTime: FileTime(rawValue: 0x01C9_6A0B_D3F4_F380),
                serverStartTime: FileTime(rawValue: 0x01C9_5735_007F_5D80),
                securityBuffer: counted(120)),
            """
            fe534d42 4000 0000 00000000 0000 0100 01000000 00000000
            0000000000000000 00000000 00000000 0000000000000000 00000000000000000000000000000000
            4100 0100 ff02 0000 5737c6771cdb9d4ba01aef5f0f58d91e 03000000
            00001000 00001000 00001000 80f3f4d30b6ac901 805d7f003557c901
            8000 7800 204c4d20
            """, ignored: 124..<128, counted: 120),
        SpecifiedExample(
            "4.2, step 3: NEGOTIATE request",
            header(.negotiate, credits: 0, message: 1, tree: 0, session: 0),
            NegotiateRequest(
                clientGUID: GUID(0xAF3A_5B5D, 0xD5F0, 0x11DD, 0xBA58_000D_56BE_7998), dialects: [.smb202, .smb210]),
            """
            fe534d42 4000 0000 00000000 0000 0000 00000000 00000000
            0100000000000000 00000000 00000000 0000000000000000 00000000000000000000000000000000
            2400 0200 0100 0000 00000000 5d5b3aaff0d5dd11ba58000d56be7998
            0000000000000000 0202 1002
            """),
        SpecifiedExample(
            "4.2, step 4: NEGOTIATE response",
            header(.negotiate, flags: .serverToRedir, credits: 1, message: 1, tree: 0, session: 0),
            NegotiateResponse(
                securityMode: .signingEnabled, dialectRevision: .smb210,
                serverGUID: GUID(0x77C6_3757, 0xDB1C, 0x4B9D, 0xA01A_EF5F_0F58_D91E),
                capabilities: Capabilities(rawValue: 0x03), maxTransactSize: 1_048_576, maxReadSize: 1_048_576,
                maxWriteSize: 1_048_576,
                systemTime: FileTime(rawValue: 0x01C9_6A0B_D3F4_F380),
                serverStartTime: FileTime(rawValue: 0x01C9_5735_007F_5D80),
                securityBuffer: counted(120)),
            """
            fe534d42 4000 0000 00000000 0000 0100 01000000 00000000
            0100000000000000 00000000 00000000 0000000000000000 00000000000000000000000000000000
            4100 0100 1002 0000 5737c6771cdb9d4ba01aef5f0f58d91e 03000000
            00001000 00001000 00001000 80f3f4d30b6ac901 805d7f003557c901
            8000 7800 00000000
            """, counted: 120),
        SpecifiedExample(
            "4.3, step 1: NEGOTIATE request",
            header(.negotiate, credits: 126, message: 0, tree: 0, session: 0),
            NegotiateRequest(clientGUID: .zero, dialects: [.smb202]),
            """
            fe534d42 4000 0000 00000000 0000 7e00 00000000 00000000
            0000000000000000 00000000 00000000 0000000000000000 00000000000000000000000000000000
            2400 0100 0100 0000 00000000 00000000000000000000000000000000
            0000000000000000 0202
            """),
        SpecifiedExample(
            "4.1 and 4.3, step 2: NEGOTIATE response",
            header(.negotiate, flags: .serverToRedir, credits: 1, message: 0, tree: 0, session: 0),
            NegotiateResponse(
                securityMode: .signingEnabled, dialectRevision: .smb202,
                serverGUID: GUID(0x09F2_5C3F, 0xE5A4, 0x4900, 0xA7D6_6A45_6D5C_A5CF),
                capabilities: Capabilities(rawValue: 0x01), maxTransactSize: 65536, maxReadSize: 65536,
                maxWriteSize: 65536,
                systemTime: FileTime(rawValue: 0x01C6_A6C2_1CAE_2680),
                serverStartTime: FileTime(rawValue: 0x01C6_A6C0_AD25_38E0),
                securityBuffer: counted(30)),
            """
            fe534d42 4000 0000 00000000 0000 0100 01000000 00000000
            0000000000000000 00000000 00000000 0000000000000000 00000000000000000000000000000000
            4100 0100 0202 0000 3f5cf209a4e50049a7d66a456d5ca5cf 01000000
            00000100 00000100 00000100 8026ae1cc2a6c601 e03825adc0a6c601
            8000 1e00 00000000
            """, counted: 30),
        SpecifiedExample(
            "4.1 and 4.3, step 3: SESSION_SETUP request",
            header(.sessionSetup, credits: 126, message: 1, tree: 0, session: 0),
            SessionSetupRequest(capabilities: .dfs, securityBuffer: counted(74)),
            """
            fe534d42 4000 0000 00000000 0100 7e00 00000000 00000000
            0100000000000000 00000000 00000000 0000000000000000 00000000000000000000000000000000
            1900 00 01 01000000 00000000 5800 4a00 0000000000000000
            """, counted: 74),
        SpecifiedExample(
            "4.1 and 4.3, step 4: SESSION_SETUP response",
            header(
                .sessionSetup, status: .moreProcessingRequired, flags: .serverToRedir, credits: 2, message: 1,
                tree: 0, session: 0x0400_0000_0009),
            SessionSetupResponse(securityBuffer: counted(219)),
            """
            fe534d42 4000 0000 160000c0 0100 0200 01000000 00000000
            0100000000000000 00000000 00000000 0900000000040000 00000000000000000000000000000000
            0900 0000 4800 db00
            """, counted: 219),
        SpecifiedExample(
            "4.1 and 4.3, step 5: SESSION_SETUP request",
            header(.sessionSetup, credits: 125, message: 2, tree: 0, session: 0x0400_0000_0009),
            SessionSetupRequest(capabilities: .dfs, securityBuffer: counted(245)),
            """
            fe534d42 4000 0000 00000000 0100 7d00 00000000 00000000
            0200000000000000 00000000 00000000 0900000000040000 00000000000000000000000000000000
            1900 00 01 01000000 00000000 5800 f500 0000000000000000
            """, counted: 245),
        SpecifiedExample(
            "4.1 and 4.3, step 6: SESSION_SETUP response",
            header(
                .sessionSetup, flags: [.serverToRedir, .signed], credits: 3, message: 2, tree: 0,
                session: 0x0400_0000_0009, isSigned: true),
            SessionSetupResponse(securityBuffer: counted(29)),
            """
            fe534d42 4000 0000 00000000 0100 0300 09000000 00000000
            0200000000000000 00000000 00000000 0900000000040000 \(unlistedSignature)
            0900 0000 4800 1d00
            """, counted: 29),
        SpecifiedExample(
            "4.1 and 4.3, step 7: TREE_CONNECT request",
            header(.treeConnect, credits: 123, message: 3, tree: 0, session: 0x0400_0000_0009),
            TreeConnectRequest(path: Array(#"\\smb2server\IPC$"#.utf8)),
            """
            fe534d42 4000 0000 00000000 0300 7b00 00000000 00000000
            0300000000000000 00000000 00000000 0900000000040000 00000000000000000000000000000000
            0900 0000 4800 2200
            5c005c0073006d00620032007300650072007600650072005c004900500043002400
            """),
        SpecifiedExample(
            "4.1 and 4.3, step 8: TREE_CONNECT response",
            header(.treeConnect, flags: .serverToRedir, credits: 5, message: 3, tree: 1, session: 0x0400_0000_0009),
            TreeConnectResponse(shareType: .pipe, shareFlags: .noCaching, maximalAccess: 0x001F_01FF),
            """
            fe534d42 4000 0000 00000000 0300 0500 01000000 00000000
            0300000000000000 00000000 01000000 0900000000040000 00000000000000000000000000000000
            1000 02 00 30000000 00000000 ff011f00
            """),
    ]
}
