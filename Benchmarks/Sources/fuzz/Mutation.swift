import Devices
import Vectors

/// Makes a decoder's messages worse, each from the seed and its number alone, so that any of them can be made again.
struct Mutation {
    let seeds: [Message]
    let filters: [String]

    init(_ decoder: any Decoder, _ vectors: Vectors) throws {
        seeds = try vectors.messages(for: decoder)
        filters = decoder.topicFilters
    }

    func message(_ number: Int, seed: UInt64) -> Message {
        var random = SplitMix64(state: seed &+ UInt64(number) &* 0xd134_2543_de82_ef95)
        var message: Message
        // One in eight is made from nothing but the decoder's topics.
        if random.below(8) > 0, let vector = random.choose(seeds) {
            message = vector
            for _ in 0...random.below(3) { mutate(&message.payload, &random) }
            if random.below(2_000) == 0 { fill(&message.payload, &random) }
            if random.below(6) == 0 { mutateTopic(&message, &random) }
        } else {
            message = Message(topic: topic(&random), payload: payload(&random))
        }
        message.retained = random.below(10) == 0
        return message
    }

    // MARK: Payloads of vectors

    private func mutate(_ bytes: inout [UInt8], _ random: inout SplitMix64) {
        // Half of them stay JSON.
        switch random.below(18) {
        case 0: nest(&bytes, &random)
        case 1: replaceValue(&bytes, with: random.choose(Self.numbers) ?? "0", &random)
        case 2: replaceValue(&bytes, with: random.choose(Self.values) ?? "null", &random)
        case 3: doubleMember(&bytes, &random)
        case 4: bytes.insert(contentsOf: random.choose(Self.notUTF8) ?? [0xff], at: random.below(bytes.count + 1))
        case 5: bytes.removeLast(random.below(bytes.count + 1))
        case 6: if !bytes.isEmpty { bytes[random.below(bytes.count)] ^= 1 << UInt8(random.below(8)) }
        case 7: if !bytes.isEmpty { bytes[random.below(bytes.count)] = UInt8(random.below(256)) }
        case 8:
            let start = random.below(bytes.count + 1)
            bytes.removeSubrange(start..<min(bytes.count, start + random.below(16)))
        case 9: splice(&bytes, &random)
        case 10: bytes.insert(random.choose(Self.marks) ?? 0, at: random.below(bytes.count + 1))
        case 11, 12: replaceValue(&bytes, with: words(&random), &random)
        case 13: replaceValue(&bytes, with: random.choose(Self.numbers) ?? "0", &random)
        case 14: doubleMember(&bytes, &random)
        default: replaceValue(&bytes, with: random.choose(Self.values) ?? "null", &random)
        }
    }

    /// Up to 64 KiB more; seldom, for no device sends that much.
    private func fill(_ bytes: inout [UInt8], _ random: inout SplitMix64) {
        let unit = random.choose(["x", "1,", "[", "\"smoke\":true,", "\\u0073"]) ?? "x"
        let filling = String(repeating: unit, count: (1 + random.below(65_536)) / unit.utf8.count)
        bytes.insert(contentsOf: Array(filling.utf8), at: random.below(bytes.count + 1))
    }

    /// Brackets around a value or around everything, closed or not; half of them deeper than any decoder goes.
    private func nest(_ bytes: inout [UInt8], _ random: inout SplitMix64) {
        let depth = 1 + random.below(random.below(4) == 0 ? 2_000 : 64)
        let start = places(after: UInt8(ascii: ":"), bytes, &random) ?? 0
        let (open, close) = random.below(2) == 0 ? ("[", "]") : ("{\"alarm\":", "}")
        if random.below(3) > 0 {
            let end = self.end(ofValueAt: start, in: bytes)
            bytes.insert(contentsOf: Array(String(repeating: close, count: depth).utf8), at: end)
        }
        bytes.insert(contentsOf: Array(String(repeating: open, count: depth).utf8), at: start)
    }

    private func replaceValue(_ bytes: inout [UInt8], with text: String, _ random: inout SplitMix64) {
        let start = places(after: UInt8(ascii: ":"), bytes, &random) ?? 0
        bytes.replaceSubrange(start..<end(ofValueAt: start, in: bytes), with: Array(text.utf8))
    }

    /// One of its members, or all of it, once to some twenty times more.
    private func doubleMember(_ bytes: inout [UInt8], _ random: inout SplitMix64) {
        let start = min(places(after: UInt8(ascii: ","), bytes, &random) ?? 0, bytes.count)
        let end = bytes[start...].firstIndex(of: UInt8(ascii: ",")).map { $0 + 1 } ?? bytes.count
        let member = Array(bytes[start..<end].prefix(200))
        for _ in 0...random.below(random.below(4) == 0 ? 20 : 3) { bytes.insert(contentsOf: member, at: start) }
    }

    private func splice(_ bytes: inout [UInt8], _ random: inout SplitMix64) {
        guard let other = random.choose(seeds)?.payload, !other.isEmpty else { return }
        let from = random.below(other.count)
        let part = other[from..<min(other.count, from + random.below(64))]
        let start = random.below(bytes.count + 1)
        bytes.replaceSubrange(start..<min(bytes.count, start + random.below(32)), with: part)
    }

    private func places(after mark: UInt8, _ bytes: [UInt8], _ random: inout SplitMix64) -> Int? {
        random.choose(bytes.indices.filter { bytes[$0] == mark }).map { $0 + 1 }
    }

