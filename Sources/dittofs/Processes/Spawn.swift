import CLinux
import Glibc

/// New processes, without the cost and the threads of a framework.
enum Spawn {
    /// Starts a helper with our standard streams and nothing blocked. False when it cannot be started (errno tells).
    static func helper(_ arguments: [String], into child: inout pid_t) -> Bool {
        let error = command(arguments, environment: currentEnvironment(), terminal: nil, into: &child)
        errno = error
        return error == 0
    }

    /// Starts a program in a process group of its own; if this process dies, the kernel kills it.
    ///
    /// - Parameter terminal: a terminal whose foreground that group becomes.
    /// - Returns: 0 or an errno.
    static func command(
        _ arguments: [String], environment: [String], terminal: Int32?, into child: inout pid_t
    ) -> Int32 {
        var argumentPointers = arguments.map { strdup($0) } + [nil]
        var environmentPointers = environment.map { strdup($0) } + [nil]
        defer {
            for pointer in argumentPointers + environmentPointers { free(pointer) }
        }
        let name = arguments.first ?? ""
        guard let path = name.contains("/") ? name : programPath(name) else { return ENOENT }
        return linux_spawn_command(path, &argumentPointers, &environmentPointers, terminal ?? -1, &child)
    }

    /// Where PATH has the program.
    static func programPath(_ name: String) -> String? {
        guard !name.isEmpty else { return nil }
        return (variable("PATH") ?? "/usr/bin:/bin").split(separator: ":").map { "\($0)/\(name)" }
            .first { access($0, X_OK) == 0 }
    }

    /// `NAME=value`, as the process got them.
    static func currentEnvironment() -> [String] {
        var variables: [String] = []
        var next = environ
        while let entry = next.pointee {
            variables.append(String(cString: entry))
            next += 1
        }
        return variables
    }

    static func environmentPairs() -> [(name: String, value: String)] {
        currentEnvironment().compactMap { variable in
            guard let equals = variable.firstIndex(of: "=") else { return nil }
            return (String(variable[..<equals]), String(variable[variable.index(after: equals)...]))
        }
    }

    static func variable(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }
    }
}
