import WindowsTypes

/// SMB2 WRITE — [MS-SMB2] 2.2.21, 3.3.5.13
package enum WriteCommand {
    package static func handle(_ context: inout CommandContext) throws(SMBFailure) -> CommandResult {
        throw SMBFailure(.notSupported)
    }
}
