import FileSystemCore
import FileSystemModel

/// What a file system must do for a caller who may do everything, in the plainest way: a tree of objects and no cleverness.
///
/// Each call returns the error that it expects, or nil and has changed the tree.
final class ModelTree {
    final class Node {
        let type: FileType
        /// Of a directory, in the order in which a listing shows them.
        var children: [(name: String, node: Node)] = []
        var parent: Node?
        var bytes: [UInt8] = []
        var names = 0

        init(_ type: FileType) { self.type = type }

        var isDirectory: Bool { type == .directory }

        func child(_ name: String) -> Node? { children.first { $0.name == name }?.node }

        var linkCount: UInt32 {
            isDirectory ? (parent == nil ? 0 : UInt32(2 + children.count { $0.node.isDirectory })) : UInt32(names)
        }

        func isOrIsBelow(_ other: Node) -> Bool {
            var node = self
            while true {
                if node === other { return true }
                guard let parent = node.parent, parent !== node else { return false }
                node = parent
            }
        }
    }

    let root = Node(.directory)

    init() { root.parent = root }

    func find(_ path: String) -> Result<Node, FileSystemError> {
        var node = root
        for name in path.split(separator: "/") {
            guard node.isDirectory else { return .failure(.notDirectory) }
            guard let child = node.child(String(name)) else { return .failure(.notFound) }
            node = child
        }
        return .success(node)
    }

    private func place(_ path: String) -> Result<(parent: Node, name: String), FileSystemError> {
        let parts = path.split(separator: "/")
        return find(parts.dropLast().joined(separator: "/")).flatMap { parent in
            parent.isDirectory ? .success((parent, String(parts.last ?? ""))) : .failure(.notDirectory)
        }
    }

    /// Runs what may fail, and says how it did.
    private func attempt(_ body: () throws(FileSystemError) -> Void) -> FileSystemError? {
        do { try body() } catch { return error }
        return nil
    }

    private func enter(_ node: Node, _ name: String, in parent: Node) {
        parent.children.append((name: name, node: node))
        node.names += 1
        if node.isDirectory { node.parent = parent }
    }

    private func leave(_ name: String, in parent: Node) {
        guard let index = parent.children.firstIndex(where: { $0.name == name }) else { return }
        let node = parent.children.remove(at: index).node
        node.names -= 1
        if node.isDirectory { node.parent = nil }
    }

    func make(_ path: String, _ type: FileType) -> FileSystemError? {
        attempt { () throws(FileSystemError) in
            let (parent, name) = try place(path).get()
            guard parent.child(name) == nil else { throw .exists }
            enter(Node(type), name, in: parent)
        }
    }

    func link(_ path: String, to new: String) -> FileSystemError? {
        attempt { () throws(FileSystemError) in
            let node = try find(path).get()
            let (parent, name) = try place(new).get()
            guard parent.child(name) == nil else { throw .exists }
            guard !node.isDirectory else { throw .notPermitted }
            enter(node, name, in: parent)
        }
    }

    func remove(_ path: String, directory: Bool) -> FileSystemError? {
        attempt { () throws(FileSystemError) in
            let (parent, name) = try place(path).get()
            guard let node = parent.child(name) else { throw .notFound }
            guard node.isDirectory == directory else { throw directory ? .notDirectory : .isDirectory }
            guard node.children.isEmpty else { throw .directoryNotEmpty }
            leave(name, in: parent)
        }
    }

    func rename(_ path: String, _ new: String, _ flags: RenameFlags) -> FileSystemError? {
        attempt { () throws(FileSystemError) in
            let (parent, name) = try place(path).get()
            let (newParent, newName) = try place(new).get()
            guard let source = parent.child(name) else { throw .notFound }
            let target = newParent.child(newName)
            if target != nil, flags.contains(.noReplace) { throw .exists }
            if flags.contains(.exchange) {
                guard let target else { throw .notFound }
                return try exchange(source, name, parent, target, newName, newParent)
            }
            guard target !== source else { return }
            if let target {
                if source.isDirectory, !target.isDirectory { throw .notDirectory }
                if !source.isDirectory, target.isDirectory { throw .isDirectory }
            }
            if source.isDirectory, newParent !== parent, newParent.isOrIsBelow(source) { throw .invalidArgument }
            if let target {
                guard target.children.isEmpty else { throw .directoryNotEmpty }
                leave(newName, in: newParent)
            }
            leave(name, in: parent)
            enter(source, newName, in: newParent)
        }
    }

    private func exchange(
        _ first: Node, _ name: String, _ parent: Node, _ second: Node, _ newName: String, _ newParent: Node
    ) throws(FileSystemError) {
        guard first !== second else { return }
        if parent !== newParent {
            if first.isDirectory, newParent.isOrIsBelow(first) { throw .invalidArgument }
            if second.isDirectory, parent.isOrIsBelow(second) { throw .invalidArgument }
        }
        for (place, name, node) in [(parent, name, second), (newParent, newName, first)] {
            for index in place.children.indices where place.children[index].name == name {
                place.children[index].node = node
            }
            if node.isDirectory { node.parent = place }
        }
    }

    static func write(_ bytes: [UInt8], at offset: Int, to node: Node) {
        guard !bytes.isEmpty else { return }
        resize(node, to: max(node.bytes.count, offset + bytes.count))
        node.bytes.replaceSubrange(offset..<offset + bytes.count, with: bytes)
    }

    static func resize(_ node: Node, to size: Int) {
        if size < node.bytes.count {
            node.bytes.removeLast(node.bytes.count - size)
        } else {
            node.bytes += [UInt8](repeating: 0, count: size - node.bytes.count)
        }
    }
}
