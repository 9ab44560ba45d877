extension Estate {
    /// Reads `estate.yaml`.
    ///
    /// - Throws: every mistake in it.
    public static func load(file path: String) throws(ConfigErrors) -> Estate {
        var mistakes = Mistakes()
        let file = mistakes.reading { () throws(ConfigError) in try ConfigFile.read(path) }
        let estate = file.flatMap { Estate(reading: $0, &mistakes) }
        return try mistakes.result(estate)
    }

    /// `nil`, with the mistakes noted, if nothing can be made of the file.
    init?(reading file: ConfigFile, _ mistakes: inout Mistakes) {
        let root = mistakes.reading { () throws(ConfigError) in try YAMLDocument(file).root.mapping() }
        guard let root else { return nil }
        root.checkKeys(
            ["estate", "name", "blocks", "adjacent", "building-alarm"], required: ["estate", "name", "blocks"],
            &mistakes)
        let id = mistakes.reading { () throws(ConfigError) in try root["estate"]?.identifier() } ?? nil
        let name = mistakes.reading { () throws(ConfigError) in try root["name"]?.localizedText() } ?? nil
        let list = mistakes.reading { () throws(ConfigError) in try root["blocks"]?.list() } ?? nil
        if let node = root["blocks"], list?.isEmpty == true {
            mistakes.note(node.mistake("an estate without blocks", mend: "write at least one block"))
        }
        var blocks: [Block] = []
        var lines: [String: Int] = [:]
        for node in list ?? [] {
            guard let block = Block(reading: node, &mistakes) else { continue }
            if let first = lines.updateValue(node.line, forKey: block.id) {
                mistakes.note(
                    node.mistake("block '\(block.id)' stands in line \(first) already", mend: "give it another id"))
            }
            blocks.append(block)
        }
        let alarms = root["building-alarm"].map { BuildingAlarmPolicy(reading: $0, &mistakes) }
        guard let id, let name, list != nil else { return nil }
        let adjacency = root["adjacent"].map { Self.adjacency($0, among: blocks.map(\.id), &mistakes) }
        self.init(id: id, name: name, blocks: blocks, adjacency: adjacency ?? [])
        buildingAlarms = alarms ?? BuildingAlarmPolicy()
    }

    /// `[[a, b], [b, c]]`
    private static func adjacency(
        _ node: YAMLNode, among blocks: [String], _ mistakes: inout Mistakes
    ) -> [[String]] {
        let pairs = mistakes.reading { () throws(ConfigError) in try node.list() } ?? []
        return pairs.compactMap { pair in
            mistakes.reading { () throws(ConfigError) in
                let names = try pair.texts()
                guard names.count == 2, names[0] != names[1] else {
                    throw pair.mistake("adjacent are two blocks", mend: "write a pair such as [a, b]")
                }
                if let unknown = names.first(where: { !blocks.contains($0) }) {
                    throw pair.mistake(
                        "no block '\(unknown)'", mend: "write two of \(blocks.joined(separator: ", "))")
                }
                return names
            }
        }
    }
}

extension Block {
    private static let keys = ["id", "name", "floors", "flats", "areas", "policy"]

    fileprivate init?(reading node: YAMLNode, _ mistakes: inout Mistakes) {
        guard let block = mistakes.reading({ () throws(ConfigError) in try node.mapping() }) else { return nil }
        block.checkKeys(Self.keys, required: ["id", "name", "floors", "flats"], &mistakes)
        let id = mistakes.reading { () throws(ConfigError) in try block["id"]?.identifier() } ?? nil
        let name = mistakes.reading { () throws(ConfigError) in try block["name"]?.localizedText() } ?? nil
        let floors = mistakes.reading { () throws(ConfigError) in try block["floors"]?.floors() } ?? nil
        let flats = mistakes.reading { () throws(ConfigError) in try block["flats"]?.names() } ?? nil
        let areas = mistakes.reading { () throws(ConfigError) in try block["areas"]?.names() } ?? nil
        let policy: Policy? = mistakes.reading { () throws(ConfigError) in try block["policy"]?.choice() } ?? nil
        guard let id else { return nil }
        self.init(
            id: id, name: name ?? LocalizedText([]), floors: floors ?? [], flats: flats ?? [], areas: areas ?? [],
            policy: policy ?? .simultaneous)
    }
}

extension YAMLNode {
    /// A name that can stand in a topic. - Throws: if it cannot.
    public func identifier() throws(ConfigError) -> String {
        let text = try text()
        if let (problem, mend) = Identifier.mistake(in: text) { throw mistake(problem, mend: mend) }
        return text
    }

    /// A list of names, each once.
    fileprivate func names() throws(ConfigError) -> [String] {
        var names: [String] = []
        for node in try list() {
            let name = try node.identifier()
            if names.contains(name) { throw node.mistake("'\(name)' stands twice", mend: "keep one of them") }
            names.append(name)
        }
        return names
    }

    /// `1-31`, or a list of floors and ranges from the bottom up: `[G, 1, 2]`, `[B1, G, 1-9]`.
    fileprivate func floors() throws(ConfigError) -> [String] {
        if case .scalar(let text) = content {
            guard let range = try range(text) else {
                throw mistake(
                    "'\(text)' is no range of floors", mend: "write a range such as 1-31 or a list such as [G, 1, 2]")
            }
            return range
        }
        var floors: [String] = []
        for node in try list() {
            let text = try node.identifier()
            for floor in try node.range(text) ?? [text] {
                if floors.contains(floor) {
                    throw node.mistake("floor '\(floor)' stands twice", mend: "keep one of them")
                }
                floors.append(floor)
            }
        }
        if floors.isEmpty { throw mistake("a block without floors", mend: "write a range such as 1-31") }
        return floors
    }

    /// `nil` if the text has not the shape of a range.
    private func range(_ text: String) throws(ConfigError) -> [String]? {
        let ends = text.split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count == 2, ends.allSatisfy({ !$0.isEmpty && $0.allSatisfy(\.isWholeNumber) }),
            let low = Int(ends[0]), let high = Int(ends[1])
        else { return nil }
        // The tallest building has fewer than 200 floors: beyond that, a digit slipped in.
        guard low <= high, high - low < 200 else {
            throw mistake("'\(text)' is no range of floors", mend: "write the lowest floor first, at most 200 floors")
        }
        return (low...high).map(String.init)
    }
}
