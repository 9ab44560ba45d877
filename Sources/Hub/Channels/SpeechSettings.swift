import Foundation
import Notify
import Registry

extension HubSettings {
    /// `channels.speech`: public address. Nobody has such a contact: players speak for the people of their place.
    public struct Speech: Sendable {
        public var enabled = true
        /// `drills`: exercises are spoken, too.
        public var speaksDrills = false
        /// `players`, in the order of the file.
        public var players: [Player] = []

        /// What plays sounds somewhere.
        public struct Player: Sendable, PlacedStation {
            public var name: String
            /// A path: `a`, `a/12`, `a/lobby`.
            public var place = ""
            public var url: String?
            public var topic: String?
            /// `files`: where the folder `speech` of the state is served, for a player on MQTT.
            public var files: String?
            /// `method: put`
            public var isPut = false
            /// For one attempt, `100ms...9s`.
            public var timeout = Duration.seconds(8)
            var node: YAMLNode
        }
    }
}

extension HubSettings.Speech: ChannelSettings {
    static var key: String { "speech" }

    init(_ section: SettingsSection, _ around: SettingsSurroundings, _ mistakes: inout Mistakes) {
        section.checkKeys(["enabled", "drills", "players"], &mistakes)
        section.read("enabled", into: &enabled, &mistakes) { (node) throws(ConfigError) in try node.flag() }
        section.read("drills", into: &speaksDrills, &mistakes) { (node) throws(ConfigError) in try node.flag() }
        let named = section.section("players", &mistakes)
        for entry in named.entries {
            _ = mistakes.reading { () throws(ConfigError) in try entry.keyNode.identifier() }
            players.append(Player(entry, named.section(entry.key, &mistakes), &mistakes))
        }
    }

    func reaches(_ address: String, over channel: String, _ registry: EstateRegistry) throws(AddressMistake) -> Bool {
        throw AddressMistake(
            problem: "nobody has a speech contact: players speak for the people of their place",
            mend: "remove it, and write another contact")
    }

    func stations(in estate: Estate) -> [Station] {
        guard enabled else { return [] }
        return players.stations(in: estate, Self.key, hearsDrills: speaksDrills)
    }

    func weaknesses(in registry: EstateRegistry) -> [ConfigError] {
        guard enabled, let first = players.first else { return [] }
        var errors: [ConfigError] = []
        if Speaker.installed() == nil {
            errors.append(
                first.node.mistake(
                    "nothing can be spoken: espeak-ng is not installed",
                    mend: "install it (apt install espeak-ng), or remove the players"))
        }
        return errors + players.misplaced(in: registry.estate)
    }

    func channels(_ parts: ChannelParts) throws -> [String: any Channel] {
        let stations = stations(in: parts.directory.estate)
        guard !stations.isEmpty else { return [:] }
        // Where it is missing each message says so.
        let program = Speaker.installed() ?? "/usr/bin/espeak-ng"
        let named = players.compactMap { player in
            stations.first { $0.name == player.name }?.place.map { (player.name, player.made(at: $0)) }
        }
        let channel = try SpeechChannel(
            Speaker(program: program, folder: parts.settings.state + "/speech"),
            players: Dictionary(named, uniquingKeysWith: { first, _ in first }), estate: parts.directory.estate,
            catalogue: parts.catalogue, publish: parts.publish)
        return [SpeechChannel.name: channel]
    }
}

extension HubSettings.Speech.Player {
    private enum Method: String, CaseIterable {
        case post, put
    }

    fileprivate init(_ entry: YAMLMapping.Entry, _ section: SettingsSection, _ mistakes: inout Mistakes) {
        self.init(name: entry.key, node: section["place"] ?? entry.keyNode)
        section.checkKeys(["place", "url", "method", "topic", "files", "timeout"], required: ["place"], &mistakes)
        section.read("place", into: &place, &mistakes) { (node) throws(ConfigError) in try node.text() }
        for (key, path) in [("url", \Self.url), ("files", \Self.files)] {
            section.read(key, into: &self[keyPath: path], &mistakes) { (node) throws(ConfigError) in
                let text = try node.text()
                guard HubSettings.Webhooks.isURL(text) else {
                    throw node.mistake("'\(text)' is no web address", mend: "write http://host/path")
                }
                return text.hasSuffix("/") && key == "files" ? String(text.dropLast()) : text
            }
        }
        section.read("topic", into: &topic, &mistakes) { (node) throws(ConfigError) in try node.publishedTopic() }
        section.read("method", into: &isPut, &mistakes) { (node) throws(ConfigError) in
            let method: Method = try node.choice()
            return method == .put
        }
        section.read("timeout", into: &timeout, &mistakes) { (node) throws(ConfigError) in
            try node.duration(in: .milliseconds(100) ... .seconds(9))
        }
        if (section["url"] == nil) == (section["topic"] == nil) {
            mistakes.note(
                entry.keyNode.mistake("a player has either a url or a topic", mend: "write one of the two"))
        }
    }

    fileprivate func made(at place: Place) -> SpeechChannel.Player {
        let way: SpeechChannel.Player.Way =
            url.map { .http(url: $0, isPut: isPut) } ?? .mqtt(topic: topic ?? "", files: files)
        return SpeechChannel.Player(place: place, way: way, timeout: timeout)
    }
}
