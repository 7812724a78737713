import SMBClient
import SMBCryptography
import SMBMessages

/// How a session guards its messages.
enum Protection {
    case none
    case signed(MessageSigner)
    case sealed(FrameSealer)

    init(_ client: SMBClient) throws {
        if client.seals, let keys = client.keys, let algorithm = client.negotiated.cipher {
            self = .sealed(try FrameSealer(algorithm, keys))
        } else if client.signs, let signer = client.signer {
            self = .signed(signer)
        } else {
            self = .none
        }
    }

    /// Bytes between a frame's length and its first message.
    var prefixByteCount: Int {
        if case .sealed = self { SMB2TransformHeader.byteCount } else { 0 }
    }
}

/// Seals what is sent and looks into what comes back.
///
/// One nonce serves every frame. Nobody but the load generator may do that: it costs the secrecy of what is sealed, of
/// which there is none here, and no server looks at it. In return the sealed form of a payload that is always the same
/// is always the same, too.
final class FrameSealer {
    let cipher: SMBCipher
    private let sealing: AuthenticatedCipherContext
    /// Opens what is opened whole.
    private let opener: MessageCipher
    private let peek: CounterMode
    private var joined: [UInt8] = []

    init(_ cipher: SMBCipher, _ keys: SessionKeys) throws {
        self.cipher = cipher
        let name =
            switch cipher {
            case .aes128CCM: "AES-128-CCM"
            case .aes128GCM: "AES-128-GCM"
            case .aes256CCM: "AES-256-CCM"
            case .aes256GCM: "AES-256-GCM"
            }
        sealing = try AuthenticatedCipherContext(
            name, isCCM: cipher.isCCM, nonceByteCount: cipher.nonceByteCount, key: keys.clientToServer, seals: true)
        opener = try MessageCipher(cipher, sealingKey: keys.clientToServer, openingKey: keys.serverToClient)
        peek = try CounterMode(cipher, key: keys.serverToClient)
    }

    /// Seals a frame that lies in memory from its transform header on, and a payload behind it.
    ///
    /// - Parameters:
    ///   - payload: as it is before; empty when everything lies in `head`.
    ///   - sealedPayload: gets the sealed form, always the same for the same payload and length of `head`.
    func seal(
        _ head: UnsafeMutableRawBufferPointer, _ payload: UnsafeRawBufferPointer, to sealedPayload: UnsafeMutableRawBufferPointer
    ) -> Bool {
        guard let header = head.baseAddress, head.count > MessageCipher.headerByteCount else { return false }
        let body = UnsafeMutableRawBufferPointer(rebasing: head[MessageCipher.headerByteCount...])
        let authenticated = UnsafeRawBufferPointer(rebasing: head[MessageCipher.authenticatedRange])
        guard
            sealing.begin(
                nonce: header + MessageCipher.nonceRange.lowerBound, tag: nil, byteCount: body.count + payload.count),
            sealing.authenticate(authenticated)
        else { return false }
        if cipher.isCCM, !payload.isEmpty {
            joined.removeAll(keepingCapacity: true)
            joined.append(contentsOf: body)
            joined.append(contentsOf: payload)
            let isDone = joined.withUnsafeMutableBytes { joined in
                guard sealing.process(UnsafeRawBufferPointer(joined), to: joined.baseAddress) else { return false }
                body.copyMemory(from: UnsafeRawBufferPointer(rebasing: joined[..<body.count]))
                sealedPayload.copyMemory(from: UnsafeRawBufferPointer(rebasing: joined[body.count...]))
                return true
            }
            guard isDone else { return false }
        } else {
            guard sealing.process(UnsafeRawBufferPointer(body), to: body.baseAddress),
                sealing.process(payload, to: sealedPayload.baseAddress)
            else { return false }
        }
        return sealing.finishSealing(tag: header + MessageCipher.signatureRange.lowerBound)
    }

    /// Opens a whole frame in place.
    func open(_ frame: UnsafeMutableRawBufferPointer) -> Bool {
        var span = MutableRawSpan(_unsafeBytes: frame)
        return opener.open(&span)
    }

    /// Makes the beginning of a sealed message readable, without a look at its tag.
    func reveal(_ frame: UnsafeMutableRawBufferPointer) -> Bool {
        guard frame.count > MessageCipher.headerByteCount else { return false }
        return peek.decrypt(
            UnsafeMutableRawBufferPointer(rebasing: frame[MessageCipher.headerByteCount...]),
            nonce: UnsafeRawBufferPointer(rebasing: frame[MessageCipher.nonceRange]))
    }
}
