/// The shape of a part of the configuration. The whole of it is one table, ``Schema/root``: what is parsed, overridden,
/// shown and suggested comes from there.
indirect enum Schema: Sendable {
    /// One value. Without a default it may be missing.
    case scalar(ScalarKind, default: String? = nil)
    /// Keys that are known beforehand.
    case section([Field])
    /// Keys that the user chooses; all values have one shape.
    case named(Schema)
    /// A sequence; of sections, the key that names an element in messages and in the environment.
    case list(Schema, labelledBy: String?)
    /// Accepted as it is and not looked into.
    case opaque
}

struct Field: Sendable {
    var key: String
    var schema: Schema
    /// Whether it must be written.
    var required = false

    init(_ key: String, _ schema: Schema, required: Bool = false) {
        self.key = key
        self.schema = schema
        self.required = required
    }
}

extension Schema {
    private static let identifier = ScalarKind.integer(0...4_294_967_294)
    private static let port = ScalarKind.integer(0...65535)
    private static let dialect = ScalarKind.choice(SMBDialect.allCases.map(\.rawValue))
    private static let encryption = ScalarKind.choice(SMBEncryption.allCases.map(\.rawValue))
    private static let automatic = ScalarKind.choice(["auto", "true", "false"])

    /// Every key there is.
    static let root = Schema.section([
        Field("logging", logging),
        Field("adapters", .section([Field("smb", smb), Field("fuse", fuse), Field("nfs", nfs)])),
        Field("metadata_stores", .named(.section([Field("type", .scalar(.choice(["memory"]), default: "memory"))]))),
        Field("content_stores", .named(contentStore)),
        Field("shares", .list(share, labelledBy: "name")),
        Field("users", .list(user, labelledBy: "name")),
        Field("user_file", .scalar(.path)),
    ])

    private static let logging = Schema.section([
        Field("level", .scalar(.choice(LogLevel.allCases.map(\.rawValue)), default: "info")),
        Field("format", .scalar(.choice(LogFormat.allCases.map(\.rawValue)), default: "text")),
    ])

    private static let smb = Schema.section([
        Field("enabled", .scalar(.boolean, default: "true")),
        Field("bind_address", .scalar(.address, default: "127.0.0.1")),
        Field("port", .scalar(port, default: "12445")),
        Field("guest", .scalar(automatic, default: "auto")),
        Field("min_dialect", .scalar(dialect, default: SMBDialect.smb202.rawValue)),
        Field("max_dialect", .scalar(dialect, default: SMBDialect.smb311.rawValue)),
        Field("signing", .scalar(.choice(SMBSigning.allCases.map(\.rawValue)), default: "enabled")),
        Field("encryption", .scalar(encryption, default: "off")),
        Field("session_lifetime", .scalar(.duration, default: "0")),
        Field("torture_controls", .scalar(.boolean, default: "false")),
        Field(
            "timeouts",
            .section([
                Field("read", .scalar(.duration, default: "5m")),
                Field("write", .scalar(.duration, default: "30s")),
                Field("idle", .scalar(.duration, default: "5m")),
                Field("shutdown", .scalar(.duration, default: "30s")),
            ])),
    ])

    private static let fuse = Schema.section([
        Field("enabled", .scalar(.boolean, default: "true")),
        Field("cache", .scalar(.choice(CacheMode.allCases.map(\.rawValue)), default: "none")),
        Field("allow_other", .scalar(automatic, default: "auto")),
    ])

    private static let nfs = Schema.section([
        Field("enabled", .scalar(.boolean, default: "false")),
        Field("port", .scalar(port, default: "2049")),
    ])

    private static let contentStore = Schema.section([
        Field("type", .scalar(.choice(["memory"]), default: "memory")),
        Field("max_size", .scalar(.size, default: "8GiB")),
    ])

    private static let share = Schema.section([
        Field("name", .scalar(.shareName), required: true),
        Field("comment", .scalar(.comment, default: "")),
        Field("metadata_store", .scalar(.storeName, default: "default")),
        Field("content_store", .scalar(.storeName, default: "default")),
        Field("mount", .scalar(.path)),
        Field("read_only", .scalar(.boolean, default: "false")),
        Field("encryption", .scalar(encryption, default: "off")),
        Field("umask", .scalar(.mode, default: "022")),
        Field("symlinks", .scalar(.choice(SymbolicLinkMode.allCases.map(\.rawValue)), default: "follow")),
        Field("hide", .list(.scalar(.namePattern), labelledBy: nil)),
        Field("named_streams", .scalar(.boolean, default: "true")),
        Field("write_times", .scalar(.choice(WriteTimeMode.allCases.map(\.rawValue)), default: "immediate")),
        Field(
            "root",
            .section([
                Field("uid", .scalar(identifier, default: "0")),
                Field("gid", .scalar(identifier, default: "0")),
                Field("mode", .scalar(.mode, default: "0777")),
            ])),
        Field(
            "identity_mapping",
            .section([
                Field("map_all_to_anonymous", .scalar(.boolean, default: "false")),
                Field("anonymous_uid", .scalar(identifier, default: "65534")),
                Field("anonymous_gid", .scalar(identifier, default: "65534")),
                Field("sid_mapping", .opaque),
            ])),
    ])

    private static let user = Schema.section([
        Field("name", .scalar(.userName), required: true),
        Field("uid", .scalar(identifier), required: true),
        Field("gid", .scalar(identifier), required: true),
        Field("nt_hash", .scalar(.ntHash), required: true),
    ])
}
