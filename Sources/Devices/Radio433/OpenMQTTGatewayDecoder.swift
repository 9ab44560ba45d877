public import Registry

/// OpenMQTTGateway. Sources: `docs/use/rf.md`, `docs/use/gateway.md` of 1technophile/OpenMQTTGateway.
///
/// | topic | content |
/// | --- | --- |
/// | `home/<gateway>/RTL_433toMQTT[/<model>[/<channel or subtype>][/<id>]]` | as rtl_433's, and `rssi` in dBm: ``RTL433Event`` |
/// | `home/<gateway>/433toMQTT[/<code>]` | a bare code, which only the operator can map to a detector: unmapped |
/// | `home/<gateway>/LWT` | `online` or `offline`, older `Online` and `Offline`: a device `<gateway>` |
/// | `home/<gateway>/SYStoMQTT`, `…/commands/…` | the gateway itself, and commands |
///
/// A device of rtl_433 is addressed by model and id, a code as `433/<code>`. Default topic: `home/…`.
public struct OpenMQTTGatewayDecoder: Decoder {
    public let ecosystem = Device.Ecosystem.openmqttgateway
    public var topicFilters: [String] {
        ["RTL_433toMQTT/#", "433toMQTT/#", "LWT"].map { "\(prefix.text)/+/\($0)" }
    }
    private let prefix: TopicPrefix
    private let models: DeviceModels

    public init() {
        prefix = TopicPrefix(known: "home")
        models = .builtIn
    }

    /// - Parameter prefix: what stands before the gateway's name.
    /// - Throws: ``InvalidTopicFilter`` if the prefix is no topic.
    public init(prefix: String) throws(InvalidTopicFilter) { try self.init(prefix: prefix, models: .builtIn) }

    init(prefix: String, models: DeviceModels) throws(InvalidTopicFilter) {
        self.prefix = try TopicPrefix(prefix)
        self.models = models
    }

    public func report(_ message: Message) throws(Malformed) -> Report? {
        // An empty payload only removes what was retained.
        guard let levels = prefix.rest(of: message.topic), levels.count >= 2, !levels.isEmpty(0),
            !message.payload.isEmpty
        else { return nil }
        if levels.level(1, is: "RTL_433toMQTT") { return try event(message.payload)?.through(levels[0]) }
        if levels.level(1, is: "433toMQTT") { return try code(message.payload).through(levels[0]) }
        guard levels.count == 2, levels.level(1, is: "LWT") else { return nil }
        guard let isOnline = lastWillTexts[message.payload.span] else {
            throw Malformed("LWT: expected online or offline", address: levels[0])
        }
        return Report(
            ecosystem: ecosystem, address: levels[0], readings: [.availability(online: isOnline)], gateway: levels[0])
    }

    private func event(_ payload: [UInt8]) throws(Malformed) -> Report? {
        let json = try JSON(object: payload)
        guard var event = try RTL433Event(json, models) else { return nil }
        event.takeAll()
        if let rssi = json.field("rssi", of: json.root) { event.gathering.take(.number(.signal, unit: "dBm"), rssi) }
        return try event.report(ecosystem)
    }

    private func code(_ payload: [UInt8]) throws(Malformed) -> Report {
        let json = try JSON(object: payload)
        guard let value = json.field("value", of: json.root), value.kind == .number || value.kind == .text else {
            throw Malformed("value is missing: expected a code")
        }
        let code = json.short(value)
        return Report(
            ecosystem: ecosystem, address: "433/\(code)", readings: [],
            unmapped: [UnmappedField("433toMQTT", code, isRaised: false)])
    }
}
