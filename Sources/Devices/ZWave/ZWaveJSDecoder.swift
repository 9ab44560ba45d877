public import Registry

/// Z-Wave JS UI. Sources: `docs/usage/setup.md`, `api/lib/Gateway.ts`, `api/lib/MqttClient.ts` of
/// zwave-js/zwave-js-ui; `packages/core/src/registries/Notifications.ts` of zwave-js/node-zwave-js.
///
/// | topic | content |
/// | --- | --- |
/// | `<prefix>/[<location>/]<node>/<class>/<endpoint>/<property>[/<key>]` | a value: ``ZWaveValue`` |
/// | `<prefix>/[<location>/]<node>/<class name>/endpoint_<n>/<property>[/<key>]` | the same with names |
/// | `<prefix>/[<location>/]<node>/status` | `{"value":bool,"status":…}`: false only for a dead node; sleeping is no fault |
/// | `<prefix>/_CLIENTS/ZWAVE_GATEWAY-<name>/status` | the gateway's last will, a device `ZWAVE_GATEWAY-<name>` |
/// | `<prefix>/driver/status` | the driver's, a device `driver` |
/// | `…/set`, `<prefix>/_CLIENTS/…/api/…` | commands |
/// | `<prefix>/_EVENTS_/…` | the same alarms once more, where switched on |
///
/// By setting, a payload is a bare value, `{"time":ms,"value":…}`, or the whole value with `unit` and `lastUpdate`. A
/// node is addressed as its topic has it: `Washok/Sensor`, or its number. Default topic: `zwave/…`.
public struct ZWaveJSDecoder: Decoder {
    public let ecosystem = Device.Ecosystem.zwavejs
    public var topicFilters: [String] { ["\(prefix.text)/#"] }
    private let prefix: TopicPrefix

    public init() { prefix = TopicPrefix(known: "zwave") }

    /// - Parameter prefix: the gateway's MQTT prefix.
    /// - Throws: ``InvalidTopicFilter`` if the prefix is no topic.
    public init(prefix: String) throws(InvalidTopicFilter) { self.prefix = try TopicPrefix(prefix) }

    public func report(_ message: Message) throws(Malformed) -> Report? {
        // An empty payload only removes what was retained.
        guard let levels = prefix.rest(of: message.topic), !message.payload.isEmpty, !levels.level(0, is: "_EVENTS_")
        else { return nil }
        let last = levels.count - 1
        guard last > 0, !levels.level(last, is: "set"), !levels.level(last, is: "get") else { return nil }
        if levels.level(0, is: "_CLIENTS") {
            guard last == 2, levels.level(2, is: "status") else { return nil }
            // Values do not say through which gateway they came: all under a prefix are behind each.
            var report = try status(message.payload, levels[1])
            report.gateway = prefix.text
            report.isGateway = true
            return report
        }
        if let tail = valueTail(levels) {
            return try value(message.payload, levels, tail).through(prefix.text)
        }
        if levels.level(last, is: "status") {
            return try status(message.payload, levels.joined(0..<last)).through(prefix.text)
        }
        return nil
    }

    /// `<prefix>/_CLIENTS/…/api/…`: the answers to others' questions, such as `getNodes`.
    public func isInventory(_ topic: String) -> Bool {
        guard let levels = prefix.rest(of: topic) else { return false }
        return levels.level(0, is: "_CLIENTS") && levels.level(2, is: "api")
    }

    /// Where the property begins. A node may be called 113, and its location 128: of the classes that are known the last
    /// counts, then any number, or any name before an `endpoint_0`.
    private func valueTail(_ levels: TopicLevels) -> Int? {
        let tails = (1...3).map { levels.count - $0 }.filter { $0 >= 3 && isEndpoint(levels, $0 - 1) }
        return tails.first { levels.find($0 - 2, in: ZWaveValue.classes) != nil }
            ?? tails.first { isNumber(levels[$0 - 2].utf8[...]) || !isNumber(levels[$0 - 1].utf8[...]) }
    }

    private func isEndpoint(_ levels: TopicLevels, _ index: Int) -> Bool {
        let text = levels[index].utf8[...]
        return isNumber(text.starts(with: "endpoint_".utf8) ? text.dropFirst(9) : text)
    }

    private func isNumber(_ text: Substring.UTF8View) -> Bool {
        !text.isEmpty && text.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }

    private func status(_ payload: [UInt8], _ address: String) throws(Malformed) -> Report {
        let json = JSON(orBareText: payload)
        let value = json.field("value", of: json.root) ?? json.root
        guard case .value(let isOnline) = json.flag(of: value) else {
            throw Malformed("status \(json.excerpt(value)): expected true or false", address: address)
        }
        return Report(
            ecosystem: ecosystem, address: address, readings: [.availability(online: isOnline)],
            deviceTime: json.field("time", of: json.root).flatMap { instant($0, json) })
    }

    private func value(_ payload: [UInt8], _ levels: TopicLevels, _ tail: Int) throws(Malformed) -> Report {
        let address = levels.joined(0..<tail - 2)
        let json = JSON(orBareText: payload)
        var time: Instant?
        var gathering = Gathering(json)
        var value = json.root
        var unit: JSON.Node?
        if json.root.kind == .object {
            guard let member = json.field("value", of: json.root) else {
                throw Malformed("value is missing", address: address)
            }
            value = member
            unit = json.field("unit", of: json.root)
            let stamp = json.field("time", of: json.root) ?? json.field("lastUpdate", of: json.root)
            time = stamp.flatMap { instant($0, json) }
        }
        let kind = levels.find(tail - 2, in: ZWaveValue.classes)
        let isFahrenheit = unit.map { json.bytes(of: $0).last == UInt8(ascii: "F") } ?? false
        let field = ZWaveValue.field(kind, levels, tail, isFahrenheit: isFahrenheit)
        gathering.take(field, value, name: levels.joined(tail..<levels.count))
        return try gathering.report(ecosystem, address, deviceTime: time)
    }

    private func instant(_ node: JSON.Node, _ json: JSON) -> Instant? {
        json.wholeNumber(of: node).flatMap { Int64(exactly: $0) }.map(Instant.init)
    }
}
