package import AccessArbitration
package import AccessControl
package import FileSystemModel

/// Who calls, through which door, and how long the call may take. Every call of the core takes one.
package struct OperationContext: Sendable {
    package var door: DoorID
    package var style: OpenStyle
    /// The caller within its door: a session, a process.
    package var client: UInt64
    package var identity: Identity
    /// For traces: the door's number for the request.
    package var operation: UInt64
    /// False on an event loop: a call that would wait for a device returns `.wouldBlock` with nothing done.
    package var mayBlock: Bool
    /// Set when the call is the repetition of one that returned `.pending`: what has been waited for already.
    package var resuming: Ticket?

    package init(
        door: DoorID, style: OpenStyle, client: UInt64, identity: Identity, operation: UInt64 = 0, mayBlock: Bool = true,
        resuming: Ticket? = nil
    ) {
        self.door = door
        self.style = style
        self.client = client
        self.identity = identity
        self.operation = operation
        self.mayBlock = mayBlock
        self.resuming = resuming
    }
}

/// What a call of the core came to.
package enum Outcome<Value: Sendable>: Sendable {
    case done(Value, Receipt)
    /// Nothing has changed. Repeat the call, with the ticket in its context, when the ticket is settled as `.retry`.
    case pending(Ticket)
    /// Nothing has changed. Repeat the call where it may block.
    case wouldBlock

    /// The value and its receipt, or nil for a call that is not done.
    package var value: Value? {
        if case .done(let value, _) = self { return value }
        return nil
    }

    /// The same with another value, where there is one.
    package func map<Other>(_ transform: (Value) -> Other) -> Outcome<Other> {
        switch self {
        case .done(let value, let receipt): .done(transform(value), receipt)
        case .pending(let ticket): .pending(ticket)
        case .wouldBlock: .wouldBlock
        }
    }
}

/// What a door must know before it answers a call that is done.
package struct Receipt: Sendable {
    /// The commit that the call made, or the last one that it saw.
    package let sequence: CommitSequence
    /// Answer when it is open; nil is open.
    package let gate: Gate?

    package init(sequence: CommitSequence, gate: Gate? = nil) {
        self.sequence = sequence
        self.gate = gate
    }

    /// Of a call that has committed twice: the answer waits for both.
    package func followed(by later: Receipt) -> Receipt {
        Receipt(sequence: later.sequence, gate: Gate.joining([gate, later.gate].compactMap { $0 }))
    }
}
