public import Registry

/// Zigbee2MQTT. Sources: Zigbee2MQTT documentation, "MQTT Topics and Messages"; `lib/controller.ts`,
/// `lib/extension/availability.ts` and `lib/mqtt.ts` of Koenkk/zigbee2mqtt; `src/devices` and `src/converters` of
/// Koenkk/zigbee-herdsman-converters.
///
/// | topic | content |
/// | --- | --- |
/// | `<base>/<friendly name>` | a JSON object of properties: ``Zigbee2MQTTProperty`` |
/// | `<base>/<friendly name>/<property>` | its bare value (output mode `attribute`); empty for null |
/// | `<base>/<friendly name>/availability` | `{"state":"online"}`, or plain `online` |
/// | `<base>/bridge/state` | the same for the bridge, which is the device `bridge` |
/// | `<base>/<friendly name>/set`, `/get`, with or without one level more | commands |
/// | `<base>/bridge/…` | housekeeping |
///
/// A friendly name may contain slashes. So a JSON object always is of the device that the whole rest of the topic
/// names; any other value belongs to the property that the last level names.
///
/// If a property occurs twice, the more dangerous flag or the first number counts. A flag that makes no sense is
/// ``Malformed``, but never if the same message raises a hazard: then the rest counts. A property that is missing,
/// `null` or empty says nothing; a measurement that makes no sense is left out.
public struct Zigbee2MQTTDecoder: Decoder {
    public let ecosystem = Device.Ecosystem.zigbee2mqtt
    public let topicFilters: [String]
    /// The longest first, so that `home/zigbee2mqtt` is not taken for a device of `home`.
    private let bases: [Base]

    private struct Base: Sendable {
        var prefix: [UInt8]
        /// Stands before the addresses: `""`, or `upstairs/`.
        var addressPrefix: String
    }

    /// One Zigbee2MQTT, with its default base topic.
    public init() {
        self.init(checked: ["zigbee2mqtt"])
    }

    /// - Parameter bases: the base topic of each Zigbee2MQTT. Devices of the first are addressed by their friendly name
    ///   alone, those of the others by `<base>/<friendly name>`, so that another one can be added later without
    ///   changing the addresses that there are.
    /// - Throws: ``InvalidTopicFilter`` if a base is empty, has a wildcard, or begins or ends with a slash.
    public init(bases: [String]) throws(InvalidTopicFilter) {
        for base in bases {
            guard !base.isEmpty, !base.hasPrefix("/"), !base.hasSuffix("/"), !base.contains("+"), !base.contains("#")
            else {
                throw InvalidTopicFilter(
                    description: "base topic '\(base)': write the topic alone, as in 'zigbee2mqtt' or 'home/zigbee'")
            }
        }
        self.init(checked: bases)
    }

    private init(checked bases: [String]) {
        topicFilters = bases.map { "\($0)/#" }
        self.bases = bases.enumerated()
            .map { Base(prefix: Array("\($1)/".utf8), addressPrefix: $0 == 0 ? "" : "\($1)/") }
            .sorted { $0.prefix.count > $1.prefix.count }
    }

    public func report(_ message: Message) throws(Malformed) -> Report? {
        let topic = message.topic.utf8
        guard let base = bases.first(where: { topic.starts(with: $0.prefix) }) else { return nil }
        let bridge = base.addressPrefix + "bridge"
        let levels = TopicLevels(String(message.topic[topic.index(topic.startIndex, offsetBy: base.prefix.count)...]))
        guard !levels.topic.isEmpty, !isCommand(levels) else { return nil }
        let last = levels.count - 1
        if levels.level(0, is: "bridge") {
            guard last == 1, levels.level(1, is: "state") else { return nil }
            return try availability(message.payload, address: bridge)?.through(bridge)
        }
        if last > 0, levels.level(last, is: "availability") {
            return try availability(message.payload, address: base.addressPrefix + levels.joined(0..<last))?
                .through(bridge)
        }
        switch message.payload.first(where: { !" \t\r\n".utf8.contains($0) }) {
        case UInt8(ascii: "{"):
            return try properties(message.payload, address: base.addressPrefix + levels.topic).through(bridge)
        case let first: return try attribute(first == nil ? [] : message.payload, levels, base)?.through(bridge)
        }
    }

    /// `<base>/bridge/…`, but for its state: `devices`, `definitions`, `response/networkmap` and the like.
    public func isInventory(_ topic: String) -> Bool {
        guard let base = bases.first(where: { topic.utf8.starts(with: $0.prefix) }) else { return false }
        let levels = TopicLevels(String(decoding: topic.utf8.dropFirst(base.prefix.count), as: UTF8.self))
        return levels.count > 1 && levels.level(0, is: "bridge") && !levels.level(1, is: "state")
    }

    private func isCommand(_ levels: TopicLevels) -> Bool {
        let last = levels.count - 1
        return (max(1, last - 1)...max(1, last)).contains { levels.level($0, is: "set") || levels.level($0, is: "get") }
    }

    private func availability(_ payload: [UInt8], address: String) throws(Malformed) -> Report? {
        // A retained availability that is removed together with its device.
        guard !payload.isEmpty else { return nil }
        let json = JSON(orBareText: payload)
        let state = json.member("state", of: json.root) ?? json.root
        guard let isOnline = json.find(text: state, in: availabilityTexts) else {
            throw Malformed(
                "availability \(json.excerpt(json.root)): expected {\"state\":\"online\"} or {\"state\":\"offline\"}",
                address: address)
        }
        return Report(ecosystem: ecosystem, address: address, readings: [.availability(online: isOnline)])
    }

    private func properties(_ payload: [UInt8], address: String) throws(Malformed) -> Report {
        do {
            let json = try JSON(payload)
            var state = Zigbee2MQTTState(json)
            for member in json.children(of: json.root) {
                state.take(json.find(name: member, in: Zigbee2MQTTProperty.table), member, name: nil)
            }
            return try state.report(address)
        } catch {
            throw Malformed(error.description, address: address)
        }
    }

    /// What a payload says that is no object: the bare value of the property that the last level names.
    private func attribute(_ payload: [UInt8], _ levels: TopicLevels, _ base: Base) throws(Malformed) -> Report? {
        let last = levels.count - 1
        let property = levels.find(last, in: Zigbee2MQTTProperty.table)
        let address = base.addressPrefix + levels.joined(0..<last)
        if payload.isEmpty {
            // Null as an attribute; otherwise the retained state of a device that was removed or renamed.
            return last > 0 && property != nil ? Report(ecosystem: ecosystem, address: address, readings: []) : nil
        }
        let json = JSON(orBareText: payload)
        guard last > 0 else {
            throw Malformed(
                "\(json.excerpt(json.root)): expected a JSON object such as {\"smoke\":false}",
                address: base.addressPrefix + levels.topic)
        }
        var state = Zigbee2MQTTState(json)
        state.take(property, json.root, name: levels[last])
        do { return try state.report(address) } catch { throw Malformed(error.description, address: address) }
    }
}
