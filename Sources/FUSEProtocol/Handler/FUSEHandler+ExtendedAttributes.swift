import FileSystemCore
import FileSystemModel

extension FUSEHandler {
    /// `security.capability`, which the kernel asks for before writes. No file has one here: a write would have to take
    /// it away.
    private static let capability = Array("security.capability".utf8)

    func getxattr(
        _ node: NodeID, _ name: [UInt8], size: Int, _ context: OperationContext
    ) throws(FileSystemError) -> Outcome<FUSEReply> {
        if name == Self.capability { return answer(.error(Errno.noData)) }
        if let attribute = NTFSAttribute(name) {
            return try fileSystem.attributes(of: node.inode, context).reply { fitted(attribute.value(of: $0), into: size) }
        }
        return try fileSystem.extendedAttribute(name, of: node.inode, context).reply { fitted($0, into: size) }
    }

    func listxattr(
        _ node: NodeID, size: Int, _ context: OperationContext
    ) throws(FileSystemError) -> Outcome<FUSEReply> {
        try fileSystem.extendedAttributeNames(of: node.inode, context).reply { names in
            var list: [UInt8] = []
            for name in names {
                list.append(contentsOf: name)
                list.append(0)
            }
            return fitted(list, into: size)
        }
    }

    /// Size 0 asks how much room the value needs; too little room is ERANGE — getxattr(2).
    private func fitted(_ value: [UInt8], into size: Int) -> FUSEReply {
        if size == 0 { return .size(UInt32(clamping: value.count)) }
        return value.count <= size ? .bytes(value) : .error(Errno.range)
    }

    func setxattr(
        _ node: NodeID, _ name: [UInt8], to value: [UInt8], flags: UInt32, _ context: OperationContext
    ) throws(FileSystemError) -> Outcome<FUSEReply> {
        guard name != Self.capability else { throw .notSupported }
        let mode: ExtendedAttributeMode
        switch flags {
        case 0: mode = .either
        case ExtendedAttributeFlags.create: mode = .create
        case ExtendedAttributeFlags.replace: mode = .replace
        default: throw .invalidArgument
        }
        if let attribute = NTFSAttribute(name) {
            guard mode != .create else { throw .attributeExists }
            return try fileSystem.setAttributes(try attribute.changes(value), of: node.inode, via: nil, context).reply { _ in .success }
        }
        return try fileSystem.setExtendedAttribute(name, to: value, mode: mode, of: node.inode, context).succeeded
    }

    func removexattr(
        _ node: NodeID, _ name: [UInt8], _ context: OperationContext
    ) throws(FileSystemError) -> Outcome<FUSEReply> {
        if name == Self.capability { throw .attributeNotFound }
        guard NTFSAttribute(name) == nil else { throw .notSupported }
        return try fileSystem.removeExtendedAttribute(name, of: node.inode, context).succeeded
    }
}
