/// The file that `dittofs user` keeps: one user a line, `name:uid:gid:nt_hash`; lines that begin with `#` are comments.
///
/// An NT hash is as good as the password to whoever wants to log in, so the file is written with mode 0600 and refused
/// by nobody but its reader.
package struct UserFile: Equatable, Sendable {
    package private(set) var users: [UserSettings]

    package init(users: [UserSettings] = []) {
        self.users = users
    }

    /// - Throws: every line that is wrong.
    package init(parsing text: String, name: String) throws(ConfigurationError) {
        var problems: [Problem] = []
        users = []
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            guard !line.isEmpty, !line.hasPrefix("#") else { continue }
            func complain(_ message: String, allowed: String? = nil) {
                problems.append(Problem(.error, .file(name, line: index + 1), KeyPath(), message, allowed: allowed))
            }
            let fields = line.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
            guard fields.count == 4 else {
                complain("not a user", allowed: "name:uid:gid:nt_hash")
                continue
            }
            guard Self.isName(fields[0]) else {
                complain("not a good user name", allowed: ScalarKind.userName.allowed)
                continue
            }
            guard let uid = Self.identifier(fields[1]), let gid = Self.identifier(fields[2]) else {
                complain("not a good uid or gid", allowed: "whole numbers from 0 to 4294967294")
                continue
            }
            guard ScalarKind.ntHash.parse(fields[3]) != nil, let hash = Hexadecimal.decode(fields[3]) else {
                complain("not an NT hash", allowed: ScalarKind.ntHash.allowed)
                continue
            }
            guard self[fields[0]] == nil else {
                complain("the user \"\(fields[0])\" is there already")
                continue
            }
            users.append(UserSettings(name: fields[0], uid: uid, gid: gid, ntHash: hash))
        }
        guard problems.isEmpty else { throw ConfigurationError(problems) }
    }

    package var text: String {
        "# Users of DittoFS: name:uid:gid:nt_hash. Keep this file to yourself.\n"
            + users.map { "\($0.name):\($0.uid):\($0.gid):\(Hexadecimal.encode($0.ntHash))\n" }.joined()
    }

    /// Names are compared as SMB compares them: without regard to case.
    package subscript(name: String) -> UserSettings? {
        get { users.first { $0.name.lowercased() == name.lowercased() } }
        set {
            let index = users.firstIndex { $0.name.lowercased() == name.lowercased() }
            switch (index, newValue) {
            case (let index?, let user?): users[index] = user
            case (let index?, nil): users.remove(at: index)
            case (nil, let user?): users.append(user)
            case (nil, nil): break
            }
        }
    }

    /// Whether somebody may be called that.
    package static func isName(_ name: String) -> Bool {
        ScalarKind.userName.parse(name) != nil
    }

    package static var allowedNames: String { ScalarKind.userName.allowed }

    private static func identifier(_ text: String) -> UInt32? {
        UInt32(text).flatMap { $0 < UInt32.max ? $0 : nil }
    }
}
