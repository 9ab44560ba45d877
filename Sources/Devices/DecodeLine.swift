/// `smokehub decode`, a line at a time: shows what the hub understands of a message.
///
/// In: `{"topic":"…","payload":"…" or {"base64":"…"},"retain":false}`; `retain` may be missing.
///
/// Out: `{"topic":…,"device":…,"readings":[{"kind":…,"value":…,"unit":…}],"error":null}`. A reading's `unit` is null
/// where it has none; `detail` is there only where a reading has one, and `"unmapped":[{"field":…,"value":…,"raised":…}]`
/// only where a field looks like a hazard that nobody has mapped. A battery's volts stand beside the readings, as
/// `"battery_voltage":2.9`, and only where there are some: for who reads these lines, volts never were a reading. Messages of exercises are shown like real ones, under
/// their whole topic.
public struct DecodeLine: Sendable {
    private var table: DecoderTable

    public init(_ table: DecoderTable) {
        self.table = table
    }

    /// The line that answers a line; also one that is no message gets one, with an `error`. It has no line break.
    ///
    /// Mutating, because what a decoder has learned from earlier lines counts for later ones.
    public mutating func answer(_ line: String) -> String {
        var topic: String?
        do throws(Malformed) {
            let message = try Self.message(line, &topic)
            let report =
                if let drill = DrillTopic(message.topic) {
                    try table.report(message, in: drill)
                } else {
                    try learned(message)
                }
            return Self.line(topic, device: report?.address, report, error: nil)
        } catch {
            return Self.line(topic, device: error.address, nil, error: error.description)
        }
    }

    private mutating func learned(_ message: Message) throws(Malformed) -> Report? {
        do throws(Malformed) {
            try table.learn(message)
        } catch {
            // As in the hub, what could teach nothing may say something all the same.
            guard let report = try table.report(message) else { throw error }
            return report
        }
        return try table.report(message)
    }

    private static func message(_ line: String, _ topic: inout String?) throws(Malformed) -> Message {
        let json = try JSON(Array(line.utf8))
        guard json.root.kind == .object else { throw Malformed(expected) }
        topic = json.member("topic", of: json.root).flatMap { json.text(of: $0) }
        guard let topic else { throw Malformed("topic: \(expected)") }
        guard let payload = json.member("payload", of: json.root) else { throw Malformed("payload: \(expected)") }
        let retain = json.member("retain", of: json.root)
        return Message(topic: topic, payload: try bytes(payload, json), retained: try flag(retain, json))
    }

    /// `true` or `false`, or what `mosquitto_sub -F %j` writes: `1` or `0`.
    private static func flag(_ node: JSON.Node?, _ json: JSON) throws(Malformed) -> Bool {
        switch (node?.kind, node.flatMap { json.wholeNumber(of: $0) }) {
        case (nil, _), (.null, _), (.no, _), (.number, 0): false
        case (.yes, _), (.number, 1): true
        default: throw Malformed("retain: expected true or false")
        }
    }

    private static func bytes(_ payload: JSON.Node, _ json: JSON) throws(Malformed) -> [UInt8] {
        if let text = json.text(of: payload) { return Array(text.utf8) }
        guard let text = json.member("base64", of: payload).flatMap({ json.text(of: $0) }) else {
            throw Malformed("payload: expected a text, or {\"base64\":\"…\"} for bytes")
        }
        guard let bytes = Base64.decode(text) else { throw Malformed("payload: not base64 (RFC 4648, section 4)") }
        return bytes
    }

    private static let expected =
        "expected a line such as {\"topic\":\"zigbee2mqtt/hall\",\"payload\":\"{\\\"smoke\\\":true}\"}"

    private static func line(_ topic: String?, device: String?, _ report: Report?, error: String?) -> String {
        let readings = (report?.readings ?? []).filter { $0.kind != .batteryVoltage }.map(object).joined(separator: ",")
        var line = "{\"topic\":\(quoted(topic)),\"device\":\(quoted(device)),\"readings\":[\(readings)]"
        if let unmapped = report?.unmapped, !unmapped.isEmpty {
            line += ",\"unmapped\":[\(unmapped.map(object).joined(separator: ","))]"
        }
        if case .number(let volts)? = report?.readings.first(where: { $0.kind == .batteryVoltage })?.value {
            line += ",\"battery_voltage\":\(number(volts))"
        }
        return line + ",\"error\":\(quoted(error))}"
    }

    private static func object(_ field: UnmappedField) -> String {
        "{\"field\":\(quoted(field.name)),\"value\":\(quoted(field.value)),\"raised\":\(field.isRaised)}"
    }

    private static func object(_ reading: Reading) -> String {
        let value =
            switch reading.value {
            case .flag(let flag): "\(flag)"
            case .number(let number): Self.number(number)
            case .text(let text): quoted(text)
            }
        let detail = reading.detail.map { ",\"detail\":\(quoted($0))" } ?? ""
        return "{\"kind\":\"\(reading.kind.rawValue)\",\"value\":\(value),\"unit\":\(quoted(reading.unit))\(detail)}"
    }

    /// Whole numbers without `.0`; what JSON cannot say is null.
    private static func number(_ value: Double) -> String {
        guard value.isFinite else { return "null" }
        guard value.magnitude < 0x1p53, Double(Int64(value)) == value else { return "\(value)" }
        return "\(Int64(value))"
    }

    private static func quoted(_ text: String?) -> String {
        guard let text else { return "null" }
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": result += "\\\(scalar)"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case "\u{00}"..<"\u{20}", "\u{7F}"..<"\u{A0}", "\u{2028}", "\u{2029}":
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
