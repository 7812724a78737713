import ArgumentParser
import Configuration
import Glibc
import Instance
import SMBMessages
import SMBProtocol

extension SMBDialect: ExpressibleByArgument {}

struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Run a command beside a throw-away instance.",
        discussion: """
            The instance listens on a free port of 127.0.0.1, has one user with a random password and the uid \
            and gid of whoever runs it, and is mounted on a temporary directory. The command finds it through \
            DITTOFS_SMB_HOST, DITTOFS_SMB_PORT, DITTOFS_SHARE, DITTOFS_USER, DITTOFS_PASSWORD, DITTOFS_MOUNT, \
            DITTOFS_URL, DITTOFS_AUTH_FILE (for smbclient -A and cifs credentials=) and DITTOFS_CONTROL. Its \
            exit code becomes that of dittofs: 128+n after signal n, 123 when the command succeeded but a client \
            did less than --require-dialect or --require-encryption say, 124 after --timeout, 125 when the \
            instance did not start, 126 and 127 when the command could not be run. When the process that started dittofs \
            dies, the command is ended too.
            """)

    @Option(help: ArgumentHelp("The share that the variables speak of.", valueName: "name"))
    var share: String?

    @Option(help: ArgumentHelp("Where that share is mounted.", valueName: "directory"))
    var mount: String?

    @Option(help: ArgumentHelp("A configuration to begin with.", valueName: "file"))
    var config: String?

    @Option(help: ArgumentHelp("Fill the share with a copy of this directory first.", valueName: "directory"))
    var from: String?

    @Flag(help: "Leave the instance up after the command, until a signal ends it.")
    var keep = false

    @Option(help: ArgumentHelp("End the command after so many seconds.", valueName: "seconds"))
    var timeout: Double?

    @Flag(help: "Open no mount.")
    var noMount = false

    @Flag(help: "Write one line of JSON to standard output once both doors answer.")
    var json = false

    @Option(
        help: ArgumentHelp(
            "Fail the run when an SMB client logged in with a lower dialect: "
                + SMBDialect.allCases.map(\.rawValue).joined(separator: ", ") + ".", valueName: "dialect"))
    var requireDialect: SMBDialect?

    @Flag(help: "Fail the run when an SMB client did anything with a share's files in clear.")
    var requireEncryption = false

    @Option(help: ArgumentHelp("Write the log to this file; otherwise there is none.", valueName: "file"))
    var log: String?

    @Option(help: .hidden)
    var digestFile: String?

    @Argument(parsing: .postTerminator, help: ArgumentHelp("The command, after --.", valueName: "command"))
    var command: [String] = []

    func validate() throws {
        guard !command.isEmpty else { throw ValidationError("which command? dittofs run [options] -- COMMAND...") }
        if let timeout {
            guard timeout > 0, timeout < 1e7 else { throw ValidationError("--timeout must be a number of seconds") }
        }
    }

    func run() throws {
        let watchdog = Watchdog.start()
        let code: Int32
        do throws(Failure) {
            code = try runCommand(watchdog: watchdog)
        } catch {
            watchdog?.dismiss()
            Console.complain(error.description)
            throw ExitCode(125)
        }
        watchdog?.dismiss()
        throw ExitCode(code)
    }

    private func runCommand(watchdog: Watchdog?) throws(Failure) -> Int32 {
        let parent = keep ? nil : ParentProcess()
        let directory = try RuntimeDirectory.makeUnique("dittofs-run")
        watchdog?.removeTree(directory)
        defer { FileTree.remove(directory) }
        let login = ThrowAwayLogin.make()
        let plan = try RunPlan(self, login: login)
        let demand = makeDemand()
        let live = try LiveInstance(
            LiveInstance.Options(
                settings: plan.settings, users: plan.users, mountDirectory: directory,
                controlPath: "\(directory)/control.sock", sink: try openLog(), isSilent: log == nil, demand: demand),
            watchdog: watchdog)
        try live.start()
        let result: Int32
        do throws(Failure) {
            if let from { try live.fill(share: plan.share, from: absolutePath(from)) }
            let variables = try plan.variables(live: live, login: login, directory: directory)
            if json { Console.say(live.readiness.text) }
            let runner = CommandRunner(
                arguments: command, variables: variables, limit: timeout.map { .milliseconds(Int64($0 * 1000)) },
                parent: parent, watchdog: watchdog)
            result = try runner.run()
        } catch {
            live.stop(grace: .zero)
            throw error
        }
        if keep { waitForSignal(live: live, plan: plan, directory: directory) }
        live.stop(grace: .seconds(1), digestFile: digestFile.map(absolutePath))
        let shortfalls = demand?.shortfalls ?? []
        for shortfall in shortfalls { Console.complain(shortfall) }
        return result == 0 && !shortfalls.isEmpty ? 123 : result
    }

    private func makeDemand() -> ConnectionDemand? {
        guard requireDialect != nil || requireEncryption else { return nil }
        return ConnectionDemand(
            minimumDialect: requireDialect.map { Dialect(rawValue: $0.revision) }, encryption: requireEncryption)
    }

    private func openLog() throws(Failure) -> LogSink {
        guard let log else { return LogSink(descriptor: STDERR_FILENO) }
        let descriptor = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Failure("cannot write \(log): \(systemError())") }
        return LogSink(descriptor: descriptor)
    }

    private func waitForSignal(live: LiveInstance, plan: RunPlan, directory: String) {
        var text = "the instance stays up (process \(getpid()))"
        if let smb = live.smbEndpoint {
            text += "\n  smbclient //\(smb.host)/\(plan.share.smbName) -p \(smb.port) -A \(directory)/auth"
        }
        if let mount = live.mounts[plan.share.name] { text += "\n  ls \(mount)" }
        Console.complain(text + "\n  kill \(getpid())")
        _ = Signals.waitForEnd()
        Signals.endAtOnceOnNext()
    }
}

