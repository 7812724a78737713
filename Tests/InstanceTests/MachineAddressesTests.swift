import Glibc
import SMBProtocol
import Testing

@testable import Instance

@Suite("The machine's addresses")
struct MachineAddressesTests {
    @Test("the loopback is among them, under the number that the kernel has for it")
    func loopback() throws {
        let addresses = MachineAddresses.current()
        let own = try #require(addresses.first { $0.bytes == [127, 0, 0, 1] })
        #expect(own.interface == if_nametoindex("lo"))
        #expect(addresses.allSatisfy { $0.bitsPerSecond > 0 && $0.interface > 0 })
        #expect(Set(addresses.map { $0.bytes + [UInt8(truncatingIfNeeded: $0.interface)] }).count == addresses.count)
    }

    @Test("what a listener takes follows from its own address")
    func scopes() throws {
        let client = try #require(LocalAddress(bytes: [127, 0, 0, 1]))
        let machine = MachineAddresses.current()
        #expect(MachineAddresses.listening(on: "127.0.0.1").reachable(from: [client]).map(\.bytes) == [client.bytes])
        let ipv4 = MachineAddresses.listening(on: "0.0.0.0").reachable(from: [client])
        #expect(ipv4.count == machine.filter { !$0.isIPv6 && !$0.isLinkLocal }.count)
        let all = MachineAddresses.listening(on: "::").reachable(from: [client])
        #expect(all.count == machine.filter { !$0.isLinkLocal }.count)
    }
}
