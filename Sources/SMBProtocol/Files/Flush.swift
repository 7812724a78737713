import WindowsTypes

/// SMB2 FLUSH — [MS-SMB2] 2.2.17, 3.3.5.11
package enum FlushCommand {
    package static func handle(_ context: inout CommandContext) throws(SMBFailure) -> CommandResult {
        throw SMBFailure(.notSupported)
    }
}
