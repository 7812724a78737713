import FileSystemModel
import ProtocolErrors
import WindowsTypes

extension NTStatus {
    /// The core's errors in this door's words.
    init(_ error: FileSystemError) {
        self.init(rawValue: ProtocolErrors.ntStatus(for: error))
    }
}
