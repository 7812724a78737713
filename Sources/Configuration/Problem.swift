/// Something in the configuration that is wrong, or that deserves to be known.
package struct Problem: Equatable, Sendable {
    package enum Severity: Equatable, Sendable {
        case error
        case warning
    }

    package var severity: Severity
    /// The line, the variable or the option that said so.
    package var source: Provenance
    package var key: KeyPath
    /// What is wrong, without the key and without a final full stop.
    package var message: String
    /// What may stand there instead.
    package var allowed: String?
    /// The known key or value that is nearest to what was written.
    package var nearest: String?

    package init(
        _ severity: Severity, _ source: Provenance, _ key: KeyPath, _ message: String, allowed: String? = nil,
        nearest: String? = nil
    ) {
        self.severity = severity
        self.source = source
        self.key = key
        self.message = message
        self.allowed = allowed
        self.nearest = nearest
    }
}

extension Problem: CustomStringConvertible {
    package var description: String {
        var text = "\(source): "
        if severity == .warning { text += "warning: " }
        if !key.steps.isEmpty { text += "\(key): " }
        text += message
        if let nearest { text += "; did you mean \"\(nearest)\"?" }
        if let allowed { text += nearest == nil ? "; allowed: \(allowed)" : " Allowed: \(allowed)" }
        return text
    }
}

/// All that is wrong with a configuration, in the order of the file.
package struct ConfigurationError: Error, Sendable, CustomStringConvertible {
    package var problems: [Problem]

    package init(_ problems: [Problem]) {
        self.problems = problems
    }

    package var description: String {
        problems.map(\.description).joined(separator: "\n")
    }
}
