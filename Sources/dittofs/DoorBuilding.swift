import AccessArbitration
import Authentication
import Configuration
import ContentStore
import FUSEMount
import FileSystemCore
import FileSystemModel
import Instance
import Logging
import MetadataStore
import SMBMessages
import SMBProtocol

/// What the doors of one instance are built from.
struct DoorPlan {
    var settings: Settings
    var users: [UserSettings]
    /// Share name (with its slash) to directory; empty when nothing is mounted.
    var mounts: [String: String]
    var logger: Logger
    var trace: TraceLog?
    /// What SMB clients have to use; nil: nothing in particular.
    var demand: ConnectionDemand?
}

/// An instance and the file systems behind its doors.
struct BuiltInstance {
    var instance: Instance
    /// Share name (with its slash) to file system.
    var fileSystems: [String: FileSystem]
}

/// The one place that names concrete stores and concrete doors.
enum DoorBuilding {
    /// The doors as the core knows them; 0 is the instance itself.
    static let smbDoor = DoorID(rawValue: 1)
    /// The first mount's; the next ones follow.
    static let firstMount: UInt32 = 2

    static func makeInstance(_ plan: DoorPlan) throws(Failure) -> BuiltInstance {
        let fileSystems = try makeFileSystems(plan)
        var doors: [any Door] = []
        if plan.settings.smb.enabled { doors.append(try makeSMBDoor(plan, fileSystems)) }
        if plan.settings.fuse.enabled { doors.append(makeFUSEDoor(plan, fileSystems)) }
        let all = Array(fileSystems.values)
        let instance = Instance(doors: doors) {
            for fileSystem in all { fileSystem.close() }
        }
        return BuiltInstance(instance: instance, fileSystems: fileSystems)
    }

    private static func makeFileSystems(_ plan: DoorPlan) throws(Failure) -> [String: FileSystem] {
        let logger = plan.logger
        let environment = CoreEnvironment(
            clock: SystemClock(),
            randomness: {
                var generator = SystemRandomNumberGenerator()
                return generator.next()
            },
            report: { logger.error("\($0)") })
        var contentStores: [String: any ContentStore] = [:]
        for (name, store) in plan.settings.contentStores {
            contentStores[name] = MemoryContentStore(maximumBytes: store.maxSize)
        }
        var fileSystems: [String: FileSystem] = [:]
        for share in plan.settings.shares {
            guard let content = contentStores[share.contentStore] else {
                throw Failure("there is no content store \"\(share.contentStore)\"")
            }
            let options = FileSystemOptions(
                name: share.name, isReadOnly: share.readOnly, umask: share.umask, rootUID: share.rootUID,
                rootGID: share.rootGID, rootPermissions: Permissions(rawValue: share.rootMode))
            do throws(FileSystemError) {
                // Records of one share know nothing of another's: each has a memory store of its own. Bytes share one
                // bound.
                fileSystems[share.name] = try FileSystem(
                    options: options, metadata: MemoryMetadataStore(), content: content, environment: environment)
            } catch {
                throw Failure("the share \(share.name) cannot be opened: \(error)")
            }
        }
        return fileSystems
    }

    private static func makeSMBDoor(_ plan: DoorPlan, _ fileSystems: [String: FileSystem]) throws(Failure) -> SMBDoor {
        let settings = plan.settings.smb
        var shares: [Share] = []
        for share in plan.settings.shares {
            guard let fileSystem = fileSystems[share.name] else { continue }
            shares.append(
                Share(
                    name: share.name, comment: share.comment, fileSystem: fileSystem, door: smbDoor, umask: share.umask,
                    anonymousUID: share.anonymousUID, anonymousGID: share.anonymousGID,
                    mapsAllToAnonymous: share.mapAllToAnonymous,
                    symbolicLinks: share.symbolicLinks == .follow ? .follow : .reparse,
                    encryption: EncryptionPolicy(share.encryption), presentation: SharePresentation(share)))
        }
        var limits = ServerLimits()
        limits.frameTimeoutMilliseconds = settings.timeouts.read.milliseconds
        limits.writeTimeoutMilliseconds = settings.timeouts.write.milliseconds
        limits.idleTimeoutMilliseconds = settings.timeouts.idle.milliseconds
        let users = plan.users.map { user in
            UserRecord(name: user.name, uid: user.uid, gid: user.gid, ntHash: NTHash(bytes: user.ntHash))
        }
        let authentication = AuthenticationConfiguration(
            users: StaticUserDatabase(users),
            policy: AuthenticationPolicy(allowsGuest: settings.guest, allowsAnonymous: settings.guest))
        let context = ServerContext(
            shares: shares, authentication: authentication, limits: limits,
            minimumDialect: Dialect(rawValue: settings.minimumDialect.revision),
            maximumDialect: Dialect(rawValue: settings.maximumDialect.revision), signing: SigningPolicy(settings.signing),
            encryption: EncryptionPolicy(settings.encryption),
            sessionLifetimeMilliseconds: settings.sessionLifetime?.milliseconds,
            listening: MachineAddresses.listening(on: settings.bindAddress),
            answersTortureControls: settings.tortureControls, observer: plan.trace.map { SMBTracer($0) },
            demand: plan.demand)
        return SMBDoor(context: context, host: settings.bindAddress, port: settings.port, log: plan.logger)
    }

    private static func makeFUSEDoor(_ plan: DoorPlan, _ fileSystems: [String: FileSystem]) -> FUSEDoor {
        var places: [FUSEDoor.Place] = []
        for (index, share) in plan.settings.shares.enumerated() {
            guard let fileSystem = fileSystems[share.name], let path = plan.mounts[share.name] else { continue }
            let options = MountOptions(
                allowsOthers: plan.settings.fuse.allowOther ?? Prerequisites.mayAllowOther, isReadOnly: share.readOnly)
            places.append(
                FUSEDoor.Place(
                    share: share.name, fileSystem: fileSystem, path: path,
                    door: DoorID(rawValue: firstMount + UInt32(clamping: index)), options: options))
        }
        return FUSEDoor(places, log: plan.logger, trace: plan.trace)
    }
}

extension SigningPolicy {
    init(_ setting: SMBSigning) {
        switch setting {
        case .off: self = .off
        case .enabled: self = .enabled
        case .required: self = .required
        }
    }
}

extension SharePresentation {
    fileprivate init(_ share: ShareSettings) {
        self.init(
            hiddenNames: HiddenNames(share.hiddenNames), hasNamedStreams: share.namedStreams,
            writeTimes: share.writeTimes == .immediate ? .immediate : .delayed)
    }
}

extension EncryptionPolicy {
    init(_ setting: SMBEncryption) {
        switch setting {
        case .off: self = .off
        case .preferred: self = .preferred
        case .required: self = .required
        }
    }
}
