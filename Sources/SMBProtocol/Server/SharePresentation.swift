import FileSystemModel
import WindowsTypes

/// How a share's files look to SMB clients, beyond what they are. Nothing of it is stored, and other doors do not see
/// it.
package struct SharePresentation: Sendable {
    /// What carries one of these names looks hidden.
    package var hiddenNames: HiddenNames
    /// Whether names may have a colon in them: without, what named streams there are stay where they are, out of reach.
    package var hasNamedStreams: Bool

    /// When a file shows that it was written.
    package var writeTimes: WriteTimePolicy

    package init(
        hiddenNames: HiddenNames = HiddenNames(), hasNamedStreams: Bool = true, writeTimes: WriteTimePolicy = .immediate
    ) {
        self.hiddenNames = hiddenNames
        self.hasNamedStreams = hasNamedStreams
        self.writeTimes = writeTimes
    }
}

/// When a file shows that it was written.
package enum WriteTimePolicy: Sendable {
    /// At once, as [MS-FSA] 2.1.4.17 has it.
    case immediate
    /// Two seconds after an open's first WRITE, and then when it is flushed or closed, as Samba did up to 4.22.
    case delayed
}

/// Names that look hidden, whatever attributes their files have: what Samba calls `hide files`.
package struct HiddenNames: Sendable {
    private let patterns: [WildcardPattern]

    /// - Parameter patterns: names in any case; `*` and `?` stand for what they do in searches. Empty ones mean
    ///   nothing.
    package init(_ patterns: [String] = []) {
        self.patterns = patterns.filter { !$0.isEmpty }
            .map { WildcardPattern(Array($0.utf8)) { CaseMapping.upper($0) } }
    }

    /// Whether `name` is one of them: a single name as the store has it, which clients see mapped.
    package func contains(_ name: [UInt8]) -> Bool {
        guard !patterns.isEmpty else { return false }
        let name = WindowsName.encode(name)
        return patterns.contains { $0.matches(name) { CaseMapping.upper($0) } }
    }
}

extension SharePresentation {
    /// - Throws: OBJECT_NAME_INVALID for every name with a colon on a share without named streams, as Samba has it:
    ///   `::$DATA` too, and before anything is looked for — [MS-FSCC] 2.1.5
    func requireStreams(for path: WindowsPath) throws(SMBFailure) {
        guard hasNamedStreams || path.stream == .none else { throw SMBFailure(.objectNameInvalid) }
    }
}
