import WindowsTypes

/// How a share's files look to SMB clients, beyond what they are. Nothing of it is stored, and other doors do not see it.
package struct SharePresentation: Sendable {
    /// Whether names may have a colon in them: without, what named streams there are stay where they are, out of reach.
    package var hasNamedStreams: Bool

    package init(hasNamedStreams: Bool = true) {
        self.hasNamedStreams = hasNamedStreams
    }
}

extension SharePresentation {
    /// - Throws: OBJECT_NAME_INVALID for every name with a colon on a share without named streams, as Samba has it:
    ///   `::$DATA` too, and before anything is looked for — [MS-FSCC] 2.1.5
    func requireStreams(for path: WindowsPath) throws(SMBFailure) {
        guard hasNamedStreams || path.stream == .none else { throw SMBFailure(.objectNameInvalid) }
    }
}
