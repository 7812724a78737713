import FileSystemModel
import Testing

@Suite("Moments")
struct TimestampTests {
    @Test("order is by seconds, then nanoseconds, before 1970 as after")
    func order() {
        let ascending = [
            Timestamp(seconds: .min, nanoseconds: 0), Timestamp(seconds: -2, nanoseconds: 999_999_999),
            Timestamp(seconds: -1, nanoseconds: 0), Timestamp(seconds: -1, nanoseconds: 1), .epoch,
            Timestamp(seconds: 0, nanoseconds: 1), Timestamp(seconds: 0, nanoseconds: 999_999_999),
            Timestamp(seconds: 1, nanoseconds: 0), Timestamp(seconds: .max, nanoseconds: 999_999_999),
        ]
        for (earlier, later) in zip(ascending, ascending.dropFirst()) {
            #expect(earlier < later)
            #expect(!(later < earlier))
            #expect(earlier != later)
        }
        #expect(ascending.shuffled().sorted() == ascending)
    }

    @Test("nanoseconds beyond a second are cut")
    func cut() {
        #expect(Timestamp(seconds: 5, nanoseconds: 1_000_000_000) == Timestamp(seconds: 5, nanoseconds: 999_999_999))
        #expect(Timestamp(seconds: 5, nanoseconds: .max).nanoseconds == 999_999_999)
        #expect(Timestamp(seconds: 5, nanoseconds: 999_999_999).nanoseconds == 999_999_999)
    }
}

@Suite("Attributes")
struct AttributesTests {
    @Test("permissions keep twelve bits")
    func permissions() {
        #expect(Permissions(rawValue: 0o100_644).rawValue == 0o644)
        #expect(Permissions(rawValue: .max).rawValue == 0o7777)
    }

    @Test("a directory's type and the read-only bit are not for clients to mix up")
    func dosAttributes() {
        // FILE_ATTRIBUTE_DIRECTORY, REPARSE_POINT and NORMAL follow from the type — [MS-FSCC] 2.6.
        for bit in [0x10, 0x400, 0x80] as [UInt32] {
            #expect(DOSAttributes.settable.isDisjoint(with: DOSAttributes(rawValue: bit)))
        }
        // SPARSE_FILE is set by its own control code.
        #expect(!DOSAttributes.settable.contains(.sparse))
        #expect(DOSAttributes.settable.contains([.readOnly, .hidden, .system, .archive]))
    }

    @Test("a new file has one moment and its first change number")
    func fresh() {
        let time = Timestamp(seconds: 9, nanoseconds: 8)
        let attributes = Attributes(inode: .root, type: .directory, permissions: [], uid: 1, gid: 2, linkCount: 2, time: time)
        #expect([attributes.accessTime, attributes.modificationTime, attributes.changeTime, attributes.creationTime] == [
            time, time, time, time,
        ])
        #expect(attributes.changeNumber == 1)
        #expect(attributes.size == 0)
        #expect(attributes.isDirectory)
    }
}
