import FileSystemCore
import FileSystemModel
import SMBMessages
@testable import SMBProtocol
import Synchronization
import Testing
import WindowsTypes

/// A clock whose time comes when a test says so.
private final class PatientClock: CoreClock {
    private let scheduled = Mutex<[(delay: UInt32, body: @Sendable () -> Void)]>([])

    func now() -> Timestamp { Timestamp(seconds: 1_700_000_000, nanoseconds: 0) }
    func schedule(afterMilliseconds delay: UInt32, _ body: @escaping @Sendable () -> Void) {
        scheduled.withLock { $0.append((delay, body)) }
    }

    var delays: [UInt32] { scheduled.withLock { $0.map(\.delay) } }
    func pass() { for each in scheduled.withLock({ $0 }) { each.body() } }
}

@Suite("The control codes of Samba's tests")
struct TortureControlsTests {
    private let clock = PatientClock()
    private let peer: Peer
    private let file: FileID

    init() throws {
        peer = try Peer.connected(to: try TestServer(clock: clock, answersTortureControls: true), signs: true, dialect: .smb311)
        file = try peer.open("a")
    }

    @Test("who has not asked for them does not have them")
    func areOff() throws {
        let peer = try Peer.connected(to: try TestServer())
        let file = try peer.open("a")
        for (code, file) in [
            (ControlCode.tortureIoctlPadding, FileID.inherited), (.tortureReadPadding, .inherited), (.tortureSleep, file),
        ] {
            #expect(try peer.control(code, file, code == .tortureSleep ? [1] : []).status == .invalidDeviceRequest)
        }
    }

    @Test("an output behind eight bytes that belong to nothing")
    func padsControls() throws {
        let reply = try peer.control(.tortureIoctlPadding, .inherited, room: 3)
        #expect(reply.status == .success)
        #expect(try reply.body(IoctlResponse.self).output == [8, 8, 8])
        #expect(Array(reply.bytes[(64 + 48)...]) == [UInt8](repeating: 0, count: 8) + [8, 8, 8])
        #expect(try peer.control(.tortureIoctlPadding, .inherited, [1]).status == .invalidParameter)
        let tooMuch = try peer.control(.tortureIoctlPadding, .inherited, room: 65_537)
        #expect(tooMuch.status == .invalidParameter, "its credit does not pay for it")
    }

    @Test("data behind eight bytes, copied or not, on this connection alone", arguments: [100, 20_000])
    func padsReads(length: Int) throws {
        let data = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let request = WriteRequest(dataLength: length, offset: 0, fileID: file)
        _ = try peer.send(peer.message(.write, { request.write(data: data.span.bytes, to: &$0) }))
        func range() throws -> Range<Int> {
            let reply = try peer.request(.read, ReadRequest(length: UInt32(length), offset: 0, fileID: file))
            let range = try reply.body(ReadResponse.self).dataRange
            #expect(Array(reply.bytes[range]) == data)
            return range
        }
        #expect(try range().lowerBound == 80)
        #expect(try peer.control(.tortureReadPadding, .inherited).status == .success)
        #expect(try range().lowerBound == 88)
        #expect(try peer.control(.tortureReadPadding, .inherited, [1]).status == .invalidParameter)
    }

    @Test("a sleep of milliseconds that CLOSE does not cut short")
    func sleeps() throws {
        let request = IoctlRequest(ctlCode: .tortureSleep, fileID: file, input: [200], maxOutputResponse: 0)
        let interim = try peer.send(peer.message(.ioctl, request))
        #expect(interim.map(\.status) == [.pending] && clock.delays == [200])
        #expect(try peer.request(.close, CloseRequest(fileID: file)).status == .success)
        #expect(try peer.settle().isEmpty)
        clock.pass()
        let final = try #require(try peer.settle().first)
        #expect(final.status == .success && final.header.asyncID == interim.first?.header.asyncID)
        #expect(try peer.control(.tortureSleep, try peer.open("b"), []).status == .invalidParameter)
    }

    @Test("a sleep ends with its CANCEL; the clock's call then wakes nobody")
    func cancels() throws {
        let request = IoctlRequest(ctlCode: .tortureSleep, fileID: file, input: [255], maxOutputResponse: 0)
        let interim = try #require(try peer.send(peer.message(.ioctl, request)).first)
        _ = try peer.send(peer.message(.cancel, CancelRequest(), asyncID: interim.header.asyncID))
        #expect(try peer.settle().map(\.status) == [.cancelled])
        clock.pass()
        #expect(try peer.settle().isEmpty && !peer.connection.hasWork)
    }
}
