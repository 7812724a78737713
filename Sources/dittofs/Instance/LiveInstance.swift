import Configuration
import FileSystemCore
import Glibc
import Instance
import Logging
import SMBProtocol

/// An instance with everything around it that a process needs: directories, the control socket, the watchdog, the log.
final class LiveInstance {
    let settings: Settings
    /// Share name (with its slash) to directory.
    let mounts: [String: String]
    let controlPath: String
    private let instance: Instance
    private let fileSystems: [String: FileSystem]
    private let control: ControlSocket
    private let watchdog: Watchdog?
    private var cleanUps: [() -> Void] = []

    struct Options {
        var settings: Settings
        var users: [UserSettings]
        /// Where mounts go for which no place is configured.
        var mountDirectory: String
        var controlPath: String
        var sink: LogSink
        /// Nothing goes to the log.
        var isSilent = false
        /// What SMB clients have to use.
        var demand: ConnectionDemand?
    }

    init(_ options: Options, watchdog: Watchdog?) throws(Failure) {
        settings = options.settings
        self.watchdog = watchdog
        if settings.smb.enabled,
            let problem = Prerequisites.portProblem(host: settings.smb.bindAddress, port: settings.smb.port)
        {
            throw Failure(problem)
        }
        var made: [() -> Void] = []
        var mounts: [String: String] = [:]
        if settings.fuse.enabled {
            if let problem = Prerequisites.fuseProblem() { throw Failure(problem) }
            if settings.fuse.allowOther == true, !Prerequisites.mayAllowOther {
                throw Failure(Prerequisites.allowOtherProblem)
            }
            do throws(Failure) {
                for share in settings.shares {
                    let point =
                        if let path = share.mount {
                            try MountPoint.prepare(path)
                        } else {
                            try MountPoint.prepareOwn(share: share.smbName, in: options.mountDirectory)
                        }
                    for directory in point.made {
                        watchdog?.removeDirectory(directory)
                        made.append { rmdir(directory) }
                    }
                    watchdog?.unmount(point.path)
                    mounts[share.name] = point.path
                }
            } catch {
                made.reversed().forEach { $0() }
                throw error
            }
        }
        self.mounts = mounts
        let log =
            options.isSilent
            ? Logger(label: "dittofs") { _ in SwiftLogNoOpLogHandler() }
            : settings.logging.makeLogger("dittofs", sink: options.sink)
        let trace =
            settings.logging.level == .trace && !options.isSilent
            ? TraceLog(sink: options.sink, isJSON: settings.logging.format == .json) : nil
        controlPath = options.controlPath
        do throws(Failure) {
            let plan = DoorPlan(
                settings: settings, users: options.users, mounts: mounts, logger: log, trace: trace,
                demand: options.demand)
            let built = try DoorBuilding.makeInstance(plan)
            let instance = built.instance
            self.instance = instance
            fileSystems = built.fileSystems
            let report = StatusReport(settings: settings, mounts: mounts)
            control = try ControlSocket(path: controlPath) { report.json(of: instance).text }
        } catch {
            made.reversed().forEach { $0() }
            throw error
        }
        watchdog?.removeFile(controlPath)
        cleanUps = made
    }

    /// Opens the doors. When it returns, each of them has answered.
    func start() throws(Failure) {
        do {
            try instance.start()
        } catch {
            cleanUp()
            throw Failure(error.description)
        }
        control.start()
    }

    /// - Parameter digestFile: where to write what the shares hold once nothing can change any more.
    func stop(grace: Duration, digestFile: String? = nil) {
        instance.stop(grace: grace) {
            if let digestFile { writeDigest(to: digestFile) }
        }
        cleanUp()
    }

    private func writeDigest(to path: String) {
        do throws(Failure) {
            var text = ""
            for share in settings.shares {
                guard let fileSystem = fileSystems[share.name] else { continue }
                var manifest = ShareManifest(fileSystem)
                text += manifest.text()
            }
            try FileText.replace(path, with: text, mode: 0o600)
        } catch {
            Console.complain(error.description)
        }
    }

    private func cleanUp() {
        control.stop()
        // The doors have unmounted; this is for the one that could not.
        for path in mounts.values {
            Mounts.detach(path)
        }
        cleanUps.reversed().forEach { $0() }
        cleanUps = []
    }

    /// The address and the port that the SMB door really has.
    var smbEndpoint: (host: String, port: Int)? {
        for case .listener(let host, let port) in instance.endpoints {
            return (host, port)
        }
        return nil
    }

    /// What readiness says: one JSON object.
    var readiness: JSONValue {
        StatusReport(settings: settings, mounts: mounts).readiness(smb: smbEndpoint, control: controlPath)
    }
}

extension LiveInstance {
    /// Copies a directory of this machine into a share, through the core.
    func fill(share: ShareSettings, from directory: String) throws(Failure) {
        guard let fileSystem = fileSystems[share.name] else { return }
        var filler = ShareFiller(fileSystem)
        do {
            try filler.fill(from: directory)
        } catch {
            throw Failure("cannot copy \(error)")
        }
    }
}
