/// The configuration with every default filled in and every value checked.
package indirect enum ResolvedTree: Sendable {
    /// Nil where the key may be missing and is.
    case scalar(ScalarValue?, Provenance, isSecret: Bool)
    case section([(key: String, value: ResolvedTree)], Provenance)
    case list([ResolvedTree], Provenance)
    case opaque(isPresent: Bool, Provenance)

    var source: Provenance {
        switch self {
        case .scalar(_, let source, _), .section(_, let source), .list(_, let source), .opaque(_, let source): source
        }
    }

    subscript(key: String) -> ResolvedTree? {
        guard case .section(let entries, _) = self else { return nil }
        return entries.first { $0.key == key }?.value
    }

    var elements: [ResolvedTree] {
        guard case .list(let elements, _) = self else { return [] }
        return elements
    }

    var entries: [(key: String, value: ResolvedTree)] {
        guard case .section(let entries, _) = self else { return [] }
        return entries
    }
}

/// Lays a tree of what was written over the schema. Whatever does not fit becomes a problem, and the work goes on, so
/// that one pass finds them all.
struct Resolver {
    private(set) var problems: [Problem] = []

    mutating func resolve(_ tree: SourceTree?, as schema: Schema, at path: KeyPath) -> ResolvedTree {
        switch schema {
        case .scalar(let kind, let builtIn):
            return resolveScalar(tree, kind: kind, builtIn: builtIn, path: path)
        case .opaque:
            if case .nothing? = tree { return .opaque(isPresent: false, .builtIn) }
            return .opaque(isPresent: tree != nil, tree?.source ?? .builtIn)
        case .section(let fields):
            return resolveSection(tree, fields: fields, path: path)
        case .named(let element):
            guard let entries = sectionEntries(tree, path: path) else { return .section([], .builtIn) }
            var resolved: [(key: String, value: ResolvedTree)] = []
            for entry in entries {
                if ScalarKind.storeName.parse(entry.key) == nil {
                    problems.append(
                        Problem(
                            .error, entry.source, path.appending(.key(entry.key)), "not a good name",
                            allowed: ScalarKind.storeName.allowed))
                }
                resolved.append((entry.key, resolve(entry.value, as: element, at: path.appending(.key(entry.key)))))
            }
            return .section(resolved, tree?.source ?? .builtIn)
        case .list(let element, _):
            switch tree {
            case nil, .nothing: return .list([], .builtIn)
            case .list(let values, let source):
                var resolved: [ResolvedTree] = []
                for (index, value) in values.enumerated() {
                    let place = path.appending(.index(index))
                    // A key may have nothing behind it, and takes its default; an element is something.
                    if case .nothing(let source) = value, case .scalar(let kind, _) = element {
                        problems.append(Problem(.error, source, place, "must be a single value", allowed: kind.allowed))
                        continue
                    }
                    resolved.append(resolve(value, as: element, at: place))
                }
                return .list(resolved, source)
            case .scalar(_, let source), .section(_, let source):
                problems.append(Problem(.error, source, path, "must be a list: each element begins with \"- \""))
                return .list([], source)
            }
        }
    }

    private mutating func resolveScalar(
        _ tree: SourceTree?, kind: ScalarKind, builtIn: String?, path: KeyPath
    ) -> ResolvedTree {
        let fallback = builtIn.flatMap { kind.parse($0) }
        switch tree {
        case nil, .nothing:
            return .scalar(fallback, .builtIn, isSecret: kind.isSecret)
        case .scalar(let text, let source):
            let value = kind.parse(text)
            if value == nil {
                var nearest: String?
                if case .choice(let words) = kind { nearest = nearestName(to: text, among: words) }
                if case .boolean = kind { nearest = Self.booleanMeant(text) }
                let shown = kind.isSecret ? "not a valid value" : "\"\(text)\" is not a valid value"
                problems.append(Problem(.error, source, path, shown, allowed: kind.allowed, nearest: nearest))
            }
            return .scalar(value ?? fallback, source, isSecret: kind.isSecret)
        case .section(_, let source), .list(_, let source):
            problems.append(Problem(.error, source, path, "must be a single value", allowed: kind.allowed))
            return .scalar(fallback, source, isSecret: kind.isSecret)
        }
    }

    private mutating func resolveSection(_ tree: SourceTree?, fields: [Field], path: KeyPath) -> ResolvedTree {
        let entries = sectionEntries(tree, path: path) ?? []
        let known = fields.map(\.key)
        for entry in entries where !known.contains(entry.key) {
            problems.append(
                Problem(
                    .error, entry.source, path.appending(.key(entry.key)), "unknown key",
                    allowed: known.joined(separator: ", "), nearest: nearestName(to: entry.key, among: known)))
        }
        var resolved: [(key: String, value: ResolvedTree)] = []
        for field in fields {
            let value = entries.first { $0.key == field.key }?.value
            var isMissing = value == nil
            if case .nothing? = value { isMissing = true }
            if field.required, isMissing {
                let allowed: String? = if case .scalar(let kind, _) = field.schema { kind.allowed } else { nil }
                problems.append(
                    Problem(
                        .error, value?.source ?? tree?.source ?? .builtIn, path, "the key \"\(field.key)\" is missing",
                        allowed: allowed))
            }
            resolved.append((field.key, resolve(value, as: field.schema, at: path.appending(.key(field.key)))))
        }
        return .section(resolved, tree?.source ?? .builtIn)
    }

    private mutating func sectionEntries(_ tree: SourceTree?, path: KeyPath) -> [SourceTree.Entry]? {
        switch tree {
        case nil, .nothing: return nil
        case .section(let entries, _): return entries
        case .scalar(_, let source), .list(_, let source):
            problems.append(Problem(.error, source, path, "this must be a section: keys with values"))
            return nil
        }
    }

    /// YAML 1.1 knew more words for the two; which one was meant is clear, but the file should say it.
    private static func booleanMeant(_ text: String) -> String? {
        switch text.lowercased() {
        case "yes", "on", "y", "1", "true": "true"
        case "no", "off", "n", "0", "false": "false"
        default: nearestName(to: text, among: ["true", "false"])
        }
    }
}
