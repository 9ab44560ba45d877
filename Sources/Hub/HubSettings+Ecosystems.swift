import Devices
import Registry

extension HubSettings {
    /// Reads `ecosystems`, and `zigbee2mqtt`, where the base topics of Zigbee2MQTT stood before there was that.
    mutating func readEcosystems(_ root: SettingsSection, _ mistakes: inout Mistakes) {
        let section = root.section("ecosystems", &mistakes)
        // Native topics are fixed.
        let known = Device.Ecosystem.allCases.filter { $0 != .native }
        section.checkKeys(known.map(\.rawValue), &mistakes)
        var hasZigbeePrefixes = false
        for ecosystem in known {
            let own = section.section(ecosystem.rawValue, &mistakes)
            own.checkKeys(Self.keys(of: ecosystem), &mistakes)
            read(ecosystem, own, &mistakes)
            if ecosystem == .zigbee2mqtt { hasZigbeePrefixes = own["prefixes"] != nil }
        }
        let zigbee = root.section("zigbee2mqtt", &mistakes)
        zigbee.checkKeys(["base-topics"], &mistakes)
        guard let node = zigbee["base-topics"] else { return }
        if hasZigbeePrefixes {
            mistakes.note(
                node.mistake(
                    "the base topics stand under ecosystems.zigbee2mqtt.prefixes as well", mend: "remove them here"))
        }
        zigbee.read("base-topics", into: &zigbee2MQTTBaseTopics, &mistakes) { (node) throws(ConfigError) in
            try node.topics(wildcards: false)
        }
    }

    private static func keys(of ecosystem: Device.Ecosystem) -> [String] {
        switch ecosystem {
        case .zigbee2mqtt: ["prefixes"]
        case .sparkplug: ["listen"]
        case .tasmota: ["telemetry", "state", "command", "listen"]
        case .alarmPanels: ["paradox", "dsc", "listen"]
        case .homeAssistant: ["prefixes", "nodes", "listen"]
        default: ["prefixes", "listen"]
        }
    }

    private mutating func read(_ ecosystem: Device.Ecosystem, _ section: SettingsSection, _ mistakes: inout Mistakes) {
        var listens = false
        section.read("listen", into: &listens, &mistakes) { (node) throws(ConfigError) in try node.flag() }
        if listens { ecosystems.listening.insert(ecosystem) }
        section.read("prefixes", into: &ecosystems.prefixes[ecosystem], &mistakes) { (node) throws(ConfigError) in
            try node.prefixes()
        }
        section.read("nodes", into: &ecosystems.discoveryNodes, &mistakes) { (node) throws(ConfigError) in
            var nodes: [String: String] = [:]
            for entry in try node.mapping().entries { nodes[entry.key] = try entry.value.text() }
            return nodes
        }
        section.read("telemetry", into: &ecosystems.tasmotaTelemetry, &mistakes) { (node) throws(ConfigError) in
            try node.prefix()
        }
        section.read("state", into: &ecosystems.tasmotaState, &mistakes) { (node) throws(ConfigError) in
            try node.prefix()
        }
        section.read("command", into: &ecosystems.tasmotaCommand, &mistakes) { (node) throws(ConfigError) in
            try node.prefix()
        }
        section.read("paradox", into: &ecosystems.paradox, &mistakes) { (node) throws(ConfigError) in
            try node.prefixes()
        }
        section.read("dsc", into: &ecosystems.dsc, &mistakes) { (node) throws(ConfigError) in
            let panels = try node.prefixes()
            for panel in panels where !panel.contains("/") {
                throw node.mistake(
                    "'\(panel)' is no panel's topic",
                    mend: "write Homie's base topic and the device id, as in homie/dsc-alarm")
            }
            return panels
        }
    }
}

extension HubSettings {
    /// Devices that only a certain node may announce, and that nobody has registered: a slip of the pen protects nobody.
    func unannounced(in registry: EstateRegistry) -> [ConfigError] {
        ecosystems.discoveryNodes.keys.sorted()
            .filter { registry.position(of: .homeAssistant, address: $0) == nil }
            .map { address in
                ConfigError(
                    file: "hub.yaml", line: 0, column: 0,
                    problem: "ecosystems.homeassistant_discovery.nodes: no device has the address '\(address)'",
                    mend: "write one as it stands there, or remove this")
            }
    }
}

extension YAMLNode {
    /// - Throws: unless it is a list of at least one prefix, each once.
    fileprivate func prefixes() throws(ConfigError) -> [String] {
        var prefixes: [String] = []
        for node in try list() {
            let prefix = try node.prefix()
            guard !prefixes.contains(prefix) else {
                throw node.mistake("'\(prefix)' stands here twice", mend: "keep one of them")
            }
            prefixes.append(prefix)
        }
        guard !prefixes.isEmpty else {
            throw mistake(
                "the list is empty, so that nothing would be heard", mend: "write a prefix, or remove the key")
        }
        return prefixes
    }

    /// - Throws: if it can be no beginning of a topic.
    fileprivate func prefix() throws(ConfigError) -> String {
        let text = try text()
        guard !text.isEmpty, !text.hasPrefix("/"), !text.hasSuffix("/"), !text.hasPrefix("drill/"), text != "drill",
            !text.contains(where: { "+#\0".contains($0) })
        else {
            throw mistake(
                "'\(text)' is no prefix of topics", mend: "write the topic alone, as in 'home' or 'building/tele'")
        }
        return text
    }
}
