import Registry

/// The earliest of many moments, each of which may change: a tournament, in which a change costs the tree's height and
/// the earliest nothing.
struct EarliestDue {
    /// A binary tree: node `n` is the earlier of nodes `2n` and `2n + 1`; the moments stand in the lower half.
    private var nodes: [Instant]
    private let leaves: Int

    init(count: Int) {
        var leaves = 1
        while leaves < count { leaves *= 2 }
        self.leaves = leaves
        nodes = Array(repeating: .distantFuture, count: 2 * leaves)
    }

    var earliest: Instant { nodes[1] }

    mutating func set(_ position: Int, _ moment: Instant) {
        var node = leaves + position
        guard nodes[node] != moment else { return }
        nodes[node] = moment
        while node > 1 {
            node /= 2
            let earlier = min(nodes[2 * node], nodes[2 * node + 1])
            guard nodes[node] != earlier else { return }
            nodes[node] = earlier
        }
    }

    /// All whose moment has come, ascending.
    func positions(until moment: Instant) -> [Int] {
        var found: [Int] = []
        collect(1, until: moment, &found)
        return found
    }

    private func collect(_ node: Int, until moment: Instant, _ found: inout [Int]) {
        guard nodes[node] <= moment, nodes[node] != .distantFuture else { return }
        guard node < leaves else { return found.append(node - leaves) }
        collect(2 * node, until: moment, &found)
        collect(2 * node + 1, until: moment, &found)
    }
}
