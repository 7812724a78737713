import AccessControl
import Testing
import WireCoding

@Suite("Security identifiers — [MS-DTYP] 2.4.2")
struct SIDTests {
    private func bytes(_ sid: SID) -> [UInt8] {
        var writer = WireWriter()
        sid.write(to: &writer)
        return writer.bytes
    }

    private func parse(_ bytes: [UInt8]) throws -> SID {
        var reader = WireReader(bytes.span.bytes)
        return try SID(parsing: &reader)
    }

    @Test(
        "text and bytes",
        arguments: [
            (SID(authority: 1, [0]), "S-1-1-0", [1, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0]),
            (
                SID(unixUser: 0x0102_0304), "S-1-22-1-16909060",
                [1, 2, 0, 0, 0, 0, 0, 22, 1, 0, 0, 0, 4, 3, 2, 1]
            ),
            (SID(unixGroup: 5), "S-1-22-2-5", [1, 2, 0, 0, 0, 0, 0, 22, 2, 0, 0, 0, 5, 0, 0, 0]),
            (SID(authority: 0x0102_0304_0506, []), "S-1-1108152157446", [1, 0, 1, 2, 3, 4, 5, 6]),
        ] as [(SID, String, [UInt8])])
    func goesBothWays(sid: SID, text: String, wire: [UInt8]) throws {
        #expect("\(sid)" == text)
        #expect(bytes(sid) == wire && sid.byteCount == wire.count)
        #expect(try parse(wire) == sid)
        for count in 0..<wire.count { #expect(throws: WireError.self) { _ = try parse(Array(wire[..<count])) } }
    }

    @Test("another revision and too many subauthorities are refused; more are cut off")
    func keepsBounds() throws {
        #expect(throws: WireError.self) { _ = try parse([2, 0, 0, 0, 0, 0, 0, 1]) }
        let sixteen = [1, 16, 0, 0, 0, 0, 0, 5] + [UInt8](repeating: 0, count: 64)
        #expect(throws: WireError.self) { _ = try parse(sixteen) }
        #expect(SID(authority: 5, Array(repeating: 1, count: 20)).subauthorities.count == 15)
    }
}
