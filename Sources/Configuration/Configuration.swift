/// A configuration that has been read, completed and checked.
package struct Configuration: Sendable {
    package let settings: Settings
    /// What deserves to be known and stops nothing.
    package let warnings: [Problem]
    /// Every value with the place that it comes from.
    package let resolved: ResolvedTree

    /// The text of a file, with the name that messages call it by.
    package struct Source: Sendable {
        package var name: String
        package var text: String

        package init(name: String, text: String) {
            self.name = name
            self.text = text
        }
    }

    /// Brings together, each overriding the one before: the built-in defaults, the file, the environment, the options.
    ///
    /// - Throws: every problem that was found, not only the first one.
    package init(
        source: Source? = nil, environment: [(name: String, value: String)] = [], options: [Override] = []
    ) throws(ConfigurationError) {
        var tree = SourceTree.section([], .builtIn)
        if let source {
            tree = try SourceTree.parse(yaml: source.text, name: source.name)
        }
        switch tree {
        case .section: break
        case .nothing(let place): tree = .section([], place)
        case .scalar(_, let place), .list(_, let place):
            let message = "the configuration must be a section: keys with values"
            throw ConfigurationError([Problem(.error, place, KeyPath(), message)])
        }
        tree.addImplicitParts()
        var problems: [Problem] = []
        EnvironmentOverrides.apply(environment, to: &tree, problems: &problems)
        for option in options {
            tree.apply(option.path.steps, value: option.value, source: option.source)
        }
        var resolver = Resolver()
        let resolved = resolver.resolve(tree, as: .root, at: KeyPath())
        problems += resolver.problems
        problems += CrossChecks(resolved).problems
        let errors = problems.filter { $0.severity == .error }
        guard errors.isEmpty else { throw ConfigurationError(errors.sortedByPlace()) }
        self.warnings = problems
        self.resolved = resolved
        self.settings = Settings(resolved)
    }

    /// Whether somebody wrote the key: in the file, in the environment or as an option.
    package func isWritten(_ keys: String...) -> Bool {
        var node: ResolvedTree? = resolved
        for key in keys {
            node = node?[key]
        }
        return node.map { $0.source != .builtIn } ?? false
    }
}

extension SourceTree {
    /// What exists without being written: a share when none is, and a store named `default` of either kind.
    fileprivate mutating func addImplicitParts() {
        guard case .section(var entries, let source) = self else { return }
        func isMissing(_ key: String) -> Bool {
            switch entries.first(where: { $0.key == key })?.value {
            case nil, .nothing: true
            default: false
            }
        }
        if isMissing("shares") {
            entries.removeAll { $0.key == "shares" }
            let name = Entry(key: "name", source: .builtIn, value: .scalar("/export", .builtIn))
            entries.append(
                Entry(key: "shares", source: .builtIn, value: .list([.section([name], .builtIn)], .builtIn)))
        }
        for key in ["metadata_stores", "content_stores"] {
            let implicit = Entry(key: "default", source: .builtIn, value: .section([], .builtIn))
            if isMissing(key) {
                entries.removeAll { $0.key == key }
                entries.append(Entry(key: key, source: .builtIn, value: .section([implicit], .builtIn)))
            } else if let index = entries.firstIndex(where: { $0.key == key }),
                case .section(let stores, let place) = entries[index].value,
                !stores.contains(where: { $0.key == "default" })
            {
                entries[index].value = .section(stores + [implicit], place)
            }
        }
        self = .section(entries, source)
    }
}

extension [Problem] {
    /// The file's problems in the order of its lines, the others behind.
    fileprivate func sortedByPlace() -> [Problem] {
        func line(_ problem: Problem) -> Int {
            if case .file(_, let line) = problem.source { line } else { Int.max }
        }
        return enumerated().sorted { (line($0.element), $0.offset) < (line($1.element), $1.offset) }.map(\.element)
    }
}
