/// A value from outside the file, for one key.
package struct Override: Sendable {
    package var path: KeyPath
    package var value: String
    package var source: Provenance

    package init(_ path: [KeyStep], _ value: String, source: Provenance) {
        self.path = KeyPath(path)
        self.value = value
        self.source = source
    }
}

extension SourceTree {
    /// Puts a value in the place of whatever stood there. Sections on the way come into being; so does the element
    /// after a list's last one.
    mutating func apply(_ steps: some Collection<KeyStep>, value: String, source: Provenance) {
        guard let step = steps.first else {
            self = .scalar(value, source)
            return
        }
        let rest = steps.dropFirst()
        switch step {
        case .key(let key):
            var entries: [Entry] = []
            var place = self.source
            if case .section(let present, _) = self { entries = present } else { place = source }
            if let index = entries.firstIndex(where: { $0.key == key }) {
                entries[index].value.apply(rest, value: value, source: source)
            } else {
                var child = SourceTree.nothing(source)
                child.apply(rest, value: value, source: source)
                entries.append(Entry(key: key, source: source, value: child))
            }
            self = .section(entries, place)
        case .index(let index):
            var elements: [SourceTree] = []
            var place = self.source
            if case .list(let present, _) = self { elements = present } else { place = source }
            if index >= elements.count { elements.append(.nothing(source)) }
            elements[min(index, elements.count - 1)].apply(rest, value: value, source: source)
            self = .list(elements, place)
        }
    }
}

/// `DITTOFS_ADAPTERS_SMB_PORT=12445`: the names of the keys in capitals, joined by `_`. An element of a list is named
/// by its index or by its name in capitals, with `_` for what is neither a letter nor a digit:
/// `DITTOFS_SHARES_EXPORT_MOUNT`.
enum EnvironmentOverrides {
    static let prefix = "DITTOFS_"

    /// Variables with the prefix that speak of something else: what `dittofs run` tells its command.
    static let reserved: Set<String> = [
        "DITTOFS_SMB_HOST", "DITTOFS_SMB_PORT", "DITTOFS_SHARE", "DITTOFS_USER", "DITTOFS_PASSWORD", "DITTOFS_MOUNT",
        "DITTOFS_URL", "DITTOFS_AUTH_FILE", "DITTOFS_CONTROL",
    ]

    /// Applies the variables to the tree, in the order of their names: a list that they make grows by one element after the
    /// other, so the third comes before the eleventh.
    static func apply(
        _ environment: [(name: String, value: String)], to tree: inout SourceTree, problems: inout [Problem]
    ) {
        let ours = environment.filter { $0.name.hasPrefix(prefix) && !reserved.contains($0.name) }
        for (name, value) in ours.sorted(by: { order($0.name).lexicographicallyPrecedes(order($1.name)) }) {
            let source = Provenance.environment(name)
            switch find(name.dropFirst(prefix.count), in: .root, tree: tree) {
            case .value(let path):
                tree.apply(path, value: value, source: source)
            case .section:
                problems.append(Problem(.error, source, KeyPath(), "names a section of the configuration, not a value"))
            case nil:
                // A misspelt key must not go unnoticed; a variable that belongs to something else may.
                let isOurs = ["LOGGING_", "ADAPTERS_", "METADATA_STORES_", "CONTENT_STORES_", "SHARES_", "USERS_"]
                    .contains { name.dropFirst(prefix.count).hasPrefix($0) }
                let nearest = nearestName(to: name, among: allNames(of: .root, tree: tree, prefix: "DITTOFS"))
                guard isOurs || nearest != nil else { continue }
                problems.append(
                    Problem(
                        isOurs ? .error : .warning, source, KeyPath(), "no such configuration key", nearest: nearest))
            }
        }
    }

    /// The parts of a name, with indices filled up to one width.
    private static func order(_ name: String) -> [String] {
        name.split(separator: "_", omittingEmptySubsequences: false).map { part in
            let isIndex = !part.isEmpty && part.allSatisfy { $0.isASCII && $0.isNumber }
            return String(repeating: "0", count: isIndex ? max(0, indexWidth - part.count) : 0) + part
        }
    }

    /// Digits of the largest `Int`.
    private static let indexWidth = 19

    private enum Found {
        case value([KeyStep])
        case section
    }

    private static func find(_ name: Substring, in schema: Schema, tree: SourceTree?) -> Found? {
        switch schema {
        case .scalar:
            return name.isEmpty ? .value([]) : nil
        case .opaque:
            return nil
        case .section(let fields):
            if name.isEmpty { return .section }
            let candidates = fields.map { (KeyStep.key($0.key), $0.key, $0.schema, tree?[$0.key]) }
            return findStep(name, among: candidates)
        case .named(let element):
            if name.isEmpty { return .section }
            guard case .section(let entries, _)? = tree else { return nil }
            return findStep(name, among: entries.map { (.key($0.key), $0.key, element, $0.value) })
        case .list(let element, let label):
            if name.isEmpty { return .section }
            var elements: [SourceTree] = []
            if case .list(let present, _)? = tree { elements = present }
            var candidates: [(KeyStep, String, Schema, SourceTree?)] = []
            for (index, value) in elements.enumerated() {
                candidates.append((.index(index), "\(index)", element, value))
                if let label, case .scalar(let text, _)? = value[label] {
                    candidates.append((.index(index), text, element, value))
                }
            }
            candidates.append((.index(elements.count), "\(elements.count)", element, nil))
            return findStep(name, among: candidates)
        }
    }

    private static func findStep(
        _ name: Substring, among candidates: [(step: KeyStep, text: String, schema: Schema, tree: SourceTree?)]
    ) -> Found? {
        for candidate in candidates {
            let token = variableName(candidate.text)
            guard !token.isEmpty, name.hasPrefix(token) else { continue }
            let rest = name.dropFirst(token.count)
            guard rest.isEmpty || rest.first == "_" else { continue }
            switch find(rest.dropFirst(), in: candidate.schema, tree: candidate.tree) {
            case .value(let steps): return .value([candidate.step] + steps)
            case .section: return .section
            case nil: continue
            }
        }
        return nil
    }

    /// Every variable that would be understood, given what is in the tree.
    private static func allNames(of schema: Schema, tree: SourceTree?, prefix: String) -> [String] {
        switch schema {
        case .scalar: return [prefix]
        case .opaque: return []
        case .section(let fields):
            return fields.flatMap {
                allNames(of: $0.schema, tree: tree?[$0.key], prefix: "\(prefix)_\(variableName($0.key))")
            }
        case .named(let element):
            guard case .section(let entries, _)? = tree else { return [] }
            return entries.flatMap {
                allNames(of: element, tree: $0.value, prefix: "\(prefix)_\(variableName($0.key))")
            }
        case .list(let element, let label):
            guard case .list(let elements, _)? = tree else { return [] }
            return elements.enumerated().flatMap { index, value in
                var name = "\(index)"
                if let label, case .scalar(let text, _)? = value[label] { name = variableName(text) }
                return allNames(of: element, tree: value, prefix: "\(prefix)_\(name)")
            }
        }
    }

    private static func variableName(_ key: String) -> String {
        let trimmed = key.drop { !$0.isLetter && !$0.isNumber }
        return String(trimmed.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? Character($0.uppercased()) : "_" })
    }
}
