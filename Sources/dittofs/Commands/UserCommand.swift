import ArgumentParser
import Authentication
import Configuration
import Glibc

struct UserCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "user", abstract: "Keep the users who may log in.",
        discussion:
            "Users are kept with the NT hash of their password, which is as good as the password itself: the file "
            + "belongs to you alone. Running instances read it when they start.",
        subcommands: [Add.self, List.self, Remove.self, ChangePassword.self])

    /// The file that is worked on.
    struct FileOption: ParsableArguments {
        @Option(
            help: ArgumentHelp(
                "The user file.",
                discussion: "By default user_file of the configuration, "
                    + "else ~/.config/dittofs/users.", valueName: "file"))
        var file: String?

        @Option(help: ArgumentHelp("The configuration that names the user file.", valueName: "file"))
        var config: String?

        var path: String {
            get throws(Failure) {
                if let file { return absolutePath(file) }
                return try Configuration.load(file: config).settings.userFile ?? UserFile.defaultPath
            }
        }

        /// Reads, changes and rewrites the file while nobody else does. A file that is not there is empty.
        func edit(_ change: (inout UserFile) throws(Failure) -> Void) throws(Failure) {
            let path = try path
            let slash = path.lastIndex(of: "/") ?? path.startIndex
            let directory = String(path[..<slash])
            _ = try FileTree.makeDirectories(directory, mode: 0o700)
            let lock = open(directory.isEmpty ? "/" : directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            guard lock >= 0, flock(lock, LOCK_EX) == 0 else {
                throw Failure("cannot lock \(directory): \(systemError())")
            }
            defer { close(lock) }
            var users = UserFile()
            if access(path, F_OK) == 0 { users = try UserFile.load(path) }
            try change(&users)
            try FileText.replace(path, with: users.text, mode: 0o600)
        }
    }

    /// Runs the body and turns a failure into one line and exit code 1.
    static func reporting(_ body: () throws(Failure) -> Void) throws {
        do throws(Failure) {
            try body()
        } catch {
            Console.complain(error.description)
            throw ExitCode(1)
        }
    }

    static func hash(_ password: String) throws(Failure) -> [UInt8] {
        do {
            return try NTHash(password: password).bytes
        } catch {
            throw Failure("cannot hash the password: \(error)")
        }
    }

    struct Add: ParsableCommand {
        static let configuration = CommandConfiguration(commandName: "add", abstract: "Add a user.")

        @Argument(help: "The name to log in with.")
        var name: String

        @Option(help: "The number that files of this user belong to; by default yours.")
        var uid: UInt32?

        @Option(help: "The number of the user's group; by default yours.")
        var gid: UInt32?

        @Flag(help: "Read the password from the first line of standard input.")
        var passwordStdin = false

        @OptionGroup var file: FileOption

        func run() throws {
            try UserCommand.reporting { () throws(Failure) in
                guard UserFile.isName(name) else {
                    throw Failure("\"\(name)\" is not a good user name; allowed: \(UserFile.allowedNames)")
                }
                let uid = uid ?? getuid()
                let gid = gid ?? getgid()
                guard uid != UInt32.max, gid != UInt32.max else { throw Failure("4294967295 is not a uid or gid") }
                let password = try PasswordPrompt.read(for: name, fromInput: passwordStdin)
                let hash = try UserCommand.hash(password)
                try file.edit { users throws(Failure) in
                    guard users[name] == nil else { throw Failure("the user \"\(name)\" is there already") }
                    users[name] = UserSettings(name: name, uid: uid, gid: gid, ntHash: hash)
                }
            }
        }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(commandName: "list", abstract: "List the users.")

        @OptionGroup var file: FileOption

        func run() throws {
            try UserCommand.reporting { () throws(Failure) in
                let path = try file.path
                guard access(path, F_OK) == 0 else { return }
                for user in try UserFile.load(path).users {
                    Console.say("\(user.name) uid=\(user.uid) gid=\(user.gid)")
                }
            }
        }
    }

    struct Remove: ParsableCommand {
        static let configuration = CommandConfiguration(commandName: "remove", abstract: "Remove a user.")

        @Argument(help: "The user's name.")
        var name: String

        @OptionGroup var file: FileOption

        func run() throws {
            try UserCommand.reporting { () throws(Failure) in
                try file.edit { users throws(Failure) in
                    guard users[name] != nil else { throw Failure("there is no user \"\(name)\"") }
                    users[name] = nil
                }
            }
        }
    }

    struct ChangePassword: ParsableCommand {
        static let configuration = CommandConfiguration(commandName: "passwd", abstract: "Change a user's password.")

        @Argument(help: "The user's name.")
        var name: String

        @Flag(help: "Read the password from the first line of standard input.")
        var passwordStdin = false

        @OptionGroup var file: FileOption

        func run() throws {
            try UserCommand.reporting { () throws(Failure) in
                let path = try file.path
                guard access(path, F_OK) == 0, try UserFile.load(path)[name] != nil else {
                    throw Failure("there is no user \"\(name)\"")
                }
                let password = try PasswordPrompt.read(for: name, fromInput: passwordStdin)
                let hash = try UserCommand.hash(password)
                try file.edit { users throws(Failure) in
                    guard var user = users[name] else { throw Failure("there is no user \"\(name)\"") }
                    user.ntHash = hash
                    users[name] = user
                }
            }
        }
    }
}
