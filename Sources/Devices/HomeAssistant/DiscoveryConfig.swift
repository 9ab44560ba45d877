/// What a device announces of itself: one entity, or all of a device at once. Sources:
/// `source/_integrations/mqtt.markdown`, "MQTT discovery", and `binary_sensor.mqtt.markdown` of
/// home-assistant/home-assistant.io; `homeassistant/components/mqtt/abbreviations.py` of home-assistant/core.
///
/// | key, short | meaning |
/// | --- | --- |
/// | `device`, `dev` | who it is: the first of `identifiers`, `ids`; else of `connections`, `cns`; `name`, `model` … |
/// | `unique_id`, `uniq_id` | who it is, of an entity without `device` |
/// | `components`, `cmps` | on `…/device/<object>/config`: each entity, its platform in `platform`, `p`; what they share stands outside |
/// | `state_topic`, `stat_t`; `value_template`, `val_tpl` | where the value is: ``DiscoveryTemplate`` |
/// | `device_class`, `dev_cla`; `unit_of_measurement`, `unit_of_meas` | what it means: ``DiscoveryMeaning`` |
/// | `payload_on`, `pl_on`; `payload_off`, `pl_off` | a text, a number or a boolean |
/// | `availability`, `avty`; `availability_topic`, `avty_t`; `availability_mode`, `avty_mode` | ``DiscoveryAvailability`` |
/// | `command_topic`, `cmd_t`, and what it takes | of sirens: ``AnnouncedSiren`` |
/// | `~` | stands at the beginning or end of topics |
/// | `migrate_discovery` | the entity moves to another topic, and is withdrawn here |
struct DiscoveryConfig {
    /// What identifies the device: a text that `devices.csv` can hold.
    var identity: String
    var name: String?
    var model: String?
    var area: String?
    /// What runs on it: ESPHome says so.
    var software: String?
    /// Those that ``DiscoveryMeaning`` knows, the meaningless among them.
    var entities: [DiscoveryEntity] = []

    private let json: JSON

    /// - Throws: ``Malformed`` if it is no announcement, or one that says something of a hazard and cannot be heard.
    init(_ payload: [UInt8], at topic: DiscoveryTopic) throws(Malformed) {
        let json = try JSON(object: payload)
        self.json = json
        let fields = Fields(json.root, json)
        let device = fields[.device].map { Fields($0, json) }
        identity = try Self.identity(device, fields, json, topic)
        name = (device?[.name]).flatMap { json.words(of: $0) }
        model = (device?[.modelID] ?? device?[.model]).flatMap { json.words(of: $0) }
        area = (device?[.area]).flatMap { json.words(of: $0) }
        software = (device?[.software]).flatMap { json.words(of: $0) }
        guard fields[.migrate]?.kind != .yes else { return }
        do throws(Malformed) {
            if topic.platform == "device" {
                try takeComponents(fields)
            } else {
                try take(fields, shared: nil, topic.platform, topic.object, isAlone: true)
            }
        } catch {
            throw Malformed(error.description, address: identity)
        }
    }

    /// More than any device has; what a stranger sends must not cost more.
    private static let componentsMax = 200

    private mutating func takeComponents(_ fields: Fields) throws(Malformed) {
        guard let components = fields[.components], components.kind == .object else {
            throw Malformed("components: expected an object of entities")
        }
        for component in json.children(of: components).prefix(Self.componentsMax) {
            let own = Fields(component, json)
            guard let platform = own.text(.platform), DiscoveryMeaning.platforms.contains(platform) else { continue }
            try take(own, shared: fields, platform, json.name(of: component), isAlone: false)
        }
    }

    /// - Parameter shared: what stands outside of several components.
    private mutating func take(
        _ fields: Fields, shared: Fields?, _ platform: String, _ object: String, isAlone: Bool
    ) throws(Malformed) {
        let base = fields.text(.base) ?? shared?.text(.base)
        let stateTopic = try (fields.text(.stateTopic) ?? shared?.text(.stateTopic))
            .map { text throws(Malformed) in try Self.topic(text, base, "state_topic") }
        // A component of nothing but its platform is one that was removed.
        guard stateTopic != nil || platform == "siren" else {
            if isAlone { throw Malformed("state_topic is missing") }
            return
        }
        let written = fields.text(.template)
        let template = written.map { DiscoveryTemplate($0) } ?? .payload
        let label = fields.text(.name)?.prefixed(60) ?? object.prefixed(60)
        let member = template?.member.map { String(decoding: $0, as: UTF8.self) } ?? ""
        let meaning = DiscoveryMeaning(
            platform: platform, deviceClass: fields.text(.deviceClass), unit: fields.text(.unit),
            name: "\(label) \(object.prefixed(60)) \(member)")
        if template == nil, !meaning.isHazard, meaning != .nothing, meaning != .siren {
            guard isAlone else { return }
            throw Malformed(
                "value_template '\((written ?? "").prefixed(60))' is not understood: write {{ value_json.a }}")
        }
        let hasPayloads = fields[.payloadOn] != nil || fields[.payloadOff] != nil
        entities.append(
            DiscoveryEntity(
                name: label, stateTopic: stateTopic, meaning: meaning, isClassed: fields[.deviceClass] != nil,
                template: template ?? (meaning.isHazard ? nil : .payload),
                problem: template == nil && meaning.isHazard
                    ? "\(label): value_template \((written ?? "").prefixed(60))" : nil,
                payloadOn: hasPayloads ? fields.payload(.payloadOn, or: "ON") : nil,
                payloadOff: hasPayloads ? fields.payload(.payloadOff, or: "OFF") : nil,
                availability: try Self.availability(fields, shared, base),
                siren: platform == "siren" ? try siren(fields, shared, base) : nil))
    }

