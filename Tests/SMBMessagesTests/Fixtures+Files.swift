import HostileInput
import SMBMessages
import WindowsTypes

/// Derived by hand from the field lists of the sections that the messages' doc comments name.
let fileFixtures: [BodyFixture] = [
    BodyFixture(
        "CREATE request",
        CreateRequest(
            requestedOplockLevel: .batch, impersonationLevel: .impersonation, desiredAccess: 0x0012_0089,
            fileAttributes: .normal, shareAccess: [.read, .write], createDisposition: .openIf,
            createOptions: [.nonDirectoryFile, .openReparsePoint], name: Array(#"d\é"#.utf8)),
        """
        3900 00 09 02000000 0000000000000000 0000000000000000 89001200 80000000 03000000 03000000 40002000
        7800 0600 00000000 00000000 64005c00e900
        """, pairs: [OffsetField(offset: (108, 2), length: (110, 2))]),
    BodyFixture(
        "CREATE request of the root",
        CreateRequest(desiredAccess: 0x81, createDisposition: .open, createOptions: .directoryFile, name: []),
        """
        3900 00 00 02000000 0000000000000000 0000000000000000 81000000 00000000 07000000 01000000 01000000
        7800 0000 00000000 00000000 00
        """, standIn: true),
    BodyFixture(
        "CREATE request with contexts",
        CreateRequest(
            desiredAccess: 0x81, createDisposition: .open, name: [0x61],
            createContexts: [
                MaximalAccessQuery().context,
                CreateContext(name: CreateContextName.queryOnDiskID),
                DurableHandleRequest().context,
            ]),
        """
        3900 00 00 02000000 0000000000000000 0000000000000000 81000000 00000000 07000000 01000000 00000000
        7800 0200 80000000 58000000 6100 000000000000
        18000000 1000 0400 0000 1800 00000000 4d784163 00000000
        18000000 1000 0400 0000 1800 00000000 51466964 00000000
        00000000 1000 0400 0000 1800 10000000 44486e51 00000000 00000000000000000000000000000000
        """,
        pairs: [
            OffsetField(offset: (108, 2), length: (110, 2)), OffsetField(offset: (112, 4), length: (116, 4)),
            // Data of the last context: counted from that context, at 128 + 48.
            OffsetField(offset: (186, 2), length: (188, 4)), OffsetField(offset: (180, 2), length: (182, 2)),
        ]),
    BodyFixture(
        "CREATE response",
        CreateResponse(
            oplockLevel: .levelII, createAction: .created, creationTime: someTime, lastAccessTime: someTime,
            lastWriteTime: someTime, changeTime: FileTime(rawValue: 1), allocationSize: 0x1000, endOfFile: 0x0FFF,
            fileAttributes: .archive, fileID: someFileID),
        """
        5900 01 00 02000000 \(someTimeHex) \(someTimeHex) \(someTimeHex) 0100000000000000
        0010000000000000 ff0f000000000000 20000000 00000000 \(someFileIDHex) 00000000 00000000
        """),
    BodyFixture(
        "CREATE response with contexts",
        CreateResponse(
            createAction: .opened, creationTime: .zero, lastAccessTime: .zero, lastWriteTime: .zero, changeTime: .zero,
            allocationSize: 0, endOfFile: 0, fileAttributes: .directory, fileID: someFileID,
            createContexts: [
                MaximalAccessResponse(maximalAccess: 0x001F_01FF).context,
                OnDiskIDResponse(diskFileID: 17, volumeID: 0xABCD).context,
            ]),
        """
        5900 00 00 01000000 0000000000000000 0000000000000000 0000000000000000 0000000000000000
        0000000000000000 0000000000000000 10000000 00000000 \(someFileIDHex) 98000000 58000000
        20000000 1000 0400 0000 1800 08000000 4d784163 00000000 00000000 ff011f00
        00000000 1000 0400 0000 1800 20000000 51466964 00000000
        1100000000000000 cdab000000000000 00000000000000000000000000000000
        """, pairs: [OffsetField(offset: (144, 4), length: (148, 4))]),
    BodyFixture(
        "CLOSE request", CloseRequest(flags: .postQueryAttrib, fileID: someFileID),
        "1800 0100 00000000 \(someFileIDHex)"),
    BodyFixture(
        "CLOSE response",
        CloseResponse(
            flags: .postQueryAttrib, creationTime: someTime, lastAccessTime: someTime, lastWriteTime: someTime,
            changeTime: someTime, allocationSize: 4096, endOfFile: 5, fileAttributes: .readOnly),
        """
        3c00 0100 00000000 \(someTimeHex) \(someTimeHex) \(someTimeHex) \(someTimeHex)
        0010000000000000 0500000000000000 01000000
        """),
    BodyFixture(
        "CLOSE response without attributes", CloseResponse(),
        "3c00 0000 00000000" + String(repeating: "00", count: 52)),
    BodyFixture(
        "READ request",
        ReadRequest(
            flags: .readUnbuffered, length: 0x10000, offset: 0x1_0000_0001, fileID: someFileID, minimumCount: 1,
            remainingBytes: 7),
        "3100 50 01 00000100 0100000001000000 \(someFileIDHex) 01000000 00000000 07000000 0000 0000 00",
        pairs: [OffsetField(offset: (108, 2), length: (110, 2))], standIn: true),
    BodyFixture(
        "WRITE request", WriteRequest(dataRange: 0..<0, offset: 0x10, fileID: someFileID, flags: .writeThrough),
        "3100 7000 00000000 1000000000000000 \(someFileIDHex) 00000000 00000000 0000 0000 01000000",
        pairs: [
            OffsetField(offset: (66, 2), length: (68, 4)), OffsetField(offset: (104, 2), length: (106, 2)),
        ]),
    BodyFixture("WRITE response", WriteResponse(count: 0x1234), "1100 0000 34120000 00000000 0000 0000"),
    BodyFixture(
        "LOCK request",
        LockRequest(
            lockSequence: 0x35, fileID: someFileID,
            locks: [
                LockElement(offset: 1, length: 2, flags: [.exclusiveLock, .failImmediately]),
                LockElement(offset: .max, length: .max, flags: .unlock),
            ]),
        """
        3000 0200 35000000 \(someFileIDHex)
        0100000000000000 0200000000000000 12000000 00000000
        ffffffffffffffff ffffffffffffffff 04000000 00000000
        """),
    BodyFixture("LOCK response", LockResponse(), "0400 0000"),
    BodyFixture(
        "IOCTL request",
        IoctlRequest(
            ctlCode: .validateNegotiateInfo, maxInputResponse: 3, maxOutputResponse: 24),
        """
        3900 0000 04021400 ffffffffffffffff ffffffffffffffff 00000000 00000000 03000000 00000000 00000000 18000000
        01000000 00000000 00
        """,
        pairs: [
            OffsetField(offset: (88, 4), length: (92, 4)), OffsetField(offset: (100, 4), length: (104, 4)),
        ], standIn: true),
    BodyFixture(
        "IOCTL request with input",
        IoctlRequest(ctlCode: .pipeTransceive, fileID: someFileID, input: [1, 2, 3], maxOutputResponse: 1024),
        """
        3900 0000 17c01100 \(someFileIDHex) 78000000 03000000 00000000 78000000 00000000 00040000
        01000000 00000000 010203
        """, pairs: [OffsetField(offset: (88, 4), length: (92, 4))]),
    BodyFixture(
        "IOCTL response", IoctlResponse(ctlCode: .pipeTransceive, fileID: someFileID, output: [5, 6]),
        """
        3100 0000 17c01100 \(someFileIDHex) 70000000 00000000 70000000 02000000 00000000 00000000 0506
        """, pairs: [OffsetField(offset: (96, 4), length: (100, 4)), OffsetField(offset: (88, 4), length: (92, 4))]),
]
