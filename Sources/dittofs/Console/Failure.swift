import Glibc
import Instance

/// Why a command cannot do what it was asked: one line for people.
struct Failure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// The last error of the C library, in words.
func systemError() -> String {
    errorText(errno)
}

enum Console {
    static func say(_ text: String) {
        try? FileText.write(text + "\n", to: STDOUT_FILENO)
    }

    static func complain(_ text: String) {
        try? FileText.write("dittofs: \(text)\n", to: STDERR_FILENO)
    }
}
