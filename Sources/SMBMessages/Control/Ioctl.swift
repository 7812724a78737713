package import WireCoding

/// Flags of an IOCTL request — [MS-SMB2] 2.2.31
package struct IoctlFlags: OptionSet, Hashable, Sendable {
    package var rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    /// Without it the request is an IOCTL of a device, which no server of ours has: STATUS_NOT_SUPPORTED.
    package static let isFsctl = IoctlFlags(rawValue: 0x0000_0001)
}

/// SMB2 IOCTL Request — [MS-SMB2] 2.2.31
package struct IoctlRequest: Equatable, Sendable {
    package var ctlCode: ControlCode
    package var fileID: FileID
    package var input: [UInt8]
    /// Bytes.
    package var maxInputResponse: UInt32
    /// Bytes.
    package var maxOutputResponse: UInt32
    package var flags: IoctlFlags

    package init(
        ctlCode: ControlCode, fileID: FileID = .inherited, input: [UInt8] = [], maxInputResponse: UInt32 = 0,
        maxOutputResponse: UInt32, flags: IoctlFlags = .isFsctl
    ) {
        self.ctlCode = ctlCode
        self.fileID = fileID
        self.input = input
        self.maxInputResponse = maxInputResponse
        self.maxOutputResponse = maxOutputResponse
        self.flags = flags
    }
}

extension IoctlRequest: SMB2Body {
    package static let structureSize: UInt16 = 57
    /// Of the first byte behind the fixed part, from the header's start.
    private static let bufferOffset = UInt32(SMB2Header.byteCount + 56)

    package init(parsing reader: inout WireReader) throws(WireError) {
        try reader.expectStructureSize(Self.structureSize)
        try reader.skip(2)
        ctlCode = ControlCode(rawValue: try reader.integer())
        fileID = try FileID(parsing: &reader)
        let inputOffset: UInt32 = try reader.integer()
        let inputCount: UInt32 = try reader.integer()
        maxInputResponse = try reader.integer()
        let outputOffset: UInt32 = try reader.integer()
        let outputCount: UInt32 = try reader.integer()
        maxOutputResponse = try reader.integer()
        flags = IoctlFlags(rawValue: try reader.integer())
        try reader.skip(4)
        // "If InputCount is not equal to zero, the server MUST fail the request … if InputOffset is … less than (size of SMB2
        // header + size of the SMB2 IOCTL request not including Buffer) … is not a multiple of 8 bytes." — [MS-SMB2] 3.3.5.15
        guard inputCount == 0 || inputOffset >= Self.bufferOffset && inputOffset % 8 == 0 else {
            throw .outOfBounds(offset: Int(clamping: inputOffset), count: Int(clamping: inputCount))
        }
        input = try reader.slice(at: inputOffset, count: inputCount).array
        // No code has output in a request; what a client puts there must still lie inside the message.
        _ = try reader.slice(at: outputOffset, count: outputCount)
    }

    package func write(to writer: inout WireWriter) {
        writer.integer(Self.structureSize)
        writer.integer(UInt16(0))
        writer.integer(ctlCode.rawValue)
        fileID.write(to: &writer)
        let buffer = UInt32(clamping: input.isEmpty ? 0 : writer.count + 32)
        writer.integer(buffer)
        writer.integer(UInt32(clamping: input.count))
        writer.integer(maxInputResponse)
        writer.integer(buffer)
        writer.integer(UInt32(0))
        writer.integer(maxOutputResponse)
        writer.integer(flags.rawValue)
        writer.integer(UInt32(0))
        // One byte stands for the empty buffer, as StructureSize has it.
        if input.isEmpty { writer.integer(UInt8(0)) } else { writer.append(input) }
    }
}

/// SMB2 IOCTL Response — [MS-SMB2] 2.2.32
package struct IoctlResponse: Equatable, Sendable {
    package var ctlCode: ControlCode
    package var fileID: FileID
    package var output: [UInt8]
    /// Zeros before the output, which the offsets skip. Of a response that was read: 0.
    package var padding = 0

    package init(ctlCode: ControlCode, fileID: FileID, output: [UInt8] = []) {
        self.ctlCode = ctlCode
        self.fileID = fileID
        self.output = output
    }
}

extension IoctlResponse: SMB2Body {
    package static let structureSize: UInt16 = 49

    package init(parsing reader: inout WireReader) throws(WireError) {
        try reader.expectStructureSize(Self.structureSize)
        try reader.skip(2)
        ctlCode = ControlCode(rawValue: try reader.integer())
        fileID = try FileID(parsing: &reader)
        let inputOffset: UInt32 = try reader.integer()
        let inputCount: UInt32 = try reader.integer()
        let outputOffset: UInt32 = try reader.integer()
        let outputCount: UInt32 = try reader.integer()
        try reader.skip(8)
        _ = try reader.slice(at: inputOffset, count: inputCount)
        output = try reader.slice(at: outputOffset, count: outputCount).array
    }

    package func write(to writer: inout WireWriter) {
        writer.integer(Self.structureSize)
        writer.integer(UInt16(0))
        writer.integer(ctlCode.rawValue)
        fileID.write(to: &writer)
        // Windows gives both offsets the buffer's place, also where there are no bytes.
        let buffer = UInt32(clamping: writer.count + 24 + padding)
        writer.integer(buffer)
        writer.integer(UInt32(0))
        writer.integer(buffer)
        writer.integer(UInt32(clamping: output.count))
        writer.integer(UInt32(0))
        writer.integer(UInt32(0))
        writer.zeros(padding)
        writer.append(output)
    }
}
