extension HomieDevice {
    static let descriptionBytesMax = 256 * 1024

    /// Reads a `$description` of version 5: `{"homie":"5.0","root":…,"children":[…],"nodes":{…}}`.
    ///
    /// - Throws: ``Malformed`` if it is none, or larger than a device's can be.
    init(description payload: [UInt8]) throws(Malformed) {
        guard payload.count <= Self.descriptionBytesMax else {
            throw Malformed("$description of \(payload.count) bytes: expected at most \(Self.descriptionBytesMax)")
        }
        self.init()
        let json: JSON
        do { json = try JSON(object: payload) } catch { throw Malformed("$description: \(error.description)") }
        root = json.field("root", of: json.root).flatMap { json.text(of: $0) }.flatMap(Self.id)
        hasChildren = json.field("children", of: json.root).map { $0.end > $0.childrenStart } ?? false
        digest = ByteDigest.of(payload)
        guard let nodes = json.field("nodes", of: json.root) else { return }
        guard nodes.kind == .object else { throw Malformed("$description: nodes: expected an object") }
        for node in json.children(of: nodes) {
            guard let properties = json.field("properties", of: node) else { continue }
            for property in json.children(of: properties) where property.kind == .object {
                try add(property, "\(try Self.name(node, json))/\(try Self.name(property, json))", json)
            }
        }
    }

    private mutating func add(_ node: JSON.Node, _ name: String, _ json: JSON) throws(Malformed) {
        guard properties.count < Self.propertiesMax || properties[name] != nil else {
            throw Malformed("$description: more than \(Self.propertiesMax) properties")
        }
        var property = HomieProperty()
        let datatype = json.field("datatype", of: node)
        property.datatype = datatype.flatMap { json.find(text: $0, in: HomieProperty.datatypes) } ?? .text
        property.unit = json.field("unit", of: node).flatMap { json.words(of: $0) }
        property.isSettable = json.field("settable", of: node)?.kind == .yes
        property.understand(name)
        set(property, name)
    }

    private static func name(_ node: JSON.Node, _ json: JSON) throws(Malformed) -> String {
        guard node.name.count <= nameBytesMax / 2 else {
            throw Malformed("$description: an id of \(node.name.count) bytes: expected at most \(nameBytesMax / 2)")
        }
        return json.name(of: node)
    }

    private static func id(_ text: String) -> String? {
        text.isEmpty || text.utf8.count > nameBytesMax || text.contains("/") ? nil : text
    }
}

/// FNV-1a, 64 bits (draft-eastlake-fnv): the same in every process.
enum ByteDigest {
    static func of(_ bytes: [UInt8]) -> UInt64 {
        bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }
}
