extension ResolvedTree {
    // The schema and the checks before this guarantee each value; the other branch of every guard repeats the default's
    // type and is reached by nothing that a user can write.

    /// Of a single value.
    var text: String? {
        guard case .scalar(.text(let value)?, _, _) = self else { return nil }
        return value
    }

    func text(_ key: String) -> String? { self[key]?.text }

    func flag(_ key: String) -> Bool {
        guard case .scalar(.boolean(let value)?, _, _)? = self[key] else { return false }
        return value
    }

    func integer(_ key: String) -> Int {
        guard case .scalar(.integer(let value)?, _, _)? = self[key] else { return 0 }
        return value
    }

    func identifier(_ key: String) -> UInt32 {
        UInt32(clamping: integer(key))
    }

    func size(_ key: String) -> UInt64 {
        guard case .scalar(.size(let value)?, _, _)? = self[key] else { return 0 }
        return value
    }

    func duration(_ key: String) -> Duration {
        guard case .scalar(.duration(let value)?, _, _)? = self[key] else { return .zero }
        return value
    }

    func mode(_ key: String) -> UInt16 {
        guard case .scalar(.mode(let value)?, _, _)? = self[key] else { return 0 }
        return value
    }

    /// `auto` is nil.
    func automatic(_ key: String) -> Bool? {
        switch text(key) {
        case "true": true
        case "false": false
        default: nil
        }
    }
}

extension Settings {
    /// Takes the values out of a tree without problems.
    init(_ tree: ResolvedTree) {
        let empty = ResolvedTree.section([], .builtIn)
        let logging = tree["logging"] ?? empty
        self.logging.level = logging.text("level").flatMap(LogLevel.init) ?? .info
        self.logging.format = logging.text("format").flatMap(LogFormat.init) ?? .text
        let adapters = tree["adapters"] ?? empty
        smb = SMBSettings(adapters["smb"] ?? empty)
        let fuse = adapters["fuse"] ?? empty
        self.fuse.enabled = fuse.flag("enabled")
        self.fuse.cache = fuse.text("cache").flatMap(CacheMode.init) ?? .none
        self.fuse.allowOther = fuse.automatic("allow_other")
        for (name, store) in tree["metadata_stores"]?.entries ?? [] {
            metadataStores[name] = MetadataStoreSettings(type: store.text("type") ?? "memory")
        }
        for (name, store) in tree["content_stores"]?.entries ?? [] {
            contentStores[name] = ContentStoreSettings(
                type: store.text("type") ?? "memory", maxSize: store.size("max_size"))
        }
        shares = (tree["shares"]?.elements ?? []).map { ShareSettings($0) }
        users = (tree["users"]?.elements ?? []).map { UserSettings($0) }
        userFile = tree.text("user_file")
    }
}

extension SMBSettings {
    init(_ tree: ResolvedTree) {
        enabled = tree.flag("enabled")
        bindAddress = tree.text("bind_address") ?? "127.0.0.1"
        port = tree.integer("port")
        guest = tree.automatic("guest") ?? NumericAddress.isLoopback(bindAddress)
        minimumDialect = tree.text("min_dialect").flatMap(SMBDialect.init) ?? .smb202
        maximumDialect = tree.text("max_dialect").flatMap(SMBDialect.init) ?? .smb311
        signing = tree.text("signing").flatMap(SMBSigning.init) ?? .enabled
        encryption = tree.text("encryption").flatMap(SMBEncryption.init) ?? .off
        let lifetime = tree.duration("session_lifetime")
        sessionLifetime = lifetime > .zero ? lifetime : nil
        tortureControls = tree.flag("torture_controls")
        guard let timeouts = tree["timeouts"] else { return }
        self.timeouts = TimeoutSettings(
            read: timeouts.duration("read"), write: timeouts.duration("write"), idle: timeouts.duration("idle"),
            shutdown: timeouts.duration("shutdown"))
    }
}

extension ShareSettings {
    init(_ tree: ResolvedTree) {
        self.init(name: tree.text("name") ?? "/")
        comment = tree.text("comment") ?? ""
        metadataStore = tree.text("metadata_store") ?? "default"
        contentStore = tree.text("content_store") ?? "default"
        mount = tree.text("mount")
        readOnly = tree.flag("read_only")
        encryption = tree.text("encryption").flatMap(SMBEncryption.init) ?? .off
        umask = tree.mode("umask") & 0o777
        symbolicLinks = tree.text("symlinks").flatMap(SymbolicLinkMode.init) ?? .follow
        hiddenNames = (tree["hide"]?.elements ?? []).compactMap(\.text)
        namedStreams = tree.flag("named_streams")
        writeTimes = tree.text("write_times").flatMap(WriteTimeMode.init) ?? .immediate
        if let root = tree["root"] {
            rootUID = root.identifier("uid")
            rootGID = root.identifier("gid")
            rootMode = root.mode("mode")
        }
        if let mapping = tree["identity_mapping"] {
            mapAllToAnonymous = mapping.flag("map_all_to_anonymous")
            anonymousUID = mapping.identifier("anonymous_uid")
            anonymousGID = mapping.identifier("anonymous_gid")
        }
    }
}

extension UserSettings {
    init(_ tree: ResolvedTree) {
        self.init(
            name: tree.text("name") ?? "", uid: tree.identifier("uid"), gid: tree.identifier("gid"),
            ntHash: tree.text("nt_hash").flatMap(Hexadecimal.decode) ?? [])
    }
}
