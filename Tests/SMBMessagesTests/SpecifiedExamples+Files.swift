import SMBMessages
import WindowsTypes

extension SpecifiedExample {
    /// Reading a file, leaving the share — [MS-SMB2] 4.5, 4.7
    static let reading: [SpecifiedExample] = [
        SpecifiedExample(
            "4.5, step 1: CREATE request",
            header(.create, credits: 111, message: 10, tree: 5, session: 0x0400_0000_0011),
            CreateRequest(
                requestedOplockLevel: .batch, desiredAccess: 0x0012_0089, fileAttributes: .normal,
                shareAccess: [.read, .write],
                createDisposition: .open, createOptions: CreateOptions(rawValue: 0x60), name: Array("testfile.txt".utf8)
            ),
            """
            fe534d42 4000 0000 00000000 0500 6f00 00000000 00000000
            0a00000000000000 00000000 05000000 1100000000040000 00000000000000000000000000000000
            3900 00 09 02000000 0000000000000000 0000000000000000
            89001200 80000000 03000000 01000000 60000000 7800 1800 00000000 00000000
            7400650073007400660069006c0065002e00740078007400
            """),
        SpecifiedExample(
            "4.5, step 2: CREATE response",
            header(.create, flags: .serverToRedir, credits: 1, message: 10, tree: 5, session: 0x0400_0000_0011),
            CreateResponse(
                oplockLevel: .batch, flags: CreateResponseFlags(rawValue: 9), createAction: .opened,
                creationTime: FileTime(rawValue: 0x01C6_A6C2_4D51_DF20),
                lastAccessTime: FileTime(rawValue: 0x01C6_A6C2_500D_B360),
                lastWriteTime: FileTime(rawValue: 0x01C6_A6C2_500D_B360),
                changeTime: FileTime(rawValue: 0x01C6_A6C2_500D_B360),
                allocationSize: 104, endOfFile: 98, fileAttributes: .archive,
                fileID: FileID(persistent: 17, volatile: 0xFFFF_FFFF_0000_0009)),
            """
            fe534d42 4000 0000 00000000 0500 0100 01000000 00000000
            0a00000000000000 00000000 05000000 1100000000040000 00000000000000000000000000000000
            5900 09 09 01000000 20df514dc2a6c601 60b30d50c2a6c601 60b30d50c2a6c601 60b30d50c2a6c601
            6800000000000000 6200000000000000 20000000 00000000
            1100000000000000 09000000ffffffff 00000000 00000000
            """),
        SpecifiedExample(
            "4.5, step 3: READ request",
            header(.read, credits: 111, message: 11, tree: 5, session: 0x0400_0000_0011),
            ReadRequest(length: 98, offset: 0, fileID: FileID(persistent: 17, volatile: 0xFFFF_FFFF_0000_0009)),
            """
            fe534d42 4000 0000 00000000 0800 6f00 00000000 00000000
            0b00000000000000 00000000 05000000 1100000000040000 00000000000000000000000000000000
            3100 50 00 62000000 0000000000000000 1100000000000000 09000000ffffffff
            00000000 00000000 00000000 0000 0000
            """, emptyBuffer: true),
        SpecifiedExample(
            "4.5, step 4: READ response",
            header(.read, flags: .serverToRedir, credits: 1, message: 11, tree: 5, session: 0x0400_0000_0011),
            ReadResponse(dataRange: 80..<178),
            """
            fe534d42 4000 0000 00000000 0800 0100 01000000 00000000
            0b00000000000000 00000000 05000000 1100000000040000 00000000000000000000000000000000
            1100 50 00 62000000 00000000 00000000
            """, dataFollows: true, counted: 98),
        SpecifiedExample(
            "4.5, step 5: CLOSE request",
            header(.close, credits: 111, message: 12, tree: 5, session: 0x0400_0000_0011),
            CloseRequest(flags: .postQueryAttrib, fileID: FileID(persistent: 9, volatile: 0xFFFF_FFFF_0000_0001)),
            """
            fe534d42 4000 0000 00000000 0600 6f00 00000000 00000000
            0c00000000000000 00000000 05000000 1100000000040000 00000000000000000000000000000000
            1800 0100 00000000 0900000000000000 01000000ffffffff
            """),
        SpecifiedExample(
            "4.5, step 6: CLOSE response",
            header(.close, flags: .serverToRedir, credits: 1, message: 12, tree: 5, session: 0x0400_0000_0011),
            CloseResponse(
                flags: .postQueryAttrib,
                creationTime: FileTime(rawValue: 0x01C6_A6C1_CC0B_9280),
                lastAccessTime: FileTime(rawValue: 0x01C6_A6C2_59FE_5140),
                lastWriteTime: FileTime(rawValue: 0x01C6_A6C2_4D51_DF20),
                changeTime: FileTime(rawValue: 0x01C6_A6C2_4D51_DF20),
                allocationSize: 0, endOfFile: 0, fileAttributes: .directory),
            """
            fe534d42 4000 0000 00000000 0600 0100 01000000 00000000
            0c00000000000000 00000000 05000000 1100000000040000 00000000000000000000000000000000
            3c00 0100 00000000 80920bccc1a6c601 4051fe59c2a6c601 20df514dc2a6c601 20df514dc2a6c601
            0000000000000000 0000000000000000 10000000
            """),
        SpecifiedExample(
            "4.7, step 1: TREE_DISCONNECT request",
            header(.treeDisconnect, credits: 111, message: 32, tree: 1, session: 0x0400_0000_0015),
            TreeDisconnectRequest(),
            """
            fe534d42 4000 0000 00000000 0400 6f00 00000000 00000000
            2000000000000000 00000000 01000000 1500000000040000 00000000000000000000000000000000
            0400 0000
            """),
        SpecifiedExample(
            "4.7, step 2: TREE_DISCONNECT response",
            header(.treeDisconnect, flags: .serverToRedir, credits: 1, message: 32, tree: 1, session: 0x0400_0000_0015),
            TreeDisconnectResponse(),
            """
            fe534d42 4000 0000 00000000 0400 0100 01000000 00000000
            2000000000000000 00000000 01000000 1500000000040000 00000000000000000000000000000000
            0400 0000
            """),
        SpecifiedExample(
            "4.7, step 3: LOGOFF request",
            header(.logoff, credits: 111, message: 33, tree: 0, session: 0x0400_0000_0015),
            LogoffRequest(),
            """
            fe534d42 4000 0000 00000000 0200 6f00 00000000 00000000
            2100000000000000 00000000 00000000 1500000000040000 00000000000000000000000000000000
            0400 0000
            """),
        SpecifiedExample(
            "4.7, step 4: LOGOFF response",
            header(.logoff, flags: .serverToRedir, credits: 1, message: 33, tree: 0, session: 0x0400_0000_0015),
            LogoffResponse(),
            """
            fe534d42 4000 0000 00000000 0200 0100 01000000 00000000
            2100000000000000 00000000 00000000 1500000000040000 00000000000000000000000000000000
            0400 0000
            """),
    ]
    /// Writing a file — [MS-SMB2] 4.6
    static let writing: [SpecifiedExample] = [
        SpecifiedExample(
            "4.6, step 1: CREATE request",
            header(.create, credits: 111, message: 10, tree: 1, session: 0x0400_0000_0015),
            CreateRequest(
                requestedOplockLevel: .batch, desiredAccess: 0x0013_0197, fileAttributes: .archive, shareAccess: [],
                createDisposition: .overwriteIf, createOptions: CreateOptions(rawValue: 0x4C),
                name: Array("test.dat".utf8)),
            """
            fe534d42 4000 0000 00000000 0500 6f00 00000000 00000000
            0a00000000000000 00000000 01000000 1500000000040000 00000000000000000000000000000000
            3900 00 09 02000000 0000000000000000 0000000000000000
            97011300 20000000 00000000 05000000 4c000000 7800 1000 00000000 00000000
            74006500730074002e00640061007400
            """),
        SpecifiedExample(
            "4.6, step 2: CREATE response",
            header(.create, flags: .serverToRedir, credits: 1, message: 10, tree: 1, session: 0x0400_0000_0015),
            CreateResponse(
                oplockLevel: .batch, flags: CreateResponseFlags(rawValue: 9), createAction: .created,
                creationTime: FileTime(rawValue: 0x01C6_A6C2_AD36_A380),
                lastAccessTime: FileTime(rawValue: 0x01C6_A6C2_AD36_A380),
                lastWriteTime: FileTime(rawValue: 0x01C6_A6C2_AD36_A380),
                changeTime: FileTime(rawValue: 0x01C6_A6C2_AD36_A380),
                allocationSize: 765952, endOfFile: 0, fileAttributes: .archive,
                fileID: FileID(persistent: 25, volatile: 0xFFFF_FFFF_0000_0005)),
            """
            fe534d42 4000 0000 00000000 0500 0100 01000000 00000000
            0a00000000000000 00000000 01000000 1500000000040000 00000000000000000000000000000000
            5900 09 09 02000000 80a336adc2a6c601 80a336adc2a6c601 80a336adc2a6c601 80a336adc2a6c601
            00b00b0000000000 0000000000000000 20000000 00000000
            1900000000000000 05000000ffffffff 00000000 00000000
            """),
        SpecifiedExample(
            "4.6, step 3: SET_INFO request",
            header(.setInfo, credits: 111, message: 11, tree: 1, session: 0x0400_0000_0015),
            SetInfoRequest(
                .endOfFile, fileID: FileID(persistent: 25, volatile: 0xFFFF_FFFF_0000_0005),
                FileEndOfFileInformation(endOfFile: 192_512)),
            """
            fe534d42 4000 0000 00000000 1100 6f00 00000000 00000000
            0b00000000000000 00000000 01000000 1500000000040000 00000000000000000000000000000000
            2100 01 14 08000000 6000 0000 00000000 1900000000000000 05000000ffffffff 00f0020000000000
            """),
        SpecifiedExample(
            "4.6, step 4: SET_INFO response",
            header(.setInfo, flags: .serverToRedir, credits: 1, message: 11, tree: 1, session: 0x0400_0000_0015),
            SetInfoResponse(),
            """
            fe534d42 4000 0000 00000000 1100 0100 01000000 00000000
            0b00000000000000 00000000 01000000 1500000000040000 00000000000000000000000000000000
            0200
            """),
        SpecifiedExample(
            "4.6, step 5: WRITE request",
            header(.write, credits: 111, message: 12, tree: 1, session: 0x0400_0000_0015),
            WriteRequest(dataLength: 65536, offset: 0, fileID: FileID(persistent: 25, volatile: 0xFFFF_FFFF_0000_0005)),
            """
            fe534d42 4000 0000 00000000 0900 6f00 00000000 00000000
            0c00000000000000 00000000 01000000 1500000000040000 00000000000000000000000000000000
            3100 7000 00000100 0000000000000000 1900000000000000 05000000ffffffff
            00000000 00000000 0000 0000 00000000
            """, dataFollows: true, counted: 65536),
        SpecifiedExample(
            "4.6, step 6: WRITE response",
            header(.write, flags: .serverToRedir, credits: 1, message: 12, tree: 1, session: 0x0400_0000_0015),
            WriteResponse(count: 65536),
            """
            fe534d42 4000 0000 00000000 0900 0100 01000000 00000000
            0c00000000000000 00000000 01000000 1500000000040000 00000000000000000000000000000000
            1100 0000 00000100 00000000 0000 0000
            """),
        SpecifiedExample(
            "4.6, step 7: WRITE request",
            header(.write, credits: 111, message: 13, tree: 1, session: 0x0400_0000_0015),
            WriteRequest(
                dataLength: 65536, offset: 65536, fileID: FileID(persistent: 25, volatile: 0xFFFF_FFFF_0000_0005)),
            """
            fe534d42 4000 0000 00000000 0900 6f00 00000000 00000000
            0d00000000000000 00000000 01000000 1500000000040000 00000000000000000000000000000000
            3100 7000 00000100 0000010000000000 1900000000000000 05000000ffffffff
            00000000 00000000 0000 0000 00000000
            """, dataFollows: true, counted: 65536),
        SpecifiedExample(
            "4.6, step 8: WRITE response",
            header(.write, flags: .serverToRedir, credits: 1, message: 13, tree: 1, session: 0x0400_0000_0015),
            WriteResponse(count: 65536),
            """
            fe534d42 4000 0000 00000000 0900 0100 01000000 00000000
            0d00000000000000 00000000 01000000 1500000000040000 00000000000000000000000000000000
            1100 0000 00000100 00000000 0000 0000
            """),
        SpecifiedExample(
            "4.6, step 9: WRITE request",
            header(.write, credits: 111, message: 14, tree: 1, session: 0x0400_0000_0015),
            WriteRequest(
                dataLength: 61440, offset: 131072, fileID: FileID(persistent: 25, volatile: 0xFFFF_FFFF_0000_0005)),
            """
            fe534d42 4000 0000 00000000 0900 6f00 00000000 00000000
            0e00000000000000 00000000 01000000 1500000000040000 00000000000000000000000000000000
            3100 7000 00f00000 0000020000000000 1900000000000000 05000000ffffffff
            00000000 00000000 0000 0000 00000000
            """, dataFollows: true, counted: 61440),
        SpecifiedExample(
            "4.6, step 10: WRITE response",
            header(.write, flags: .serverToRedir, credits: 1, message: 14, tree: 1, session: 0x0400_0000_0015),
            WriteResponse(count: 61440),
            """
            fe534d42 4000 0000 00000000 0900 0100 01000000 00000000
            0e00000000000000 00000000 01000000 1500000000040000 00000000000000000000000000000000
            1100 0000 00f00000 00000000 0000 0000
            """),
        SpecifiedExample(
            "4.6, step 11: CLOSE request",
            header(.close, credits: 111, message: 15, tree: 1, session: 0x0400_0000_0015),
            CloseRequest(flags: .postQueryAttrib, fileID: FileID(persistent: 25, volatile: 0xFFFF_FFFF_0000_0005)),
            """
            fe534d42 4000 0000 00000000 0600 6f00 00000000 00000000
            0f00000000000000 00000000 01000000 1500000000040000 00000000000000000000000000000000
            1800 0100 00000000 1900000000000000 05000000ffffffff
            """),
        SpecifiedExample(
            "4.6, step 12: CLOSE response",
            header(.close, flags: .serverToRedir, credits: 1, message: 15, tree: 1, session: 0x0400_0000_0015),
            CloseResponse(
                flags: .postQueryAttrib,
                creationTime: FileTime(rawValue: 0x01C6_A6C2_AD36_A380),
                lastAccessTime: FileTime(rawValue: 0x01C6_A6C2_ADAD_A840),
                lastWriteTime: FileTime(rawValue: 0x01C6_A058_5EB5_43D9),
                changeTime: FileTime(rawValue: 0x01C6_A6C2_7318_6D21),
                allocationSize: 196608, endOfFile: 192512, fileAttributes: .archive),
            """
            fe534d42 4000 0000 00000000 0600 0100 01000000 00000000
            0f00000000000000 00000000 01000000 1500000000040000 00000000000000000000000000000000
            3c00 0100 00000000 80a336adc2a6c601 40a8adadc2a6c601 d943b55e58a0c601 216d1873c2a6c601
            0000030000000000 00f0020000000000 20000000
            """),
    ]
}
