import HostileInput
import SMBMessages
import Testing
import WindowsTypes
import WireCoding

let allFixtures = connectionFixtures + fileFixtures + informationFixtures

@Suite("Bodies — [MS-SMB2] 2.2")
struct BodyTests {
    @Test("the bytes decode to the value", arguments: allFixtures)
    func decodes(fixture: BodyFixture) throws {
        #expect(try fixture.decode(fixture.message))
    }

    @Test("the value encodes to the bytes", arguments: allFixtures)
    func encodes(fixture: BodyFixture) {
        #expect(fixture.encoded == fixture.message)
    }

    @Test("every truncation throws", arguments: allFixtures)
    func truncations(fixture: BodyFixture) {
        for count in 0..<fixture.required {
            #expect(throws: WireError.self, "\(count) of \(fixture.required) bytes") {
                _ = try fixture.decode(Array(fixture.message[..<count]))
            }
        }
    }

    @Test("bytes behind the message change nothing", arguments: allFixtures)
    func trailingBytes(fixture: BodyFixture) throws {
        #expect(try fixture.decode(fixture.message + [0, 0, 0, 0, 0, 0, 0]))
    }

    @Test("another StructureSize throws", arguments: allFixtures)
    func structureSize(fixture: BodyFixture) {
        for wrong in [0, fixture.structureSize - 1, fixture.structureSize + 1, .max] {
            #expect(throws: WireError.unexpectedValue(field: "StructureSize", value: UInt64(wrong))) {
                _ = try fixture.decode(setting(UInt64(wrong), at: SMB2Header.byteCount, width: 2, in: fixture.message))
            }
        }
    }

    @Test("every offset and length that is pushed out of the message throws", arguments: allFixtures)
    func lyingOffsets(fixture: BodyFixture) {
        for pair in fixture.pairs {
            let message = fixture.message
            let end = UInt64(message.count)
            let length = max(1, field(message, at: pair.lengthAt, width: pair.lengthWidth))
            let offsetLimit = UInt64.max >> UInt64(64 - 8 * pair.offsetWidth)
            let lengthLimit = UInt64.max >> UInt64(64 - 8 * pair.lengthWidth)
            let lies: [(UInt64, UInt64)] = [
                (end - length + 1, length), (end, length), (end + 1, length), (offsetLimit, length), (offsetLimit, 1),
                (0, end + 1), (64, lengthLimit), (offsetLimit, lengthLimit), (1, lengthLimit), (end - 1, 2),
            ]
            for (offset, length) in lies {
                let lying = setting(
                    length, at: pair.lengthAt, width: pair.lengthWidth,
                    in: setting(offset, at: pair.offsetAt, width: pair.offsetWidth, in: message))
                #expect(throws: WireError.self, "offset \(offset), length \(length)") {
                    _ = try fixture.decode(lying)
                }
            }
        }
    }

    /// Rows with one buffer, at the message's end.
    static let oneBuffer = allFixtures.filter { $0.pairs.count == 1 && $0.name != "NEGOTIATE response, 3.1.1" }

    @Test("a body honours the peer's offset", arguments: oneBuffer)
    func movedBuffers(fixture: BodyFixture) throws {
        guard let pair = fixture.pairs.first else { return }
        let message = fixture.message
        let offset = field(message, at: pair.offsetAt, width: pair.offsetWidth)
        let length = Int(field(message, at: pair.lengthAt, width: pair.lengthWidth))
        guard length > 0 else { return }
        // The buffer moves eight bytes on; where it was there is something else.
        let start = Int(offset)
        let moved = message[..<start] + [UInt8](repeating: 0xEE, count: 8) + message[start...]
        let honest = setting(offset + 8, at: pair.offsetAt, width: pair.offsetWidth, in: Array(moved))
        #expect(try fixture.decode(honest))
    }
}

