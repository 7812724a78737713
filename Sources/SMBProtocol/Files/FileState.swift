package import FileSystemModel
package import SMBMessages
package import WindowsTypes

/// What the file commands remember of an open from one request to the next: the scan of a directory, the position, the
/// mode.
package struct FileState {
    /// As they were at CREATE.
    package var createOptions: CreateOptions
    /// Bytes from the start: after the last READ, or as a client has set it. Nothing depends on it.
    package var position: UInt64 = 0
    /// FileModeInformation — [MS-FSCC] 2.4.31
    package var mode: UInt32
    package var scan: DirectoryScan?
    /// How many extended attributes a listing that did not end has told; nil before one begins — [MS-FSA] 2.1.1.6's NextEaEntry
    package var toldAttributes: Int?
    package var lockSequences = LockSequences()
    /// Opened with the POSIX create context: names are exact, and the POSIX classes are answered.
    package var isPosix = false
    /// Given out by FSCTL_SRV_REQUEST_RESUME_KEY; nil until the first.
    package var resumeKey: ResumeKey?

    package init(createOptions: CreateOptions = []) {
        self.createOptions = createOptions
        mode = createOptions.intersection(Self.modeOptions).rawValue
    }

    /// The options that FileModeInformation repeats.
    private static let modeOptions: CreateOptions = [
        .writeThrough, .sequentialOnly, .noIntermediateBuffering, .synchronousIOAlert, .synchronousIONonAlert,
        .deleteOnClose,
    ]
}

/// Where the listing of a directory stands — [MS-FSA] 2.1.1.6's QueryPattern and QueryLastEntry.
package struct DirectoryScan {
    package var expression: [UInt8]
    package var cookie = DirectoryCookie.start
    /// No entry has been answered since the scan began: an empty result is NO_SUCH_FILE, later NO_MORE_FILES.
    package var isFresh = true
    package var isAtEnd = false

    package init(_ expression: [UInt8]) {
        self.expression = expression
    }

    /// Made anew each time: of a long expression it is some tens of KiB, which are a request's to spend and not an open's to keep.
    package var pattern: WildcardPattern { WildcardPattern(expression) { CaseMapping.upper($0) } }

    package mutating func restart() {
        cookie = .start
        isFresh = true
        isAtEnd = false
    }

    /// Whether a request for `other` would go on with this scan.
    package func continues(_ other: [UInt8]) -> Bool {
        other.isEmpty || other == expression
            || (pattern.matchesAll && WildcardPattern(other) { CaseMapping.upper($0) }.matchesAll)
    }
}
