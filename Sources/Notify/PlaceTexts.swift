import Registry

/// How a language names places: `flat 12C`, `12樓C室`.
struct PlaceTexts: Sendable {
    private let flat: MessageTemplate
    private let flatWithoutFloor: MessageTemplate
    private let area: MessageTemplate
    private let areaOnFloor: MessageTemplate
    private let floor: MessageTemplate
    private let wholeBlock: String
    private let separator: String
    private let more: MessageTemplate
    private let areas: [String: String]
    /// How many places a message names; further ones are counted.
    private let namedMax: Int

    /// Several places of one block, the first first.
    func list(_ places: [Place]) -> String {
        // Of the estate as a whole, each place is a block.
        guard places.contains(where: { $0.floor != nil || $0.unit != nil }) else { return wholeBlock }
        return places.prefix(namedMax).map(name).joined(separator: separator) + further(places.count - namedMax)
    }

    /// What is said of so many that are not named; nothing if there are none.
    func further(_ count: Int) -> String { count > 0 ? more.render(["count": "\(count)"]) : "" }

    func name(_ place: Place) -> String {
        let values = [
            "floor": place.floor ?? "", "flat": place.flat ?? "", "area": place.area.map(areaName) ?? "",
        ]
        let template: MessageTemplate? =
            switch (place.floor, place.flat, place.area) {
            case (_?, _?, _): flat
            case (nil, _?, _): flatWithoutFloor
            case (_?, nil, _?): areaOnFloor
            case (nil, nil, _?): area
            case (_?, nil, nil): floor
            case (nil, nil, nil): nil
            }
        return template?.render(values) ?? wholeBlock
    }

    /// `stair-1` is the word for `stair` and the number; an area without a word keeps its own name.
    private func areaName(_ area: String) -> String {
        if let word = areas[area] { return word }
        guard let dash = area.lastIndex(of: "-"), let word = areas[String(area[..<dash])] else { return area }
        return "\(word) \(area[area.index(after: dash)...])"
    }

    private static let keys = [
        "flat", "flat-without-floor", "area", "area-on-floor", "floor", "whole-block", "separator", "more", "areas",
    ]

    /// - Returns: `nil` if there are mistakes, which are noted.
    init?(_ node: YAMLNode, namedMax: Int, _ mistakes: inout Mistakes) {
        let before = mistakes.errors.count
        guard let mapping = mistakes.reading({ () throws(ConfigError) in try node.mapping() }) else { return nil }
        mapping.checkKeys(Self.keys, required: Self.keys, &mistakes)
        func template(_ key: String, _ variables: [String]) -> MessageTemplate? {
            mapping[key].flatMap { node in
                mistakes.reading { () throws(ConfigError) in try MessageTemplate(node, variables: variables) }
            }
        }
        func word(_ node: YAMLNode?) -> String? {
            node.flatMap { node in mistakes.reading { () throws(ConfigError) in try node.text() } }
        }
        let templates = [
            template("flat", ["floor", "flat"]), template("flat-without-floor", ["flat"]),
            template("area", ["area"]), template("area-on-floor", ["floor", "area"]), template("floor", ["floor"]),
            template("more", ["count"]),
        ].compactMap { $0 }
        let wholeBlock = word(mapping["whole-block"])
        let separator = word(mapping["separator"])
        var areas: [String: String] = [:]
        let named = mapping["areas"].flatMap { node in
            mistakes.reading { () throws(ConfigError) in try node.mapping() }
        }
        for entry in named?.entries ?? [] { areas[entry.key] = word(entry.value) }
        guard mistakes.errors.count == before, templates.count == 6, let wholeBlock, let separator else { return nil }
        (flat, flatWithoutFloor, area) = (templates[0], templates[1], templates[2])
        (areaOnFloor, floor, more) = (templates[3], templates[4], templates[5])
        self.namedMax = namedMax
        self.wholeBlock = wholeBlock
        self.separator = separator
        self.areas = areas
    }
}
