import Configuration
import Glibc

extension Configuration {
    /// The largest file that is read: far more than a person writes.
    private static let sizeLimit = 1 << 20

    /// The configuration as a command sees it: file, environment and options.
    static func load(file: String?, options: [Override] = []) throws(Failure) -> Configuration {
        var source: Source?
        if let file {
            guard let text = FileText.read(file, limit: sizeLimit) else {
                throw Failure("cannot read \(file): \(systemError())")
            }
            source = Source(name: file, text: text)
        }
        do {
            return try Configuration(source: source, environment: Spawn.environmentPairs(), options: options)
        } catch {
            throw Failure(error.description)
        }
    }

    /// The users of the file and those of the user file. The same name in both is an error, or nobody would know which
    /// counts.
    func allUsers() throws(Failure) -> [UserSettings] {
        let path = settings.userFile ?? UserFile.defaultPath
        guard settings.userFile != nil || access(path, F_OK) == 0 else { return settings.users }
        let file = try UserFile.load(path)
        for user in settings.users where file[user.name] != nil {
            throw Failure("the user \"\(user.name)\" is in the configuration and in \(path): remove one of the two")
        }
        return settings.users + file.users
    }
}

extension UserFile {
    /// Where users are kept when nobody says otherwise.
    static var defaultPath: String {
        if let directory = Spawn.variable("XDG_CONFIG_HOME"), directory.hasPrefix("/") {
            return "\(directory)/dittofs/users"
        }
        return "\(Spawn.variable("HOME") ?? "")/.config/dittofs/users"
    }

    static func load(_ path: String) throws(Failure) -> UserFile {
        var information = stat()
        guard stat(path, &information) == 0 else { throw Failure("cannot read \(path): \(systemError())") }
        guard information.st_mode & 0o077 == 0 else {
            throw Failure("\(path) can be read by others: \"chmod 600 \(path)\"")
        }
        guard let text = FileText.read(path, limit: 16 << 20) else {
            throw Failure("cannot read \(path): \(systemError())")
        }
        do {
            return try UserFile(parsing: text, name: path)
        } catch {
            throw Failure(error.description)
        }
    }
}
