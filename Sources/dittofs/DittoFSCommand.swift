import ArgumentParser

struct DittoFSCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dittofs",
        abstract: "One file system behind several doors: an SMB share and a local mount of the same files.",
        version: "dittofs \(dittofsVersion)",
        subcommands: [
            StartCommand.self, RunCommand.self, ConfigCommand.self, UserCommand.self, StatusCommand.self,
            DoctorCommand.self, VersionCommand.self,
        ])
}
