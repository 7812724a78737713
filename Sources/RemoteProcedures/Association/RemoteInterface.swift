/// What a procedure is told of who calls it.
package struct RPCCaller: Equatable, Sendable {
    /// The user's name; a guest's is the one that it claims.
    package var name: String
    /// The user has proven who it is.
    package var isAuthenticated: Bool

    package init(name: String, isAuthenticated: Bool) {
        self.name = name
        self.isAuthenticated = isAuthenticated
    }
}

/// One client's use of an interface: the procedures, and what they remember from one call to the next.
///
/// It is made when a client binds, and dropped with the pipe; it runs to its end on the connection's event loop, so it may
/// neither block nor wait.
package protocol RemoteService: Sendable {
    /// Executes a procedure.
    ///
    /// - Throws: ``RPCFault/unknownOperation`` for one that is not offered, ``RPCFault/badArguments`` for arguments that
    ///   are not the definition's.
    mutating func call(
        _ operation: UInt16, _ arguments: inout NDRReader, _ results: inout NDRWriter
    ) throws(RPCFault)
}

/// An interface that this server has, and the pipes at which it is found.
package struct RemoteInterface: Sendable {
    package var identifier: SyntaxIdentifier
    /// In lower case, without `\PIPE\`.
    package var pipes: [String]
    package var makeService: @Sendable (RPCCaller) -> any RemoteService

    package init(
        _ identifier: SyntaxIdentifier, pipes: [String],
        makeService: @escaping @Sendable (RPCCaller) -> any RemoteService
    ) {
        self.identifier = identifier
        self.pipes = pipes
        self.makeService = makeService
    }
}

/// All interfaces of a server, by the pipes that lead to them.
package struct InterfaceRegistry: Sendable {
    private let interfaces: [RemoteInterface]
    private let pipes: Set<String>

    package init(_ interfaces: [RemoteInterface]) {
        self.interfaces = interfaces
        pipes = Set(interfaces.flatMap(\.pipes))
    }

    /// The name under which a pipe is known here, or nil for none: compared without regard to case, with or without
    /// `\PIPE\` or a backslash before it.
    package func pipe(named name: String) -> String? {
        var name = name.lowercased()
        if name.hasPrefix("\\") { name.removeFirst() }
        if name.hasPrefix("pipe\\") { name.removeFirst(5) }
        return pipes.contains(name) ? name : nil
    }

    /// Begins a conversation at a pipe, as ``pipe(named:)`` names it.
    package func makeAssociation(
        pipe: String, number: UInt32, caller: RPCCaller, limits: AssociationLimits = AssociationLimits()
    ) -> Association {
        Association(
            pipe: pipe, interfaces: interfaces.filter { $0.pipes.contains(pipe) }, number: number, caller: caller,
            limits: limits)
    }
}
