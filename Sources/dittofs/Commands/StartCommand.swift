import ArgumentParser
import Configuration
import Glibc
import Instance

struct StartCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "start", abstract: "Serve the shares until interrupted.",
        discussion: "Without a configuration: memory stores, the share /export, SMB on 127.0.0.1:12445, and a mount in "
            + "the runtime directory of the user.")

    @Option(help: ArgumentHelp("The configuration.", valueName: "file"))
    var config: String?

    @Option(help: ArgumentHelp("Where the first share is mounted.", valueName: "directory"))
    var mount: String?

    @Flag(help: "Open no mount.")
    var noMount = false

    @Option(help: ArgumentHelp("The port of the SMB door; 0 takes a free one.", valueName: "number"))
    var port: String?

    @Option(help: ArgumentHelp("Write one line of JSON to this descriptor once both doors answer.", valueName: "n"))
    var readyFd: Int32?

    @Option(help: ArgumentHelp("Write one line of JSON to this file once both doors answer.", valueName: "file"))
    var readyFile: String?

    @Option(help: .hidden)
    var digestFile: String?

    func run() throws {
        let watchdog = Watchdog.start()
        defer { watchdog?.dismiss() }
        do throws(Failure) {
            try serve(watchdog: watchdog)
        } catch {
            watchdog?.dismiss()
            Console.complain(error.description)
            throw ExitCode(1)
        }
    }

    private func serve(watchdog: Watchdog?) throws(Failure) {
        var overrides: [Override] = []
        if let mount {
            overrides.append(
                Override([.key("shares"), .index(0), .key("mount")], absolutePath(mount), source: .option("--mount")))
        }
        if noMount {
            overrides.append(
                Override([.key("adapters"), .key("fuse"), .key("enabled")], "false", source: .option("--no-mount")))
        }
        if let port {
            overrides.append(Override([.key("adapters"), .key("smb"), .key("port")], port, source: .option("--port")))
        }
        let configuration = try Configuration.load(file: config, options: overrides)
        for warning in configuration.warnings {
            Console.complain(warning.description)
        }
        let notice = ReadinessNotice(descriptor: readyFd, file: readyFile.map(absolutePath))
        try notice.check()
        let users = try configuration.allUsers()
        let directory = try RuntimeDirectory.make()
        watchdog?.removeDirectory(directory)
        defer { rmdir(directory) }
        let live = try LiveInstance(
            LiveInstance.Options(
                settings: configuration.settings, users: users, mountDirectory: directory,
                controlPath: "\(directory)/\(getpid()).sock", sink: LogSink(descriptor: STDERR_FILENO)),
            watchdog: watchdog)
        try live.start()
        do throws(Failure) {
            try notice.send(live.readiness)
        } catch {
            live.stop(grace: .zero)
            throw error
        }
        Console.say(Banner.text(for: live, users: users))
        _ = Signals.waitForEnd()
        Signals.endAtOnceOnNext()
        live.stop(grace: configuration.settings.smb.timeouts.shutdown, digestFile: digestFile.map(absolutePath))
    }
}
