public import Registry

/// Tasmota. Sources: `docs/MQTT.md`, `docs/Zigbee.md`, `docs/RF-Protocol.md`, `docs/DeepSleep.md` of tasmota/docs; gist
/// ignisf/d4374fddc368439d1432ad5e8cf6fd5d for the rules of Wi-Fi detectors.
///
/// | topic | content |
/// | --- | --- |
/// | `tele/<topic>/LWT` | `Online` or `Offline`, the last will; a node that sleeps says `Offline` itself |
/// | `tele/<topic>/SENSOR`, `RESULT`, `STATE` … | a JSON object: ``TasmotaTelemetry`` |
/// | `tele/<topic>/<Zigbee device>/SENSOR` | the same, by SetOption89; 120 adds the endpoint: `8F20_1` |
/// | `tele/<topic>/<Zigbee device>/ZbReceived` | by SetOption118: what `ZbReceived` holds elsewhere |
/// | `stat/<topic>/RESULT` … | a JSON object as above |
/// | `stat/<topic>/FIRE`, `TEST`, `BATTERY`, `MUTE` | `ON` or `OFF`, as users' rules publish them for Tuya detectors |
/// | `stat/<topic>/SWITCH1` | a switch input: only the operator knows what hangs on it |
/// | `stat/<topic>/LOGGING`, `cmnd/…` | a log, and commands |
///
/// A node is addressed by its topic, a Zigbee device by its short address, `0x8F20`, whatever its name is; one of which
/// nothing but a name is told by `<node>/<name>`. The broker binds a node to its user, but a short address to none: where
/// the registry has `<node>/0x8F20`, that node alone speaks for it. `Time` is
/// local and mostly without a zone, so messages are placed at their receipt. Default topics: `tele/…` and `stat/…`,
/// as Tasmota's default FullTopic `%prefix%/%topic%/` has them; another order of the two is not understood.
public struct TasmotaDecoder: Decoder {
    public let ecosystem = Device.Ecosystem.tasmota
    public var topicFilters: [String] { ["\(telemetry.text)/#", "\(state.text)/#"] }
    private let telemetry: TopicPrefix
    private let state: TopicPrefix
    /// `<node>/0x8F20`: Zigbee devices for which one node alone speaks.
    private let bound: Set<String>

    public init() {
        bound = []
        telemetry = TopicPrefix(known: "tele")
        state = TopicPrefix(known: "stat")
    }

    /// - Parameters:
    ///   - telemetry: Tasmota's `Prefix3`.
    ///   - state: its `Prefix2`.
    ///   - addresses: of the devices that are known; those with a slash are bound to their node.
    /// - Throws: ``InvalidTopicFilter`` if a prefix is no topic.
    public init(
        telemetry: String = "tele", state: String = "stat", addresses: [String] = []
    ) throws(InvalidTopicFilter) {
        bound = Set(addresses.filter { $0.utf8.contains(UInt8(ascii: "/")) })
        self.telemetry = try TopicPrefix(telemetry)
        self.state = try TopicPrefix(state)
    }

    public func report(_ message: Message) throws(Malformed) -> Report? {
        let isTelemetry: Bool
        let levels: TopicLevels
        if let rest = telemetry.rest(of: message.topic) {
            (isTelemetry, levels) = (true, rest)
        } else if let rest = state.rest(of: message.topic) {
            (isTelemetry, levels) = (false, rest)
        } else {
            return nil
        }
        let last = levels.count - 1
        // An empty payload only removes what was retained.
        guard last > 0, !levels.isEmpty(0), !levels.level(last, is: "LOGGING"), !message.payload.isEmpty else {
            return nil
        }
        let address = levels.joined(0..<last)
        do throws(Malformed) {
            if isTelemetry, levels.level(last, is: "LWT") { return try availability(message.payload, address) }
            let first = message.payload.first { !" \t\r\n".utf8.contains($0) }
            if first == UInt8(ascii: "{") {
                let node = levels[0]
                var telemetry = TasmotaTelemetry(try JSON(message.payload), address: address, node: node)
                telemetry.take(
                    zigbeeOnly: levels.level(last, is: "ZbReceived"), topic: levels[last - 1], name: levels[last])
                var report = try telemetry.report()
                let isBridged = report.address != address
                if bound.contains("\(node)/\(report.address)") { report.address = "\(node)/\(report.address)" }
                return isBridged ? report.through(Self.bridge(levels)) : report
            }
            if isTelemetry, Self.objects[Array(levels[last].utf8).span] != nil {
                throw Malformed("\(levels[last]): expected a JSON object")
            }
            return try value(message.payload, levels[last], address)
        } catch {
            throw Malformed(error.description, address: error.address ?? address)
        }
    }

    private func availability(_ payload: [UInt8], _ address: String) throws(Malformed) -> Report {
        guard let isOnline = lastWillTexts[payload.span] else {
            let text = JSON(bareText: payload)
            throw Malformed("LWT \(text.excerpt(text.root)): expected Online or Offline")
        }
        return Report(
            ecosystem: ecosystem, address: address, readings: [.availability(online: isOnline)], gateway: address)
    }

    /// A bare value, which the last level names.
    private func value(_ payload: [UInt8], _ name: String, _ address: String) throws(Malformed) -> Report {
        let json = JSON(orBareText: payload)
        var gathering = Gathering(json)
        let isSwitch = name.hasPrefix("SWITCH")
        gathering.take(isSwitch ? .unmapped : Self.values[Array(name.utf8).span], json.root, name: name)
        return try gathering.report(ecosystem, address)
    }

    /// A bridge may put a device's short address into its own topic: `tele/zb_bridge/8F20/SENSOR`.
    private static func bridge(_ levels: TopicLevels) -> String {
        let last = levels.count - 1
        let isShortAddress = levels[last - 1].utf8.count == 4 && levels[last - 1].allSatisfy(\.isHexDigit)
        return levels.joined(0..<(last > 1 && isShortAddress ? last - 1 : last))
    }

    private static let objects = KeyTable([("SENSOR", ()), ("RESULT", ()), ("STATE", ()), ("ZbReceived", ())])
    private static let values = KeyTable<Field>([
        ("FIRE", .flag(.smoke)), ("SMOKE", .flag(.smoke)), ("TEST", .flag(.test)), ("BATTERY", .flag(.batteryLow)),
        ("MUTE", .nothing), ("POWER", .nothing),
    ])
}
