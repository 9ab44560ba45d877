public import Devices
public import Registry

/// A line that `mosquitto_sub -F %j` or `-F %J` wrote.
public struct RecordedMessage: Hashable, Sendable {
    public var at: Instant
    public var message: Message

    /// - Throws: if the line is no such JSON object.
    public init(_ line: [UInt8]) throws(Malformed) { try self.init(JSON(line)) }

    init(_ json: JSON) throws(Malformed) {
        guard json.root.kind == .object else {
            throw Malformed("expected an object, as 'mosquitto_sub -F %j' writes it")
        }
        var time: JSON.Node?
        var topic: JSON.Node?
        var payload: JSON.Node?
        var retain: JSON.Node?
        for member in json.children(of: json.root) {
            switch json.name(of: member) {
            case "tst": time = time ?? member
            case "topic": topic = topic ?? member
            case "payload": payload = payload ?? member
            case "retain": retain = retain ?? member
            default: break
            }
        }
        let written = try Self.text("tst", time, json)
        guard let at = Self.instant(json.bytes(of: written)) else {
            throw Malformed(
                "tst \"\(json.text(of: written) ?? "")\": expected a time such as 2026-11-22T15:45:37.123456Z+0800")
        }
        let name = try Self.text("topic", topic, json)
        guard let payload else { throw Malformed("there is no payload") }
        self.at = at
        message = Message(
            topic: json.text(of: name) ?? "",
            // As %j and %J write an empty payload.
            payload: payload.kind == .null ? [] : json.bytes(of: payload),
            retained: retain.map { json.bytes(of: $0) == [UInt8(ascii: "1")] } ?? false)
    }

    private static func text(_ name: String, _ node: JSON.Node?, _ json: JSON) throws(Malformed) -> JSON.Node {
        guard let node, node.kind == .text else {
            throw Malformed("\(name): expected a text, as 'mosquitto_sub -F %j' writes it")
        }
        return node
    }

    /// mosquitto_sub writes local time, a `Z` all the same, and the zone behind it without a colon.
    private static func instant(_ text: [UInt8]) -> Instant? {
        let sign = text.count - 5
        guard sign > 0, text[sign] == UInt8(ascii: "+") || text[sign] == UInt8(ascii: "-") else {
            return Instant(rfc3339Bytes: text[...])
        }
        let time = text[..<sign]
        let local = time.last == UInt8(ascii: "Z") ? time.dropLast() : time
        return Instant(rfc3339Bytes: local + text[sign..<sign + 3] + [UInt8(ascii: ":")] + text[(sign + 3)...])
    }
}
