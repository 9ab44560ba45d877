import AlertLog
import Devices
import Foundation
import Hub
import Registry
import Rules
import Store
import TestBroker
import TestHub
import Testing

/// What `mosquitto_sub -F %j` writes of this hub's estate.
struct Recording {
    var lines: [String] = []

    mutating func add(_ device: String, _ state: String, at time: String, zone: String = "+0000") {
        let payload = Voice.event(of: device, state).replacing("\"", with: "\\\"")
        add(topic: Voice.topic(of: device), payload: "\"\(payload)\"", at: time, zone: zone)
    }

    mutating func add(topic: String, payload: String, at time: String, zone: String = "+0000") {
        lines.append(
            #"{"tst":"2026-11-22T\#(time).000000Z\#(zone)","topic":"\#(topic)","qos":1,"retain":0,"payload":\#(payload)}"#
        )
    }
}

@Suite(.timeLimit(.minutes(1))) struct `A replay` {
    @Test func `of a busy night decides the same bytes under every hash seed`() async throws {
        let folder = try HubFolder(port: 1883)
        var random = SplitMix64(state: 11)
        var recording = Recording()
        for number in 0..<3000 {
            let (hour, minute, second) = (number * 20 / 3600 + 1, number * 20 / 60 % 60, number * 20 % 60)
            let time = [hour, minute, second].map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(separator: ":")
            // Block c has drills, which a real alarm would end; the first begins before anything real is under way.
            let block = ["a", "b"][Int.random(in: 0..<2, using: &random)]
            let place = "\(block)-\(Int.random(in: 1...6, using: &random))"
            let flat = ["A", "B", "C", "D", "corridor"][Int.random(in: 0..<5, using: &random)]
            let state = Int.random(in: 0..<8, using: &random) == 0 ? "alarm" : "clear"
            recording.add("\(place)-\(flat)-smoke", state, at: time)
            if number % 500 == 0 {
                let begin = #"{"command":"begin","scenario":"kitchen","speed":10,"until":"2026-11-22T23:00:00Z"}"#
                recording.add(topic: "drill/d\(number)/$control", payload: begin, at: time)
            }
            if number % 500 > 0 {
                let device = "c-\(Int.random(in: 1...6, using: &random))-B-smoke"
                let drilled = Voice.event(of: device, state)
                recording.add(
                    topic: "drill/d\(number - number % 500)/" + Voice.topic(of: device),
                    payload: drilled, at: time)
            }
        }
        try folder.write("night.jsonl", recording.lines)
        let arguments = ["replay", "--config", folder.configuration, folder.configuration + "/night.jsonl"]
        let first = try await HubProcess.run(arguments)
        #expect(first.code == 0)
        #expect(first.output.count > 100)
        #expect(first.output.contains { $0.contains(#""exercise":"d"#) && $0.contains(#""stage":"confirmed""#) })
        #expect(first.output.contains { $0.contains(#""block":"*""#) })
        for _ in 0..<3 { #expect(try await HubProcess.run(arguments).output == first.output) }
        // What is compared in dictionaries is written in a fixed order, too.
        try folder.changeRules("within: 60s, near: true", "within: 5m, near: true")
        let compared = arguments + ["--against", folder.configuration + "/other.yaml", "--json", "--quiet"]
        let differences = try await HubProcess.run(compared)
        #expect(differences.code == 1)
        #expect(differences.errors == [])
        for _ in 0..<2 { #expect(try await HubProcess.run(compared).output == differences.output) }
    }

    @Test func `goes by what the hub understood where earlier messages decide it, too`() async throws {
        let broker = try TestBroker()
        defer { broker.stop() }
        let folder = try HubFolder(port: broker.port)
        try folder.write("devices.csv", HubFolder.devicesFile + ["h,homie,d,b,2,B,,smoke"])
        let hub = try RunningHub(folder)
        try await hub.untilReady()
        let voice = try Voice(broker)
        let log = LogTrail(folder.state)
        // What a device without descriptions says of its state ends its fault, unless it has said of another.
        for (topic, payload) in [
            ("n/fault/$datatype", "boolean"), ("n/smoke/$datatype", "boolean"), ("n/fault", "true"),
            ("$state", "lost"), ("$state", "ready"), ("n/smoke", "true"),
        ] {
            try await voice.say("homie/d/\(topic)", payload)
        }
        try await log.line("the alarm") { $0.event == .signal && $0.device == "h" && $0.level == .alarm }
        try await hub.stop()
        let said = log.lines.all.filter { $0.event == .signal && $0.device == "h" }.map(\.text.english)
        let database = try HubDatabase(reading: folder.state + "/hub.sqlite")
        let entries = try database.journal(after: 0, limit: 1000).map(\.entry)
        #expect(try Self.said(entries, folder) == said)
        let heard = entries.compactMap { entry in
            if case .message(let heard) = entry.input { heard } else { nil }
        }
        #expect(heard.last?.topic == "homie/d/n/smoke")
        #expect(heard.last?.readings == [.flag(.smoke, true)])
    }

    /// What a replay puts on record of the device `h`.
    private static func said(_ entries: [JournalEntry], _ folder: HubFolder) throws -> [String] {
        var replay = try Replay(try HubConfiguration.load(folder.configuration))
        var said: [String] = []
        for entry in entries {
            let records: [LogRecord] = replay.play(.entry(entry)).records
            for record in records where record.event == .signal && record.device == "h" {
                said.append(record.text.english)
            }
        }
        return said
    }

    @Test func `passes over what it cannot read, says where, and plays the rest`() async throws {
        let folder = try HubFolder(port: 1883)
        var recording = Recording()
        recording.add("a-3-B-smoke", "alarm", at: "10:00:00")
        recording.lines.append("not JSON")
        recording.lines.append(#"{"tst":"yesterday","topic":"t","payload":"x"}"#)
        recording.lines.append("[1]")
        // As %J writes it.
        recording.add(
            topic: Voice.topic(of: "a-3-C-smoke"), payload: #"{"type":"smoke","state":"alarm"}"#, at: "10:00:10")
        recording.add("a-3-D-smoke", "alarm", at: "17:59:50", zone: "+0800")
        recording.add("a-4-B-smoke", "alarm", at: "10:00:20")
        recording.add(topic: Voice.topic(of: "a-4-C-smoke"), payload: "null", at: "10:00:30")
        recording.add("x-4-C-smoke", "alarm", at: "10:00:40")
        let path = folder.configuration + "/night.jsonl"
        let text = recording.lines.joined(separator: "\n") + "\n" + (recording.lines[0].prefix(60))
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        let replay = try await HubProcess.run(["replay", "--config", folder.configuration, path])
        #expect(replay.code == 0)
        for because in ["a-3-B-smoke", "a-3-C-smoke", "a-3-D-smoke", "a-4-B-smoke"] {
            #expect(replay.output.contains { $0.contains(because) }, "\(because)")
        }
        let said = replay.errors.map { $0.replacing(path, with: "FILE") }
        #expect(said.contains { $0.hasPrefix("FILE:2:1: ") && $0.hasSuffix("; the line is left out") })
        #expect(said.contains { $0.hasPrefix("FILE:3:1: tst \"yesterday\": expected a time such as 2026-") })
        #expect(said.contains { $0.hasPrefix("FILE:4:1: expected an object") })
        #expect(
            said.contains {
                $0.hasPrefix("FILE:6:1: time goes back from 2026-11-22T10:00:10.000Z to 2026-11-22T09:59:50.000Z; ")
            })
        #expect(said.contains { $0.hasPrefix("FILE:10:1: the last line is cut off: ") })
        #expect(said.contains("4 lines could not be read"))
        #expect(said.contains("1 messages came from devices that devices.csv does not have"))
        #expect(said.contains { $0.hasPrefix("6 messages, \(replay.output.count) decisions, ") })
    }

    @Test func `against other rules tells what comes sooner, what is only there, and who would be woken`() async throws
    {
        let folder = try HubFolder(port: 1883)
        var recording = Recording()
        // Two flats 40 s apart by night, and a lone detector by day.
        recording.add("a-3-B-smoke", "alarm", at: "02:00:00")
        recording.add("a-4-B-smoke", "alarm", at: "02:00:40")
        for device in ["a-3-B-smoke", "a-4-B-smoke"] { recording.add(device, "clear", at: "02:03:00") }
        recording.add("b-3-B-smoke", "alarm", at: "12:00:00")
        recording.add("b-3-B-smoke", "clear", at: "12:01:00")
        recording.add("b-3-B-smoke", "ok", at: "20:00:00")
        try folder.write("night.jsonl", recording.lines)
        // Then only the rule for those that both still alarm confirms, and 60 s later.
        try folder.changeRules("within: 60s, near: true", "within: 30s, near: true")
        let arguments = ["replay", "--config", folder.configuration, folder.configuration + "/night.jsonl", "--quiet"]
        let against = arguments + ["--against"]
        let same = try await HubProcess.run(against + [folder.configuration + "/rules.yaml"])
        #expect(same.code == 0)
        #expect(same.output.count == 1 && same.output[0].hasPrefix("No difference in "))
        #expect(try await HubProcess.run(against + [folder.configuration]).output == same.output)

        let other = try await HubProcess.run(
            against + [folder.configuration + "/other.yaml"], environment: ["TZ": "UTC"])
        #expect(other.code == 1)
        #expect(other.output.contains("~ 2026-11-22T02:00:40.000Z a-fire-1: reaches confirmed 60 s later"))
        #expect(!other.output.contains { $0.contains("b-fire") })

        let json = try await HubProcess.run(
            against + [folder.configuration + "/other.yaml", "--json"], environment: ["TZ": "UTC"])
        let objects = try json.output.map { line in
            try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        }
        let confirmed = try #require(objects.first { $0["stage"] as? String == "confirmed" })
        #expect(confirmed["later_by_s"] as? Double == 60)
        let summary = try #require(objects.last)
        #expect(summary["difference"] as? String == "summary")
        let today = try #require(summary["today"] as? [String: Any])
        #expect(today["nights"] as? Int == 1)
        // All of block a, and of block b next to it, for it spread.
        #expect(today["flats"] as? Int == 48)
        #expect(summary["differences"] as? Int == objects.count - 1)
    }

    @Test func `against rules that never evacuate lets the block sleep`() async throws {
        let folder = try HubFolder(port: 1883)
        var recording = Recording()
        recording.add("a-3-B-smoke", "alarm", at: "02:00:00")
        recording.add("a-4-B-smoke", "alarm", at: "02:00:10")
        for device in ["a-3-B-smoke", "a-4-B-smoke"] { recording.add(device, "clear", at: "02:00:30") }
        recording.add("b-3-B-smoke", "ok", at: "02:01:00")
        try folder.write("night.jsonl", recording.lines)
        try folder.changeRules("within: 60s, near: true", "within: 5s, near: true")
        let path = folder.configuration
        let replay = try await HubProcess.run(
            ["replay", "--config", path, path + "/night.jsonl", "--against", path + "/other.yaml"],
            environment: ["TZ": "UTC"])
        #expect(replay.code == 1)
        #expect(replay.output.contains { $0.hasPrefix("- 2026-11-22T02:00:10.000Z a-fire-1: reaches confirmed") })
        // Only the two flats with their floors, and the floor above the upper one: 12, and not all of two blocks.
        #expect(
            replay.output.contains(
                "flats woken, each once a night: 48 in this configuration, 12 with the other rules"))
    }
}

extension HubFolder {
    /// Writes `other.yaml`: the rules with the first `old` replaced.
    func changeRules(_ old: String, _ new: String) throws {
        let text = try String(contentsOfFile: configuration + "/rules.yaml", encoding: .utf8)
        let place = try #require(text.firstRange(of: old))
        try text.replacingCharacters(in: place, with: new)
            .write(toFile: configuration + "/other.yaml", atomically: true, encoding: .utf8)
    }
}
