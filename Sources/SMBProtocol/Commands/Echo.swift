import SMBMessages

extension Connection {
    /// SMB2 ECHO — [MS-SMB2] 3.3.5.17
    func echo(_ message: borrowing Message) throws(SMBFailure) -> CommandResult {
        let _: EchoRequest = try message.body()
        // EchoResponse: StructureSize 4 and two reserved bytes.
        output.bytes.append(contentsOf: Self.emptyBody)
        return .success
    }

    private static let emptyBody: [UInt8] = [4, 0, 0, 0]
}
