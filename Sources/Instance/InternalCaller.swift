import AccessArbitration
import AccessControl
import FileSystemCore
import FileSystemModel

/// The instance itself as a caller of the core: it may do everything, and nobody waits for it.
struct InternalCaller {
    static let door = DoorID(rawValue: 0)

    let context = OperationContext(
        door: InternalCaller.door, style: .posix, client: 0, identity: Identity(uid: 0, gid: 0, name: "dittofs"))

    /// The value of a call; one that would have to wait is refused.
    func value<Value>(_ outcome: Outcome<Value>) throws(FileSystemError) -> Value {
        guard case .done(let value, _) = outcome else { throw .busy }
        return value
    }
}
