import Devices
import Notify
import Registry

extension HubSettings {
    /// `channels.display`: screens over MQTT. Nobody has such a contact: displays show what the people of their place
    /// are told.
    public struct Displays: Sendable {
        public var enabled = true
        /// `drills`: exercises are shown, too.
        public var showsDrills = false
        /// `all-clear`: how long one is shown, `10s...1h`.
        public var allClear = Duration.seconds(300)
        /// `displays`, in the order of the file.
        public var displays: [Display] = []

        public struct Display: Sendable, PlacedStation {
            public var name: String
            /// A path: `a`, `a/12`, `a/lobby`.
            public var place = ""
            public var kind = DisplayChannel.Kind.text
            public var topic = ""
            public var languages: [Language] = []
            var node: YAMLNode
        }
    }
}

extension HubSettings.Displays: ChannelSettings {
    static var key: String { DisplayChannel.name }

    init(_ section: SettingsSection, _ around: SettingsSurroundings, _ mistakes: inout Mistakes) {
        section.checkKeys(["enabled", "drills", "all-clear", "displays"], &mistakes)
        section.read("enabled", into: &enabled, &mistakes) { (node) throws(ConfigError) in try node.flag() }
        section.read("drills", into: &showsDrills, &mistakes) { (node) throws(ConfigError) in try node.flag() }
        section.read("all-clear", into: &allClear, &mistakes) { (node) throws(ConfigError) in
            try node.duration(in: .seconds(10) ... .seconds(3600))
        }
        let named = section.section("displays", &mistakes)
        for entry in named.entries {
            _ = mistakes.reading { () throws(ConfigError) in try entry.keyNode.identifier() }
            displays.append(Display(entry, named.section(entry.key, &mistakes), &mistakes))
        }
    }

    func reaches(_ address: String, over channel: String, _ registry: EstateRegistry) throws(AddressMistake) -> Bool {
        throw AddressMistake(
            problem: "nobody has a display contact: displays show what the people of their place are told",
            mend: "remove it, and write another contact")
    }

    func stations(in estate: Estate) -> [Station] {
        guard enabled else { return [] }
        return displays.stations(in: estate, Self.key, hearsDrills: showsDrills, seesEveryEnd: true)
    }

    func weaknesses(in registry: EstateRegistry) -> [ConfigError] {
        enabled ? displays.misplaced(in: registry.estate) : []
    }

    func channels(_ parts: ChannelParts) throws -> [String: any Channel] {
        let stations = stations(in: parts.directory.estate)
        guard !stations.isEmpty else { return [:] }
        let named = displays.compactMap { display in
            stations.first { $0.name == display.name }?.place.map { place in
                (
                    display.name,
                    DisplayChannel.Display(
                        place: place, kind: display.kind, topic: display.topic, languages: display.languages)
                )
            }
        }
        var settings = DisplayChannel.Settings()
        settings.allClear = allClear
        settings.tasmotaCommand = parts.settings.ecosystems.tasmotaCommand
        let channel = DisplayChannel(
            settings, displays: Dictionary(named, uniquingKeysWith: { first, _ in first }),
            estate: parts.directory.estate, catalogue: parts.catalogue, publish: parts.publishState)
        return [Self.key: channel]
    }
}

extension HubSettings.Displays.Display {
    private enum Kind: String, CaseIterable {
        case awtrix, tasmota, openhasp, json, text

        /// What a key of its own says.
        var keys: [String] {
            switch self {
            case .tasmota: ["columns"]
            case .openhasp: ["object", "home"]
            case .awtrix, .json, .text: []
            }
        }

        /// Its font has Latin letters alone. Sources: AWTRIX 3, "Icons and fonts"; Tasmota, "Displays", Fonts.
        var isLatin: Bool { self == .awtrix || self == .tasmota }
    }

    /// Written with the letters of ASCII.
    private static let latin = ["en", "fil", "id"]

    fileprivate init(_ entry: YAMLMapping.Entry, _ section: SettingsSection, _ mistakes: inout Mistakes) {
        self.init(name: entry.key, node: section["place"] ?? entry.keyNode)
        var written: Kind?
        section.read("kind", into: &written, &mistakes) { (node) throws(ConfigError) in try node.choice() }
        section.checkKeys(
            ["place", "kind", "topic", "languages"] + (written?.keys ?? section.entries.map(\.key)),
            required: ["place", "kind", "topic"], &mistakes)
        section.read("place", into: &place, &mistakes) { (node) throws(ConfigError) in try node.text() }
        section.read("topic", into: &topic, &mistakes) { (node) throws(ConfigError) in try node.publishedTopic() }
        guard let written else { return }
        languages = written.isLatin ? [.english] : [.traditionalChinese, .english]
        section.read("languages", into: &languages, &mistakes) { (node) throws(ConfigError) in
            try Self.languages(node, written)
        }
        kind = Self.kind(written, section, &mistakes)
    }

    private static func languages(_ node: YAMLNode, _ kind: Kind) throws(ConfigError) -> [Language] {
        let list = try node.list()
        guard !list.isEmpty else { throw node.mistake("no language is shown", mend: "write one, as in [zh-Hant, en]") }
        var languages: [Language] = []
        for node in list {
            let tag = try node.text()
            guard !kind.isLatin || latin.contains(tag) else {
                throw node.mistake(
                    "a display of kind \(kind.rawValue) has no letters for '\(tag)'",
                    mend: "write one of \(latin.joined(separator: ", "))")
            }
            languages.append(Language(tag))
        }
        return languages
    }

    private static func kind(
        _ written: Kind, _ section: SettingsSection, _ mistakes: inout Mistakes
    ) -> DisplayChannel.Kind {
        switch written {
        case .awtrix: return .awtrix
        case .json: return .json
        case .text: return .text
        case .tasmota:
            var columns = 21
            section.read("columns", into: &columns, &mistakes) { (node) throws(ConfigError) in
                try node.integer(in: 8...80)
            }
            return .tasmota(columns: columns)
        case .openhasp:
            var (object, home) = ((page: 12, id: 1), 1)
            section.read("object", into: &object, &mistakes) { (node) throws(ConfigError) in
                let text = try node.text()
                guard let match = text.wholeMatch(of: /p(\d{1,2})b(\d{1,3})/), let page = Int(match.1),
                    let id = Int(match.2), (1...12).contains(page), (1...254).contains(id)
                else { throw node.mistake("'\(text)' is no object of a page", mend: "write p1b1 to p12b254") }
                return (page: page, id: id)
            }
            section.read("home", into: &home, &mistakes) { (node) throws(ConfigError) in
                try node.integer(in: 1...12)
            }
            return .openHASP(page: object.page, object: object.id, home: home)
        }
    }
}

extension YAMLNode {
    /// - Throws: if nothing can be published to it.
    func publishedTopic() throws(ConfigError) -> String {
        let text = try text()
        guard !text.isEmpty, !text.contains(where: { "+#".contains($0) }) else {
            throw mistake("'\(text)' is no topic to publish to", mend: "write one without '+' and '#'")
        }
        return text
    }
}
