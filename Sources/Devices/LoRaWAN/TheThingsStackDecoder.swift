public import Registry

/// The Things Stack v3 (The Things Network, The Things Industries). Sources: `doc/content/integrations/data-formats` and
/// `.../other-integrations/mqtt` of TheThingsIndustries/lorawan-stack-docs.
///
/// | topic | content |
/// | --- | --- |
/// | `v3/<application>@<tenant>/devices/<device id>/up` | an uplink; without `@<tenant>` in the Open Source edition |
/// | `…/join` | the device has joined: it is online |
/// | `…/service/data`, `…/location/solved` | a sign of life at most |
/// | `…/down/queued`, `sent`, `ack`, `nack`, `failed` | what became of commands |
/// | `…/down/push`, `…/down/replace` | commands |
///
/// | key | what it says |
/// | --- | --- |
/// | `uplink_message.decoded_payload` | the codec's output: by its model's row in ``DeviceModels`` |
/// | `uplink_message.frm_payload`, `f_port` | the bytes; unmapped where no codec has understood them |
/// | `uplink_message.version_ids` | the model: `brand_id`, `model_id` |
/// | `uplink_message.rx_metadata[].rssi` | dBm; the best counts |
/// | `uplink_message.f_cnt` | the device's counter; left out while it is 0 |
/// | `received_at` | when the server had it |
/// | `simulated` | true for an uplink that somebody made up in the console: a test, whatever else it says |
///
/// A device is addressed by the device id of the topic; if `end_device_ids.device_id` is another, the message is
/// ``Malformed``, unless it raises a hazard. In the envelope 0, `""` and false are left out. Default topic: `v3/…`.
public struct TheThingsStackDecoder: Decoder {
    public let ecosystem = Device.Ecosystem.thethingsstack
    public var topicFilters: [String] {
        ["up", "join", "service/data", "location/solved", "down/+"].map { "\(prefix.text)/+/devices/+/\($0)" }
    }
    private let prefix: TopicPrefix
    private let models: RegisteredModels

    public init() {
        prefix = TopicPrefix(known: "v3")
        models = RegisteredModels(.builtIn)
    }

    /// - Parameter prefix: what stands before the application's id.
    /// - Throws: ``InvalidTopicFilter`` if the prefix is no topic.
    public init(prefix: String) throws(InvalidTopicFilter) {
        try self.init(prefix: prefix, models: RegisteredModels(.builtIn))
    }

    init(prefix: String, models: RegisteredModels) throws(InvalidTopicFilter) {
        self.prefix = try TopicPrefix(prefix)
        self.models = models
    }

    public func report(_ message: Message) throws(Malformed) -> Report? {
        guard let levels = prefix.rest(of: message.topic), (4...5).contains(levels.count),
            levels.level(1, is: "devices"), !levels.isEmpty(2),
            let event = levels.find(3..<levels.count, in: Self.events)
        else { return nil }
        let address = levels[2]
        do {
            return try report(event, try JSON(object: message.payload), address)
        } catch {
            throw Malformed(error.description, address: address)
        }
    }

    private enum Event { case up, join, other }

    private func report(_ event: Event, _ json: JSON, _ address: String) throws(Malformed) -> Report {
        let time = json.field("received_at", of: json.root).flatMap { json.instant(of: $0) }
        var uplink = LoRaWANUplink(json, ecosystem, address, models)
        var sequence: UInt64?
        let ids = json.field("end_device_ids", of: json.root)
        uplink.note(claim: ids.flatMap { json.field("device_id", of: $0) }, "end_device_ids.device_id", on: address)
        switch event {
        case .up:
            guard let message = json.field("uplink_message", of: json.root) else {
                throw Malformed("uplink_message is missing")
            }
            if let decoded = json.field("decoded_payload", of: message) {
                let version = json.field("version_ids", of: message)
                uplink.take(
                    decoded: decoded, model: version.flatMap { json.field("model_id", of: $0) },
                    brand: version.flatMap { json.field("brand_id", of: $0) })
            }
            uplink.note(
                raw: json.field("frm_payload", of: message), "frm_payload", port: json.field("f_port", of: message))
            uplink.take(gateways: json.field("rx_metadata", of: message))
            if json.field("simulated", of: json.root)?.kind == .yes { uplink.take(.flag(.test, true)) }
            sequence = json.field("f_cnt", of: message).map { json.wholeNumber(of: $0) } ?? 0
        case .join: uplink.take(.availability(online: true))
        case .other: break
        }
        return try uplink.report(address, deviceTime: time, sequence: sequence)
    }

    private static let events = KeyTable<Event>([
        ("up", .up), ("join", .join), ("service/data", .other), ("location/solved", .other), ("down/queued", .other),
        ("down/sent", .other), ("down/ack", .other), ("down/nack", .other), ("down/failed", .other),
    ])
}
