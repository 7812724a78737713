import WindowsTypes

/// SMB2 CREATE — [MS-SMB2] 2.2.13, 3.3.5.9
package enum CreateCommand {
    package static func handle(_ context: inout CommandContext) throws(SMBFailure) -> CommandResult {
        throw SMBFailure(.notSupported)
    }
}
