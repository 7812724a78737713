/// Why a call has no results: an nca_s status, or a Windows error where the remote procedure runtime says it so —
/// [C706] appendix E, [MS-RPCE] 2.2.2.8
package struct RPCFault: RawRepresentable, Error, Hashable, Sendable {
    package var rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    /// nca_op_rng_error: the interface has no such operation, or it is not offered here.
    package static let unknownOperation = RPCFault(rawValue: 0x1C01_0002)
    /// nca_unk_if: the presentation context stands for no interface.
    package static let unknownInterface = RPCFault(rawValue: 0x1C01_0003)
    /// nca_proto_error: the packet has no place here. The association is over.
    package static let protocolError = RPCFault(rawValue: 0x1C01_000B)
    /// nca_s_fault_remote_no_memory: arguments or results are longer than this server takes.
    package static let noMemory = RPCFault(rawValue: 0x1C00_001D)
    /// ERROR_ACCESS_DENIED
    package static let accessDenied = RPCFault(rawValue: 5)
    /// RPC_X_BAD_STUB_DATA: the arguments are not what the interface's definition has.
    package static let badArguments = RPCFault(rawValue: 0x0000_06F7)

    /// Whether the client may be told that nothing was executed.
    var isBeforeExecution: Bool {
        self == .unknownOperation || self == .unknownInterface || self == .protocolError
    }
}
