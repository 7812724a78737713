/// Where the value of a key comes from.
package enum Provenance: Equatable, Sendable {
    /// Nobody wrote it: the built-in default.
    case builtIn
    /// A line of the configuration file, counted from 1.
    case file(String, line: Int)
    /// A variable of the environment.
    case environment(String)
    /// An option of the command line, with its dashes.
    case option(String)
}

extension Provenance: CustomStringConvertible {
    package var description: String {
        switch self {
        case .builtIn: "default"
        case .file(let name, let line): "\(name):\(line)"
        case .environment(let name): "environment \(name)"
        case .option(let name): "option \(name)"
        }
    }
}

/// A step from a section of the configuration to something inside it.
package enum KeyStep: Equatable, Sendable {
    case key(String)
    case index(Int)
}

/// The place of a value in the configuration, from the root: `adapters.smb.port`, `shares[0].mount`.
package struct KeyPath: Equatable, Sendable, CustomStringConvertible {
    package var steps: [KeyStep]

    package init(_ steps: [KeyStep] = []) {
        self.steps = steps
    }

    package func appending(_ step: KeyStep) -> KeyPath {
        KeyPath(steps + [step])
    }

    package var description: String {
        var text = ""
        for step in steps {
            switch step {
            case .key(let key): text += text.isEmpty ? key : ".\(key)"
            case .index(let index): text += "[\(index)]"
            }
        }
        return text
    }
}
