import Configuration
import Glibc
import Instance

/// What this machine must have, each with a line that says what is missing and how to mend it. `start` and `run` ask
/// before they begin; `dittofs doctor` asks for everything.
enum Prerequisites {
    /// Nil when it is there.
    static func fuseProblem() -> String? {
        guard access("/dev/fuse", F_OK) == 0 else {
            return
                "/dev/fuse is missing: load it with \"modprobe fuse\", or give the container --device /dev/fuse "
                + "and the capability SYS_ADMIN; without a mount: --no-mount"
        }
        guard access("/dev/fuse", R_OK | W_OK) == 0 else {
            return
                "/dev/fuse cannot be opened by this user: \"chmod 666 /dev/fuse\" as root; without a mount: --no-mount"
        }
        if geteuid() != 0, Spawn.programPath("fusermount3") == nil {
            return "fusermount3 is missing: \"apt install fuse3\"; without a mount: --no-mount"
        }
        return nil
    }

    static func portProblem(host: String, port: Int) -> String? {
        switch Readiness.bindError(host: host, port: port) {
        case 0: nil
        case EADDRINUSE: "port \(port) of \(host) is taken: end the other server, or choose another port with --port"
        case EACCES: "port \(port) needs root: choose one from 1024 on with --port"
        case EADDRNOTAVAIL: "\(host) is not an address of this machine: set adapters.smb.bind_address"
        case let code: "cannot listen on \(host):\(port): \(errorText(code))"
        }
    }

    /// Whether other users may be let into mounts of this process.
    static var mayAllowOther: Bool {
        if geteuid() == 0 { return true }
        guard let text = FileText.read("/etc/fuse.conf", limit: 65536) else { return false }
        return text.split(separator: "\n").contains { $0.filter { $0 != " " && $0 != "\t" } == "user_allow_other" }
    }

    static let allowOtherProblem =
        "allow_other needs root, or user_allow_other in /etc/fuse.conf; or set adapters.fuse.allow_other: false"
}
