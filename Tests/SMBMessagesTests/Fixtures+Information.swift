import HostileInput
import SMBMessages
import WindowsTypes

/// Derived by hand from the field lists of the sections that the messages' doc comments name.
let informationFixtures: [BodyFixture] = [
    BodyFixture(
        "QUERY_DIRECTORY request",
        QueryDirectoryRequest(
            fileInformationClass: .idBothDirectory, flags: [.restartScans, .returnSingleEntry], fileIndex: 9,
            fileID: someFileID, fileName: Array("*".utf8), outputBufferLength: 0x10000),
        "2100 25 03 09000000 \(someFileIDHex) 6000 0200 00000100 2a00",
        pairs: [OffsetField(offset: (88, 2), length: (90, 2))]),
    BodyFixture(
        "QUERY_DIRECTORY request without a pattern",
        QueryDirectoryRequest(
            fileInformationClass: FileInformationClass(rawValue: 0xEE), fileID: someFileID, fileName: [],
            outputBufferLength: 1),
        "2100 ee 00 00000000 \(someFileIDHex) 6000 0000 01000000 00", standIn: true),
    BodyFixture(
        "QUERY_DIRECTORY response", QueryDirectoryResponse(outputBuffer: [1, 2, 3]), "0900 4800 03000000 010203",
        pairs: [OffsetField(offset: (66, 2), length: (68, 4))]),
    BodyFixture(
        "CHANGE_NOTIFY request",
        ChangeNotifyRequest(
            flags: .watchTree, outputBufferLength: 0x1000, fileID: someFileID,
            completionFilter: [.fileName, .streamWrite]),
        "2000 0100 00100000 \(someFileIDHex) 01080000 00000000"),
    BodyFixture(
        "CHANGE_NOTIFY response",
        ChangeNotifyResponse(entries: [
            FileNotifyInformation(action: .renamedOldName, fileName: [0x61]),
            FileNotifyInformation(action: .renamedNewName, fileName: [0x62]),
        ]),
        "0900 4800 1e000000 10000000 04000000 02000000 6100 0000 00000000 05000000 02000000 6200",
        pairs: [OffsetField(offset: (66, 2), length: (68, 4))]),
    BodyFixture(
        "QUERY_INFO request",
        QueryInfoRequest(.all, outputBufferLength: 0x100, fileID: someFileID),
        "2900 01 12 00010000 0000 0000 00000000 00000000 00000000 \(someFileIDHex) 00",
        pairs: [OffsetField(offset: (72, 2), length: (76, 4))], standIn: true),
    BodyFixture(
        "QUERY_INFO request with input",
        QueryInfoRequest(
            infoType: .file, fileInfoClass: 15, outputBufferLength: 0x100, additionalInformation: 2,
            flags: .indexSpecified, fileID: someFileID, inputBuffer: [7]),
        "2900 01 0f 00010000 6800 0000 01000000 02000000 04000000 \(someFileIDHex) 07",
        pairs: [OffsetField(offset: (72, 2), length: (76, 4))]),
    BodyFixture(
        "QUERY_INFO response", QueryInfoResponse(outputBuffer: [4, 3, 2, 1]), "0900 4800 04000000 04030201",
        pairs: [OffsetField(offset: (66, 2), length: (68, 4))]),
    BodyFixture(
        "SET_INFO request",
        SetInfoRequest(.endOfFile, fileID: someFileID, FileEndOfFileInformation(endOfFile: 0x0102)),
        "2100 01 14 08000000 6000 0000 00000000 \(someFileIDHex) 0201000000000000",
        pairs: [OffsetField(offset: (72, 2), length: (68, 4))]),
    BodyFixture(
        "SET_INFO request, security",
        SetInfoRequest(infoType: .security, additionalInformation: 4, fileID: someFileID, buffer: [1]),
        "2100 03 00 01000000 6000 0000 04000000 \(someFileIDHex) 01",
        pairs: [OffsetField(offset: (72, 2), length: (68, 4))]),
    BodyFixture("SET_INFO response", SetInfoResponse(), "0200"),
    BodyFixture(
        "OPLOCK_BREAK", OplockBreak(oplockLevel: .levelII, fileID: someFileID), "1800 01 00 00000000 \(someFileIDHex)"),
    BodyFixture(
        "lease break notification",
        LeaseBreakNotification(
            newEpoch: 2, flags: .ackRequired, leaseKey: LeaseKey(someGUID),
            currentLeaseState: [.readCaching, .handleCaching, .writeCaching], newLeaseState: .readCaching),
        "2c00 0200 01000000 \(someGUIDHex) 07000000 01000000 00000000 00000000 00000000"),
    BodyFixture(
        "lease break acknowledgment", LeaseBreakAcknowledgment(leaseKey: LeaseKey(someGUID), leaseState: .readCaching),
        "2400 0000 00000000 \(someGUIDHex) 01000000 0000000000000000"),
]
