import Devices
import Registry
import Testing

@Suite struct `A message of any ecosystem` {
    private let table = Result { try DecoderTable.all() }

    /// Whatever the topic: what comes of 300 KiB comes soon, and is no longer than a person can read.
    @Test func `of 300 KiB is done with soon`() throws {
        let table = try table.get()
        let vectors = Dictionary(grouping: try Ecosystems.vectors, by: \.ecosystem)
        let topics = Set(vectors.values.flatMap { $0.prefix(3) }.map(\.topic))
        let filling = String(repeating: "x", count: 300 * 1024)
        let payloads = [
            filling, #"{"\#(filling)":{"smoke":true}}"#, #"{"alarm":"\#(filling)","id":"\#(filling)","model":"a"}"#,
            "{\"fire\":[\(String(repeating: "1,", count: 150 * 1024))1]}",
            "{\(String(repeating: "\"co\":1,", count: 40 * 1024))\"gas\":1}",
            "{\"object\":{\(String(repeating: "\"smokeAlarm\":{\"a\":1},", count: 15 * 1024))\"gas\":1}}",
            String(repeating: "{\"fire\":", count: 30) + "[\(String(repeating: "1,", count: 99_999))1]"
                + String(repeating: "}", count: 30),
        ].map { Array($0.utf8) }
        let start = ContinuousClock.now
        for topic in topics {
            for payload in payloads {
                let message = Message(topic: topic, payload: payload)
                switch Result(catching: { () throws(Malformed) in try table.report(message) }) {
                case .success(let report):
                    #expect(report?.unmapped.count ?? 0 <= 16)
                    #expect(report?.unmapped.allSatisfy { $0.description.utf8.count <= 600 } ?? true)
                case .failure(let malformed): #expect(malformed.description.utf8.count < 500, "\(topic)")
                }
            }
        }
        let each = (ContinuousClock.now - start) / (topics.count * payloads.count)
        #expect(each < .milliseconds(500), "\(each)")
    }

    /// 20,000 vectors, damaged as their formats can be: a value nested 10 to 100 deep or of 400 digits, a member
    /// doubled, bytes that are no UTF-8, an end that is missing. None crashes or hangs, and none gives two readings of
    /// one kind; a member that nobody knows changes nothing.
    @Test func `is damaged without harm`() throws {
        let vectors = try Vector.all(in: "native") + Vector.all(in: "zigbee2mqtt") + Ecosystems.vectors
        var table = try table.get()
        for vector in vectors { try vector.teach(&table) }
        let messages = try vectors.map { try $0.message }
        let seed = UInt64.random(in: 0...(.max))
        var random = SplitMix64(state: seed)
        for round in 0..<20_000 {
            let original = messages[round % messages.count]
            var message = original
            damage(&message.payload, using: &random)
            let decoders = table.decoders.filter { $0.ecosystem.rawValue == vectors[round % messages.count].ecosystem }
            for decoder in decoders {
                let result = Result { () throws(Malformed) in try decoder.report(message) }
                guard case .success(let report?) = result else { continue }
                let kinds = Set(report.readings.map(\.kind))
                #expect(kinds.count == report.readings.count, "seed \(seed), round \(round)")
            }
            guard original.payload.first == UInt8(ascii: "{"), original.payload.contains(UInt8(ascii: ":")) else {
                continue
            }
            message.payload =
                Array("{\"zz\":\(junk.randomElement(using: &random) ?? "0"),".utf8) + original.payload.dropFirst()
            let before = Result { () throws(Malformed) in try table.report(original)?.readings }
            let after = Result { () throws(Malformed) in try table.report(message)?.readings }
            #expect((try? before.get()) == (try? after.get()), "seed \(seed), round \(round): \(original.topic)")
        }
    }

    private let junk = ["0", "null", "true", "\"\"", "\"fine\"", "[]", "[[{}]]", "-1e999", "\"\\ud800\""]

    private func damage(_ bytes: inout [UInt8], using random: inout SplitMix64) {
        let values = bytes.indices.filter { bytes[$0] == UInt8(ascii: ":") }
        let value = values.randomElement(using: &random).map { $0 + 1 } ?? 0
        switch Int.random(in: 0..<6, using: &random) {
        case 0:
            let depth = Int.random(in: 10...100, using: &random)
            bytes.insert(contentsOf: String(repeating: "[", count: depth).utf8, at: value)
            let end = bytes[(value + depth)...].firstIndex { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "}") }
            bytes.insert(contentsOf: String(repeating: "]", count: depth).utf8, at: end ?? bytes.count)
        case 1:
            let huge = ["1e308", "-1e999", "1e-400", String(repeating: "9", count: 400), "999", "-1", "NaN", "1e18"]
            let end = bytes[value...].firstIndex { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "}") } ?? bytes.count
            bytes.replaceSubrange(value..<end, with: (huge.randomElement(using: &random) ?? "0").utf8)
        case 2:
            guard let open = bytes.firstIndex(of: UInt8(ascii: "{")),
                let comma = bytes[open...].firstIndex(of: UInt8(ascii: ","))
            else { return }
            for _ in 0..<3 { bytes.insert(contentsOf: Array(bytes[(open + 1)...comma]), at: open + 1) }
        case 3:
            let wrong: [[UInt8]] = [
                [0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE4, 0xBD],
            ]
            let place = Int.random(in: 0...bytes.count, using: &random)
            bytes.insert(contentsOf: wrong.randomElement(using: &random) ?? [0xFF], at: place)
        case 4: bytes.removeLast(Int.random(in: 0...bytes.count, using: &random))
        default:
            let end = bytes[value...].firstIndex { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "}") } ?? bytes.count
            let others = ["null", "\"\"", "{}", "[]", "true", "false", "\"nan\"", "0", "1", "\"ON\"", "{\"value\":1}"]
            bytes.replaceSubrange(value..<end, with: (others.randomElement(using: &random) ?? "0").utf8)
        }
    }
}
