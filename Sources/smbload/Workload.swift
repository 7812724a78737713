import ArgumentParser

/// What the load is made of.
enum Workload: String, CaseIterable, ExpressibleByArgument {
    case echo, read, write, open, stat, list, login
    case sequentialRead = "seqread"
    case sequentialWrite = "seqwrite"
    /// Create a file that goes when it is closed.
    case createDelete = "create-delete"

    /// Messages of one request's frame.
    var messages: Int { self == .stat ? 3 : 1 }

    var movesData: Bool {
        switch self {
        case .read, .write, .sequentialRead, .sequentialWrite: true
        default: false
        }
    }

    var isRandom: Bool { self == .read || self == .write }
}
