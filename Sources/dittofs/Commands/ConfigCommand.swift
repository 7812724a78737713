import ArgumentParser
import Configuration
import Glibc

struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "Check or show the configuration.", subcommands: [Check.self, Show.self])

    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "check", abstract: "Say everything that is wrong with a configuration.")

        @Argument(help: ArgumentHelp("The configuration.", valueName: "file"))
        var file: String

        func run() throws {
            do throws(Failure) {
                let configuration = try Configuration.load(file: file)
                for warning in configuration.warnings {
                    Console.say(warning.description)
                }
                Console.say("\(file): good")
            } catch {
                // These lines are the answer, not an accident: they begin with the file, as a compiler's do.
                Console.say(error.description)
                throw ExitCode(1)
            }
        }
    }

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show", abstract: "Show the value of every key and where it comes from.")

        @Option(help: ArgumentHelp("The configuration.", valueName: "file"))
        var config: String?

        @Argument(help: ArgumentHelp("The configuration.", valueName: "file"))
        var file: String?

        func run() throws {
            do throws(Failure) {
                let configuration = try Configuration.load(file: file ?? config)
                for warning in configuration.warnings {
                    Console.complain(warning.description)
                }
                try FileText.write(configuration.shown(), to: STDOUT_FILENO)
            } catch {
                Console.complain(error.description)
                throw ExitCode(1)
            }
        }
    }
}
