import Testing
import WireCoding

@Suite("WireReader and WireWriter")
struct WireReaderTests {
    @Test("what was written is read back")
    func roundTrip() throws {
        var writer = WireWriter()
        writer.integer(UInt16(0x1234))
        writer.integer(UInt64(0x0102_0304_0506_0708))
        writer.align(to: 8)
        writer.append([9, 8, 7])
        var reader = WireReader(writer.bytes.span.bytes)
        #expect(try reader.integer(as: UInt16.self) == 0x1234)
        #expect(try reader.integer(as: UInt64.self) == 0x0102_0304_0506_0708)
        reader.align(to: 8)
        #expect(try reader.array(3) == [9, 8, 7])
        let atEnd = reader.isAtEnd
        #expect(atEnd)
    }

    @Test("a field that is not there is an error", arguments: 0..<8)
    func truncated(count: Int) {
        let bytes = [UInt8](repeating: 0, count: count)
        #expect(throws: WireError.truncated(offset: 0, needed: 8 - count)) {
            var reader = WireReader(bytes.span.bytes)
            _ = try reader.integer(as: UInt64.self)
        }
    }

    @Test(
        "an offset and a length that lie are refused",
        arguments: [(0, 5), (4, 1), (5, 0 + 1), (-1, 2), (Int.max, Int.max), (1, Int.max), (3, 2)])
    func lyingSlices(start: Int, count: Int) {
        let bytes: [UInt8] = [1, 2, 3, 4]
        #expect(throws: WireError.outOfBounds(offset: start, count: count)) {
            let reader = WireReader(bytes.span.bytes)
            _ = try reader.slice(at: start, count: count)
        }
    }

    @Test("an empty slice may point anywhere")
    func emptySlice() throws {
        let bytes: [UInt8] = [1, 2, 3, 4]
        let reader = WireReader(bytes.span.bytes)
        let slice = try reader.slice(at: UInt32.max, count: 0)
        let count = slice.byteCount
        #expect(count == 0)
    }

    @Test("patching counts from the origin")
    func patching() {
        var writer = WireWriter(appendingTo: [0xFF, 0xFF])
        writer.integer(UInt32(0))
        writer.patch(UInt16(0xABCD), at: 2)
        #expect(writer.bytes == [0xFF, 0xFF, 0, 0, 0xCD, 0xAB])
    }
}
