import FileSystemModel
import Testing

@Suite("Device numbers — makedev(3)")
struct DeviceNumberTests {
    @Test(
        "packed as Linux packs them",
        arguments: [
            (0, 0, 0), (1, 3, 0x103), (8, 0x100, 0x10_0800), (0x1000, 5, 0x1000_0000_0005),
            (.max, .max, .max),
        ] as [(UInt32, UInt32, UInt64)])
    func packs(major: UInt32, minor: UInt32, raw: UInt64) {
        let number = DeviceNumber(major: major, minor: minor)
        #expect(number.rawValue == raw)
        #expect(DeviceNumber(rawValue: raw) == number)
    }
}
