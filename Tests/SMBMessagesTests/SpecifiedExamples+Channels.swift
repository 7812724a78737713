import SMBMessages
import WindowsTypes

extension SpecifiedExample {
    /// A second channel, and a CREATE that is replayed on it — [MS-SMB2] 4.8, 4.9
    ///
    /// Step 7 of 4.8 is missing: its path has 36 bytes and its PathLength is 42. Of the outputs of steps 10 and 12 the
    /// lists have a part, so their length alone is here. In step 3 of 4.9 "Flags" is zero and the line below it sets
    /// the bit of a replay, as the answer does: the bit is taken. What heads a create context is not listed; with the
    /// order of 2.2.13.2 the lists' lengths come out.
    static let channels: [SpecifiedExample] = [
        SpecifiedExample(
            "4.8, step 1: NEGOTIATE request",
            nil,
            NegotiateRequest(
                capabilities: Capabilities(rawValue: 0x7F),
                clientGUID: GUID(0xCB56_FF6E, 0xD815, 0x40B6, 0x8BE4_85C6_0B4D_2EF6),
                dialects: [.smb202, .smb210, .smb300]),
            """
            2400 0300 0100 0000 7f000000 6eff56cb15d8b6408be485c60b4d2ef6
            0000000000000000 0202 1002 0003
            """),
        SpecifiedExample(
            "4.8, step 2: NEGOTIATE response",
            nil,
            NegotiateResponse(
                securityMode: .signingEnabled, dialectRevision: .smb300,
                serverGUID: GUID(0x9987_00A1, 0x4957, 0x4907, 0xB6F0_6380_7953_001B),
                capabilities: Capabilities(rawValue: 0x7F), maxTransactSize: 1_048_576, maxReadSize: 1_048_576,
                maxWriteSize: 1_048_576,
                systemTime: FileTime(rawValue: 0x01CD_2F41_12EA_BAD6),
                serverStartTime: FileTime(rawValue: 0x01CD_2E93_1C4C_6DC6),
                securityBuffer: counted(120)),
            """
            4100 0100 0003 0000 a100879957490749b6f063807953001b 7f000000
            00001000 00001000 00001000 d6baea12412fcd01 c66d4c1c932ecd01
            8000 7800 00000000
            """, counted: 120),
        SpecifiedExample(
            "4.8, step 3: SESSION_SETUP request",
            nil,
            SessionSetupRequest(capabilities: .dfs, securityBuffer: counted(74)),
            """
            1900 00 01 01000000 00000000 5800 4a00 0000000000000000
            """, counted: 74),
        SpecifiedExample(
            "4.8, step 4: SESSION_SETUP response",
            header(
                .sessionSetup, status: .moreProcessingRequired, flags: .serverToRedir, credits: 1, message: 1,
                process: 0xFEFF, tree: 0, session: 0x0004_0401_0400_0001),
            SessionSetupResponse(securityBuffer: counted(349)),
            """
            fe534d42 4000 0000 160000c0 0100 0100 01000000 00000000
            0100000000000000 fffe0000 00000000 0100000401040400 00000000000000000000000000000000
            0900 0000 4800 5d01
            """, counted: 349),
        SpecifiedExample(
            "4.8, step 5: SESSION_SETUP request",
            header(.sessionSetup, credits: 10, message: 2, process: 0xFEFF, tree: 0, session: 0x0004_0401_0400_0001),
            SessionSetupRequest(capabilities: .dfs, securityBuffer: counted(625)),
            """
            fe534d42 4000 0000 00000000 0100 0a00 00000000 00000000
            0200000000000000 fffe0000 00000000 0100000401040400 00000000000000000000000000000000
            1900 00 01 01000000 00000000 5800 7102 0000000000000000
            """, counted: 625),
        SpecifiedExample(
            "4.8, step 6: SESSION_SETUP response",
            nil,
            SessionSetupResponse(securityBuffer: counted(29)),
            """
            0900 0000 4800 1d00
            """, counted: 29),
        SpecifiedExample(
            "4.8, step 8: TREE_CONNECT response",
            nil,
            TreeConnectResponse(shareType: .disk, shareFlags: .accessBasedDirectoryEnum, maximalAccess: 0x001F_01FF),
            """
            1000 01 00 00080000 00000000 ff011f00
            """),
        SpecifiedExample(
            "4.8, step 9: IOCTL request",
            nil,
            IoctlRequest(
                ctlCode: .validateNegotiateInfo, fileID: .inherited,
                input:
                    ValidateNegotiateInfoRequest(
                        capabilities: Capabilities(rawValue: 0x7F),
                        guid: GUID(0xCB56_FF6E, 0xD815, 0x40B6, 0x8BE4_85C6_0B4D_2EF6),
                        securityMode: .signingEnabled, dialects: [.smb202, .smb210, .smb300]
                    ).bytes, maxOutputResponse: 24),
            """
            3900 0000 04021400 ffffffffffffffff ffffffffffffffff
            78000000 1e000000 00000000 78000000 00000000 18000000 01000000 00000000
            7f000000 6eff56cb15d8b6408be485c60b4d2ef6 0100 0300 0202 1002 0003
            """),
        SpecifiedExample(
            "4.8, step 10: IOCTL response",
            nil,
            IoctlResponse(
                ctlCode: .validateNegotiateInfo, fileID: .inherited, output: counted(24)),
            """
            3100 0000 04021400 ffffffffffffffff ffffffffffffffff
            70000000 00000000 70000000 18000000 00000000 00000000
            """, counted: 24),
        SpecifiedExample(
            "4.8, step 11: IOCTL request",
            header(
                .ioctl, creditCharge: 1, credits: 10, message: 5, process: 13, tree: 1, session: 0x0004_0401_0400_0001),
            IoctlRequest(
                ctlCode: .queryNetworkInterfaceInfo, fileID: .inherited, maxOutputResponse: 1000),
            """
            fe534d42 4000 0100 00000000 0b00 0a00 00000000 00000000
            0500000000000000 0d000000 01000000 0100000401040400 00000000000000000000000000000000
            3900 0000 fc011400 ffffffffffffffff ffffffffffffffff
            00000000 00000000 00000000 00000000 00000000 e8030000 01000000 00000000
            """, emptyBuffer: true),
        SpecifiedExample(
            "4.8, step 12: IOCTL response",
            nil,
            IoctlResponse(
                ctlCode: .queryNetworkInterfaceInfo, fileID: .inherited, output: counted(912)),
            """
            3100 0000 fc011400 ffffffffffffffff ffffffffffffffff
            70000000 00000000 70000000 90030000 00000000 00000000
            """, counted: 912),
        SpecifiedExample(
            "4.8, step 13: NEGOTIATE request",
            header(.negotiate, credits: 10, message: 0, process: 0xFEFF, tree: 0, session: 0),
            NegotiateRequest(
                capabilities: Capabilities(rawValue: 0x3F),
                clientGUID: GUID(0xCB56_FF6E, 0xD815, 0x40B6, 0x8BE4_85C6_0B4D_2EF6),
                dialects: [.smb202, .smb210, .smb300]),
            """
            fe534d42 4000 0000 00000000 0000 0a00 00000000 00000000
            0000000000000000 fffe0000 00000000 0000000000000000 00000000000000000000000000000000
            2400 0300 0100 0000 3f000000 6eff56cb15d8b6408be485c60b4d2ef6
            0000000000000000 0202 1002 0003
            """),
        SpecifiedExample(
            "4.8, step 14: NEGOTIATE response",
            nil,
            NegotiateResponse(
                securityMode: .signingEnabled, dialectRevision: .smb300,
                serverGUID: GUID(0x9987_00A1, 0x4957, 0x4907, 0xB6F0_6380_7953_001B),
                capabilities: Capabilities(rawValue: 0x3F), maxTransactSize: 1_048_576, maxReadSize: 1_048_576,
                maxWriteSize: 1_048_576,
                systemTime: FileTime(rawValue: 0x01CD_2F41_24C6_329E),
                serverStartTime: FileTime(rawValue: 0x01CD_2E93_1C4C_6DC6),
                securityBuffer: counted(120)),
            """
            4100 0100 0003 0000 a100879957490749b6f063807953001b 3f000000
            00001000 00001000 00001000 9e32c624412fcd01 c66d4c1c932ecd01
            8000 7800 00000000
            """, counted: 120),
        SpecifiedExample(
            "4.8, step 15: SESSION_SETUP request",
            header(
                .sessionSetup, flags: .signed, credits: 10, message: 1, process: 0xFEFF, tree: 0,
                session: 0x0004_0401_0400_0001, isSigned: true),
            SessionSetupRequest(flags: .binding, capabilities: .dfs, securityBuffer: counted(74)),
            """
            fe534d42 4000 0000 00000000 0100 0a00 08000000 00000000
            0100000000000000 fffe0000 00000000 0100000401040400 \(unlistedSignature)
            1900 01 01 01000000 00000000 5800 4a00 0000000000000000
            """, counted: 74),
        SpecifiedExample(
            "4.8, step 16: SESSION_SETUP response",
            nil,
            SessionSetupResponse(securityBuffer: counted(349)),
            """
            0900 0000 4800 5d01
            """, counted: 349),
        SpecifiedExample(
            "4.8, step 17: SESSION_SETUP request",
            nil,
            SessionSetupRequest(flags: .binding, capabilities: .dfs, securityBuffer: counted(625)),
            """
            1900 01 01 01000000 00000000 5800 7102 0000000000000000
            """, counted: 625),
        SpecifiedExample(
            "4.8, step 18: SESSION_SETUP response",
            nil,
            SessionSetupResponse(securityBuffer: counted(29)),
            """
            0900 0000 4800 1d00
            """, counted: 29),
        SpecifiedExample(
            "4.9, step 2: CREATE request",
            header(.create, credits: 10, message: 6, process: 13, tree: 1, session: 0x0004_0401_0400_0059),
            CreateRequest(
                requestedOplockLevel: .lease, desiredAccess: 0x0012_019F, fileAttributes: .archive,
                shareAccess: [.read, .write, .delete],
                createDisposition: .openIf, createOptions: CreateOptions(rawValue: 0x40),
                name: Array("Replay.txt".utf8),
                createContexts: [
                    DurableHandleRequestV2(createGUID: replayCreateGUID).context, replayLease(epoch: 0).context,
                ]),
            """
            fe534d42 4000 0000 00000000 0500 0a00 00000000 00000000
            0600000000000000 0d000000 01000000 5900000401040400 00000000000000000000000000000000
            3900 00 ff 02000000 0000000000000000 0000000000000000
            9f011200 20000000 07000000 03000000 40000000 7800 1400 90000000 84000000
            5200650070006c00610079002e00740078007400 00000000
            38000000 1000 0400 0000 1800 20000000 44483251 00000000
            00000000 00000000 0000000000000000 dbbffbf9f511f14ba4601aef7039aa33
            00000000 1000 0400 0000 1800 34000000 52714c73 00000000
            7b85b59023b58642a79f8a47e0330e5a 07000000 04000000 0000000000000000
            86fdc1defa50224297b9e6b0ad4e4f5b 0000 0000
            """),
        SpecifiedExample(
            "4.9, step 3: CREATE request",
            header(
                .create, flags: .replayOperation, credits: 10, message: 6, process: 13, tree: 1,
                session: 0x0004_0401_0400_0059),
            CreateRequest(
                requestedOplockLevel: .lease, desiredAccess: 0x0012_019F, fileAttributes: .archive,
                shareAccess: [.read, .write, .delete],
                createDisposition: .openIf, createOptions: CreateOptions(rawValue: 0x40),
                name: Array("Replay.txt".utf8),
                createContexts: [
                    DurableHandleRequestV2(createGUID: replayCreateGUID).context, replayLease(epoch: 0).context,
                ]),
            """
            fe534d42 4000 0000 00000000 0500 0a00 00000020 00000000
            0600000000000000 0d000000 01000000 5900000401040400 00000000000000000000000000000000
            3900 00 ff 02000000 0000000000000000 0000000000000000
            9f011200 20000000 07000000 03000000 40000000 7800 1400 90000000 84000000
            5200650070006c00610079002e00740078007400 00000000
            38000000 1000 0400 0000 1800 20000000 44483251 00000000
            00000000 00000000 0000000000000000 dbbffbf9f511f14ba4601aef7039aa33
            00000000 1000 0400 0000 1800 34000000 52714c73 00000000
            7b85b59023b58642a79f8a47e0330e5a 07000000 04000000 0000000000000000
            86fdc1defa50224297b9e6b0ad4e4f5b 0000 0000
            """),
        SpecifiedExample(
            "4.9, step 4: CREATE response",
            header(
                .create, flags: [.serverToRedir, .replayOperation], credits: 10, message: 3, process: 13, tree: 1,
                session: 0x0004_0401_0400_0059),
            CreateResponse(
                oplockLevel: .lease, createAction: .opened,
                creationTime: FileTime(rawValue: 0x01CD_2F57_AC16_A3BC),
                lastAccessTime: FileTime(rawValue: 0x01CD_2F57_AC16_A3BC),
                lastWriteTime: FileTime(rawValue: 0x01CD_2F57_AC16_A3BC),
                changeTime: FileTime(rawValue: 0x01CD_2F57_AC16_A3BC),
                allocationSize: 0, endOfFile: 0, fileAttributes: .archive,
                fileID: FileID(persistent: 0x0100_0001_0000_001D, volatile: 0x0101_0000_0001),
                createContexts: [replayLease(epoch: 1).context, DurableHandleResponseV2(timeout: 60000).context]),
            """
            fe534d42 4000 0000 00000000 0500 0a00 01000020 00000000
            0300000000000000 0d000000 01000000 5900000401040400 00000000000000000000000000000000
            5900 ff 00 01000000 bca316ac572fcd01 bca316ac572fcd01 bca316ac572fcd01 bca316ac572fcd01
            0000000000000000 0000000000000000 20000000 00000000
            1d00000001000001 0100000001010000 98000000 70000000
            50000000 1000 0400 0000 1800 34000000 52714c73 00000000
            7b85b59023b58642a79f8a47e0330e5a 07000000 04000000 0000000000000000
            86fdc1defa50224297b9e6b0ad4e4f5b 0100 0000 00000000
            00000000 1000 0400 0000 1800 08000000 44483251 00000000 60ea0000 00000000
            """),
    ]

    private static let replayCreateGUID = GUID(0xF9FB_BFDB, 0x11F5, 0x4BF1, 0xA460_1AEF_7039_AA33)

    private static func replayLease(epoch: UInt16) -> LeaseContext {
        LeaseContext(
            leaseKey: LeaseKey(GUID(0x90B5_857B, 0xB523, 0x4286, 0xA79F_8A47_E033_0E5A)),
            leaseState: [.readCaching, .handleCaching, .writeCaching], leaseFlags: .parentLeaseKeySet,
            version2: LeaseContext.Version2(
                parentLeaseKey: LeaseKey(GUID(0xDEC1_FD86, 0x50FA, 0x4222, 0x97B9_E6B0_AD4E_4F5B)), epoch: epoch))
    }
}
