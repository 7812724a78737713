/// Rules that concern more than one value.
struct CrossChecks {
    private let tree: ResolvedTree
    private(set) var problems: [Problem] = []

    init(_ tree: ResolvedTree) {
        self.tree = tree
        checkAdapters()
        checkShares()
        checkUsers()
    }

    private mutating func report(
        _ severity: Problem.Severity, _ path: [KeyStep], _ message: String, allowed: String? = nil,
        nearest: String? = nil
    ) {
        var node: ResolvedTree? = tree
        for step in path {
            switch step {
            case .key(let key): node = node?[key]
            case .index(let index): node = (node?.elements ?? []).dropFirst(index).first
            }
        }
        problems.append(
            Problem(severity, node?.source ?? .builtIn, KeyPath(path), message, allowed: allowed, nearest: nearest))
    }

    private mutating func checkAdapters() {
        guard let adapters = tree["adapters"], let smb = adapters["smb"], let fuse = adapters["fuse"] else { return }
        if adapters["nfs"]?.flag("enabled") == true {
            report(
                .warning, [.key("adapters"), .key("nfs"), .key("enabled")],
                "the NFS door is not built yet; the instance starts without it")
        }
        if !smb.flag("enabled"), !fuse.flag("enabled") {
            report(.error, [.key("adapters")], "every door is switched off; enable smb or fuse")
        }
        if let cache = fuse.text("cache"), cache != CacheMode.none.rawValue {
            report(
                .warning, [.key("adapters"), .key("fuse"), .key("cache")],
                "the mode \"\(cache)\" is not built yet; the mount runs with \"none\"")
        }
        checkDialects(smb)
        if smb.automatic("guest") == true, let address = smb.text("bind_address"), !NumericAddress.isLoopback(address) {
            report(
                .warning, [.key("adapters"), .key("smb"), .key("guest")],
                "anybody who reaches \(address) gets in without a password")
        }
    }

    private mutating func checkDialects(_ smb: ResolvedTree) {
        guard let least = smb.text("min_dialect").flatMap(SMBDialect.init),
            let most = smb.text("max_dialect").flatMap(SMBDialect.init)
        else { return }
        let path: [KeyStep] = [.key("adapters"), .key("smb")]
        if least > most {
            report(
                .error, path + [.key("min_dialect")],
                "\"\(least.rawValue)\" is above max_dialect, which is \"\(most.rawValue)\"")
        }
        guard most < .smb300 else { return }
        let impossible = "\"required\" needs dialect 3.0, and max_dialect is \"\(most.rawValue)\""
        if smb.text("encryption") == SMBEncryption.required.rawValue {
            report(.error, path + [.key("encryption")], impossible)
        }
        for (index, share) in (tree["shares"]?.elements ?? []).enumerated()
        where share.text("encryption") == SMBEncryption.required.rawValue {
            report(.error, [.key("shares"), .index(index), .key("encryption")], impossible)
        }
    }

    private mutating func checkShares() {
        let shares = tree["shares"]?.elements ?? []
        if shares.isEmpty {
            report(.error, [.key("shares")], "there must be at least one share")
        }
        var names: [String: Int] = [:]
        var mounts: [String: Int] = [:]
        for (index, share) in shares.enumerated() {
            let path: [KeyStep] = [.key("shares"), .index(index)]
            // Share names are compared as SMB compares them: without regard to case.
            if let name = share.text("name"), let first = names.updateValue(index, forKey: name.uppercased()) {
                report(.error, path + [.key("name")], "\"\(name)\" is the name of shares[\(first)] already")
            }
            if let mount = share.text("mount"), let first = mounts.updateValue(index, forKey: mount) {
                report(.error, path + [.key("mount")], "\"\(mount)\" is the mount of shares[\(first)] already")
            }
            for (key, stores) in [("metadata_store", "metadata_stores"), ("content_store", "content_stores")] {
                let known = tree[stores]?.entries.map(\.key) ?? []
                if let name = share.text(key), !known.contains(name) {
                    report(
                        .error, path + [.key(key)], "there is no store \"\(name)\" in \(stores)",
                        allowed: known.joined(separator: ", "), nearest: nearestName(to: name, among: known))
                }
            }
            if case .opaque(isPresent: true, _)? = share["identity_mapping"]?["sid_mapping"] {
                report(
                    .warning, path + [.key("identity_mapping"), .key("sid_mapping")],
                    "is accepted and not used yet")
            }
        }
    }

    private mutating func checkUsers() {
        var names: [String: Int] = [:]
        for (index, user) in (tree["users"]?.elements ?? []).enumerated() {
            if let name = user.text("name"), let first = names.updateValue(index, forKey: name.lowercased()) {
                report(
                    .error, [.key("users"), .index(index), .key("name")],
                    "\"\(name)\" is the name of users[\(first)] already")
            }
        }
    }
}
