import HostileInput
import SMBMessages
import Testing
import WindowsTypes
import WireCoding

@Suite("Create contexts — [MS-SMB2] 2.2.13.2")
struct CreateContextTests {
    /// A CREATE with the chain `contexts` at offset 120, and no name.
    private func request(_ contexts: String, offset: UInt64 = 120, length: UInt64? = nil) -> [UInt8] {
        let chain = bytes(ofHex: contexts)
        var message = [UInt8](repeating: 0, count: 64)
        message += bytes(
            ofHex: "3900 00 00 02000000 0000000000000000 0000000000000000 81000000 00000000 07000000 01000000 00000000")
        message += bytes(ofHex: "0000 0000 00000000 00000000") + chain
        message = setting(offset, at: 112, width: 4, in: message)
        return setting(length ?? UInt64(chain.count), at: 116, width: 4, in: message)
    }

    private func contexts(_ message: [UInt8]) throws -> [CreateContext] {
        try CreateRequest(message: message.span.bytes).createContexts
    }

    @Test("names of 4 and of 16 bytes")
    func names() throws {
        let message = request(
            """
            18000000 1000 0400 0000 0000 00000000 51466964 00000000
            00000000 1000 1000 0000 2000 14000000 45bca66aefa7f74a9008fa462e144d74 1400 0000 \(someGUIDHex)
            """)
        let contexts = try contexts(message)
        #expect(contexts.map(\.name) == [Array("QFid".utf8), CreateContextName.appInstanceID])
        #expect(try AppInstanceIDContext.first(in: contexts)?.appInstanceID == someGUID)
        #expect(try LeaseContext.first(in: contexts) == nil)
    }

    @Test("an order of name and data that we would not write")
    func dataBeforeName() throws {
        let message = request("00000000 1800 0400 0000 1000 08000000 0102030405060708 416c5369")
        #expect(try contexts(message) == [CreateContext(name: Array("AlSi".utf8), data: [1, 2, 3, 4, 5, 6, 7, 8])])
    }

    @Test(
        "chains that lie",
        arguments: [
            (
                "twice the same",
                "18000000 1000 0400 0000 0000 00000000 51466964 00000000 00000000 1000 0400 0000 0000 00000000 51466964"
            ),
            (
                "Next misaligned",
                "1a000000 1000 0400 0000 0000 00000000 51466964 000000000000"
                    + "00000000 1000 0400 0000 0000 00000000 4d784163"
            ),
            ("Next past the end", "18000000 1000 0400 0000 0000 00000000 51466964 00000000"),
            ("Next into itself", "08000000 1000 0400 0000 0000 00000000 51466964 00000000"),
            ("Next far away", "f8ffffff 1000 0400 0000 0000 00000000 51466964 00000000"),
            ("name past its context", "00000000 1000 0900 0000 0000 00000000 51466964 00000000"),
            (
                "name into the next context",
                "18000000 1000 0c00 0000 0000 00000000 51466964 00000000 00000000 1000 0400 0000 0000 00000000 4d784163"
            ),
            ("data past its context", "00000000 1000 0400 0000 1800 01000000 51466964 00000000"),
            ("data with a huge length", "00000000 1000 0400 0000 1800 ffffffff 51466964 00000000"),
            ("no name", "00000000 1000 0000 0000 0000 00000000"),
            ("half a header", "00000000 1000 0400"),
        ])
    func lies(what: String, chain: String) {
        #expect(throws: WireError.self, "\(what)") { _ = try contexts(request(chain)) }
    }

    @Test("the list itself misaligned or outside")
    func listBounds() {
        let one = "00000000 1000 0400 0000 0000 00000000 51466964 00000000"
        #expect(throws: Never.self) { _ = try contexts(request(one)) }
        for (offset, length) in [(121, 20), (120, 25), (128, 24), (0xFFFF_FFF8, 24), (120, 0xFFFF_FFFF)]
            as [(UInt64, UInt64)]
        {
            #expect(throws: WireError.self) { _ = try contexts(request(one, offset: offset, length: length)) }
        }
    }

    @Test("a chain without end is cut off")
    func endless() {
        let link = "18000000 1000 0400 0000 0000 00000000"
        let chain = (0..<2000).map { "\(link) \(String(0x1000_0000 + $0, radix: 16)) 00000000" }.joined()
        #expect(throws: WireError.tooMany(field: "CreateContexts", limit: 64)) { _ = try contexts(request(chain)) }
    }

