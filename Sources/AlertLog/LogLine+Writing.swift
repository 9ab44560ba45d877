import Registry
import Rules

extension LogLine {
    /// A line as it is written, newline included, and its hash.
    ///
    /// Every line has every key, in DESIGN.md's order, `null` where nothing is known; the details are sorted by name.
    /// `source` and `area` among the details are the log's own, whatever the record says under these names.
    static func written(
        _ record: LogRecord, from source: LogSource, sequence: Int64, after previous: String
    ) -> (bytes: [UInt8], hash: String) {
        var details = record.details
        details["source"] = source.description
        details["area"] = record.place?.area
        var line = LineJSON()
        line.member("seq", number: sequence)
        line.member("at", record.at.description)
        line.member("event", record.event.rawValue)
        line.member("level", record.level.rawValue)
        line.member("estate", record.estate)
        line.member("block", record.place?.block)
        line.member("floor", record.place?.floor)
        line.member("flat", record.place?.flat)
        line.member("device", record.device)
        line.member("incident", record.incident)
        line.member("stage", record.stage?.rawValue)
        line.member("exercise", record.exercise)
        line.member(
            "text", object: [("en", record.text.english), ("zh-Hant", record.text.traditionalChinese)])
        line.member("details", object: details.sorted { $0.key < $1.key })
        line.member("prev", previous)
        let sealed = LogSeal.seal(line.bytes)
        return (sealed.line + [UInt8(ascii: "\n")], sealed.hash)
    }

    /// What stands at a line's beginning, read without decoding the rest; `nil` if it does not begin as the hub writes.
    static func beginning(of bytes: [UInt8]) -> (sequence: Int64, at: Instant)? {
        let opening = Array(#"{"seq":"#.utf8)
        let middle = Array(#","at":""#.utf8)
        guard bytes.starts(with: opening) else { return nil }
        let digits = bytes.dropFirst(opening.count).prefix { (48...57).contains($0) }
        guard let sequence = Int64(String(decoding: digits, as: UTF8.self)) else { return nil }
        let rest = bytes[digits.endIndex...]
        guard rest.starts(with: middle) else { return nil }
        let moment = rest.dropFirst(middle.count).prefix { $0 != UInt8(ascii: "\"") }
        return Instant(rfc3339Bytes: moment).map { (sequence, $0) }
    }
}

/// A JSON object that keeps its members in the order in which they are given, without its last brace.
private struct LineJSON {
    private(set) var bytes: [UInt8] = [UInt8(ascii: "{")]

    mutating func member(_ name: String, number: Int64) {
        key(name)
        bytes += String(number).utf8
    }

    mutating func member(_ name: String, _ value: String?) {
        key(name)
        if let value { string(value) } else { bytes += "null".utf8 }
    }

    mutating func member(_ name: String, object members: [(String, String)]) {
        key(name)
        var object = LineJSON()
        for (name, value) in members { object.member(name, value) }
        bytes += object.bytes
        bytes.append(UInt8(ascii: "}"))
    }

    private mutating func key(_ name: String) {
        if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
        string(name)
        bytes.append(UInt8(ascii: ":"))
    }

    /// RFC 8259, section 7: what must be escaped, and nothing else.
    private mutating func string(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
            case 0x0A: bytes += #"\n"#.utf8
            case 0x0D: bytes += #"\r"#.utf8
            case 0x09: bytes += #"\t"#.utf8
            case 0..<0x20: bytes += "\(byte < 16 ? #"\u000"# : #"\u00"#)\(String(byte, radix: 16))".utf8
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
