import SMBMessages
import WindowsTypes

extension SpecifiedExample {
    /// A transaction on a named pipe — [MS-SMB2] 4.4
    static let pipe: [SpecifiedExample] = [
        SpecifiedExample(
            "4.4, step 1: CREATE request",
            header(.create, credits: 111, message: 9, tree: 1, session: 0x0400_0000_000D),
            CreateRequest(
                requestedOplockLevel: .batch, desiredAccess: 0x0012_019F, fileAttributes: [],
                shareAccess: [.read, .write],
                createDisposition: .open, createOptions: CreateOptions(rawValue: 0x0040_0040),
                name: Array("srvsvc".utf8)),
            """
            fe534d42 4000 0000 00000000 0500 6f00 00000000 00000000
            0900000000000000 00000000 01000000 0d00000000040000 00000000000000000000000000000000
            3900 00 09 02000000 0000000000000000 0000000000000000
            9f011200 00000000 03000000 01000000 40004000 7800 0c00 00000000 00000000
            730072007600730076006300
            """),
        SpecifiedExample(
            "4.4, step 2: CREATE response",
            header(.create, flags: .serverToRedir, credits: 1, message: 9, tree: 1, session: 0x0400_0000_000D),
            CreateResponse(
                oplockLevel: .none, flags: CreateResponseFlags(rawValue: 9), createAction: .opened,
                creationTime: .zero, lastAccessTime: .zero,
                lastWriteTime: .zero, changeTime: .zero,
                allocationSize: 4096, endOfFile: 0, fileAttributes: .normal,
                fileID: FileID(persistent: 5, volatile: 0xFFFF_FFFF_0000_0005)),
            """
            fe534d42 4000 0000 00000000 0500 0100 01000000 00000000
            0900000000000000 00000000 01000000 0d00000000040000 00000000000000000000000000000000
            5900 00 09 01000000 0000000000000000 0000000000000000 0000000000000000 0000000000000000
            0010000000000000 0000000000000000 80000000 76007300
            0500000000000000 05000000ffffffff 00000000 00000000
            """, ignored: 124..<128),
        SpecifiedExample(
            "4.4, step 3: WRITE request",
            header(.write, credits: 111, message: 10, tree: 1, session: 0x0400_0000_000D),
            WriteRequest(dataLength: 116, offset: 0, fileID: FileID(persistent: 5, volatile: 0xFFFF_FFFF_0000_0005)),
            """
            fe534d42 4000 0000 00000000 0900 6f00 00000000 00000000
            0a00000000000000 00000000 01000000 0d00000000040000 00000000000000000000000000000000
            3100 7000 74000000 0000000000000000 0500000000000000 05000000ffffffff
            00000000 00000000 0000 0000 00000000
            """, dataFollows: true, counted: 116),
        SpecifiedExample(
            "4.4, step 4: WRITE response",
            header(.write, flags: .serverToRedir, credits: 1, message: 10, tree: 1, session: 0x0400_0000_000D),
            WriteResponse(count: 116),
            """
            fe534d42 4000 0000 00000000 0900 0100 01000000 00000000
            0a00000000000000 00000000 01000000 0d00000000040000 00000000000000000000000000000000
            1100 0000 74000000 00000000 0000 0000
            """),
        SpecifiedExample(
            "4.4, step 5: READ request",
            header(.read, credits: 111, message: 11, tree: 1, session: 0x0400_0000_000D),
            ReadRequest(length: 1024, offset: 0, fileID: FileID(persistent: 5, volatile: 0xFFFF_FFFF_0000_0005)),
            """
            fe534d42 4000 0000 00000000 0800 6f00 00000000 00000000
            0b00000000000000 00000000 01000000 0d00000000040000 00000000000000000000000000000000
            3100 50 00 00040000 0000000000000000 0500000000000000 05000000ffffffff
            00000000 00000000 00000000 0000 0000
            """, emptyBuffer: true),
        SpecifiedExample(
            "4.4, step 6: READ response",
            header(.read, flags: .serverToRedir, credits: 1, message: 11, tree: 1, session: 0x0400_0000_000D),
            ReadResponse(dataRange: 80..<172),
            """
            fe534d42 4000 0000 00000000 0800 0100 01000000 00000000
            0b00000000000000 00000000 01000000 0d00000000040000 00000000000000000000000000000000
            1100 50 00 5c000000 00000000 00000000
            """, dataFollows: true, counted: 92),
        SpecifiedExample(
            "4.4, step 7: IOCTL request",
            header(.ioctl, credits: 111, message: 12, tree: 1, session: 0x0400_0000_000D),
            IoctlRequest(
                ctlCode: .pipeTransceive, fileID: FileID(persistent: 5, volatile: 0xFFFF_FFFF_0000_0005),
                input: counted(68), maxOutputResponse: 1024),
            """
            fe534d42 4000 0000 00000000 0b00 6f00 00000000 00000000
            0c00000000000000 00000000 01000000 0d00000000040000 00000000000000000000000000000000
            3900 0000 17c01100 0500000000000000 05000000ffffffff
            78000000 44000000 00000000 78000000 00000000 00040000 01000000 00000000
            """, counted: 68),
        SpecifiedExample(
            "4.4, step 8: IOCTL response",
            header(.ioctl, flags: .serverToRedir, credits: 1, message: 12, tree: 1, session: 0x0400_0000_000D),
            IoctlResponse(
                ctlCode: .pipeTransceive, fileID: FileID(persistent: 5, volatile: 0xFFFF_FFFF_0000_0005),
                output: Array(counted(184).dropFirst(72))),
            """
            fe534d42 4000 0000 00000000 0b00 0100 01000000 00000000
            0c00000000000000 00000000 01000000 0d00000000040000 00000000000000000000000000000000
            3100 0000 17c01100 0500000000000000 05000000ffffffff
            70000000 44000000 b8000000 70000000 00000000 00000000
            """, isWritten: false, counted: 184),
        SpecifiedExample(
            "4.4, step 9: CLOSE request",
            header(.close, credits: 111, message: 13, tree: 1, session: 0x0400_0000_000D),
            CloseRequest(flags: .postQueryAttrib, fileID: FileID(persistent: 5, volatile: 0xFFFF_FFFF_0000_0005)),
            """
            fe534d42 4000 0000 00000000 0600 6f00 00000000 00000000
            0d00000000000000 00000000 01000000 0d00000000040000 00000000000000000000000000000000
            1800 0100 00000000 0500000000000000 05000000ffffffff
            """),
        SpecifiedExample(
            "4.4, step 10: CLOSE response",
            header(.close, flags: .serverToRedir, credits: 1, message: 13, tree: 1, session: 0x0400_0000_000D),
            CloseResponse(),
            """
            fe534d42 4000 0000 00000000 0600 0100 01000000 00000000
            0d00000000000000 00000000 01000000 0d00000000040000 00000000000000000000000000000000
            3c00 0000 00000000 0000000000000000 0000000000000000 0000000000000000 0000000000000000
            0000000000000000 0000000000000000 00000000
            """),
    ]
}
