import ArgumentParser
import Glibc

struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Ask running instances how they are: connections, sessions, opens, mounts.")

    @Flag(help: "One line of JSON an instance.")
    var json = false

    @Option(help: ArgumentHelp("The control socket of one instance; else all of this user's.", valueName: "socket"))
    var control: String?

    func run() throws {
        let explicit = control ?? Spawn.variable("DITTOFS_CONTROL")
        let paths = explicit.map { [$0] } ?? Self.sockets()
        var answers = 0
        for path in paths {
            guard let answer = ControlSocket.ask(path) else { continue }
            answers += 1
            Console.say(json ? answer : Self.indented(answer))
        }
        guard answers > 0 else {
            Console.complain(explicit.map { "nobody answers at \($0)" } ?? "no instance is running")
            throw ExitCode(1)
        }
    }

    private static func sockets() -> [String] {
        let directory = RuntimeDirectory.path
        guard let handle = opendir(directory) else { return [] }
        defer { closedir(handle) }
        var names: [String] = []
        while let entry = readdir(handle) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name.hasSuffix(".sock") { names.append("\(directory)/\(name)") }
        }
        return names.sorted()
    }

    /// JSON spread over lines, without its punctuation: enough for a person.
    static func indented(_ json: String) -> String {
        var lines: [String] = []
        var line = ""
        var depth = 0
        var inString = false
        var isEscaped = false
        func flush() {
            if !line.isEmpty { lines.append(String(repeating: "  ", count: max(0, depth - 1)) + line) }
            line = ""
        }
        for character in json {
            if inString {
                if isEscaped {
                    line.append(character)
                    isEscaped = false
                } else if character == "\\" {
                    isEscaped = true
                } else if character == "\"" {
                    inString = false
                } else {
                    line.append(character)
                }
                continue
            }
            switch character {
            case "\"": inString = true
            case "{", "[":
                flush()
                depth += 1
            case "}", "]":
                flush()
                depth -= 1
            case ",": flush()
            case ":": line += ": "
            default: line.append(character)
            }
        }
        return lines.joined(separator: "\n")
    }
}
