@testable import Configuration
import Testing

@Suite("Environment")
struct EnvironmentTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var name: String
        var value: String
        var holds: @Sendable (Settings) -> Bool
        var testDescription: String { name }
    }

    static let yaml = """
        adapters: {smb: {port: 1}}
        metadata_stores: {m_1: {type: memory}}
        content_stores: {big: {max_size: 1GiB}}
        shares:
          - {name: /export}
          - {name: /two-words, umask: "0", hide: [a, b]}
        """

    static let rows = [
        Row(name: "DITTOFS_ADAPTERS_SMB_PORT", value: "2") { $0.smb.port == 2 },
        Row(name: "DITTOFS_ADAPTERS_SMB_BIND_ADDRESS", value: "::1") { $0.smb.bindAddress == "::1" && $0.smb.guest },
        Row(name: "DITTOFS_ADAPTERS_SMB_TIMEOUTS_IDLE", value: "1m") { $0.smb.timeouts.idle == .seconds(60) },
        Row(name: "DITTOFS_ADAPTERS_FUSE_ALLOW_OTHER", value: "false") { $0.fuse.allowOther == false },
        Row(name: "DITTOFS_LOGGING_LEVEL", value: "trace") { $0.logging.level == .trace },
        Row(name: "DITTOFS_CONTENT_STORES_BIG_MAX_SIZE", value: "2GiB") { $0.contentStores["big"]?.maxSize == 2 << 30 },
        Row(name: "DITTOFS_CONTENT_STORES_DEFAULT_MAX_SIZE", value: "1") { $0.contentStores["default"]?.maxSize == 1 },
        Row(name: "DITTOFS_METADATA_STORES_M_1_TYPE", value: "memory") { $0.metadataStores["m_1"] != nil },
        Row(name: "DITTOFS_SHARES_0_MOUNT", value: "/m") { $0.shares.first?.mount == "/m" },
        Row(name: "DITTOFS_SHARES_EXPORT_MOUNT", value: "/m") { $0.shares.first?.mount == "/m" },
        Row(name: "DITTOFS_SHARES_TWO_WORDS_READ_ONLY", value: "true") { $0.shares.last?.readOnly == true },
        Row(name: "DITTOFS_SHARES_1_ROOT_UID", value: "5") { $0.shares.last?.rootUID == 5 },
        Row(name: "DITTOFS_SHARES_TWO_WORDS_HIDE_0", value: ".*") { $0.shares.last?.hiddenNames == [".*", "b"] },
        Row(name: "DITTOFS_SHARES_1_HIDE_2", value: "c") { $0.shares.last?.hiddenNames == ["a", "b", "c"] },
        Row(name: "DITTOFS_SHARES_0_HIDE_0", value: "~*") { $0.shares.first?.hiddenNames == ["~*"] },
        Row(name: "DITTOFS_SHARES_2_NAME", value: "/third") { $0.shares.map(\.name).last == "/third" },
        Row(name: "DITTOFS_USER_FILE", value: "/u") { $0.userFile == "/u" },
    ]

    @Test("a variable overrides its key", arguments: rows)
    func overrides(_ row: Row) throws {
        let configuration = try ConfigurationTests.load(Self.yaml, environment: [(row.name, row.value)])
        #expect(row.holds(configuration.settings))
        #expect(configuration.warnings.isEmpty)
        #expect(configuration.shown().contains("# environment \(row.name)\n"))
    }

    @Test("a list grows by as many variables as one likes, in the order of its indices")
    func longList() throws {
        let patterns = (0..<12).map { "p\($0)" }
        let variables = patterns.enumerated().map { (name: "DITTOFS_SHARES_EXPORT_HIDE_\($0)", value: $1) }
        let configuration = try ConfigurationTests.load(Self.yaml, environment: variables.shuffled())
        #expect(configuration.settings.shares.first?.hiddenNames == patterns)
    }

    @Test(
        "a variable that names nothing is refused, with the nearest that exists",
        arguments: [
            ("DITTOFS_ADAPTERS_SMB_PROT", "DITTOFS_ADAPTERS_SMB_PORT"),
            ("DITTOFS_SHARES_EXPROT_MOUNT", "DITTOFS_SHARES_EXPORT_MOUNT"),
            ("DITTOFS_LOGGING_LEVLE", "DITTOFS_LOGGING_LEVEL"),
        ])
    func misspelt(_ name: String, _ nearest: String) throws {
        let error = #expect(throws: ConfigurationError.self) {
            try ConfigurationTests.load(Self.yaml, environment: [(name, "1")])
        }
        #expect(error?.problems.map(\.nearest) == [nearest])
        #expect(error?.problems.map(\.source) == [.environment(name)])
    }

    @Test("a bad value names its variable")
    func badValue() throws {
        let error = #expect(throws: ConfigurationError.self) {
            try Configuration(environment: [("DITTOFS_ADAPTERS_SMB_PORT", "ten")])
        }
        #expect(
            error?.description
                == "environment DITTOFS_ADAPTERS_SMB_PORT: adapters.smb.port: \"ten\" is not a valid value; "
                + "allowed: a whole number from 0 to 65535")
    }

    @Test(
        "what run tells its command, and other people's variables, override nothing",
        arguments: ["DITTOFS_SMB_PORT", "DITTOFS_MOUNT", "DITTOFS_SHARE", "DITTOFS_USER", "PATH", "DITTOFS"])
    func reserved(_ name: String) throws {
        let configuration = try Configuration(environment: [(name, "x")])
        #expect(configuration.settings == (try Configuration()).settings)
        #expect(configuration.warnings.isEmpty)
    }

    @Test("an unknown variable of no section is a warning, a section's name an error")
    func others() throws {
        #expect(try Configuration(environment: [("DITTOFS_USER_FIEL", "x")]).warnings.count == 1)
        #expect(try Configuration(environment: [("DITTOFS_COLOR", "x")]).warnings.isEmpty)
        #expect(throws: ConfigurationError.self) { try Configuration(environment: [("DITTOFS_SHARES", "x")]) }
    }

    @Test("options come last")
    func options() throws {
        let option = Override([.key("adapters"), .key("smb"), .key("port")], "3", source: .option("--port"))
        let mount = Override([.key("shares"), .index(0), .key("mount")], "/m", source: .option("--mount"))
        let configuration = try Configuration(
            environment: [("DITTOFS_ADAPTERS_SMB_PORT", "2")], options: [option, mount])
        #expect(configuration.settings.smb.port == 3)
        #expect(configuration.settings.shares.map(\.mount) == ["/m"])
        #expect(configuration.shown().contains("# option --port\n"))
    }
}
