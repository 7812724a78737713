import CLinux
import Glibc

/// New processes, without the cost and the threads of a framework.
enum Spawn {
    /// Starts a program with our standard streams and nothing blocked. False when it cannot be started (errno tells).
    static func simple(_ arguments: [String], into child: inout pid_t) -> Bool {
        start(arguments, environment: currentEnvironment(), group: nil, terminal: nil, into: &child) == 0
    }

    /// - Parameters:
    ///   - group: 0 puts the program into a process group of its own.
    ///   - terminal: a terminal whose foreground that new group becomes.
    /// - Returns: 0 or an errno.
    static func start(
        _ arguments: [String], environment: [String], group: pid_t?, terminal: Int32?, into child: inout pid_t
    ) -> Int32 {
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }

        var flags = Int16(POSIX_SPAWN_SETSIGMASK) | Int16(POSIX_SPAWN_SETSIGDEF)
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        var all = sigset_t()
        sigfillset(&all)
        posix_spawnattr_setsigdefault(&attributes, &all)
        if let group {
            flags |= Int16(POSIX_SPAWN_SETPGROUP)
            posix_spawnattr_setpgroup(&attributes, group)
        }
        posix_spawnattr_setflags(&attributes, flags)
        if let terminal {
            linux_spawn_in_foreground(&actions, terminal)
        }

        var argumentPointers = arguments.map { strdup($0) } + [nil]
        var environmentPointers = environment.map { strdup($0) } + [nil]
        defer {
            for pointer in argumentPointers + environmentPointers { free(pointer) }
        }
        return posix_spawnp(
            &child, arguments.first ?? "", &actions, &attributes, &argumentPointers, &environmentPointers)
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
