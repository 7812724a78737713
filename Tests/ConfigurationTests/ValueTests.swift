@testable import Configuration
import Testing

/// A value for one key, and what comes of it.
struct ValueCase: Sendable, CustomTestStringConvertible {
    var key: String
    var text: String
    /// Nil: refused.
    var expected: String?

    var testDescription: String { "\(key): \(text)" }

    init(_ key: String, _ text: String, _ expected: String?) {
        self.key = key
        self.text = text
        self.expected = expected
    }
}

@Suite("Values")
struct ValueTests {
    static let cases = [
        ValueCase("adapters.smb.port", "445", "445"),
        ValueCase("adapters.smb.port", "0", "0"),
        ValueCase("adapters.smb.port", "65535", "65535"),
        ValueCase("adapters.smb.port", "65536", nil),
        ValueCase("adapters.smb.port", "-1", nil),
        ValueCase("adapters.smb.port", "+1", nil),
        ValueCase("adapters.smb.port", "0x10", nil),
        ValueCase("adapters.smb.port", "99999999999999999999", nil),
        ValueCase("adapters.smb.port", "\"\"", nil),
        ValueCase("adapters.smb.enabled", "true", "true"),
        ValueCase("adapters.smb.enabled", "yes", nil),
        ValueCase("adapters.smb.enabled", "True", nil),
        ValueCase("adapters.smb.bind_address", "localhost", "127.0.0.1"),
        ValueCase("adapters.smb.bind_address", "\"::1\"", "\"::1\""),
        ValueCase("adapters.smb.bind_address", "0.0.0.0", "0.0.0.0"),
        ValueCase("adapters.smb.bind_address", "256.0.0.1", nil),
        ValueCase("adapters.smb.bind_address", "example.org", nil),
        ValueCase("adapters.smb.session_lifetime", "90m", "1h30m"),
        ValueCase("adapters.smb.session_lifetime", "0", "0"),
        ValueCase("adapters.smb.session_lifetime", "3600", nil),
        ValueCase("adapters.smb.session_lifetime", "never", nil),
        ValueCase("adapters.smb.timeouts.read", "5m", "5m"),
        ValueCase("adapters.smb.timeouts.read", "90s", "1m30s"),
        ValueCase("adapters.smb.timeouts.read", "1h30m", "1h30m"),
        ValueCase("adapters.smb.timeouts.read", "250ms", "250ms"),
        ValueCase("adapters.smb.timeouts.read", "0", "0"),
        ValueCase("adapters.smb.timeouts.read", "5", nil),
        ValueCase("adapters.smb.timeouts.read", "5 m", nil),
        ValueCase("adapters.smb.timeouts.read", "-5m", nil),
        ValueCase("adapters.smb.timeouts.read", "9999999999h", nil),
        ValueCase("content_stores.default.max_size", "8GiB", "8GiB"),
        ValueCase("content_stores.default.max_size", "1536MiB", "1536MiB"),
        ValueCase("content_stores.default.max_size", "10GB", "9765625KiB"),
        ValueCase("content_stores.default.max_size", "4096", "4KiB"),
        ValueCase("content_stores.default.max_size", "1001", "1001"),
        ValueCase("content_stores.default.max_size", "0", "0"),
        ValueCase("content_stores.default.max_size", "8 GiB", "8GiB"),
        ValueCase("content_stores.default.max_size", "8GiBs", nil),
        ValueCase("content_stores.default.max_size", "9223372036854775808", nil),
        ValueCase("content_stores.default.max_size", "8388608TiB", nil),
        ValueCase("content_stores.default.max_size", "-1", nil),
        ValueCase("shares.0.umask", "\"022\"", "\"0022\""),
        ValueCase("shares.0.umask", "022", "\"0022\""),
        ValueCase("shares.0.umask", "0o027", "\"0027\""),
        ValueCase("shares.0.umask", "\"089\"", nil),
        ValueCase("shares.0.umask", "\"10000\"", nil),
        ValueCase("shares.0.root.uid", "4294967294", "4294967294"),
        ValueCase("shares.0.root.uid", "4294967295", nil),
        ValueCase("shares.0.mount", "/mnt/x", "/mnt/x"),
        ValueCase("shares.0.mount", "mnt/x", nil),
        ValueCase("shares.0.name", "/export", "/export"),
        ValueCase("shares.0.name", "/Büro 1", "\"/Büro 1\""),
        ValueCase("shares.0.name", "export", nil),
        ValueCase("shares.0.name", "/", nil),
        ValueCase("shares.0.name", "/ipc$", nil),
        ValueCase("shares.0.name", "/a/b", nil),
        ValueCase("shares.0.comment", "the team's files", "\"the team's files\""),
        ValueCase("shares.0.comment", "\"a\\tb\"", nil),
        ValueCase("logging.level", "trace", "trace"),
        ValueCase("logging.level", "verbose", nil),
        ValueCase("logging.format", "json", "json"),
        ValueCase("adapters.fuse.cache", "none", "none"),
        ValueCase("adapters.fuse.cache", "writeback", nil),
    ]

    @Test("one value, in its own notation or refused", arguments: cases)
    func value(_ row: ValueCase) throws {
        let yaml = Self.document(for: row.key, text: row.text)
        let source = Configuration.Source(name: "f.yaml", text: yaml)
        guard let expected = row.expected else {
            let error = #expect(throws: ConfigurationError.self) { try Configuration(source: source) }
            let problem = try #require(error?.problems.first)
            #expect(problem.allowed != nil)
            return
        }
        let shown = try Configuration(source: source).shown()
        let last = try #require(row.key.split(separator: ".").last)
        let line = try #require(
            shown.split(separator: "\n").first { $0.contains("\(last): ") && $0.contains("# f.yaml:") })
        #expect(line.contains("\(last): \(expected) "), "\(line)")
    }

    /// The value alone under its key, with what a share needs besides.
    static func document(for key: String, text: String) -> String {
        var yaml = ""
        var indent = 0
        for part in key.split(separator: ".") {
            if part == "0" {
                yaml += String(repeating: " ", count: indent) + "-\n"
            } else {
                yaml += String(repeating: " ", count: indent) + "\(part):\n"
            }
            indent += 2
        }
        yaml.removeLast()
        yaml += " \(text)\n"
        if key.hasPrefix("shares.0."), !key.hasSuffix(".name") { yaml += "    name: /export\n" }
        return yaml
    }
}
