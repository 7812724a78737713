import AccessControl
import FileSystemModel
import SMBMessages
import Testing
import WindowsTypes

@testable import SMBProtocol

@Suite("Create contexts — [MS-SMB2] 2.2.13.2")
struct CreateContextTests {
    private static let zero16 = [UInt8](repeating: 0, count: 16)
    private static let leaseKey = LeaseKey(GUID(1, 2, 3, 4))

    @Test("durable handles, leases and application instances are understood, and nothing is granted")
    func grantsNoHandles() throws {
        let lists: [[CreateContext]] = [
            [DurableHandleRequest().context], [DurableHandleRequestV2(createGUID: GUID(1, 2, 3, 4)).context],
            [LeaseContext(leaseKey: Self.leaseKey, leaseState: LeaseState(rawValue: 7)).context],
            [
                LeaseContext(
                    leaseKey: Self.leaseKey, leaseState: LeaseState(rawValue: 7), version2: .init(epoch: 1)
                ).context, DurableHandleRequestV2(createGUID: GUID(1, 2, 3, 4)).context,
                AppInstanceIDContext(appInstanceID: GUID(5, 6, 7, 8)).context,
                AppInstanceVersionContext(high: 1, low: 2).context,
            ],
        ]
        // Fields that are reserved and bits that nobody knows mean nothing.
        let filled = [
            (CreateContextName.requestLease, 32), (CreateContextName.requestLease, 52),
            (CreateContextName.durableHandleRequest, 16), (CreateContextName.durableHandleRequestV2, 32),
        ].map { [CreateContext(name: $0, data: [UInt8](repeating: 0xFF, count: $1))] }
        for contexts in lists + filled {
            let bench = try FilesBench()
            let response: CreateResponse = try bench.create("file", contexts: contexts).body()
            #expect(response.createContexts.isEmpty && response.oplockLevel == .none)
        }
    }

    @Test("a reconnect finds no handle, and excludes the other version's contexts")
    func refusesReconnects() throws {
        let request = DurableHandleRequest().context
        let request2 = DurableHandleRequestV2(createGUID: GUID(1, 2, 3, 4)).context
        let reconnect = CreateContext(name: CreateContextName.durableHandleReconnect, data: Self.zero16)
        let reconnect2 = CreateContext(
            name: CreateContextName.durableHandleReconnectV2, data: Self.zero16 + Self.zero16 + [0, 0, 0, 0])
        let cases: [([CreateContext], NTStatus)] = [
            ([reconnect], .objectNameNotFound), ([reconnect2], .objectNameNotFound),
            ([request, reconnect], .objectNameNotFound), ([request, request2], .invalidParameter),
            ([reconnect, request2], .invalidParameter), ([reconnect, reconnect2], .invalidParameter),
            ([request2, reconnect2], .invalidParameter), ([request, reconnect2], .invalidParameter),
            ([CreateContext(name: CreateContextName.durableHandleReconnectV2, data: [1])], .invalidParameter),
        ]
        for (contexts, status) in cases {
            let bench = try FilesBench()
            #expect(bench.create("file", contexts: contexts).status == status, "\(contexts)")
            #expect(!bench.exists("file"))
        }
    }

    @Test(
        "data of the wrong length is INVALID_PARAMETER",
        arguments: [
            (CreateContextName.durableHandleRequest, 15), (CreateContextName.durableHandleRequestV2, 31),
            (CreateContextName.requestLease, 33), (CreateContextName.requestLease, 0),
            (CreateContextName.appInstanceID, 19), (CreateContextName.appInstanceVersion, 23),
            (CreateContextName.timewarpToken, 9), (CreateContextName.apple, 23), (CreateContextName.apple, 24),
        ] as [([UInt8], Int)])
    func refusesLengths(name: [UInt8], count: Int) throws {
        let bench = try FilesBench()
        let context = CreateContext(name: name, data: [UInt8](repeating: 0, count: count))
        #expect(bench.create("file", contexts: [context]).status == .invalidParameter)
    }

    @Test("SecD: parsed, and nothing done with it")
    func ignoresDescriptors() throws {
        let none: [UInt8] = [1, 0, 0, 0x80] + [UInt8](repeating: 0, count: 16)
        var outside = none
        outside[4] = 13
        var absolute = none
        absolute[3] = 0
        for (data, status) in [
            (none, .success), (outside, .invalidParameter), (absolute, .invalidParameter),
            (Array(none.dropLast()), .invalidParameter),
        ] as [([UInt8], NTStatus)] {
            let bench = try FilesBench()
            #expect(
                bench.create("file", contexts: [SecurityDescriptorContext(data: data).context]).status == status)
        }
        // One without a mode: the file has the share's.
        let readers = SecurityDescriptor(
            owner: SID(unixUser: 5),
            dacl: AccessControlList([AccessControlEntry(.allowed, .fileGenericRead, for: .everyone)]))
        let bench = try FilesBench()
        let file = try bench.create("file", contexts: [SecurityDescriptorContext(data: readers.bytes).context])
            .body(CreateResponse.self).fileID
        let attributes = try bench.attributes(file)
        #expect(attributes.permissions.rawValue == 0o644 && attributes.uid == 1000)
    }

    @Test("a descriptor that carries a mode gives it to what is made, and not to what is there", arguments: [0o640, 0o1777])
    func takesModes(mode: UInt32) throws {
        // As cifs of Linux 6.1 sends it with `modefromsid`.
        let context = SecurityDescriptorContext(
            data: SecurityDescriptor(
                dacl: AccessControlList([
                    AccessControlEntry(.denied, [], for: SID(authority: 5, [88, 3, mode])),
                    AccessControlEntry(.allowed, .genericAll, for: .authenticatedUsers),
                ])
            ).bytes
        ).context
        let bench = try FilesBench()
        try bench.make("there")
        for (name, options, expected) in [
            ("file", .nonDirectoryFile, UInt16(mode)), ("dir", .directoryFile, UInt16(mode)), ("there", [], 0o644),
        ] as [(String, CreateOptions, UInt16)] {
            let made: CreateResponse = try bench.create(name, options: options, contexts: [context]).body()
            #expect(try bench.attributes(made.fileID).permissions.rawValue == expected, "\(name)")
        }
    }

    @Test("there are no snapshots: neither by TWrp nor by @GMT in the path")
    func refusesSnapshots() throws {
        let bench = try FilesBench()
        let token = TimewarpContext(timestamp: FileTime(rawValue: 132_000_000_000_000_000)).context
        #expect(bench.create("", .open, access: 0x80, contexts: [token]).status == .objectNameNotFound)
        for disposition in SMBMessages.CreateDisposition.allCases {
            #expect(bench.create("@GMT-2026.11.22-20.15.00", disposition).status == .objectNameNotFound)
        }
        #expect(bench.create("@GMT-2026.11.22-20.15.00\\file").status == .objectPathNotFound)
        #expect(bench.create("@GMT-2026.11.22", .create).status == .success)
    }
}
