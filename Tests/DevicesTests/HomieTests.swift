@testable import Devices
import Registry
import Testing

@Suite struct `A device of Homie` {
    private static let description = """
        {"homie":"5.0","version":1,"nodes":{
          "kitchen":{"properties":{"smoke":{"datatype":"boolean"},"alarm-memory":{"datatype":"boolean"}}},
          "hall":{"properties":{"smoke":{"datatype":"boolean"},"temperature":{"datatype":"float","unit":"K"}}},
          "gas":{"properties":{"state":{"datatype":"boolean"}}},
          "siren":{"properties":{"fire":{"datatype":"boolean","settable":true}}},
          "box":{"properties":{"co":{"datatype":"integer","unit":"ppm"},"signal":{"datatype":"integer","unit":"dBm"},
            "zone-3":{"datatype":"boolean"},"light":{"datatype":"boolean"},"mode":{"datatype":"string"},
            "alarm":{"datatype":"enum"}}}}}
        """

    private func said(_ decoder: inout HomieDecoder, _ topic: String, _ payload: String) -> String {
        let message = Message(topic: topic, payload: Array(payload.utf8), retained: true)
        do throws(Malformed) {
            _ = try decoder.learn(message)
            return try decoder.report(message).map { "\($0.address) \($0.shownRaised)" } ?? "nil"
        } catch {
            return "malformed \(error.address ?? "nil"): \(error.description)"
        }
    }

    private func described(_ descriptions: [(String, String)] = [("d", description)]) throws -> HomieDecoder {
        var decoder = HomieDecoder()
        for (id, text) in descriptions {
            #expect(try decoder.learn(Message(topic: "homie/5/\(id)/$description", payload: text)).isKept)
        }
        return decoder
    }

    @Test(arguments: [
        ("hall/smoke", "true", "d smoke=true"),
        ("hall/smoke", "1", "malformed d: hall/smoke \"1\": expected true or false"),
        ("hall/temperature", "293", "d "), ("gas/state", "true", "d gas=true"), ("box/co", "12", "d co_ppm=12.0"),
        ("box/co", "nan", "d "), ("box/signal", "-70", "d signal=-70.0"), ("box/zone-3", "true", "d ?box/zone-3"),
        ("box/zone-3", "false", "d "), ("box/light", "true", "d "), ("box/mode", "fire", "d "),
        ("box/alarm", "fire", "d ?box/alarm"), ("siren/fire", "true", "d ?siren/fire"),
        ("kitchen/alarm-memory", "true", "d "), ("hall/smoke", "", "nil"),
        ("hall/new-fire", "true", "d ?hall/new-fire"),
        ("hall/new-fire", "false", "d "), ("hall/unheard", "true", "d "),
    ])
    func `means what the words of its properties say`(_ property: String, _ payload: String, _ expected: String) throws
    {
        var decoder = try described()
        #expect(said(&decoder, "homie/5/d/\(property)", payload) == expected)
    }

    @Test func `is clear when all of its nodes are`() throws {
        var decoder = try described()
        #expect(said(&decoder, "homie/5/d/hall/smoke", "true") == "d smoke=true")
        #expect(said(&decoder, "homie/5/d/kitchen/smoke", "true") == "d smoke=true")
        #expect(said(&decoder, "homie/5/d/hall/smoke", "false") == "d ")
        #expect(said(&decoder, "homie/5/d/kitchen/smoke", "false") == "d smoke=false")
        #expect(said(&decoder, "homie/5/d/$alert/a", "old") == "d fault=true(old)")
        #expect(said(&decoder, "homie/5/d/$alert/b", "dirty") == "d fault=true(dirty)")
        #expect(said(&decoder, "homie/5/d/$alert/a", "") == "d ")
        #expect(said(&decoder, "homie/5/d/$alert/b", "") == "d fault=false")
    }