    /// Name and data by hand from the sections that the types name.
    static let typed: [(any CreateContextData, String, String)] = [
        (MaximalAccessQuery(), "4d784163", ""),
        (MaximalAccessQuery(timestamp: someTime), "4d784163", someTimeHex),
        (MaximalAccessResponse(queryStatus: .accessDenied, maximalAccess: 0x81), "4d784163", "220000c0 81000000"),
        (
            OnDiskIDResponse(diskFileID: 17, volumeID: 2), "51466964",
            "1100000000000000 0200000000000000 00000000000000000000000000000000"
        ),
        (AllocationSizeContext(allocationSize: 0x100), "416c5369", "0001000000000000"),
        (TimewarpContext(timestamp: someTime), "54577270", someTimeHex),
        (
            ExtendedAttributesContext(entries: [
                FileFullEaInformation(flags: 0x80, eaName: Array("A".utf8), eaValue: [1, 2, 3]),
                FileFullEaInformation(eaName: Array("BC".utf8), eaValue: []),
            ]), "45787441", "10000000 80 01 0300 41 00 010203 000000 00000000 00 02 0000 4243 00"
        ),
        (SecurityDescriptorContext(data: [1, 0]), "53656344", "0100"),
        (AppInstanceIDContext(appInstanceID: someGUID), "45bca66aefa7f74a9008fa462e144d74", "1400 0000 \(someGUIDHex)"),
        (DurableHandleRequest(), "44486e51", "00000000000000000000000000000000"),
        (DurableHandleResponse(), "44486e51", "0000000000000000"),
        (DurableHandleReconnect(fileID: someFileID), "44486e43", someFileIDHex),
        (
            DurableHandleRequestV2(timeout: 60000, flags: .persistent, createGUID: someGUID), "44483251",
            "60ea0000 02000000 0000000000000000 \(someGUIDHex)"
        ),
        (DurableHandleResponseV2(timeout: 60000), "44483251", "60ea0000 00000000"),
        (
            DurableHandleReconnectV2(fileID: someFileID, createGUID: someGUID, flags: .persistent), "44483243",
            "\(someFileIDHex) \(someGUIDHex) 02000000"
        ),
        (
            LeaseContext(leaseKey: LeaseKey(someGUID), leaseState: [.readCaching, .handleCaching]), "52714c73",
            "\(someGUIDHex) 03000000 00000000 0000000000000000"
        ),
        (
            LeaseContext(
                leaseKey: LeaseKey(someGUID), leaseState: .readCaching, leaseFlags: .parentLeaseKeySet,
                version2: LeaseContext.Version2(parentLeaseKey: LeaseKey(.zero), epoch: 5)), "52714c73",
            "\(someGUIDHex) 01000000 04000000 0000000000000000 00000000000000000000000000000000 0500 0000"
        ),
    ]

    @Test("what their data means", arguments: 0..<17)
    func typedContexts(index: Int) throws {
        let (value, name, data) = Self.typed[index]
        try check(value, name: bytes(ofHex: name), data: bytes(ofHex: data))
    }

    private func check<Context: CreateContextData>(_ value: Context, name: [UInt8], data: [UInt8]) throws {
        #expect(value.context == CreateContext(name: name, data: data))
        #expect(try Context(data: data) == value)
        // Short data is refused; but for the two kinds for which any length means something.
        if value is SecurityDescriptorContext || value is MaximalAccessQuery { return }
        for count in 0..<data.count {
            // No attributes at all, and the first version of a lease, are whole again.
            if value is ExtendedAttributesContext && count == 0 || value is LeaseContext && count == 32 { continue }
            #expect(throws: WireError.self, "\(count) bytes") { _ = try Context(data: Array(data[..<count])) }
        }
    }

    @Test("a lease context that is as long as neither version")
    func leaseLength() {
        #expect(throws: WireError.self) { _ = try LeaseContext(data: [UInt8](repeating: 0, count: 48)) }
        #expect(throws: WireError.self) { _ = try LeaseContext(data: [UInt8](repeating: 0, count: 53)) }
    }
}