    /// - Returns: `nil` if it takes no commands.
    private func siren(_ own: Fields, _ shared: Fields?, _ base: String?) throws(Malformed) -> AnnouncedSiren? {
        guard let text = own.text(.commandTopic) ?? shared?.text(.commandTopic) else { return nil }
        var tones: [String] = []
        if let list = own[.tones], list.kind == .array {
            tones = own.json.children(of: list).prefix(Self.tonesMax).compactMap { own.json.words(of: $0) }
        }
        return AnnouncedSiren(
            address: identity, topic: try Self.topic(text, base, "command_topic"),
            form: AnnouncedSiren.Form([Key.commandTemplate, .commandOffTemplate].compactMap { own.text($0) }),
            on: own.text(.payloadOn) ?? "ON", off: own.text(.payloadOff) ?? "OFF",
            takesDuration: own[.supportDuration]?.kind != .no, takesVolume: own[.supportVolume]?.kind != .no,
            tones: tones)
    }

    private static let tonesMax = 64
}

// MARK: Who, and where

extension DiscoveryConfig {
    private static func identity(
        _ device: Fields?, _ fields: Fields, _ json: JSON, _ topic: DiscoveryTopic
    ) throws(Malformed) -> String {
        func first(_ node: JSON.Node?) -> JSON.Node? {
            guard let node, node.kind == .array else { return node }
            return Array(json.children(of: node).prefix(1)).first
        }
        // A connection is a pair of its kind and its value.
        let connection = first(device?[.connections]).flatMap { Array(json.children(of: $0).prefix(2)).last }
        let unique = topic.platform == "device" ? nil : fields[.uniqueID]
        let own = [topic.node, topic.object].compactMap { $0 }.joined(separator: "/")
        guard let node = first(device?[.identifiers]) ?? connection ?? unique else { return own }
        guard node.kind == .text || node.kind == .number, node.text.count <= 200 else {
            throw Malformed("identifier \(json.excerpt(node)): expected a text of at most 200 bytes")
        }
        let identity = json.text(of: node) ?? json.excerpt(node)
        guard !identity.isEmpty, identity.utf8.allSatisfy({ $0 > 0x1F && $0 != 0x7F && !"+#".utf8.contains($0) }) else {
            throw Malformed("identifier \(json.excerpt(node)): write it without '+', '#' and control characters")
        }
        return identity
    }

    private static func availability(
        _ own: Fields, _ shared: Fields?, _ base: String?
    ) throws(Malformed) -> DiscoveryAvailability {
        guard let fields = [own, shared].compactMap({ $0 }).first(where: \.hasAvailability) else {
            return DiscoveryAvailability()
        }
        var result = DiscoveryAvailability()
        result.mode = fields.text(.availabilityMode).flatMap(DiscoveryAvailability.Mode.init) ?? .latest
        var places: [Fields] = []
        if let list = fields[.availability] {
            let nodes = list.kind == .array ? Array(fields.json.children(of: list).prefix(topicsMax)) : [list]
            places = nodes.map { Fields($0, fields.json) }
        } else {
            places = [fields]
        }
        for place in places {
            guard let text = place.text(.topic) ?? place.text(.availabilityTopic) else { continue }
            let template =
                place.text(.availabilityTemplate) ?? (fields[.availability] == nil ? nil : place.text(.template))
            // Without one that can be read, nothing is known of it, which supervision notices.
            guard let template = template.map({ DiscoveryTemplate($0) }) ?? .payload else { continue }
            let topic = try topic(text, base, "availability topic")
            guard !result.topics.contains(where: { $0.topic == topic }) else { continue }
            result.topics.append(
                DiscoveryAvailability.Topic(
                    topic: topic, template: template,
                    available: place.payload(.available, or: "online"),
                    notAvailable: place.payload(.notAvailable, or: "offline")))
        }
        return result
    }

    private static let topicsMax = 4

