import Configuration
import Glibc

/// What `start` says to a person once everything answers.
enum Banner {
    static func text(for instance: LiveInstance, users: [UserSettings]) -> String {
        let settings = instance.settings
        var lines = ["DittoFS \(dittofsVersion) is ready (process \(getpid())).", ""]
        for share in settings.shares {
            lines.append("share \(share.smbName)")
            if let smb = instance.smbEndpoint {
                lines.append("  SMB     //\(smb.host)/\(share.smbName), port \(smb.port)")
            }
            if let mount = instance.mounts[share.name] {
                lines.append("  mounted \(mount)")
            }
        }
        lines.append("")
        if settings.smb.enabled {
            lines.append(guestLine(settings, users: users))
            lines.append("")
        }
        lines.append("Try:")
        for share in settings.shares.prefix(1) {
            if let smb = instance.smbEndpoint {
                let host = smb.host == "0.0.0.0" ? "127.0.0.1" : smb.host == "::" ? "::1" : smb.host
                let login = settings.smb.guest ? "-N" : "-U \(users.first?.name ?? "USER")"
                let credentials = settings.smb.guest ? "guest" : "username=\(users.first?.name ?? "USER")"
                lines.append("  smbclient //\(host)/\(share.smbName) -p \(smb.port) \(login) -c ls")
                lines.append(
                    "  mount -t cifs //\(host)/\(share.smbName) /mnt -o port=\(smb.port),\(credentials)")
            }
            if let mount = instance.mounts[share.name] {
                lines.append("  ls -la \(mount)")
            }
        }
        lines.append("")
        lines.append("Ctrl-C unmounts and ends.")
        return lines.joined(separator: "\n")
    }

    private static func guestLine(_ settings: Settings, users: [UserSettings]) -> String {
        let known = users.isEmpty ? "no users" : "\(users.count) \(users.count == 1 ? "user" : "users")"
        guard settings.smb.guest else {
            let advice = users.isEmpty ? " Nobody can log in: add one with \"dittofs user add NAME\"." : ""
            return "Guest access is off; \(known).\(advice)"
        }
        let who =
            NumericAddress.isLoopback(settings.smb.bindAddress)
            ? "everybody on this machine" : "everybody who reaches this port"
        return "Guest access is on (\(known)): \(who) may come in over SMB without a password."
            + " adapters.smb.guest: false ends that."
    }
}
