import AccessControl
import FileSystemModel
import HostileInput
import Testing
import WireCoding

@Suite("Self-relative security descriptors — [MS-DTYP] 2.4.6")
struct SecurityDescriptorTests {
    struct Row: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let descriptor: SecurityDescriptor
        let bytes: String
    }

    private static let owner = SID(unixUser: 1000)
    private static let mode = AccessControlEntry(.denied, [], for: SID(unixMode: .init(rawValue: 0o640)))

    static let rows = [
        Row(
            testDescription: "nothing at all", descriptor: SecurityDescriptor(),
            bytes: "0100 0080 00000000 00000000 00000000 00000000"),
        Row(
            testDescription: "an owner alone", descriptor: SecurityDescriptor(owner: owner),
            bytes: "0100 0080 14000000 00000000 00000000 00000000 0102 000000000016 01000000 e8030000"),
        Row(
            testDescription: "a list without entries: nobody may do anything",
            descriptor: SecurityDescriptor(dacl: AccessControlList([])),
            bytes: "0100 0480 00000000 00000000 00000000 14000000 02 00 0800 0000 0000"),
        // Laid out as [MS-DTYP] 2.4.4.2 to 2.4.6 say; the order of the parts is Samba's.
        Row(
            testDescription: "all of it",
            descriptor: SecurityDescriptor(
                control: .isProtected, owner: owner, group: SID(unixGroup: 100),
                dacl: AccessControlList([mode, AccessControlEntry(.allowed, .genericAll, for: .authenticatedUsers)])),
            bytes: """
                0100 0490 14000000 24000000 00000000 34000000
                0102 000000000016 01000000 e8030000
                0102 000000000016 02000000 64000000
                02 00 3800 0200 0000
                01 00 1c00 00000000 0103 000000000005 58000000 03000000 a0010000
                00 00 1400 00000010 0101 000000000005 0b000000
                """),
        Row(
            testDescription: "a condition behind the SID, and flags of inheritance",
            descriptor: SecurityDescriptor(
                dacl: AccessControlList(
                    [
                        AccessControlEntry(
                            .init(rawValue: 9), .fileGenericRead, for: .everyone, flags: .init(rawValue: 0x13),
                            applicationData: [0x61, 0x72, 0x74, 0x78])
                    ], revision: 4)),
            bytes: """
                0100 0480 00000000 00000000 00000000 14000000
                04 00 2000 0100 0000
                09 13 1800 89001200 0101 000000000001 00000000 61727478
                """),
    ]

    @Test("goes both ways, and every truncation is refused or means less", arguments: rows)
    func goesBothWays(row: Row) throws {
        let wire = HostileInput.bytes(ofHex: row.bytes)
        #expect(row.descriptor.bytes == wire && row.descriptor.byteCount == wire.count)
        #expect(try SecurityDescriptor(bytes: wire) == row.descriptor)
        for count in 0..<wire.count {
            #expect(throws: WireError.self) { _ = try SecurityDescriptor(bytes: Array(wire[..<count])) }
        }
    }

    @Test("the parts in Windows' order: the list first")
    func otherOrder() throws {
        let wire = HostileInput.bytes(
            ofHex: """
                0100 0490 4c000000 5c000000 00000000 14000000
                02 00 3800 0200 0000
                01 00 1c00 00000000 0103 000000000005 58000000 03000000 a0010000
                00 00 1400 00000010 0101 000000000005 0b000000
                0102 000000000016 01000000 e8030000
                0102 000000000016 02000000 64000000
                """)
        let expected = try #require(Self.rows.first { $0.testDescription == "all of it" }?.descriptor)
        #expect(try SecurityDescriptor(bytes: wire) == expected)
    }

    @Test(
        "what is no descriptor",
        arguments: [
            ("another revision", "0200 0080 00000000 00000000 00000000 00000000"),
            ("pointers", "0100 0000 00000000 00000000 00000000 00000000"),
            ("an owner in the header", "0100 0080 13000000 00000000 00000000 00000000 0102 000000000016 01000000 e8030000"),
            ("an owner behind the end", "0100 0080 ffffffff 00000000 00000000 00000000 0102 000000000016 01000000 e8030000"),
            ("an owner that is not whole", "0100 0080 14000000 00000000 00000000 00000000 0103 000000000016 01000000 e8030000"),
            ("a list of another revision", "0100 0480 00000000 00000000 00000000 14000000 01 00 0800 0000 0000"),
            ("a list that is too long", "0100 0480 00000000 00000000 00000000 14000000 02 00 0900 0000 0000"),
            ("a list shorter than its header", "0100 0480 00000000 00000000 00000000 14000000 02 00 0700 0000 0000"),
            ("more entries than bytes", "0100 0480 00000000 00000000 00000000 14000000 02 00 0800 ffff 0000"),
            (
                "an entry that leaves its list",
                "0100 0480 00000000 00000000 00000000 14000000 02 00 1c00 0100 0000 00 00 1800 00000010 0101 000000000005 0b000000 00000000"
            ),
            (
                "an entry without room for its SID",
                "0100 0480 00000000 00000000 00000000 14000000 02 00 1c00 0100 0000 00 00 1000 00000010 0101 000000000005 0b000000"
            ),
            (
                "an entry of no length",
                "0100 0480 00000000 00000000 00000000 14000000 02 00 1c00 0100 0000 00 00 0000 00000010 0101 000000000005 0b000000"
            ),
            (
                "an object entry",
                "0100 0480 00000000 00000000 00000000 14000000 04 00 1c00 0100 0000 05 00 1400 00000010 0101 000000000005 0b000000"
            ),
        ])
    func refuses(what: String, hex: String) {
        #expect(throws: WireError.self) { _ = try SecurityDescriptor(bytes: HostileInput.bytes(ofHex: hex)) }
    }

    @Test("the NULL list is not one without entries; without its flag an offset means nothing; a SACL is not looked at")
    func tellsListsApart() throws {
        let null = try SecurityDescriptor(bytes: HostileInput.bytes(ofHex: "0100 0480 00000000 00000000 00000000 00000000"))
        #expect(null.dacl == nil && null.control.contains(.hasDACL))
        let list = "02 00 0800 0000 0000"
        let unmarked = try SecurityDescriptor(
            bytes: HostileInput.bytes(ofHex: "0100 0080 00000000 00000000 00000000 14000000" + list))
        #expect(unmarked.dacl == nil && !unmarked.control.contains(.hasDACL))
        let audited = try SecurityDescriptor(
            bytes: HostileInput.bytes(ofHex: "0100 1080 00000000 00000000 14000000 00000000" + list))
        #expect(audited == SecurityDescriptor())
    }

    @Test("hostile bytes: no trap, and what is taken comes out again")
    func survivesMutations() {
        let corpus = Self.rows.map { (name: $0.testDescription, bytes: HostileInput.bytes(ofHex: $0.bytes)) }
        HostileRun().forEachInput(of: corpus, label: "security descriptors") { name, bytes in
            guard let descriptor = try? SecurityDescriptor(bytes: bytes) else { return }
            #expect((try? SecurityDescriptor(bytes: descriptor.bytes)) == descriptor, "\(name)")
        }
    }
}
