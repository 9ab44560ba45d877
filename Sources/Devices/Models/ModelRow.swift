import Registry

/// One entry of a `models.yaml`.
struct ModelRow: Sendable {
    var names: [String]
    var ecosystems: [Device.Ecosystem]
    var brand: String?
    var fields: [(String, Field)]
    /// Where it stands, for mistakes that show only beside other files.
    var node: YAMLNode

    func isNamed(_ name: String) -> Bool { names.contains { $0.lowercased() == name.lowercased() } }

    static func builtIn(_ mistakes: inout Mistakes) -> [ModelRow] {
        let text = String(decoding: PackageResources.models_yaml, as: UTF8.self)
        return read(ConfigFile(name: "models.yaml (built in)", text: text), &mistakes)
    }

    /// The entries of a file; those with mistakes are noted and left out.
    static func read(_ file: ConfigFile, _ mistakes: inout Mistakes) -> [ModelRow] {
        let found = mistakes.reading { () throws(ConfigError) in
            let root = try YAMLDocument(file).root
            if case .nothing = root.content { return nil as YAMLMapping? }
            return try root.mapping()
        }
        guard let root = found ?? nil else { return [] }
        root.checkKeys(["models"], required: ["models"], &mistakes)
        let list = mistakes.reading { () throws(ConfigError) in
            guard let node = root["models"], case .nothing = node.content else { return try root["models"]?.list() }
            return nil
        }
        var rows: [ModelRow] = []
        for node in (list ?? nil) ?? [] {
            guard let row = ModelRow(node, &mistakes) else { continue }
            rows.append(row)
            noteDoubles(of: row, in: rows.dropLast(), &mistakes)
        }
        return rows
    }

    private static func noteDoubles(
        of row: ModelRow, in earlier: some Sequence<ModelRow>, _ mistakes: inout Mistakes
    ) {
        for other in earlier where !Set(other.ecosystems).isDisjoint(with: row.ecosystems) {
            guard let name = row.names.first(where: { other.isNamed($0) }) else { continue }
            mistakes.note(
                row.node.mistake(
                    "model '\(name)' stands in line \(other.node.line) already", mend: "write its fields in one entry"))
        }
    }

    private init?(_ node: YAMLNode, _ mistakes: inout Mistakes) {
        let before = mistakes.errors.count
        guard let mapping = mistakes.reading({ () throws(ConfigError) in try node.mapping() }) else { return nil }
        mapping.checkKeys(["model", "ecosystem", "brand", "fields"], required: ["model", "fields"], &mistakes)
        let names = mistakes.reading { () throws(ConfigError) in try Self.names(mapping["model"]) }
        let ecosystems = mistakes.reading { () throws(ConfigError) in try Self.ecosystems(mapping["ecosystem"]) }
        let brand = mistakes.reading { () throws(ConfigError) in try mapping["brand"]?.text() }
        let fields = mapping["fields"].map { ModelFields.read($0, &mistakes) }
        guard let names, let ecosystems, let brand, let fields, mistakes.errors.count == before else { return nil }
        self.init(names: names, ecosystems: ecosystems, brand: brand, fields: fields, node: node)
    }

    private init(
        names: [String], ecosystems: [Device.Ecosystem], brand: String?, fields: [(String, Field)], node: YAMLNode
    ) {
        self.names = names
        self.ecosystems = ecosystems
        self.brand = brand
        self.fields = fields
        self.node = node
    }

    private static func names(_ node: YAMLNode?) throws(ConfigError) -> [String] {
        // That it is missing has been noted.
        guard let node else { return [] }
        let names = try oneOrMore(node)
        for name in names {
            let text = try name.text()
            guard (1...100).contains(text.utf8.count) else {
                throw name.mistake(
                    "a model's name has 1 to 100 bytes", mend: "write it as in the column 'model' of devices.csv")
            }
        }
        return try texts(names)
    }

    private static func ecosystems(_ node: YAMLNode?) throws(ConfigError) -> [Device.Ecosystem] {
        guard let node else { return Device.Ecosystem.allCases }
        var ecosystems: [Device.Ecosystem] = []
        for one in try oneOrMore(node) { ecosystems.append(try one.choice()) }
        return ecosystems
    }

    private static func oneOrMore(_ node: YAMLNode) throws(ConfigError) -> [YAMLNode] {
        guard case .list = node.content else { return [node] }
        let list = try node.list()
        guard !list.isEmpty else { throw node.mistake("the list is empty", mend: "write at least one, or no list") }
        return list
    }

    private static func texts(_ nodes: [YAMLNode]) throws(ConfigError) -> [String] {
        var texts: [String] = []
        for node in nodes { texts.append(try node.text()) }
        return texts
    }
}
