import FileSystemCore
import SMBMessages
import WindowsTypes
import WireCoding

/// One IOCTL that concerns an open file, decoded as far as its code.
struct ControlCall {
    let code: ControlCode
    let file: SMBOpen
    let input: [UInt8]
    /// MaxOutputResponse: how much the client takes, in bytes.
    let room: Int

    init(_ request: IoctlRequest, _ file: SMBOpen) {
        code = request.ctlCode
        self.file = file
        input = request.input
        room = Int(clamping: request.maxOutputResponse)
    }

    /// - Throws: INVALID_PARAMETER where the input is not what the code's structure says.
    func parse<Structure: InformationStructure>(_ type: Structure.Type = Structure.self) throws(SMBFailure) -> Structure {
        do throws(WireError) {
            return try Structure(bytes: input)
        } catch {
            throw SMBFailure(error)
        }
    }

    /// - Throws: `status` where the client takes fewer bytes than `count`.
    func requireRoom(_ count: Int, _ status: NTStatus = .bufferTooSmall) throws(SMBFailure) {
        guard room >= count else { throw SMBFailure(status) }
    }

    /// Writes the response.
    func answer(_ output: [UInt8] = [], _ context: inout CommandContext) {
        IoctlResponse(ctlCode: code, fileID: file.fileID, output: output).write(to: &context.writer)
    }
}