/// The user of a throw-away instance.
struct ThrowAwayLogin {
    var name: String
    var password: String

    /// Letters and digits only: the two stand in URLs, in files and on command lines. 24 of 32 letters are 120 bits.
    static func make() -> ThrowAwayLogin {
        let alphabet = Array("abcdefghijkmnopqrstuvwxyz2345678")
        var random = SystemRandomNumberGenerator()
        func letters(_ count: Int) -> String {
            String((0..<count).compactMap { _ in alphabet.randomElement(using: &random) })
        }
        return ThrowAwayLogin(name: "user\(letters(6))", password: letters(24))
    }
}

/// What a throw-away instance serves, and what its command is told.
struct RunPlan {
    let settings: Settings
    let users: [UserSettings]
    /// The share that the variables speak of.
    let share: ShareSettings

    init(_ command: RunCommand, login: ThrowAwayLogin) throws(Failure) {
        let configuration = try Configuration.load(file: command.config)
        var settings = configuration.settings
        settings.smb.enabled = true
        settings.smb.bindAddress = "127.0.0.1"
        settings.smb.port = 0
        settings.fuse.enabled = !command.noMount && (command.config == nil || settings.fuse.enabled)
        if !configuration.isWritten("adapters", "smb", "guest") { settings.smb.guest = false }
        var name = command.share
        if let given = name, !given.hasPrefix("/") { name = "/\(given)" }
        let isSingleDefault = !configuration.isWritten("shares")
        if let name, isSingleDefault {
            guard let share = ShareSettings(checkedName: name) else { throw Failure("\"\(name)\" cannot be a share") }
            settings.shares = [share]
        }
        let index = name.map { name in settings.shares.firstIndex { $0.name.lowercased() == name.lowercased() } } ?? 0
        guard let index else { throw Failure("there is no share \"\(name ?? "")\" in the configuration") }
        if isSingleDefault {
            // The share is the user's, at both doors.
            settings.shares[index].rootUID = getuid()
            settings.shares[index].rootGID = getgid()
        }
        for other in settings.shares.indices {
            // A throw-away instance stays away from the places of the real one.
            settings.shares[other].mount = nil
        }
        settings.shares[index].mount = command.mount.map(absolutePath)
        let hash = try UserCommand.hash(login.password)
        let user = UserSettings(name: login.name, uid: getuid(), gid: getgid(), ntHash: hash)
        self.users = settings.users + [user]
        self.share = settings.shares[index]
        self.settings = settings
    }

    /// Writes the authentication file and returns `NAME=value` for the command.
    func variables(live: LiveInstance, login: ThrowAwayLogin, directory: String) throws(Failure) -> [String] {
        let authFile = "\(directory)/auth"
        // cifs takes no blanks around the sign, smbclient does not care.
        try FileText.replace(
            authFile, with: "username=\(login.name)\npassword=\(login.password)\n", mode: 0o600)
        guard let smb = live.smbEndpoint else { throw Failure("the SMB door is not open") }
        var variables = [
            "DITTOFS_SMB_HOST=\(smb.host)", "DITTOFS_SMB_PORT=\(smb.port)", "DITTOFS_SHARE=\(share.smbName)",
            "DITTOFS_USER=\(login.name)", "DITTOFS_PASSWORD=\(login.password)", "DITTOFS_AUTH_FILE=\(authFile)",
            "DITTOFS_URL=smb://\(login.name):\(login.password)@\(smb.host):\(smb.port)/\(Self.escaped(share.smbName))",
            "DITTOFS_CONTROL=\(live.controlPath)",
        ]
        if let mount = live.mounts[share.name] { variables.append("DITTOFS_MOUNT=\(mount)") }
        return variables
    }

    /// A path component of a URL — RFC 3986, 2.1
    private static func escaped(_ name: String) -> String {
        let digits = Array("0123456789ABCDEF")
        return name.utf8.map { byte in
            let character = Character(Unicode.Scalar(byte))
            if byte < 0x80, character.isLetter || character.isNumber || "-._~$".contains(character) {
                return String(character)
            }
            return "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
        }.joined()
    }
}
