@testable import Configuration
import Testing

@Suite("Problems")
struct ProblemTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var yaml: String
        var messages: [String]
        var testDescription: String { messages.first ?? yaml }
    }

    static let rows = [
        Row(
            yaml: "adapters:\n  smb:\n    prot: 1\n",
            messages: [
                "f.yaml:3: adapters.smb.prot: unknown key; did you mean \"port\"? "
                    + "Allowed: enabled, bind_address, port, guest, min_dialect, max_dialect, signing, encryption, "
                    + "session_lifetime, torture_controls, timeouts"
            ]),
        Row(
            yaml: "logging:\n  level: inof\n  format: xml\n",
            messages: [
                "f.yaml:2: logging.level: \"inof\" is not a valid value; did you mean \"info\"? "
                    + "Allowed: trace, debug, info, notice, warning, error",
                "f.yaml:3: logging.format: \"xml\" is not a valid value; allowed: text, json",
            ]),
        Row(
            yaml: "adapters: {smb: {max_dialect: 2.0}}\n",
            messages: [
                "f.yaml:1: adapters.smb.max_dialect: \"2.0\" is not a valid value; did you mean \"2.1\"? "
                    + "Allowed: 2.0.2, 2.1, 3.0, 3.0.2, 3.1.1"
            ]),
        Row(
            yaml: "adapters: {smb: {min_dialect: 3.0.2, max_dialect: 3.0}}\n",
            messages: [
                "f.yaml:1: adapters.smb.min_dialect: \"3.0.2\" is above max_dialect, which is \"3.0\""
            ]),
        Row(
            yaml: "adapters:\n  smb:\n    max_dialect: 2.1\n    encryption: required\nshares:\n- name: /a\n"
                + "  encryption: required\n",
            messages: [
                "f.yaml:4: adapters.smb.encryption: \"required\" needs dialect 3.0, and max_dialect is \"2.1\"",
                "f.yaml:7: shares[0].encryption: \"required\" needs dialect 3.0, and max_dialect is \"2.1\"",
            ]),
        Row(
            yaml: "shares:\n  - mount: /x\n",
            messages: [
                "f.yaml:2: shares[0]: the key \"name\" is missing; allowed: / and 1 to 80 characters, none of them "
                    + "\\ / [ ] : | < > + = ; , * ? \" or a control character; not IPC$"
            ]),
        Row(
            yaml: "shares:\n  - name: /a\n    metadata_store: defalt\n",
            messages: [
                "f.yaml:3: shares[0].metadata_store: there is no store \"defalt\" in metadata_stores; "
                    + "did you mean \"default\"? Allowed: default"
            ]),
        Row(
            yaml: "shares:\n- name: /a\n  mount: /m\n- name: /A\n  mount: /m\n",
            messages: [
                "f.yaml:4: shares[1].name: \"/A\" is the name of shares[0] already",
                "f.yaml:5: shares[1].mount: \"/m\" is the mount of shares[0] already",
            ]),
        Row(
            yaml: "adapters: {smb: {enabled: false}, fuse: {enabled: no}}\n",
            messages: [
                "f.yaml:1: adapters.fuse.enabled: \"no\" is not a valid value; did you mean \"false\"? "
                    + "Allowed: true, false"
            ]),
        Row(
            yaml: "adapters: {smb: {enabled: false}, fuse: {enabled: false}}\n",
            messages: ["f.yaml:1: adapters: every door is switched off; enable smb or fuse"]),
        Row(yaml: "shares: []\n", messages: ["f.yaml:1: shares: there must be at least one share"]),
        Row(
            yaml: "shares: /export\n",
            messages: [
                "f.yaml:1: shares: must be a list: each element begins with \"- \"",
                "f.yaml:1: shares: there must be at least one share",
            ]),
        Row(yaml: "- a\n", messages: ["f.yaml:1: the configuration must be a section: keys with values"]),
        Row(yaml: "logging: info\n", messages: ["f.yaml:1: logging: this must be a section: keys with values"]),
        Row(
            yaml: "logging:\n  level: [info]\n",
            messages: [
                "f.yaml:2: logging.level: must be a single value; allowed: trace, debug, info, notice, warning, error"
            ]),
        Row(
            yaml: "users:\n- {name: a, uid: 1, gid: 1, nt_hash: secret}\n- {name: A, uid: 1, gid: 1, nt_hash: "
                + "00000000000000000000000000000000}\n",
            messages: [
                "f.yaml:2: users[0].nt_hash: not a valid value; "
                    + "allowed: 32 hexadecimal digits, the NT hash of a password",
                "f.yaml:3: users[1].name: \"A\" is the name of users[0] already",
            ]),
        Row(
            yaml: "shares:\n- name: /a\n  hide: .*\n- name: /b\n  hide:\n  - ok\n  - a/b\n  - [c]\n",
            messages: [
                "f.yaml:3: shares[0].hide: must be a list: each element begins with \"- \"",
                "f.yaml:7: shares[1].hide[1]: \"a/b\" is not a valid value; allowed: 1 to 255 characters, * and ? for any "
                    + "others, none of them \\ / : < > | \" or a control character",
                "f.yaml:8: shares[1].hide[2]: must be a single value; allowed: 1 to 255 characters, * and ? for any "
                    + "others, none of them \\ / : < > | \" or a control character",
            ]),
        Row(
            yaml: "shares:\n- name: /a\n  hide:\n  - ok\n  - ~\n  - \n  - null\n",
            messages: (1...3).map {
                "f.yaml:\($0 + 4): shares[0].hide[\($0)]: must be a single value; allowed: 1 to 255 characters, * and ? for any "
                    + "others, none of them \\ / : < > | \" or a control character"
            }),
        Row(
            yaml: "logging:\n  level: info\n  level: debug\n",
            messages: ["f.yaml:2: written twice in one section: level"]),
        Row(
            yaml: "content_stores:\n  a b: {}\n",
            messages: [
                "f.yaml:2: content_stores.a b: not a good name; "
                    + "allowed: the name of a store: letters, digits, _ - and ."
            ]),
    ]

    @Test("each problem names its line, its key and what is allowed", arguments: rows)
    func problem(_ row: Row) throws {
        let error = #expect(throws: ConfigurationError.self) { try ConfigurationTests.load(row.yaml) }
        #expect(error?.problems.map(\.description) == row.messages)
    }

    @Test(
        "text that is no YAML names the line",
        arguments: ["a: [1\nb: 2\n", "a: b: c\n", "\ta: 1\n", "a: *x\n", "a: \"\n"])
    func notYAML(_ yaml: String) throws {
        let error = #expect(throws: ConfigurationError.self) { try ConfigurationTests.load(yaml) }
        #expect(error?.problems.count == 1)
        #expect(error?.description.hasPrefix("f.yaml:") == true)
    }

    @Test("all problems of a file are reported, in the order of its lines")
    func all() throws {
        let yaml = """
            loging: {}
            adapters:
              smb: {port: 70000, gest: true}
            shares:
              - {name: export}
              - {name: /b, umask: "9"}
            """
        let error = #expect(throws: ConfigurationError.self) { try ConfigurationTests.load(yaml) }
        #expect(
            error?.problems.map(\.key.description) == [
                "loging", "adapters.smb.gest", "adapters.smb.port", "shares[0].name", "shares[1].umask",
            ])
    }

    @Test("aliases that multiply are refused instead of expanded")
    func bomb() throws {
        var yaml = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1...8 {
            let alias = "*a\(level - 1)"
            yaml += "a\(level): &a\(level) [\(Array(repeating: alias, count: 10).joined(separator: ", "))]\n"
        }
        let error = #expect(throws: ConfigurationError.self) { try ConfigurationTests.load(yaml) }
        #expect(error?.problems.first?.message == "too large or too deeply nested")
    }
}