    /// - Throws: for what is no topic that a device may name: a filter, the broker's, an exercise's, or the hub's own.
    private static func topic(_ text: String, _ base: String?, _ what: String) throws(Malformed) -> String {
        var topic = text
        if let base {
            if topic.hasPrefix("~") { topic = base + topic.dropFirst() }
            if topic.hasSuffix("~") { topic = topic.dropLast() + base }
        }
        let isPlain = topic.utf8.allSatisfy { $0 > 0x1F && $0 != 0x7F && !"+#".utf8.contains($0) }
        guard isPlain, !topic.isEmpty, topic.utf8.count <= DiscoveryTopic.bytesMax,
            !["$", "drill/", "smokehub/"].contains(where: topic.hasPrefix)
        else {
            throw Malformed(
                "\(what) '\(topic.prefixed(60))': write a topic of the device's own, without '+' and '#' and not under "
                    + "$SYS, drill/ or smokehub/")
        }
        return topic
    }
}

// MARK: Keys

extension DiscoveryConfig {
    private enum Key: Int, CaseIterable {
        case base, stateTopic, template, deviceClass, unit, uniqueID, name, platform, components, migrate
        case payloadOn, payloadOff, available, notAvailable
        case availability, availabilityTopic, availabilityTemplate, availabilityMode, topic
        case commandTopic, commandTemplate, commandOffTemplate, supportDuration, supportVolume, tones
        case device, identifiers, connections, model, modelID, area, software
    }

    /// The members of an object by their long or short names. If one occurs twice, the first counts.
    private struct Fields {
        let json: JSON
        private var nodes = [JSON.Node?](repeating: nil, count: Key.allCases.count)

        init(_ object: JSON.Node, _ json: JSON) {
            self.json = json
            guard object.kind == .object else { return }
            for member in json.children(of: object) {
                guard let key = json.find(name: member, in: Self.keys), nodes[key.rawValue] == nil else { continue }
                nodes[key.rawValue] = member
            }
        }

        subscript(key: Key) -> JSON.Node? {
            nodes[key.rawValue].flatMap { $0.kind == .null ? nil : $0 }
        }

        /// A text that is not empty.
        func text(_ key: Key) -> String? {
            guard let node = self[key], !node.text.isEmpty else { return nil }
            return json.text(of: node)
        }

        func payload(_ key: Key, or text: String) -> DiscoveryPayload {
            guard let node = self[key], node.text.count <= 200 else { return DiscoveryPayload(text) }
            return DiscoveryPayload(node, json)
        }

        var hasAvailability: Bool { self[.availability] != nil || self[.availabilityTopic] != nil }

        private static let keys = KeyTable<Key>([
            ("~", .base), ("state_topic", .stateTopic), ("stat_t", .stateTopic), ("value_template", .template),
            ("val_tpl", .template), ("device_class", .deviceClass), ("dev_cla", .deviceClass),
            ("unit_of_measurement", .unit), ("unit_of_meas", .unit), ("unique_id", .uniqueID), ("uniq_id", .uniqueID),
            ("name", .name), ("platform", .platform), ("p", .platform), ("components", .components),
            ("cmps", .components), ("migrate_discovery", .migrate), ("payload_on", .payloadOn), ("pl_on", .payloadOn),
            ("payload_off", .payloadOff), ("pl_off", .payloadOff), ("payload_available", .available),
            ("pl_avail", .available), ("payload_not_available", .notAvailable), ("pl_not_avail", .notAvailable),
            ("availability", .availability), ("avty", .availability), ("availability_topic", .availabilityTopic),
            ("avty_t", .availabilityTopic), ("availability_template", .availabilityTemplate),
            ("avty_tpl", .availabilityTemplate), ("availability_mode", .availabilityMode),
            ("avty_mode", .availabilityMode), ("topic", .topic), ("t", .topic), ("device", .device), ("dev", .device),
            ("identifiers", .identifiers), ("ids", .identifiers), ("connections", .connections), ("cns", .connections),
            ("model", .model), ("mdl", .model), ("model_id", .modelID), ("mdl_id", .modelID),
            ("command_topic", .commandTopic), ("cmd_t", .commandTopic), ("command_template", .commandTemplate),
            ("cmd_tpl", .commandTemplate), ("command_off_template", .commandOffTemplate),
            ("cmd_off_tpl", .commandOffTemplate), ("support_duration", .supportDuration),
            ("sup_dur", .supportDuration), ("support_volume_set", .supportVolume), ("sup_vol", .supportVolume),
            ("available_tones", .tones), ("av_tones", .tones), ("suggested_area", .area), ("sa", .area),
            ("sw_version", .software), ("sw", .software),
        ])
    }
}

extension String {
    /// Its beginning, for a message.
    func prefixed(_ count: Int) -> String {
        let start = prefix(count)
        return start.endIndex == endIndex ? self : "\(start)…"
    }
}
