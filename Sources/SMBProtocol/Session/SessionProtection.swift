/// How a session's requests have come, as opposed to how they had to come: for status.
///
/// What leads to a share is not counted, a log-in or TREE_CONNECT: of those some are signed in any case and some cannot be
/// sealed. Where files were asked for, neither is what was said to IPC$, which clients do in clear before they know that a
/// share wants seals.
struct SessionProtection {
    private var files = Requests()
    private var pipes = Requests()

    private struct Requests {
        var haveCome = false
        var areSigned = true
        var areSealed = true

        mutating func note(_ isSigned: Bool, _ isSealed: Bool) {
            haveCome = true
            if !isSealed { areSealed = false }
            if !isSealed, !isSigned { areSigned = false }
        }
    }

    private var counted: Requests { files.haveCome ? files : pipes }

    /// All came signed, or sealed: a seal holds a signature.
    var isSigned: Bool { counted.haveCome && counted.areSigned }
    /// All came sealed.
    var isSealed: Bool { counted.haveCome && counted.areSealed }

    /// Counts a request that has passed the check of its signature; true where that changes what is to be told.
    mutating func note(isSigned: Bool, isSealed: Bool, onPipes: Bool) -> Bool {
        let before = (self.isSigned, self.isSealed)
        if onPipes {
            pipes.note(isSigned, isSealed)
        } else {
            files.note(isSigned, isSealed)
        }
        return before != (self.isSigned, self.isSealed)
    }
}
