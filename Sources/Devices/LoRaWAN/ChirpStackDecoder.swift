public import Registry

/// ChirpStack v4. Sources: `src/chirpstack/integrations/events.md` and `mqtt.md` of chirpstack/chirpstack-docs;
/// `api/proto/integration/integration.proto` of chirpstack/chirpstack.
///
/// | topic | content |
/// | --- | --- |
/// | `application/<id>/device/<devEui>/event/up` | an uplink |
/// | `…/event/status` | the network server's own view of the battery |
/// | `…/event/join` | the device has joined: it is online |
/// | `…/event/log` | with the code `UPLINK_CODEC`: an uplink that the codec could not read, which is unmapped |
/// | `…/event/ack`, `txack`, `location`, `integration` | a sign of life at most |
/// | `application/<id>/device/<devEui>/command/…` | commands |
///
/// | key | what it says |
/// | --- | --- |
/// | `deviceInfo.deviceProfileName` | the model, as whoever set the server up has written it |
/// | `object` | the codec's output: by its model's row in ``DeviceModels``. Numbers are written as doubles |
/// | `data`, `fPort` | the bytes; unmapped where no codec has understood them |
/// | `rxInfo[].rssi` | dBm; the best counts |
/// | `fCnt` | the device's counter; left out while it is 0 |
/// | `time` | when the server had it |
/// | `batteryLevel` | %, unless `batteryLevelUnavailable` is true |
///
/// A device is addressed by the `devEui` of the topic; if `deviceInfo.devEui` is another, the message is ``Malformed``,
/// unless it raises a hazard. Values that are their type's default may be left out. A server that was set to
/// protobuf instead of JSON gives ``Malformed``. Default topic: `application/…`.
public struct ChirpStackDecoder: Decoder {
    public let ecosystem = Device.Ecosystem.chirpstack
    public var topicFilters: [String] { ["\(prefix.text)/+/device/+/event/+"] }
    private let prefix: TopicPrefix
    private let models: RegisteredModels

    public init() {
        prefix = TopicPrefix(known: "application")
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
        guard let levels = prefix.rest(of: message.topic), levels.count == 5, levels.level(1, is: "device"),
            levels.level(3, is: "event"), !levels.isEmpty(2), let event = levels.find(4, in: Self.events)
        else { return nil }
        let address = levels[2]
        do {
            return try report(event, try JSON(object: message.payload), address)
        } catch {
            throw Malformed(error.description, address: address)
        }
    }

    private enum Event { case up, status, join, log, other }

    private func report(_ event: Event, _ json: JSON, _ address: String) throws(Malformed) -> Report {
        let time = json.field("time", of: json.root).flatMap { json.instant(of: $0) }
        var uplink = LoRaWANUplink(json, ecosystem, address, models)
        var sequence: UInt64?
        let device = json.field("deviceInfo", of: json.root)
        uplink.note(claim: device.flatMap { json.field("devEui", of: $0) }, "deviceInfo.devEui", on: address)
        switch event {
        case .up:
            if let object = json.field("object", of: json.root) {
                uplink.take(decoded: object, model: device.flatMap { json.field("deviceProfileName", of: $0) })
            }
            uplink.note(
                raw: json.field("data", of: json.root), "data", port: json.field("fPort", of: json.root))
            uplink.take(gateways: json.field("rxInfo", of: json.root))
            sequence = json.field("fCnt", of: json.root).map { json.wholeNumber(of: $0) } ?? 0
        case .status:
            let isUnavailable = json.field("batteryLevelUnavailable", of: json.root)?.kind == .yes
            if !isUnavailable, let level = json.field("batteryLevel", of: json.root).flatMap({ json.number(of: $0) }) {
                uplink.take(.number(.battery, level))
            }
        case .join: uplink.take(.availability(online: true))
        case .log:
            let code = json.field("code", of: json.root).flatMap { json.text(of: $0) }
            if code == "UPLINK_CODEC" { uplink.note(unmapped: "UPLINK_CODEC") }
        case .other: break
        }
        return try uplink.report(address, deviceTime: time, sequence: sequence)
    }

    private static let events = KeyTable<Event>([
        ("up", .up), ("status", .status), ("join", .join), ("ack", .other), ("txack", .other), ("log", .log),
        ("location", .other), ("integration", .other),
    ])
}
