import FileSystemCore
import FileSystemModel
import Synchronization

/// What the kernel refers to, and by which name it last came there.
///
/// A node has as many references as entries were given out for it; FORGET takes them back. The core is told of the
/// first and of the last only. A shard's lock is a leaf.
final class NodeTable: Sendable {
    private struct Node {
        var references: UInt64
        var link: Link?
    }

    private final class Shard: Sendable {
        let nodes = Mutex<[NodeID: Node]>([:])
    }

    private let shards = (0..<16).map { _ in Shard() }

    private func shard(_ node: NodeID) -> Shard { shards[Int(truncatingIfNeeded: node.rawValue & 15)] }

    /// Counts one reference; true when it is the node's first.
    func reference(_ node: NodeID, through link: Link?) -> Bool {
        shard(node).nodes.withLock { nodes in
            guard let index = nodes.index(forKey: node) else {
                nodes[node] = Node(references: 1, link: link)
                return true
            }
            nodes.values[index].references &+= 1
            if let link { nodes.values[index].link = link }
            return false
        }
    }

    /// Takes references back; true when none is left. The root and what is not known have none to take.
    func forget(_ node: NodeID, count: UInt64) -> Bool {
        shard(node).nodes.withLock { nodes in
            guard let index = nodes.index(forKey: node) else { return false }
            let references = nodes.values[index].references
            guard references <= count else {
                nodes.values[index].references = references - count
                return false
            }
            nodes.remove(at: index)
            return true
        }
    }

    func link(of node: NodeID) -> Link? { shard(node).nodes.withLock { $0[node]?.link } }

    /// Whether the kernel may refer to it: the root it always may.
    func holds(_ node: NodeID) -> Bool { node.inode == .root || references(of: node) > 0 }

    func references(of node: NodeID) -> UInt64 { shard(node).nodes.withLock { $0[node]?.references ?? 0 } }

    var count: Int { shards.reduce(0) { $0 + $1.nodes.withLock { $0.count } } }

    /// Empties the table: the kernel is gone.
    func removeAll() -> [NodeID] {
        shards.flatMap { shard in
            shard.nodes.withLock { nodes in
                let all = Array(nodes.keys)
                nodes = [:]
                return all
            }
        }
    }
}
