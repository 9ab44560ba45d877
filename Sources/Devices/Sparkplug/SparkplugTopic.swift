/// A topic of Sparkplug B: `spBv1.0/<group>/<verb>/<node>[/<device>]`. Source: Sparkplug 3.0.0, chapter 4.
struct SparkplugTopic {
    enum Verb: Sendable { case nodeBirth, nodeData, nodeDeath, deviceBirth, deviceData, deviceDeath }

    var verb: Verb
    var group: String
    /// The edge node's address: `estate1/block-b`.
    var node: String
    /// The device's own name; `nil` for what the node says of itself.
    var device: String?

    /// Who speaks: `estate1/block-b`, or `estate1/block-b/loop1-det07`.
    var address: String { device.map { "\(node)/\($0)" } ?? node }

    /// `nil` for commands, the states of hosts, and topics that Sparkplug does not have.
    init?(_ topic: String) {
        let levels = TopicLevels(topic)
        guard levels.count == 4 || levels.count == 5, levels.level(0, is: "spBv1.0"),
            let verb = levels.find(2, in: levels.count == 4 ? Self.ofNodes : Self.ofDevices),
            !levels.isEmpty(1), !levels.isEmpty(3), !levels.isEmpty(levels.count - 1)
        else { return nil }
        self.verb = verb
        group = levels[1]
        node = "\(group)/\(levels[3])"
        device = levels.count == 5 ? levels[4] : nil
    }

    /// The topic of the birth of a node, or of one of its devices.
    static func birth(of node: String, device: String? = nil) -> String {
        topic(device == nil ? "NBIRTH" : "DBIRTH", of: node) + (device.map { "/\($0)" } ?? "")
    }

    /// - Parameter node: its address.
    static func topic(_ verb: String, of node: String) -> String {
        let slash = node.firstIndex(of: "/") ?? node.endIndex
        return "spBv1.0/\(node[..<slash])/\(verb)\(node[slash...])"
    }

    private static let ofNodes = KeyTable<Verb>([
        ("NBIRTH", .nodeBirth), ("NDATA", .nodeData), ("NDEATH", .nodeDeath),
    ])
    private static let ofDevices = KeyTable<Verb>([
        ("DBIRTH", .deviceBirth), ("DDATA", .deviceData), ("DDEATH", .deviceDeath),
    ])
}