    private func end(ofValueAt start: Int, in bytes: [UInt8]) -> Int {
        bytes[start...].firstIndex { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "}") } ?? bytes.count
    }

    // MARK: Topics

    private func mutateTopic(_ message: inout Message, _ random: inout SplitMix64) {
        var levels = message.topic.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        let index = random.below(levels.count)
        switch random.below(4) {
        case 0: levels.remove(at: index)
        case 1: levels.insert(level(&random), at: index)
        case 2: levels[index] = level(&random)
        default: levels.append(level(&random))
        }
        message.topic = levels.joined(separator: "/")
    }

    /// One that a filter lets through.
    private func topic(_ random: inout SplitMix64) -> String {
        let filter = random.choose(filters) ?? "#"
        return filter.split(separator: "/", omittingEmptySubsequences: false).map { part in
            switch part {
            case "+": level(&random)
            case "#": (0...random.below(5)).map { _ in level(&random) }.joined(separator: "/")
            default: String(part)
            }
        }.joined(separator: "/")
    }

    private func level(_ random: inout SplitMix64) -> String {
        switch random.below(8) {
        case 0: return ""
        case 1: return String(random.below(300))
        case 2: return String(repeating: "é", count: random.below(100))
        case 3, 4:
            // Words that stand in the vectors' topics.
            let words = random.choose(seeds)?.topic.split(separator: "/")
            return words.flatMap { random.choose($0) }.map(String.init) ?? "x"
        default: return random.choose(Self.names) ?? "x"
        }
    }

    // MARK: Payloads from nothing

    private func payload(_ random: inout SplitMix64) -> [UInt8] {
        switch random.below(6) {
        case 0: return (0..<random.below(200)).map { _ in UInt8(random.below(256)) }
        case 1: return Array((random.choose(Self.values) ?? "").utf8)
        case 2: return Array(words(&random).utf8)
        case 3: return binary(&random)
        default:
            var text = ""
            write(&text, depth: 0, &random)
            return Array(text.utf8)
        }
    }

    /// Fields as protobuf has them, cut anywhere.
    private func binary(_ random: inout SplitMix64) -> [UInt8] {
        var bytes: [UInt8] = []
        for _ in 0..<random.below(20) {
            bytes.append(UInt8(random.below(16) << 3 | random.below(6)))
            let length = random.below(random.below(10) == 0 ? 128 : 12)
            bytes.append(random.below(20) == 0 ? 0xff : UInt8(length))
            bytes += (0..<length).map { _ in UInt8(random.below(256)) }
        }
        return Array(bytes.prefix(random.below(bytes.count + 1)))
    }

    private func write(_ text: inout String, depth: Int, _ random: inout SplitMix64) {
        switch depth < 5 ? random.below(6) : 5 {
        case 0, 1, 2:
            text += "{"
            for index in 0..<random.below(8) {
                if index > 0 { text += "," }
                text += "\"\(random.choose(Self.names) ?? "a")\":"
                write(&text, depth: depth + 1, &random)
            }
            text += "}"
        case 3:
            text += "["
            for index in 0..<random.below(6) {
                if index > 0 { text += "," }
                write(&text, depth: depth + 1, &random)
            }
            text += "]"
        default: text += random.choose(random.below(2) == 0 ? Self.numbers : Self.values) ?? "0"
        }
    }

    private func words(_ random: inout SplitMix64) -> String {
        let words = (0...random.below(4)).map { _ in random.choose(Self.names) ?? "" }.joined(separator: " ")
        return random.below(2) == 0 ? "\"\(words)\"" : words
    }

    private static let numbers = [
        "0", "1", "-1", "2", "255", "999", "1e308", "-1e999", "1e-400", "1e18", "9223372036854775808", "-0", "0.1",
        "NaN",
        "1.", ".5", "00", "1e", String(repeating: "9", count: 400), "0." + String(repeating: "1", count: 300),
    ]
    private static let values = [
        "null", "true", "false", "\"\"", "{}", "[]", "\"nan\"", "\"ON\"", "\"off\"", "\"alarm\"", "\"no alarm\"",
        "\"true\"", "{\"value\":1}", "[true]", "\"\\u0000\"", "\"\\ud800\"", "\"\\ud83d\\udd25\"", "\"\\",
        "\"2.4(low battery)\"",
        "\"2026-11-22T15:45:37.123Z\"", "\"" + String(repeating: "fire ", count: 60) + "\"", "online", "Offline",
    ]
    private static let names = [
        "smoke", "alarm", "alarm_1", "fire", "co", "gas", "leak", "state", "status", "value", "type", "event",
        "battery",
        "temperature", "humidity", "tamper", "fault", "test", "model", "id", "object", "data", "ts", "seq", "time",
        "idx",
        "nvalue", "params", "method", "src", "ZbReceived", "RfReceived", "Smoke_Alarm", "\\u0073moke", "Sensor_status",
        "smoke:0", "e\u{301}", "", "$state", "set", "binary_sensor", "config", "113",
        String(repeating: "n", count: 300),
    ]
    private static let marks = Array("{}[]\",:\\-.0e9tfn /u".utf8) + [0, 0x1f, 0x7f, 0x80, 0xc3, 0xe4, 0xf0, 0xff]
    private static let notUTF8: [[UInt8]] = [
        [0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xe4, 0xbd], [0x80], [0xf0, 0x9f],
    ]
}
