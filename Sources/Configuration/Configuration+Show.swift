extension Configuration {
    /// The effective configuration as YAML that means the same when it is read again (secrets apart), each value with
    /// the place it comes from behind it.
    package func shown() -> String {
        var writer = Writer()
        writer.write(resolved, indent: 0)
        return writer.finished()
    }

    private struct Writer {
        /// Left: the YAML. Right: where it comes from.
        private var lines: [(String, String?)] = []

        mutating func write(_ tree: ResolvedTree, indent: Int, firstPrefix: String? = nil) {
            var prefix = firstPrefix
            for (key, value) in tree.entries {
                let start = prefix ?? String(repeating: " ", count: indent)
                prefix = nil
                switch value {
                case .scalar(let scalar, let source, let isSecret):
                    if let scalar {
                        lines.append(
                            ("\(start)\(key): \(isSecret ? "(hidden)" : Self.quoted(scalar))", source.description))
                    } else {
                        lines.append(("\(start)# \(key):", "not set"))
                    }
                case .section(let entries, _):
                    lines.append(("\(start)\(key):\(entries.isEmpty ? " {}" : "")", nil))
                    write(value, indent: indent + 2)
                case .list(let elements, let source):
                    lines.append(
                        ("\(start)\(key):\(elements.isEmpty ? " []" : "")", elements.isEmpty ? source.description : nil)
                    )
                    for element in elements {
                        if case .scalar(let scalar?, let source, _) = element {
                            let dash = String(repeating: " ", count: indent + 2) + "- "
                            lines.append((dash + Self.quoted(scalar), source.description))
                            continue
                        }
                        let dash = String(repeating: " ", count: indent + 2) + "- "
                        write(element, indent: indent + 4, firstPrefix: dash)
                    }
                case .opaque(let isPresent, let source):
                    if isPresent { lines.append(("\(start)# \(key): not used yet", source.description)) }
                }
            }
        }

        func finished() -> String {
            let width = min(48, lines.filter { $0.1 != nil }.map(\.0.count).max() ?? 0)
            return lines.map { text, source in
                guard let source else { return text + "\n" }
                return text + String(repeating: " ", count: max(0, width - text.count)) + "  # \(source)\n"
            }.joined()
        }

        private static func quoted(_ value: ScalarValue) -> String {
            if case .mode = value { return "\"\(value.notation)\"" }
            guard case .text(let text) = value else { return value.notation }
            let isPlain = text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "/_.-".contains($0)) }
            // A plain `null` would be read as nothing.
            if isPlain, !text.isEmpty, text.first != "-", text != "null" { return text }
            return "\"\(text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))\""
        }
    }
}
