import FileSystemModel
import WindowsTypes

extension NTStatus {
    /// The core's errors in this door's words.
    init(_ error: FileSystemError) {
        switch error {
        case .notFound: self = .objectNameNotFound
        default: self = .accessDenied
        }
    }
}
