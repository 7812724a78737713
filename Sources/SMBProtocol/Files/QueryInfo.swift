import WindowsTypes

/// SMB2 QUERY_INFO — [MS-SMB2] 2.2.37, 3.3.5.20
package enum QueryInfoCommand {
    package static func handle(_ context: inout CommandContext) throws(SMBFailure) -> CommandResult {
        throw SMBFailure(.notSupported)
    }
}
