@testable import Configuration
import Testing

@Suite("Configuration")
struct ConfigurationTests {
    static let whole = """
        logging: {level: debug, format: json}
        adapters:
          smb:  {enabled: true, bind_address: 127.0.0.1, port: 12445, guest: true, 
                 timeouts: {read: 5m, write: 30s, idle: 5m, shutdown: 30s}}
          fuse: {enabled: true, cache: none, allow_other: true}
          nfs:  {enabled: false, port: 2049}
        metadata_stores: {default: {type: memory}, fast: {type: memory}}
        content_stores:  {default: {type: memory, max_size: 8GiB}, small: {max_size: 1MiB}}
        shares:
          - name: /export
            metadata_store: default
            content_store: default
            mount: /some/dir
            read_only: false
            umask: "022"
            root: {uid: 0, gid: 0, mode: "0777"}
            identity_mapping: {map_all_to_anonymous: false, anonymous_uid: 65534, anonymous_gid: 65534}
          - name: /second
            metadata_store: fast
            content_store: small
            read_only: true
            umask: "0077"
            hide: [".*", "~$?*", 'it''s #1', "null", "~", "true", "-x"]
            named_streams: false
            write_times: delayed
            root: {uid: 7, gid: 8, mode: "1755"}
            identity_mapping: {map_all_to_anonymous: true, anonymous_uid: 1, anonymous_gid: 2}
        users:
          - {name: alice, uid: 1000, gid: 1001, nt_hash: "8846F7EAEE8FB117AD06BDD830B7586C"}
        """

    static func load(
        _ yaml: String, environment: [(name: String, value: String)] = []
    ) throws(ConfigurationError) -> Configuration {
        try Configuration(source: .init(name: "f.yaml", text: yaml), environment: environment)
    }

    @Test(
        "sessions live as long as it says, and for ever where it says nothing or 0",
        arguments: [("", nil), ("session_lifetime: 0", nil), ("session_lifetime: 1h30m", Duration.seconds(5400))])
    func sessionLifetime(_ line: String, _ expected: Duration?) throws {
        let configuration = try Self.load("adapters: {smb: {\(line)}}\nshares: [{name: /a}]\n")
        #expect(configuration.settings.smb.sessionLifetime == expected)
        let fromEnvironment = try Self.load(
            "shares: [{name: /a}]\n", environment: [("DITTOFS_ADAPTERS_SMB_SESSION_LIFETIME", "250ms")])
        #expect(fromEnvironment.settings.smb.sessionLifetime == .milliseconds(250))
    }

    @Test("everything that can be written arrives typed")
    func wholeFile() throws {
        let configuration = try Self.load(Self.whole)
        let settings = configuration.settings
        #expect(configuration.warnings.isEmpty)
        #expect(settings.logging == LoggingSettings(level: .debug, format: .json))
        #expect(settings.smb.timeouts == TimeoutSettings())
        #expect(settings.fuse.allowOther == true)
        #expect(settings.metadataStores.keys.sorted() == ["default", "fast"])
        #expect(settings.contentStores["small"]?.maxSize == 1 << 20)
        var first = ShareSettings(name: "/export")
        first.mount = "/some/dir"
        var second = ShareSettings(name: "/second")
        second.metadataStore = "fast"
        second.contentStore = "small"
        second.readOnly = true
        second.umask = 0o077
        second.hiddenNames = [".*", "~$?*", "it's #1", "null", "~", "true", "-x"]
        second.namedStreams = false
        second.writeTimes = .delayed
        second.rootUID = 7
        second.rootGID = 8
        second.rootMode = 0o1755
        second.mapAllToAnonymous = true
        second.anonymousUID = 1
        second.anonymousGID = 2
        #expect(settings.shares == [first, second])
        let hash: [UInt8] = [
            0x88, 0x46, 0xF7, 0xEA, 0xEE, 0x8F, 0xB1, 0x17, 0xAD, 0x06, 0xBD, 0xD8, 0x30, 0xB7, 0x58, 0x6C,
        ]
        #expect(settings.users == [UserSettings(name: "alice", uid: 1000, gid: 1001, ntHash: hash)])
    }

    @Test("nothing written means the defaults", arguments: ["", "# only a comment\n", "shares:\nlogging: ~\n", "{}"])
    func defaults(_ yaml: String) throws {
        let settings = try Self.load(yaml).settings
        #expect(settings == (try Configuration()).settings)
        #expect(settings.shares == [ShareSettings(name: "/export")])
        #expect(settings.metadataStores == ["default": MetadataStoreSettings()])
        #expect(settings.contentStores == ["default": ContentStoreSettings()])
        #expect(settings.smb == SMBSettings())
        #expect(settings.fuse == FUSESettings())
        #expect(settings.users.isEmpty && settings.userFile == nil)
    }

    @Test("the store named default exists beside others")
    func implicitStore() throws {
        let settings = try Self.load("metadata_stores: {other: {type: memory}}").settings
        #expect(settings.metadataStores.keys.sorted() == ["default", "other"])
    }

    @Test(
        "guest is on by itself on loopback only",
        arguments: [
            ("127.0.0.1", "auto", true, 0), ("127.8.9.1", "auto", true, 0), ("'::1'", "auto", true, 0),
            ("0.0.0.0", "auto", false, 0), ("'::'", "auto", false, 0), ("192.0.2.7", "auto", false, 0),
            ("127.0.0.1", "false", false, 0), ("0.0.0.0", "true", true, 1), ("0.0.0.0", "false", false, 0),
        ])
    func guest(_ address: String, _ written: String, _ expected: Bool, _ warnings: Int) throws {
        let configuration = try Self.load("adapters: {smb: {bind_address: \(address), guest: \(written)}}")
        #expect(configuration.settings.smb.guest == expected)
        #expect(configuration.warnings.count == warnings)
    }

    @Test("what is accepted without effect says so")
    func warnings() throws {
        let yaml = """
            adapters:
              nfs:
                enabled: true
            shares:
              - name: /a
                identity_mapping:
                  sid_mapping: {S-1-5-21-1-2-3-500: {uid: 0}}
            """
        let warnings = try Self.load(yaml).warnings
        #expect(warnings.map(\.key.description) == ["adapters.nfs.enabled", "shares[0].identity_mapping.sid_mapping"])
        #expect(warnings.map(\.source) == [.file("f.yaml", line: 3), .file("f.yaml", line: 7)])
    }

    @Test("what is shown can be read again and means the same")
    func shownAgain() throws {
        let first = try Self.load(Self.whole)
        let shown = first.shown()
        #expect(!shown.contains("8846"))
        let withHash = shown.replacing("(hidden)", with: "8846f7eaee8fb117ad06bdd830b7586c")
        #expect(try Self.load(withHash).settings == first.settings)
        #expect(shown.contains("  # f.yaml:1\n"))
        let bare = try Configuration().shown()
        #expect(try Self.load(bare).settings == (try Configuration()).settings)
        #expect(bare.contains("  # default\n") && bare.contains("# mount:"))
    }
}
