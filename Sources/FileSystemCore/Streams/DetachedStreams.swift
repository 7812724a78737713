import FileSystemModel
import MetadataStore
import Synchronization

/// The records of named streams that were removed while somebody had them open, by their numbers. Their content is committed as
/// pending for deletion already: after an unclean end the next start discards it.
final class DetachedStreams: Sendable {
    private let streams = Mutex<[InodeNumber: StreamRecord]>([:])

    func record(_ number: InodeNumber) -> StreamRecord? { streams.withLock { $0[number] } }

    func put(_ record: StreamRecord) { streams.withLock { $0[record.number] = record } }

    func update(_ record: StreamRecord) {
        streams.withLock { streams in
            if streams[record.number] != nil { streams[record.number] = record }
        }
    }

    func remove(_ number: InodeNumber) -> StreamRecord? { streams.withLock { $0.removeValue(forKey: number) } }
}
