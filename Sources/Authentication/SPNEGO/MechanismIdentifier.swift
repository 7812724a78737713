/// The object identifier of a security mechanism, as its DER content.
package struct MechanismIdentifier: Equatable, Sendable {
    package let content: [UInt8]

    package init(content: [UInt8]) {
        self.content = content
    }

    /// 1.3.6.1.5.5.2 — RFC 4178
    package static let spnego = MechanismIdentifier(content: [0x2B, 0x06, 0x01, 0x05, 0x05, 0x02])
    /// 1.3.6.1.4.1.311.2.2.10 — [MS-SPNG] 1.9
    package static let ntlm = MechanismIdentifier(
        content: [0x2B, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x02, 0x02, 0x0A])
    /// 1.2.840.113554.1.2.2 — RFC 4121
    package static let kerberos = MechanismIdentifier(
        content: [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x12, 0x01, 0x02, 0x02])
    /// 1.2.840.48018.1.2.2, which Windows 2000 wrote for the former — [MS-SPNG] 1.9
    package static let microsoftKerberos = MechanismIdentifier(
        content: [0x2A, 0x86, 0x48, 0x82, 0xF7, 0x12, 0x01, 0x02, 0x02])

    var der: [UInt8] { DERWriter.element(DERTag.objectIdentifier, content) }
}
