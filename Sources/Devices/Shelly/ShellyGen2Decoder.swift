public import Registry

/// Shelly devices of the second and later generations. Sources: shelly-api-docs, Gen2: General/Notifications,
/// ComponentsAndServices/Smoke, Flood and Mqtt; `src/lib/devices/gen2-helper.ts`, `src/lib/protocol/mqtt.ts` and issue
/// #1220 of iobroker-community-adapters/ioBroker.shelly; issue #117818 of home-assistant/core.
///
/// | topic | content |
/// | --- | --- |
/// | `<prefix>/events/rpc` | `{"src":…,"method":…,"params":{"ts":…,…}}`; see below |
/// | `<prefix>/status/<component>` | a whole component, if the device is set to send them: `smoke:0` |
/// | `<prefix>/online` | `true` or `false`, the device's last will: false also while it sleeps |
/// | `<prefix>/rpc`, `<prefix>/command/…` | commands |
///
/// | method | what it says |
/// | --- | --- |
/// | `NotifyFullStatus` | all components, after each waking |
/// | `NotifyStatus` | what has changed; what is missing is as it was, `null` is gone |
/// | `NotifyEvent` | `events[]`, each with a `component` and an `event` |
///
/// What components say: ``ShellyGen2Component``. A frame is addressed by its `src`, which is the device's id; the other
/// topics by their prefix, which is the same id unless somebody has set another: let that be the address, too, or leave
/// the prefix alone. `ts` is the device's time once its clock is set, else seconds since it woke.
///
/// The prefix can be any topic, so there is no default: unless prefixes are named, this listens to every topic. The hub
/// names the addresses of the devices that it has.
public struct ShellyGen2Decoder: Decoder {
    public let ecosystem = Device.Ecosystem.shellyGen2
    public var topicFilters: [String] { prefixes.filters }
    private let prefixes: TopicPrefixes

    /// Listens to every topic.
    public init() {
        prefixes = .any
    }

    /// - Parameters:
    ///   - prefixes: the topic prefix of each device.
    ///   - others: whether to hear unknown prefixes of one level, too.
    /// - Throws: ``InvalidTopicFilter`` if a prefix is no topic.
    public init(
        prefixes: some Collection<String>, andOthers others: Bool = false
    ) throws(InvalidTopicFilter) {
        self.prefixes = try TopicPrefixes(prefixes, tails: ["events/rpc", "status/+", "online"], andOthers: others)
    }

    public func report(_ message: Message) throws(Malformed) -> Report? {
        let levels = TopicLevels(message.topic)
        let last = levels.count - 1
        if levels.level(last, is: "rpc"), levels.level(last - 1, is: "events") {
            guard let prefix = prefixes.prefix(levels, before: last - 1) else { return nil }
            return try frame(message.payload, prefix)
        }
        if levels.level(last - 1, is: "status") {
            guard let prefix = prefixes.prefix(levels, before: last - 1), !prefixes.areAny || isComponent(levels[last])
            else {
                return nil
            }
            return try component(message.payload, levels[last], prefix)
        }
        if levels.level(last, is: "online"), let prefix = prefixes.prefix(levels, before: last) {
            guard let isOnline = Self.onlineTexts[message.payload.span] else { return nil }
            return Report(ecosystem: ecosystem, address: prefix, readings: [.availability(online: isOnline)])
        }
        return nil
    }

    /// Whether this is how a component is called, where any topic may be another's.
    private func isComponent(_ name: String) -> Bool { name.utf8.contains(UInt8(ascii: ":")) }

    private func frame(_ payload: [UInt8], _ prefix: String) throws(Malformed) -> Report? {
        var address = prefix
        do throws(Malformed) {
            let json = try JSON(object: payload)
            if let source = json.field("src", of: json.root).flatMap({ json.text(of: $0) }),
                (1...200).contains(source.utf8.count)
            {
                address = source
            }
            guard let method = json.field("method", of: json.root).flatMap({ json.find(text: $0, in: Self.methods) })
            else { return nil }
            guard let params = json.field("params", of: json.root), params.kind == .object else {
                throw Malformed("params: expected an object")
            }
            var gathering = Gathering(json)
            switch method {
            case .status:
                for member in json.children(of: params) { ShellyGen2Component.take(member, in: &gathering) }
            case .event:
                for event in json.field("events", of: params).map({ Array(json.children(of: $0)) }) ?? [] {
                    ShellyGen2Component.take(event: event, in: &gathering)
                }
            }
            let seconds = json.field("ts", of: params).flatMap { json.number(of: $0) }
            return try gathering.report(ecosystem, address, deviceTime: seconds.flatMap(Self.instant))
        } catch {
            throw Malformed(error.description, address: address)
        }
    }

    private func component(_ payload: [UInt8], _ name: String, _ prefix: String) throws(Malformed) -> Report {
        do {
            let json = try JSON(payload)
            var gathering = Gathering(json)
            ShellyGen2Component.take(json.root, name: name, in: &gathering)
            return try gathering.report(ecosystem, prefix)
        } catch {
            throw Malformed(error.description, address: prefix)
        }
    }

    /// Seconds since 1970; before its clock is set the device counts from its waking.
    private static func instant(_ seconds: Double) -> Instant? {
        guard (1_600_000_000...100_000_000_000).contains(seconds) else { return nil }
        return Instant(milliseconds: Int64((seconds * 1000).rounded()))
    }

    private enum Method { case status, event }

    private static let methods = KeyTable<Method>([
        ("NotifyStatus", .status), ("NotifyFullStatus", .status), ("NotifyEvent", .event),
    ])
    private static let onlineTexts = KeyTable([("true", true), ("false", false)])
}
