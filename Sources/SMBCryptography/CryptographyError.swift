/// Why a key or a context could not be made. None of these depends on what a peer sent.
package enum CryptographyError: Error, Equatable, Sendable {
    /// The cryptographic library lacks the algorithm, or has it switched off.
    case algorithmUnavailable
    /// The key does not have a length that the algorithm takes; `expected` is in bytes.
    case wrongKeyLength(expected: Int)
    /// The library refused an operation that cannot fail by its contract.
    case libraryFailure
}
