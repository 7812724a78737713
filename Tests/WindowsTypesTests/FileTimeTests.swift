import Testing
import WindowsTypes

@Suite("FILETIME — [MS-DTYP] 2.3.3")
struct FileTimeTests {
    @Test(
        "to and from the Unix epoch",
        arguments: [
            (UInt64(116_444_736_000_000_000), Int64(0), UInt32(0)),
            (116_444_736_000_000_001, 0, 100),
            (116_444_735_999_999_999, -1, 999_999_900),
            (0, -11_644_473_600, 0),
            (132_223_104_000_000_000, 1_577_836_800, 0),
        ])
    func epoch(raw: UInt64, seconds: Int64, nanoseconds: UInt32) {
        let time = FileTime(rawValue: raw)
        #expect(time.sinceUnixEpoch == (seconds, nanoseconds))
        #expect(FileTime(seconds: seconds, nanoseconds: nanoseconds) == time)
    }

    @Test(
        "what has no FILETIME is clamped",
        arguments: [
            (Int64.min, UInt32(0), FileTime.zero), (Int64.max, UInt32.max, .latest), (Int64.max, 0, .latest),
            (-11_644_473_601, 999_999_999, .zero), (910_692_730_086, 0, .latest),
        ])
    func clamped(seconds: Int64, nanoseconds: UInt32, expected: FileTime) {
        #expect(FileTime(seconds: seconds, nanoseconds: nanoseconds) == expected)
    }

    @Test("every raw value converts without a trap", arguments: [UInt64.max, UInt64(Int64.max), UInt64(1) << 63])
    func extremes(raw: UInt64) {
        let (seconds, nanoseconds) = FileTime(rawValue: raw).sinceUnixEpoch
        #expect(seconds > 0)
        #expect(nanoseconds < 1_000_000_000)
    }

    @Test(
        "0, -1 and -2 are no times — [MS-FSCC] 2.4.7",
        arguments: [
            (UInt64(0), FileTimeUpdate.omit), (.max, .freeze), (.max - 1, .thaw), (1, .set(FileTime(rawValue: 1))),
        ])
    func update(raw: UInt64, expected: FileTimeUpdate) {
        #expect(FileTimeUpdate(rawValue: raw) == expected)
        #expect(expected.rawValue == raw)
        #expect(expected.isValid)
    }

    @Test("-3 is neither a time nor special")
    func invalidUpdate() {
        #expect(!FileTimeUpdate(rawValue: UInt64.max - 2).isValid)
    }
}
