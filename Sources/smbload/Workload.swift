import ArgumentParser

/// What the load is made of.
enum Workload: String, CaseIterable, ExpressibleByArgument {
    case echo, read, write, open, stat, list, login
    case sequentialRead = "seqread"
    case sequentialWrite = "seqwrite"
    /// Create a file that goes when it is closed.
    case createDelete = "create-delete"

    /// Requests on the wire for one step: what it needs of credits and message ids.
    var charge: Int { self == .stat ? 3 : 1 }

    var movesData: Bool {
        switch self {
        case .read, .write, .sequentialRead, .sequentialWrite: true
        default: false
        }
    }
}
