import HostileInput
import Testing
import WindowsTypes
import WireCoding

@Suite("UTF-16LE and WTF-8")
struct UTF16LETests {
    private func decode(_ units: [UInt16]) throws -> [UInt8] {
        var writer = WireWriter()
        for unit in units { writer.integer(unit) }
        return try UTF16LE.decode(writer.bytes.span.bytes)
    }

    private func encode(_ wtf8: [UInt8]) -> [UInt8] {
        var writer = WireWriter()
        let count = UTF16LE.encode(wtf8, to: &writer)
        #expect(count == writer.bytes.count)
        #expect(count == UTF16LE.byteCount(of: wtf8))
        return writer.bytes
    }

    @Test(
        "well-formed text is what the standard library makes of it",
        arguments: ["", "a", "readme.txt", "é", "ÿĀ", "߿ࠀ", "日本語", "￿", "𐀀", "a😀b", "\u{10FFFF}", "e\u{301}", "\u{0}"])
    func wellFormed(text: String) throws {
        let units = Array(text.utf16)
        #expect(try decode(units) == Array(text.utf8))
        #expect(UTF16LE.decode(units: units) == Array(text.utf8))
        #expect(UTF16LE.units(of: Array(text.utf8)) == units)
        #expect(encode(Array(text.utf8)) == units.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] })
    }

    @Test(
        "lone surrogates become three bytes and come back",
        arguments: [
            ([0xD800] as [UInt16], [0xED, 0xA0, 0x80] as [UInt8]), ([0xDFFF], [0xED, 0xBF, 0xBF]),
            ([0xDC00, 0xD800], [0xED, 0xB0, 0x80, 0xED, 0xA0, 0x80]), ([0x61, 0xD83D], [0x61, 0xED, 0xA0, 0xBD]),
            ([0xD83D, 0xD83D, 0xDE00], [0xED, 0xA0, 0xBD, 0xF0, 0x9F, 0x98, 0x80]),
            ([0xD83D, 0x61], [0xED, 0xA0, 0xBD, 0x61]),
        ])
    func loneSurrogates(units: [UInt16], wtf8: [UInt8]) throws {
        #expect(try decode(units) == wtf8)
        #expect(UTF16LE.units(of: wtf8) == units)
    }

    @Test("any units survive a round trip", arguments: 0..<200)
    func anyUnits(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        let units = (0..<Int.random(in: 0...300, using: &generator)).map { _ in
            switch Int.random(in: 0..<4, using: &generator) {
            case 0: UInt16.random(in: 0..<0x80, using: &generator)
            case 1: UInt16.random(in: 0xD800..<0xE000, using: &generator)
            default: UInt16.random(in: .min ... .max, using: &generator)
            }
        }
        let wtf8 = try decode(units)
        #expect(UTF16LE.units(of: wtf8) == units)
        #expect(encode(wtf8) == units.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] })
    }

    @Test(
        "what is not UTF-8 becomes U+FFFD byte for byte",
        arguments: [
            ([0xFF] as [UInt8], [0xFFFD] as [UInt16]), ([0xC0, 0x80], [0xFFFD, 0xFFFD]), ([0xC3], [0xFFFD]),
            ([0xE2, 0x82, 0x61], [0xFFFD, 0xFFFD, 0x61]), ([0xF5, 0x80], [0xFFFD, 0xFFFD]),
            ([0xF4, 0x90, 0x80, 0x80], [0xFFFD, 0xFFFD, 0xFFFD, 0xFFFD]),
            ([0xE0, 0x80, 0x80], [0xFFFD, 0xFFFD, 0xFFFD]),
            ([0x80, 0x61], [0xFFFD, 0x61]),
        ])
    func illFormed(bytes: [UInt8], units: [UInt16]) {
        #expect(UTF16LE.units(of: bytes) == units)
        #expect(encode(bytes) == units.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] })
    }

    @Test("any bytes encode without a trap", arguments: 0..<200)
    func anyBytes(seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        let bytes = (0..<Int.random(in: 0...300, using: &generator)).map { _ in
            UInt8.random(in: .min ... .max, using: &generator)
        }
        #expect(encode(bytes).count == 2 * UTF16LE.units(of: bytes).count)
    }

    @Test("an odd number of bytes throws")
    func odd() {
        let bytes: [UInt8] = [0x61, 0, 0x62]
        #expect(throws: WireError.self) { _ = try UTF16LE.decode(bytes.span.bytes) }
    }
}
