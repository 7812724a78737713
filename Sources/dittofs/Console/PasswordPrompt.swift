import Glibc

/// Passwords come from a terminal that does not show them, or from the first line of standard input; never from an
/// argument, which everybody on the machine can see.
enum PasswordPrompt {
    static func read(for name: String, fromInput: Bool) throws(Failure) -> String {
        guard isatty(STDIN_FILENO) == 1, !fromInput else {
            guard let line = readLine(strippingNewline: true), !line.isEmpty else {
                throw Failure("no password on standard input")
            }
            return line
        }
        let first = try ask("Password for \(name): ")
        guard !first.isEmpty else { throw Failure("an empty password is not accepted") }
        guard try ask("Again: ") == first else { throw Failure("the two passwords differ") }
        return first
    }

    private static func ask(_ question: String) throws(Failure) -> String {
        var before = termios()
        guard tcgetattr(STDIN_FILENO, &before) == 0 else {
            throw Failure("cannot ask for a password: \(systemError())")
        }
        var hidden = before
        hidden.c_lflag &= ~tcflag_t(ECHO)
        try FileText.write(question, to: STDERR_FILENO)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden)
        defer { tcsetattr(STDIN_FILENO, TCSAFLUSH, &before) }
        let line = readLine(strippingNewline: true)
        try FileText.write("\n", to: STDERR_FILENO)
        return line ?? ""
    }
}