    @Test func `of version 4 says its datatypes one by one`() throws {
        var decoder = HomieDecoder()
        #expect(said(&decoder, "homie/d/n/temperature", "68") == "d ")
        let unit = Message(topic: "homie/d/n/temperature/$unit", payload: "°F")
        #expect(try decoder.learn(unit) == Lesson(isKept: true))
        #expect(said(&decoder, "homie/d/n/temperature/$datatype", "float") == "nil")
        #expect(said(&decoder, "homie/d/n/temperature", "68") == "d temperature=20.0")
        #expect(said(&decoder, "homie/d/n/smoke/$datatype", "boolean") == "nil")
        #expect(said(&decoder, "homie/d/n/smoke", "true") == "d smoke=true")
        #expect(said(&decoder, "homie/d/$state", "alert") == "d availability=online fault=true(alert)")
        #expect(said(&decoder, "homie/d/$state", "ready") == "d availability=online fault=false")
        #expect(said(&decoder, "homie/d/$state", "odd").hasPrefix("malformed d: $state \"odd\""))
        #expect(said(&decoder, "homie/5/d/$state", "alert").hasPrefix("malformed d"))
        let removed = try decoder.learn(Message(topic: "homie/d/$state", payload: ""))
        #expect(
            removed.forgotten == [
                "homie/d/n/smoke/$datatype", "homie/d/n/temperature/$datatype", "homie/d/n/temperature/$unit",
            ])
        #expect(said(&decoder, "homie/d/n/smoke", "true") == "d ?n/smoke")
    }

    @Test func `speaks through its root`() throws {
        var decoder = try described([
            ("root", #"{"homie":"5.0","children":["child"]}"#),
            ("child", #"{"homie":"5.0","root":"root","nodes":{"n":{"properties":{"smoke":{"datatype":"boolean"}}}}}"#),
            ("alone", #"{"homie":"5.0"}"#),
        ])
        func gateway(_ topic: String, _ payload: String) throws -> String? {
            try decoder.report(Message(topic: topic, payload: payload))?.gateway
        }
        #expect(try gateway("homie/5/child/n/smoke", "true") == "root")
        #expect(try gateway("homie/5/child/$state", "ready") == "root")
        #expect(try gateway("homie/5/root/$state", "lost") == "root")
        #expect(try gateway("homie/5/alone/$state", "lost") == nil)
        _ = said(&decoder, "homie/5/child/$description", "")
        #expect(said(&decoder, "homie/5/child/n/smoke", "true") == "child ?n/smoke")
    }

    @Test func `is told from that of another domain`() throws {
        var decoder = try HomieDecoder(domains: ["homie", "block-b"])
        #expect(decoder.topicFilters.first == "homie/5/+/$description")
        #expect(decoder.topicFilters.contains("block-b/5/+/+/+"))
        #expect(said(&decoder, "block-b/5/d/$state", "ready") == "block-b/d availability=online")
        #expect(said(&decoder, "homie/5/d/$state", "ready") == "d availability=online")
        #expect(throws: InvalidTopicFilter.self) { try HomieDecoder(domains: ["homie/"]) }
    }

    @Test func `that describes itself anew, or not at all, is kept once and as it was`() throws {
        var decoder = try described()
        let same = Message(topic: "homie/5/d/$description", payload: Self.description)
        #expect(try decoder.learn(same) == .nothing)
        for wrong in ["{", "[]", #"{"nodes":[1]}"#, String(repeating: " ", count: 300_000)] {
            #expect(throws: Malformed.self) {
                try decoder.learn(Message(topic: "homie/5/d/$description", payload: wrong))
            }
        }
        #expect(said(&decoder, "homie/5/d/hall/smoke", "true") == "d smoke=true")
        let forgotten = try decoder.learn(Message(topic: "homie/5/d/$state", payload: "")).forgotten
        #expect(forgotten == ["homie/5/d/$description"])
        #expect(said(&decoder, "homie/5/d/hall/smoke", "true") == "d ?hall/smoke")
    }

    @Test func `heard of least recently is given up for a new one`() throws {
        var decoder = try HomieDecoder(domains: ["homie"], strangersMax: 2)
        for id in ["a", "b"] { _ = said(&decoder, "homie/5/\(id)/$description", Self.description) }
        _ = said(&decoder, "homie/5/a/hall/smoke", "false")
        let third = try decoder.learn(Message(topic: "homie/5/c/$description", payload: Self.description))
        #expect(third == Lesson(isKept: true, forgotten: ["homie/5/b/$description"]))
        #expect(said(&decoder, "homie/5/b/hall/smoke", "true") == "b ?hall/smoke")
        #expect(said(&decoder, "homie/5/a/hall/smoke", "true") == "a smoke=true")
    }

    @Test func `in the registry, and its root, are never given up for strangers`() throws {
        let child = #"{"homie":"5.0","root":"root","nodes":{"n":{"properties":{"smoke":{"datatype":"boolean"}}}}}"#
        var decoder = try HomieDecoder(
            domains: ["homie", "block-b"], registered: ["d", "block-b/e", "child"], strangersMax: 2, bytesMax: 20_000)
        _ = said(&decoder, "homie/5/root/$description", #"{"homie":"5.0","children":["child"]}"#)
        for base in ["homie/5/d", "block-b/5/e"] { _ = said(&decoder, "\(base)/$description", Self.description) }
        _ = said(&decoder, "homie/5/child/$description", child)
        var forgotten: [String] = []
        for index in 0..<50 {
            let stranger = Message(topic: "homie/5/s\(index)/$description", payload: Self.description)
            forgotten += try decoder.learn(stranger).forgotten
        }
        #expect(forgotten == (0..<48).map { "homie/5/s\($0)/$description" })
        #expect(said(&decoder, "homie/5/d/hall/smoke", "true") == "d smoke=true")
        #expect(said(&decoder, "block-b/5/e/hall/smoke", "true") == "block-b/e smoke=true")
        #expect(said(&decoder, "homie/5/child/n/smoke", "true") == "child smoke=true")
        #expect(try decoder.report(Message(topic: "homie/5/root/$state", payload: "lost"))?.gateway == "root")
        // No device of the registry depends on it any more.
        let alone = Message(topic: "homie/5/child/$description", payload: #"{"homie":"5.0"}"#)
        #expect(try decoder.learn(alone).forgotten == ["homie/5/s48/$description"])
        for index in 0..<2 { _ = said(&decoder, "homie/5/t\(index)/$description", Self.description) }
        #expect(try decoder.report(Message(topic: "homie/5/root/$state", payload: "lost"))?.gateway == nil)
    }

    @Test func `cannot fill the memory with what it describes`() throws {
        func properties(_ count: Int) -> String {
            let list = (0..<count).map { #""p\#($0)":{"datatype":"boolean"}"# }.joined(separator: ",")
            return #"{"homie":"5.0","nodes":{"n":{"properties":{\#(list)}}}}"#
        }
        var decoder = try HomieDecoder(domains: ["homie"], bytesMax: 100_000)
        #expect(said(&decoder, "homie/5/a/$description", properties(1025)).contains("more than 1024 properties"))
        var kept: Set<String> = []
        for id in 0..<100 {
            let topic = "homie/5/\(id)/$description"
            let lesson = try decoder.learn(Message(topic: topic, payload: properties(100)))
            kept.insert(topic)
            kept.subtract(lesson.forgotten)
        }
        #expect((2...6).contains(kept.count))
        #expect(kept.contains("homie/5/99/$description"))
        for index in 0..<2000 {
            _ = said(&decoder, "homie/4/n/p\(index)/$datatype", "boolean")
        }
        #expect(said(&decoder, "homie/4/n/more/$datatype", "boolean").contains("more than 1024"))
    }

    @Test func `is understood after a restart from what was kept`() throws {
        var decoder = HomieDecoder()
        var kept: [Message] = []
        for (topic, payload) in [
            ("homie/5/d/$description", Self.description), ("homie/e/n/smoke/$datatype", "boolean"),
            ("homie/5/f/$description", Self.description), ("homie/5/f/$state", ""),
        ] {
            let message = Message(topic: topic, payload: Array(payload.utf8), retained: true)
            let lesson = try decoder.learn(message)
            kept.removeAll { lesson.forgotten.contains($0.topic) || $0.topic == topic }
            if lesson.isKept { kept.append(message) }
        }
        var again = HomieDecoder()
        for message in kept { _ = try again.learn(message) }
        #expect(again.missed().isEmpty)
        for topic in ["homie/5/d/hall/smoke", "homie/e/n/smoke", "homie/5/f/hall/smoke"] {
            let message = Message(topic: topic, payload: "true")
            #expect(try again.report(message) == decoder.report(message))
        }
    }

    @Test func `is left to the panel where it is one`() throws {
        let table = try DecoderTable.all()
        let report = try table.report(Message(topic: "homie/dsc-alarm/partition-1/fire", payload: "1"))
        #expect(report?.ecosystem == .alarmPanels)
        #expect(report?.gateway == "dsc-alarm")
    }
}
