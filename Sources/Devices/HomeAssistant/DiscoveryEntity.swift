/// One entity of an announcement: which topic it speaks on, and what is to be understood there.
///
/// `expire_after` and `off_delay` need a clock, which a decoder has not: an entity that stays silent is noticed by the
/// hub's supervision, and one that never says off ends by the rules, as any device that sends no clear.
struct DiscoveryEntity: Hashable, Sendable {
    /// For people.
    var name: String
    var stateTopic: String?
    var meaning: DiscoveryMeaning
    /// Whether it has a device class.
    var isClassed: Bool
    /// `nil` if it is not understood: then every message is reported as unmapped.
    var template: DiscoveryTemplate?
    /// The template as it was written, if it is not understood.
    var problem: String?
    /// `nil` for both if none was given: then everything that usually means on and off does.
    var payloadOn: DiscoveryPayload?
    var payloadOff: DiscoveryPayload?
    var availability: DiscoveryAvailability
    /// Of a siren.
    var siren: AnnouncedSiren?

    /// Takes what a message on its state topic says.
    func take(_ json: JSON, into gathering: inout Gathering) {
        guard let template else {
            return gathering.note(unmapped: unmapped(problem ?? name, json.root, json))
        }
        let values = template.values(in: json)
        for value in values { take(value, json, into: &gathering) }
        let isBare = json.root.kind != .object && json.root.kind != .array
        if values.isEmpty, isBare, meaning.isHazard { noteUnlessUnknown(json.root, json, &gathering) }
    }

    private func take(_ value: JSON.Node, _ json: JSON, into gathering: inout Gathering) {
        switch meaning {
        case .flag(let kind, let whenOn):
            if let isOn = isOn(value, json, &gathering) {
                let isRaised = isOn == whenOn
                gathering.readings.flag(kind, isRaised, detail: kind == .fault && isRaised ? name : nil)
            }
        case .connectivity:
            if let isOn = isOn(value, json, &gathering) { gathering.readings.add(.availability(online: isOn)) }
        case .number(let kind, let unit): gathering.take(.number(kind, unit: unit), value, name: name)
        case .fahrenheit: gathering.take(.fahrenheit, value, name: name)
        case .batteryVoltage: gathering.take(.batteryVoltage, value, name: name)
        case .panel: gathering.take(.intruderAlarm, value, name: name)
        case .unmapped: gathering.take(.unmapped, value, name: name)
        case .unknown: gathering.takeUnknown(value, name)
        case .siren, .nothing: break
        }
    }

    /// A hazard's value that is neither on nor off may be a fire of a kind that the announcement forgot.
    private func isOn(_ value: JSON.Node, _ json: JSON, _ gathering: inout Gathering) -> Bool? {
        let isFolded = template?.ignoresCase ?? false
        if payloadOn == nil, payloadOff == nil {
            if case .value(let isOn) = json.flag(of: value) { return isOn }
        } else if payloadOn?.matches(value, json, ignoringCase: isFolded) == true {
            return true
        } else if payloadOff?.matches(value, json, ignoringCase: isFolded) == true {
            return false
        }
        if meaning.isHazard { noteUnlessUnknown(value, json, &gathering) }
        return nil
    }

    private func noteUnlessUnknown(_ value: JSON.Node, _ json: JSON, _ gathering: inout Gathering) {
        if !json.isUnknown(value) { gathering.note(unmapped: unmapped(name, value, json)) }
    }

    /// Of an object, a member that is true is enough to look raised.
    private func unmapped(_ name: String, _ value: JSON.Node, _ json: JSON) -> UnmappedField {
        var field = UnmappedField(name, value, in: json, isState: true)
        if json.children(of: value).contains(where: { json.flag(of: $0) == .value(true) }) { field.isRaised = true }
        return field
    }
}

/// A value that is waited for: `payload_on` may be a text, a number (Z-Wave JS UI) or `true` (Zigbee2MQTT).
struct DiscoveryPayload: Hashable, Sendable {
    private let text: [UInt8]
    private let number: Double?
    private let flag: Bool?

    init(_ text: String) {
        let json = JSON(bareText: Array(text.utf8))
        self.init(json.root, json)
    }

    init(_ node: JSON.Node, _ json: JSON) {
        text = json.bytes(of: node)
        number = json.number(of: node)
        flag = Self.flag(text)
    }

    /// As Home Assistant compares, after rendering: `true` is `True`, and `2` is `"2"`.
    func matches(_ node: JSON.Node, _ json: JSON, ignoringCase: Bool) -> Bool {
        switch node.kind {
        case .text:
            let said = json.bytes(of: node)
            if ignoringCase, said.map(Self.folded) == text.map(Self.folded) { return true }
            return said == text || number.map { $0 == json.number(of: node) } ?? false
                || flag.map { $0 == Self.flag(said) } ?? false
        case .number: return number != nil && number == json.number(of: node)
        case .yes, .no: return flag == (node.kind == .yes)
        case .null, .array, .object: return false
        }
    }

    private static func flag(_ text: [UInt8]) -> Bool? {
        switch String(decoding: text, as: UTF8.self) {
        case "true", "True": true
        case "false", "False": false
        default: nil
        }
    }

    private static func folded(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }
}

/// Where an entity says whether it can be reached.
struct DiscoveryAvailability: Hashable, Sendable {
    var topics: [Topic] = []
    var mode = Mode.latest

    struct Topic: Hashable, Sendable {
        var topic: String
        var template: DiscoveryTemplate
        var available: DiscoveryPayload
        var notAvailable: DiscoveryPayload

        /// `nil` if the payload is neither.
        func isOnline(_ payload: [UInt8]) -> Bool? {
            let json = JSON(orBareText: payload)
            let values = template.values(in: json)
            func says(_ expected: DiscoveryPayload) -> Bool {
                values.contains { expected.matches($0, json, ignoringCase: template.ignoresCase) }
            }
            return says(notAvailable) ? false : says(available) ? true : nil
        }
    }

    /// Which of several topics counts: the last that spoke, all of them, or one that says online.
    enum Mode: String, Hashable, Sendable {
        case latest, all, any
    }
}

extension Field {
    /// Anything but its quiet states is for the operator to map: an intruder alarm's zones can be fire zones.
    static let intruderAlarm = Field.choice(
        [
            "disarmed", "armed_home", "armed_away", "armed_night", "armed_vacation", "armed_custom_bypass", "arming",
            "disarming", "pending",
        ].map { ($0, []) })
}
