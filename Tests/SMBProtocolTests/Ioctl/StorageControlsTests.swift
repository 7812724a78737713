import SMBMessages
import Testing
import WindowsTypes

@testable import SMBProtocol

@Suite("Control codes of what there is not, and object ids — [MS-FSCC] 2.3")
struct StorageControlsTests {
    private let peer: Peer
    private let file: FileID

    init() throws {
        peer = try Peer.connected(to: try TestServer())
        file = try peer.open("a")
    }

    @Test("nothing is compressed, and nothing will be")
    func compression() throws {
        #expect(try peer.output(try peer.control(.getCompression, file)) == CompressionState.none)
        #expect(try peer.control(.getCompression, file, room: 1).status == .invalidUserBuffer)
        #expect(try peer.control(.setCompression, file, CompressionState.none.bytes).status == .success)
        #expect(
            try peer.control(.setCompression, file, CompressionState(format: 1).bytes).status
                == .notSupported)
        #expect(try peer.control(.setCompression, file, [0]).status == .invalidParameter)
        let reader = try peer.create("a", access: 1)
        #expect(
            try peer.control(.setCompression, reader, CompressionState.none.bytes).status == .accessDenied
        )
    }

    @Test("no checksums are kept, and none can be asked for")
    func integrity() throws {
        let information: IntegrityInformation = try peer.output(
            try peer.control(.getIntegrityInformation, file))
        #expect(information.checksumAlgorithm == 0 && information.checksumChunkSize == 0)
        #expect(try peer.control(.getIntegrityInformation, file, room: 15).status == .bufferTooSmall)
        func set(_ algorithm: UInt16) throws -> NTStatus {
            try peer.control(
                .setIntegrityInformation, file,
                IntegrityUpdate(checksumAlgorithm: algorithm, flags: 0).bytes
            ).status
        }
        #expect(try set(IntegrityUpdate.none) == .success)
        #expect(try set(IntegrityUpdate.unchanged) == .success)
        #expect(try set(2) == .notSupported)
    }

    @Test("every file has an object id of its own, and keeps it")
    func objectIDs() throws {
        func id(_ code: ControlCode, _ file: FileID) throws -> FileObjectIDBuffer {
            try peer.output(try peer.control(code, file))
        }
        #expect(try id(.getObjectID, file) == id(.createOrGetObjectID, file))
        #expect(try id(.getObjectID, file) != id(.getObjectID, try peer.open("b")))
        #expect(try peer.control(.getObjectID, file, room: 63).status == .bufferTooSmall)
        #expect(
            try peer.control(.setObjectID, file, [UInt8](repeating: 1, count: 64)).status == .accessDenied
        )
        #expect(try peer.control(.deleteObjectID, file).status == .notSupported)
    }

    @Test("IS_PATHNAME_VALID says yes to everything")
    func validPathnames() throws {
        #expect(try peer.control(.isPathnameValid, file, [2, 0, 0, 0, 0x3F, 0]).status == .success)
    }

    @Test("every code is refused as the table says", arguments: ControlCodeTable.ofFiles)
    func refusesCodes(row: ControlCodeTable.Row) throws {
        // Answered codes have tests of their own; here each meets an input that is nonsense, and none that is not
        // there.
        let status = try peer.control(row.code, file, [0xFF]).status
        if case .refused(let expected) = row.handling { #expect(status == expected) }
        #expect(try peer.control(row.code, FileID(persistent: 7, volatile: 7)).status == .fileClosed)
    }

    @Test("a code that nobody knows")
    func unknownCodes() throws {
        #expect(
            try peer.control(ControlCode(rawValue: 0x0009_FFFC), file).status == .invalidDeviceRequest)
    }
}
