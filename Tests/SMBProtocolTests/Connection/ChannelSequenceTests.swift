import AccessArbitration
import FileSystemCore
import FileSystemModel
import SMBCryptography
import SMBMessages
@testable import SMBProtocol
import Testing
import WindowsTypes
import WireCoding

@Suite("Channel sequence and replays — [MS-SMB2] 3.3.5.2.10, 3.3.4.1")
struct ChannelSequenceTests {
    /// An open's state, a request's number, whether it is a replay; how it is admitted, and the state after that.
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let before: ChannelSequence
        let request: UInt16
        let isReplay: Bool
        let admission: ChannelSequence.Admission
        let after: (number: UInt16, outstanding: Int, before: Int)
    }

    /// A state with so many requests under way, of the newest number and of the one before it.
    private static func state(_ number: UInt16, _ outstanding: Int, _ before: Int) -> ChannelSequence {
        var state = ChannelSequence(number &- 1)
        for _ in 0..<before { _ = state.admit(number &- 1, isReplay: false) }
        _ = state.admit(number, isReplay: false)
        state.completed(number)
        for _ in 0..<outstanding { _ = state.admit(number, isReplay: false) }
        return state
    }

    private static let rows: [Row] = [
        Row(testDescription: "the same number counts", before: state(5, 2, 1), request: 5, isReplay: false,
            admission: .counted, after: (5, 3, 1)),
        Row(testDescription: "a newer one makes all others older", before: state(5, 2, 1), request: 6, isReplay: false,
            admission: .counted, after: (6, 1, 3)),
        Row(testDescription: "the newest that is newer", before: state(5, 1, 0), request: 5 + 0x7FFF, isReplay: false,
            admission: .counted, after: (5 + 0x7FFF, 1, 1)),
        Row(testDescription: "the oldest that is older", before: state(5, 1, 0), request: 5 + 0x8000, isReplay: false,
            admission: .late, after: (5, 1, 0)),
        Row(testDescription: "the one before", before: state(5, 2, 1), request: 4, isReplay: false,
            admission: .late, after: (5, 2, 1)),
        Row(testDescription: "numbers wrap around", before: state(0xFFFF, 1, 0), request: 0, isReplay: false,
            admission: .counted, after: (0, 1, 1)),
        Row(testDescription: "and back", before: state(0, 1, 0), request: 0xFFFF, isReplay: false,
            admission: .late, after: (0, 1, 0)),
        Row(testDescription: "a replay where nothing older is under way", before: state(5, 2, 0), request: 5,
            isReplay: true, admission: .counted, after: (5, 3, 0)),
        Row(testDescription: "a replay of what may be under way", before: state(5, 0, 1), request: 5, isReplay: true,
            admission: .late, after: (5, 0, 1)),
        Row(testDescription: "a newer replay where nothing is under way", before: state(5, 0, 0), request: 6,
            isReplay: true, admission: .counted, after: (6, 1, 0)),
        Row(testDescription: "a newer replay of what may be under way", before: state(5, 1, 0), request: 6,
            isReplay: true, admission: .late, after: (6, 0, 1)),
        Row(testDescription: "a newer replay of what is older still", before: state(5, 0, 2), request: 9,
            isReplay: true, admission: .late, after: (9, 0, 2)),
        Row(testDescription: "an older replay", before: state(5, 0, 0), request: 4, isReplay: true,
            admission: .late, after: (5, 0, 0)),
    ]

    @Test("each branch", arguments: rows)
    func admits(row: Row) {
        var state = row.before
        #expect(state.admit(row.request, isReplay: row.isReplay) == row.admission)
        #expect((state.number, state.outstanding, state.outstandingBefore) == row.after)
    }

    @Test("what is over is taken from the count that it stands in")
    func completes() {
        var state = ChannelSequence(1)
        _ = state.admit(1, isReplay: false)
        _ = state.admit(1, isReplay: false)
        state.completed(1)
        #expect((state.outstanding, state.outstandingBefore) == (1, 0))
        _ = state.admit(2, isReplay: false)
        #expect((state.outstanding, state.outstandingBefore) == (1, 1))
        state.completed(1)
        #expect((state.outstanding, state.outstandingBefore) == (1, 0))
        state.completed(2)
        state.completed(2)
        #expect((state.outstanding, state.outstandingBefore) == (0, 0))
    }

    // MARK: Through a connection

    private let server: TestServer
    private let peer: Peer
    private let file: FileID

    init() throws {
        server = try TestServer()
        peer = try Peer.connected(to: server, dialect: .smb300)
        file = try peer.open("a.txt")
    }

    private var channel: ChannelSequence? { peer.connection.opens.first { $0.fileID == file }?.channel }

    /// Sends a request with a ChannelSequence.
    private func send(
        _ command: Command, _ sequence: UInt16, replay: Bool = false, peer: Peer? = nil,
        _ body: (inout WireWriter) -> Void
    ) throws -> NTStatus {
        let peer = peer ?? self.peer
        var message = peer.message(command, body, flags: replay ? .replayOperation : [])
        message[8] = UInt8(truncatingIfNeeded: sequence)
        message[9] = UInt8(truncatingIfNeeded: sequence >> 8)
        return try #require(try peer.send(message).first).status
    }

    private func write(_ sequence: UInt16, replay: Bool = false, peer: Peer? = nil, file: FileID? = nil) throws -> NTStatus {
        let request = WriteRequest(dataLength: 1, offset: 0, fileID: file ?? self.file)
        return try send(.write, sequence, replay: replay, peer: peer) {
            request.write(data: [7 as UInt8].span.bytes, to: &$0)
        }
    }

    @Test("what an older number would change is refused, and nothing else")
    func refusesOlder() throws {
        let size = SetInfoRequest(
            infoType: .file, fileInfoClass: FileInformationClass.endOfFile.rawValue, fileID: file,
            buffer: [UInt8](repeating: 0, count: 8))
        let control = IoctlRequest(ctlCode: .getCompression, fileID: file, maxOutputResponse: 2)
        #expect(try write(5) == .success)
        #expect(try write(4) == .fileNotAvailable)
        #expect(try send(.setInfo, 4) { size.write(to: &$0) } == .fileNotAvailable)
        #expect(try send(.ioctl, 4) { control.write(to: &$0) } == .fileNotAvailable)
        #expect(try send(.read, 4) { ReadRequest(length: 1, offset: 0, fileID: file).write(to: &$0) } == .success)
        #expect(try send(.flush, 4) { FlushRequest(fileID: file).write(to: &$0) } == .success)
        #expect(try send(.setInfo, 5) { size.write(to: &$0) } == .success)
        #expect(try send(.ioctl, 6) { control.write(to: &$0) } == .success)
        #expect(try write(5) == .fileNotAvailable)
        #expect(channel == ChannelSequence(6), "all are over, and the refused ones were not counted")
        #expect(try send(.close, 2) { CloseRequest(fileID: file).write(to: &$0) } == .success)
    }

    @Test("an open begins with the number of its CREATE")
    func beginsWithCreate() throws {
        #expect(try send(.create, 9) { Peer.create("b.txt").write(to: &$0) } == .success)
        let other = try #require(peer.connection.opens.first { $0.fileID != file })
        #expect(other.channel == ChannelSequence(9))
        #expect(try write(8, file: other.fileID) == .fileNotAvailable)
    }

    @Test("dialect 2.1 has neither number nor replay")
    func oldDialect() throws {
        let old = try Peer.connected(to: server, dialect: .smb210)
        let file = try old.open("c.txt")
        for (sequence, replay) in [(5, false), (4, true), (0x8005, false)] as [(UInt16, Bool)] {
            #expect(try write(sequence, replay: replay, peer: old, file: file) == .success)
        }
        #expect(old.connection.opens.first?.channel == ChannelSequence())
    }

    /// A LOCK that waits on the file, with a number; it is granted when `holder` unlocks.
    private func waitingLock(_ sequence: UInt16) throws -> (holder: FileID, message: MessageID) {
        let holder = try peer.open("a.txt")
        let exclusive: LockFlags = [.exclusiveLock, .failImmediately]
        #expect(try lock(holder, 0, exclusive) == .success)
        let id = peer.nextMessageID
        #expect(try lock(file, sequence, .exclusiveLock) == .pending)
        return (holder, MessageID(rawValue: id))
    }

    private func lock(_ file: FileID, _ sequence: UInt16, _ flags: LockFlags) throws -> NTStatus {
        let request = LockRequest(fileID: file, locks: [LockElement(offset: 100, length: 1, flags: flags)])
        return try send(.lock, sequence) { request.write(to: &$0) }
    }

    /// How a request that waits comes to its end.
    enum Ending: CaseIterable { case granted, cancelled, refused }

    @Test("a request that waits is under way until it is answered", arguments: Ending.allCases)
    func asynchronous(ending: Ending) throws {
        let (holder, message) = try waitingLock(0)
        #expect((channel?.outstanding, channel?.outstandingBefore) == (1, 0))
        // What has the newer number may write; what is sent again may be the one that is under way.
        #expect(try write(1, replay: true) == .fileNotAvailable)
        #expect(try write(1) == .success)
        #expect(try write(1, replay: true) == .fileNotAvailable)
        #expect((channel?.number, channel?.outstanding, channel?.outstandingBefore) == (1, 0, 1))
        let status: NTStatus
        switch ending {
        case .granted:
            #expect(try lock(holder, 0, .unlock) == .success)
            status = .success
        case .cancelled:
            try peer.send(peer.message(.cancel, CancelRequest(), messageID: message.rawValue))
            status = .cancelled
        case .refused:
            for request in peer.connection.pending.values { request.ticket.cancel(.lockNotGranted) }
            status = .lockNotGranted
        }
        #expect(try peer.settle().map(\.status) == [status])
        #expect((channel?.outstanding, channel?.outstandingBefore) == (0, 0))
        #expect(try write(1, replay: true) == .success)
        #expect(try write(2, replay: true) == .success)
    }

    @Test("a request that was lost with its connection is over")
    func lostWithConnection() throws {
        let first = try BindingTests.connected(server)
        let second = try BindingTests.second(server, Peer.request([.smb311]))
        try #require(try second.bind(to: first).status == .success)
        let (holder, file) = (try first.open("b.txt"), try first.open("b.txt"))
        func lock(_ peer: Peer, _ file: FileID, _ flags: LockFlags) throws -> NTStatus {
            let request = LockRequest(fileID: file, locks: [LockElement(offset: 0, length: 1, flags: flags)])
            return try peer.request(.lock, request).status
        }
        #expect(try lock(first, holder, [.exclusiveLock, .failImmediately]) == .success)
        #expect(try lock(second, file, .exclusiveLock) == .pending)
        func signedWrite(replay: Bool) throws -> NTStatus {
            let request = WriteRequest(dataLength: 1, offset: 9, fileID: file)
            var message = first.message(
                .write, { request.write(data: [7 as UInt8].span.bytes, to: &$0) },
                flags: replay ? .replayOperation : [])
            message[8] = 1
            let isSigned = first.signer?.sign(&message, in: 0..<message.count) == true
            try #require(isSigned)
            return try #require(try first.send(message).first).status
        }
        #expect(try signedWrite(replay: true) == .fileNotAvailable)
        second.connection.close(.peerClosed)
        #expect(try signedWrite(replay: true) == .success)
    }

    @Test("pipes count too")
    func pipes() throws {
        let pipes = try Peer.connected(to: server, dialect: .smb300)
        try pipes.connect("IPC$")
        let pipe = try pipes.open("srvsvc")
        #expect(try write(3, peer: pipes, file: pipe) == .success)
        #expect(try write(2, peer: pipes, file: pipe) == .fileNotAvailable)
        let read = ReadRequest(length: 100, offset: 0, fileID: pipe)
        #expect(try send(.read, 3, peer: pipes) { read.write(to: &$0) } == .pending)
        #expect(try write(4, replay: true, peer: pipes, file: pipe) == .fileNotAvailable)
        #expect(try write(4, peer: pipes, file: pipe) == .success)
    }
}
