import ArgumentParser
import Configuration
import Glibc

struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Check everything that an instance needs on this machine.")

    @Option(help: ArgumentHelp("The configuration.", valueName: "file"))
    var config: String?

    @Option(help: ArgumentHelp("Where the first share would be mounted.", valueName: "directory"))
    var mount: String?

    func run() throws {
        var isHealthy = true
        func check(_ what: String, _ problem: String?) {
            isHealthy = isHealthy && problem == nil
            Console.say(problem.map { "MISSING  \(what): \($0)" } ?? "ok       \(what)")
        }
        var settings: Settings?
        do throws(Failure) {
            let override = mount.map {
                Override([.key("shares"), .index(0), .key("mount")], absolutePath($0), source: .option("--mount"))
            }
            let configuration = try Configuration.load(file: config, options: override.map { [$0] } ?? [])
            settings = configuration.settings
            check(config ?? "configuration (defaults)", nil)
            configuration.warnings.forEach { Console.say("note     \($0)") }
            do throws(Failure) {
                check("users: \(try configuration.allUsers().count)", nil)
            } catch {
                check("users", error.description)
            }
        } catch {
            check("configuration", error.description)
        }
        check("/dev/fuse and the FUSE helper", Prerequisites.fuseProblem())
        do throws(Failure) {
            let directory = try RuntimeDirectory.make()
            rmdir(directory)
            check("runtime directory \(directory)", nil)
        } catch {
            check("runtime directory", error.description)
        }
        if let settings {
            checkDoors(settings, check)
        }
        if Spawn.programPath("smbclient") == nil {
            Console.say("note     smbclient is not installed: \"apt install smbclient\" to try the SMB door")
        }
        if !isHealthy { throw ExitCode(1) }
    }

    private func checkDoors(_ settings: Settings, _ check: (String, String?) -> Void) {
        if settings.smb.enabled {
            let host = settings.smb.bindAddress
            check(
                "port \(settings.smb.port) of \(host)", Prerequisites.portProblem(host: host, port: settings.smb.port))
        }
        guard settings.fuse.enabled else { return }
        let isRefused = settings.fuse.allowOther == true && !Prerequisites.mayAllowOther
        check("allow_other", isRefused ? Prerequisites.allowOtherProblem : nil)
        for path in settings.shares.compactMap(\.mount) {
            do throws(Failure) {
                let point = try MountPoint.prepare(path)
                point.made.reversed().forEach { rmdir($0) }
                check("mount point \(path)", nil)
            } catch {
                check("mount point \(path)", error.description)
            }
        }
    }
}