@Suite("READ and WRITE data — [MS-SMB2] 2.2.20 and 2.2.21")
struct DataRangeTests {
    @Test("WRITE names its data without a copy")
    func writeRequest() throws {
        var writer = WireWriter(appendingTo: [0xFF])
        writer.zeros(64)
        let data: [UInt8] = [1, 2, 3, 4, 5]
        WriteRequest(dataLength: 0, offset: 3, fileID: someFileID).write(data: data.span.bytes, to: &writer)
        let message = Array(writer.bytes.dropFirst())
        let request = try WriteRequest(message: message.span.bytes)
        #expect(request.dataRange == 112..<117)
        #expect(Array(message[request.dataRange]) == data)
    }

    @Test("WRITE data may not lie in the header or the fixed part", arguments: [0, 1, 63, 64, 111])
    func writeIntoHeader(offset: Int) {
        var writer = WireWriter()
        writer.zeros(64)
        let data: [UInt8] = [1]
        WriteRequest(dataLength: 0, offset: 0, fileID: someFileID).write(data: data.span.bytes, to: &writer)
        let message = setting(UInt64(offset), at: 66, width: 2, in: writer.bytes)
        #expect(throws: WireError.outOfBounds(offset: offset, count: 1)) {
            _ = try WriteRequest(message: message.span.bytes)
        }
    }

    @Test("WRITE data lies at 0x100 at the latest", arguments: [(0x100, true), (0x101, false), (0x108, false)])
    func writeFarAway(offset: Int, isTaken: Bool) throws {
        var writer = WireWriter()
        writer.zeros(64)
        let data = [UInt8](repeating: 1, count: 0x108)
        WriteRequest(dataLength: 0, offset: 0, fileID: someFileID).write(data: data.span.bytes, to: &writer)
        let message = setting(1, at: 68, width: 4, in: setting(UInt64(offset), at: 66, width: 2, in: writer.bytes))
        let request = try? WriteRequest(message: message.span.bytes)
        #expect(request?.dataRange == (isTaken ? offset..<offset + 1 : nil))
    }

    @Test(
        "IOCTL's input lies behind the fixed part, at a multiple of eight; where there is none its offset means nothing",
        arguments: [
            (0, false), (1, false), (64, false), (112, false), (119, false), (120, true), (121, false), (124, false),
            (128, true),
        ])
    func ioctlInput(offset: Int, isTaken: Bool) throws {
        var writer = WireWriter()
        writer.zeros(64)
        IoctlRequest(ctlCode: .pipeTransceive, fileID: someFileID, input: Array(0..<16), maxOutputResponse: 0)
            .write(to: &writer)
        let message = setting(3, at: 92, width: 4, in: setting(UInt64(offset), at: 88, width: 4, in: writer.bytes))
        let request = try? IoctlRequest(message: message.span.bytes)
        let first = UInt8(clamping: offset - 120)
        #expect(request?.input == (isTaken ? [first, first + 1, first + 2] : nil))
        let empty = setting(0, at: 92, width: 4, in: message)
        #expect(try IoctlRequest(message: empty.span.bytes).input == [])
    }

    @Test("an empty WRITE has the one byte that stands for its buffer")
    func emptyWrite() throws {
        var writer = WireWriter()
        writer.zeros(64)
        let data: [UInt8] = []
        WriteRequest(dataLength: 0, offset: 0, fileID: someFileID).write(data: data.span.bytes, to: &writer)
        #expect(writer.bytes.count == 64 + 49)
        #expect(try WriteRequest(message: writer.bytes.span.bytes).dataRange.isEmpty)
    }

    @Test("READ's prefix announces what follows it")
    func readResponse() throws {
        var writer = WireWriter()
        writer.zeros(64)
        ReadResponse.writePrefix(dataLength: 3, to: &writer)
        #expect(writer.bytes.dropFirst(64) == bytes(ofHex: "1100 50 00 03000000 00000000 00000000")[...])
        writer.append([7, 8, 9])
        let response = try ReadResponse(message: writer.bytes.span.bytes)
        #expect(response.dataRange == 80..<83)
        for count in 0..<writer.bytes.count {
            let truncated = Array(writer.bytes[..<count])
            #expect(throws: WireError.self) { _ = try ReadResponse(message: truncated.span.bytes) }
        }
    }
}
