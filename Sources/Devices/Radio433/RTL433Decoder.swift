public import Registry

/// rtl_433. Sources: `src/output_mqtt.c`, `docs/DATA_FORMAT.md`, `docs/INTEGRATION.md` of merbanan/rtl_433.
///
/// | topic | content |
/// | --- | --- |
/// | `rtl_433/<host>/events` | a JSON object for each message of a device: ``RTL433Event`` |
/// | `rtl_433/<host>/states` | the same once more |
/// | `rtl_433/<host>/devices[/<type>][/<model>][/<subtype>][/<channel>][/<id>]/<field>` | and again, value by value |
/// | `rtl_433/<host>/availability` | `online` or `offline`, the receiver's last will: a device `<host>` |
///
/// `time` is local and without a zone, so messages are placed at their receipt; `rssi` and `snr` are relative, not dBm.
/// Default topic: `rtl_433/…`.
public struct RTL433Decoder: Decoder {
    public let ecosystem = Device.Ecosystem.rtl433
    public var topicFilters: [String] {
        ["events", "states", "availability", "devices/#"].map { "\(prefix.text)/+/\($0)" }
    }
    private let prefix: TopicPrefix
    private let models: DeviceModels

    public init() {
        prefix = TopicPrefix(known: "rtl_433")
        models = .builtIn
    }

    /// - Parameter prefix: what stands before the host.
    /// - Throws: ``InvalidTopicFilter`` if the prefix is no topic.
    public init(prefix: String) throws(InvalidTopicFilter) { try self.init(prefix: prefix, models: .builtIn) }

    init(prefix: String, models: DeviceModels) throws(InvalidTopicFilter) {
        self.prefix = try TopicPrefix(prefix)
        self.models = models
    }

    public func report(_ message: Message) throws(Malformed) -> Report? {
        // An empty payload only removes what was retained.
        guard let levels = prefix.rest(of: message.topic), levels.count >= 2, !message.payload.isEmpty
        else { return nil }
        if levels.level(1, is: "devices"), levels.count >= 4 {
            return try field(message.payload, levels).through(levels[0])
        }
        guard levels.count == 2 else { return nil }
        if levels.level(1, is: "availability") {
            guard let isOnline = availabilityTexts[message.payload.span] else {
                throw Malformed("availability: expected online or offline", address: levels[0])
            }
            return Report(
                ecosystem: ecosystem, address: levels[0], readings: [.availability(online: isOnline)],
                gateway: levels[0])
        }
        guard levels.level(1, is: "events") || levels.level(1, is: "states") else { return nil }
        guard var event = try RTL433Event(try JSON(object: message.payload), models) else { return nil }
        event.takeAll()
        return try event.report(ecosystem).through(levels[0])
    }

    /// One value, `devices/<model>/…/<id>/<field>`.
    private func field(_ payload: [UInt8], _ levels: TopicLevels) throws(Malformed) -> Report {
        let last = levels.count - 1
        // The only type that comes before a model.
        let model = levels.level(2, is: "TPMS") && last > 3 ? 3 : 2
        let json = JSON(orBareText: payload)
        var event = RTL433Event(
            json, models, model: Array(levels[model].utf8), id: last - 1 > model ? levels[last - 1] : nil,
            subtype: last - 2 > model ? Array(levels[model + 1].utf8) : nil)
        event.take(json.root, name: levels[last])
        return try event.report(ecosystem)
    }
}
