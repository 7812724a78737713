import Yams

/// What was written, before anybody asks what it means: values with the place that each comes from.
indirect enum SourceTree: Sendable {
    case scalar(String, Provenance)
    /// A key with nothing behind it, `~` or `null`: as if the key were absent.
    case nothing(Provenance)
    case section([Entry], Provenance)
    case list([SourceTree], Provenance)

    struct Entry: Sendable {
        var key: String
        var source: Provenance
        var value: SourceTree
    }

    var source: Provenance {
        switch self {
        case .scalar(_, let source), .nothing(let source), .section(_, let source), .list(_, let source): source
        }
    }

    subscript(key: String) -> SourceTree? {
        guard case .section(let entries, _) = self else { return nil }
        return entries.first { $0.key == key }?.value
    }
}

extension SourceTree {
    /// Larger than any configuration that a person writes; aliases count each time that they are used.
    private static let nodeLimit = 50000
    private static let depthLimit = 24

    /// Reads YAML. An empty document is an empty section.
    static func parse(yaml text: String, name: String) throws(ConfigurationError) -> SourceTree {
        let node: Node?
        do {
            // The basic resolver leaves every plain scalar a string: its meaning is the schema's business.
            node = try Parser(yaml: text, resolver: .basic, encoding: .utf8).singleRoot()
        } catch let error as YamlError {
            throw ConfigurationError([problem(for: error, name: name)])
        } catch {
            throw ConfigurationError([Problem(.error, .file(name, line: 1), KeyPath(), "not readable as YAML")])
        }
        guard let node else { return .section([], .file(name, line: 1)) }
        var remaining = nodeLimit
        return try convert(node, name: name, depth: 0, remaining: &remaining)
    }

    private static func convert(
        _ node: Node, name: String, depth: Int, remaining: inout Int
    ) throws(ConfigurationError) -> SourceTree {
        let source = Provenance.file(name, line: node.mark?.line ?? 1)
        remaining -= 1
        guard remaining > 0, depth < depthLimit else {
            throw ConfigurationError([Problem(.error, source, KeyPath(), "too large or too deeply nested")])
        }
        switch node {
        case .scalar(let scalar):
            let isNothing = scalar.style == .plain && ["", "~", "null"].contains(scalar.string)
            return isNothing ? .nothing(source) : .scalar(scalar.string, source)
        case .sequence(let sequence):
            var elements: [SourceTree] = []
            for element in sequence {
                elements.append(try convert(element, name: name, depth: depth + 1, remaining: &remaining))
            }
            return .list(elements, source)
        case .mapping(let mapping):
            var entries: [Entry] = []
            for (key, value) in mapping {
                let place = Provenance.file(name, line: key.mark?.line ?? 1)
                guard let keyText = key.scalar?.string else {
                    throw ConfigurationError([Problem(.error, place, KeyPath(), "a key must be a single word")])
                }
                let converted = try convert(value, name: name, depth: depth + 1, remaining: &remaining)
                entries.append(Entry(key: keyText, source: place, value: converted))
            }
            return .section(entries, source)
        case .alias:
            throw ConfigurationError([Problem(.error, source, KeyPath(), "an alias without its anchor")])
        }
    }

    private static func problem(for error: YamlError, name: String) -> Problem {
        func at(_ line: Int, _ message: String) -> Problem {
            Problem(.error, .file(name, line: line), KeyPath(), message)
        }
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            return at(mark.line, "not YAML: \(problem) (column \(mark.column))")
        case .duplicatedKeysInMapping(let duplicates, let context):
            return at(context.mark.line, "written twice in one section: \(duplicates.joined(separator: ", "))")
        case .reader(let problem, _, _, _):
            return at(1, "not YAML: \(problem)")
        default:
            return at(1, "not readable as YAML")
        }
    }
}
