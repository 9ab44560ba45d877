import Devices
import Registry
import Testing

private func message(_ topic: String, _ payload: String) -> Message { Message(topic: topic, payload: payload) }

/// An announcement of one entity, with a device behind it.
private func config(
    _ topic: String, _ device: String, _ more: String, _ kind: String = "binary_sensor"
) -> Message {
    message("homeassistant/\(kind)/\(topic)/config", #"{"device":{"identifiers":["\#(device)"]},\#(more)}"#)
}

extension LearningDecoder {
    /// What a message says after others, as ``Report/shown``, with the address and the gateway, if it has one.
    fileprivate func said(_ topic: String, _ payload: String) -> String {
        do {
            guard let report = try report(Message(topic: topic, payload: payload)) else { return "nil" }
            return "\(report.address)\(report.gateway.map { " by \($0)" } ?? "") \(report.shown)"
        } catch {
            return "malformed \(error.address ?? "nil")"
        }
    }
}

@Suite struct `A device that announces itself` {
    private func heard(_ messages: Message...) throws -> HomeAssistantDecoder {
        var decoder = HomeAssistantDecoder()
        for message in messages { _ = try decoder.learn(message) }
        return decoder
    }

    @Test(arguments: [
        // payload_on and _off as texts, numbers and booleans
        (#""device_class":"smoke","payload_on":true,"payload_off":false"#, "true", "d smoke=true"),
        (#""device_class":"smoke","payload_on":true,"payload_off":false"#, "False", "d smoke=false"),
        (#""device_class":"smoke","payload_on":2,"payload_off":0"#, "2", "d smoke=true"),
        (#""device_class":"smoke","payload_on":2,"payload_off":0"#, "1", "d ?x=1"),
        (#""device_class":"smoke","payload_on":"FIRE""#, "OFF", "d smoke=false"),
        (#""device_class":"smoke","payload_on":"FIRE""#, "fire", "d ?x=fire"),
        (#""device_class":"tamper","payload_on":"FIRE""#, "fire", "d "),
        (#""device_class":"smoke""#, "1", "d smoke=true"), (#""device_class":"smoke""#, "off", "d smoke=false"),
        (#""device_class":"smoke""#, "unavailable", "d "), (#""device_class":"smoke""#, "", "nil"),
        (#""device_class":"smoke""#, #"{"state":"ON"}"#, #"d ?x={"state":"ON"}"#),
        // Templates
        (#""dev_cla":"smoke","val_tpl":"{{ value_json.a.b }}""#, #"{"a":{"b":"ON"}}"#, "d smoke=true"),
        (#""dev_cla":"smoke","val_tpl":"{{value_json['a b'][\"c\"][1]}}""#, #"{"a b":{"c":[0,1]}}"#, "d smoke=true"),
        (#""dev_cla":"smoke","val_tpl":"{{ value_json.a|default('') | int(0) }}""#, #"{"a":1}"#, "d smoke=true"),
        (#""dev_cla":"smoke","val_tpl":"{{ value_json.a | default('OFF') }}""#, #"{"b":1}"#, "d "),
        (#""dev_cla":"smoke","val_tpl":"{{ value_json.value | default(value) }}""#, "ON", "d smoke=true"),
        (#""dev_cla":"smoke","pl_on":"on","val_tpl":"{{ value | lower }}""#, "On", "d smoke=true"),
        (#""dev_cla":"smoke","val_tpl":"{{ value_json.a }}""#, #"{"a":"OFF","a":"ON"}"#, "d smoke=true"),
        (#""dev_cla":"smoke","val_tpl":"{{ value_json.a }}""#, "ON", "d ?x=ON"),
        (#""dev_cla":"smoke","val_tpl":"{{ value_json.a }}""#, #"{"a":"OFF","gas":true}"#, "d smoke=false ?gas=true"),
        (
            #""dev_cla":"smoke","val_tpl":"{% if value %}ON{% endif %}""#, "1",
            "d ?x: value_template {% if value %}ON{% endif %}=1"
        ),
        // Classes
        (#""dev_cla":"power""#, "OFF", "d power=true"), (#""dev_cla":"door""#, "ON", "d contact=false"),
        (#""dev_cla":"connectivity""#, "OFF", "d availability=offline"),
        (#""dev_cla":"safety""#, "ON", "d fault=true(x)"),
        (#""dev_cla":"safety","name":"SOS""#, "ON", "d ?SOS=ON"), (#""name":"Fire alarm""#, "ON", "d ?Fire alarm=ON"),
        (#""dev_cla":"gas","payload_on":"ON","e":"""#, "ON", "d gas=true"),
    ])
    func `is understood by what it announced`(_ announced: String, _ said: String, _ expected: String) throws {
        let decoder = try heard(config("n/x", "d", #""state_topic":"s/t",\#(announced)"#))
        #expect(decoder.said("s/t", said) == expected)
    }

    @Test(arguments: [
        (#""dev_cla":"temperature","unit_of_meas":"°F""#, "70.7", "d temperature=21.5"),
        (#""dev_cla":"temperature","unit_of_meas":"K""#, "294", "nil"),
        (#""dev_cla":"battery","unit_of_meas":"V""#, "3", "nil"),
        (#""dev_cla":"carbon_monoxide","unit_of_meas":"mg/m³""#, "40", "d ~x=40"),
        (
            #""dev_cla":"carbon_monoxide","val_tpl":"{{ value_json.co | round(1) }}""#, #"{"co":"35.5"}"#,
            "d co_ppm=35.5"
        ),
        (#""name":"alarm state""#, "fire", "d ?alarm state=fire"), (#""name":"alarm state""#, "idle", "d "),
        (#""dev_cla":"energy""#, "1", "nil"),
    ])
    func `measures in the units that it announced`(_ announced: String, _ said: String, _ expected: String) throws {
        let decoder = try heard(config("n/x", "d", #""state_topic":"s/t",\#(announced)"#, "sensor"))
        #expect(decoder.said("s/t", said) == expected)
    }

    @Test func `may announce all of itself at once, with short names and what its parts share`() throws {
        var decoder = HomeAssistantDecoder()
        let announced = message(
            "homeassistant/device/d/config",
            """
            {"dev":{"ids":"d","name":"Hall"},"o":{"name":"x"},"~":"e/d","stat_t":"~/state","avty_t":"~/up",
             "cmps":{"a":{"p":"binary_sensor","dev_cla":"smoke","val_tpl":"{{ value_json.s }}","uniq_id":"d_a"},
              "b":{"p":"sensor","dev_cla":"battery","stat_t":"~/battery","uniq_id":"d_b"},
              "gone":{"p":"binary_sensor"},"light":{"p":"light","cmd_t":"e/d/set"}}}
            """)
        let lesson = try decoder.learn(announced)
        #expect(lesson == Lesson(isKept: true, heard: ["e/d/state", "e/d/up", "e/d/battery"]))
        #expect(decoder.said("e/d/state", #"{"s":"ON"}"#) == "d smoke=true")
        #expect(decoder.said("e/d/battery", "87") == "d battery=87.0")
        #expect(decoder.said("e/d/up", "offline") == "d availability=offline")
        #expect(try decoder.learn(announced) == .nothing)
        #expect(decoder.said("homeassistant/device/d/config", "{}") == "nil")
    }

    @Test(arguments: [
        (
            #""cmd_t":"~/set","av_tones":["bell","fire"],"stat_t":"~/state""#,
            AnnouncedSiren(
                address: "d", topic: "e/d/set", form: .object, on: "ON", off: "OFF", takesDuration: true,
                takesVolume: true, tones: ["bell", "fire"])
        ),
        (
            // One that says nothing.
            #""command_topic":"e/x","support_duration":false,"support_volume_set":false,"pl_on":"1","pl_off":"0""#,
            AnnouncedSiren(
                address: "d", topic: "e/x", form: .object, on: "1", off: "0", takesDuration: false, takesVolume: false,
                tones: [])
        ),
        (
            #""cmd_t":"e/x","cmd_tpl":"{{ value }}""#,
            AnnouncedSiren(
                address: "d", topic: "e/x", form: .bare, on: "ON", off: "OFF", takesDuration: true, takesVolume: true,
                tones: [])
        ),
        (
            #""cmd_t":"e/x","cmd_tpl":"{{ value }}","cmd_off_tpl":"{\"a\":{{ value }}}""#,
            AnnouncedSiren(
                address: "d", topic: "e/x", form: .unknown, on: "ON", off: "OFF", takesDuration: true,
                takesVolume: true, tones: [])
        ),
    ])
    func `may be a siren, which tells how it wants to be told`(_ members: String, _ siren: AnnouncedSiren) throws {
        var decoder = HomeAssistantDecoder()
        let lesson = try decoder.learn(
            message("homeassistant/siren/d/x/config", #"{"~":"e/d","dev":{"ids":"d"},\#(members)}"#))
        #expect(lesson.isKept && lesson.siren == siren)
        #expect(throws: Malformed.self) {
            try decoder.learn(
                message("homeassistant/siren/d/y/config", #"{"dev":{"ids":"d"},"cmd_t":"smokehub/hub-1/x"}"#))
        }
    }

    @Test func `is forgotten when it is withdrawn, moved or made harmless`() throws {
        let smoke = config("n/x", "d", #""state_topic":"s/t","device_class":"smoke""#)
        for last in [
            message(smoke.topic, ""), message(smoke.topic, #"{"migrate_discovery":true}"#),
            config("n/x", "d", #""state_topic":"s/t","device_class":"light""#),
        ] {
            var decoder = try heard(smoke)
            #expect(try decoder.learn(last) == Lesson(forgotten: [smoke.topic]))
            #expect(decoder.said("s/t", "ON") == "nil")
            #expect(try decoder.learn(last) == .nothing)
        }
    }

    @Test func `that has announced a hazard and cannot be read says so at once`() throws {
        let announced = config("n/x", "d", #""stat_t":"s/t","dev_cla":"smoke","val_tpl":"{{ value_json.a > 3 }}""#)
        let decoder = try heard(announced)
        #expect(try decoder.report(announced)?.unmapped.map(\.name) == ["x: value_template {{ value_json.a > 3 }}"])
        #expect(try decoder.report(announced)?.address == "d")
    }

    @Test(arguments: [
        ("{", "byte 1"), ("[]", "expected a JSON object"), (#"{"device_class":"smoke"}"#, "state_topic is missing"),
        (#"{"stat_t":"s/+","dev_cla":"smoke"}"#, "write a topic of the device's own"),
        (#"{"stat_t":"s/#"}"#, "write a topic"), (#"{"stat_t":"$SYS/broker"}"#, "write a topic"),
        (#"{"~":"drill/","stat_t":"~x"}"#, "write a topic"), (#"{"stat_t":"smokehub/hub/canary"}"#, "write a topic"),
        (#"{"stat_t":"s","avty_t":"$SYS/x","dev_cla":"gas"}"#, "availability topic"),
        (#"{"stat_t":"s","dev_cla":"gas","dev":{"ids":["a/#"]}}"#, "identifier"),
        (#"{"stat_t":"s","dev_cla":"gas","dev":{"ids":[["a"]]}}"#, "identifier"),
        (#"{"stat_t":"s","dev_cla":"tamper","val_tpl":"{{ value * 2 }}"}"#, "value_template '{{ value * 2 }}'"),
    ])
    func `is told what is wrong with that, and nothing changes`(_ payload: String, _ reason: String) throws {
        var decoder = try heard(config("n/x", "d", #""state_topic":"s/t","device_class":"smoke""#))
        let malformed = #expect(throws: Malformed.self) {
            try decoder.learn(message("homeassistant/binary_sensor/n/x/config", payload))
        }
        #expect(malformed?.description.contains(reason) == true, "\(String(describing: malformed))")
        #expect(decoder.said("s/t", "ON") == "d smoke=true")
    }

    @Test(arguments: [
        (#""device":{"connections":[["mac","aa:bb"]]},"#, "aa:bb"), (#""unique_id":"u1","#, "u1"), ("", "n/x"),
        (#""device":{"identifiers":17},"#, "17"), (#""device":{"identifiers":[]},"unique_id":"u","#, "u"),
    ])
    func `is known by the best name that it gives`(_ who: String, _ address: String) throws {
        let decoder = try heard(
            message("homeassistant/binary_sensor/n/x/config", #"{\#(who)"stat_t":"s","dev_cla":"gas"}"#))
        #expect(decoder.said("s", "ON") == "\(address) gas=true")
    }
}

@Suite struct `What a device announces of another` {
    private let smoke = config("det9/smoke", "det9", #""state_topic":"e/det9/smoke","device_class":"smoke""#)

    @Test func `is refused, naming both, until the first is withdrawn`() throws {
        var decoder = HomeAssistantDecoder()
        _ = try decoder.learn(smoke)
        let identity = config("evil/smoke", "det9", #""state_topic":"evil/s","device_class":"smoke""#)
        let state = config("evil/smoke", "evil", #""state_topic":"e/det9/smoke","device_class":"motion""#)
        for other in [identity, state] {
            let malformed = #expect(throws: Malformed.self) { try decoder.learn(other) }
            #expect(malformed?.description.contains(smoke.topic) == true)
            #expect(malformed?.description.contains(other.topic) == true)
            #expect(decoder.said("evil/s", "ON") == "nil")
            #expect(decoder.said("e/det9/smoke", "ON") == "det9 smoke=true")
        }
        #expect(try decoder.learn(message(smoke.topic, "")) == Lesson(forgotten: [smoke.topic]))
        #expect(try decoder.learn(identity).isKept)
        #expect(decoder.said("evil/s", "ON") == "det9 smoke=true")
        #expect(throws: Malformed.self) { try decoder.learn(smoke) }
    }

    @Test(arguments: [
        ("det9_smoke", "det9_battery", "e/1", "f/2", true), ("smoke_9", "battery_9", "e/9/s", "e/9/b", true),
        ("smoke_9", "battery_9", "e/9/s", "f/9/b", false),
    ])
    func `without a node belongs to the device's name or its topics`(
        _ first: String, _ second: String, _ firstState: String, _ secondState: String, _ isAccepted: Bool
    ) throws {
        var decoder = HomeAssistantDecoder()
        _ = try decoder.learn(config(first, "det9", #""stat_t":"\#(firstState)","dev_cla":"smoke""#))
        let lesson = Result {
            try decoder.learn(config(second, "det9", #""stat_t":"\#(secondState)","dev_cla":"battery""#))
        }
        #expect(((try? lesson.get().isKept) ?? false) == isAccepted)
    }

    @Test func `makes way for a device of the registry, in whatever order they come`() throws {
        let evil = config("evil/smoke", "evil", #""state_topic":"e/det9/smoke","device_class":"motion""#)
        var decoder = try HomeAssistantDecoder(registered: ["det9"])
        _ = try decoder.learn(evil)
        #expect(
            try decoder.learn(smoke) == Lesson(isKept: true, forgotten: [evil.topic], heard: ["e/det9/smoke"]))
        #expect(decoder.said("e/det9/smoke", "ON") == "det9 smoke=true")
        #expect(throws: Malformed.self) { try decoder.learn(evil) }
        #expect(decoder.said("e/det9/smoke", "ON") == "det9 smoke=true")
    }

    @Test func `in the registry is refused, whoever is quicker, where its own name is in the topic`() throws {
        var decoder = try HomeAssistantDecoder(registered: ["det9"])
        var forgotten: [String] = []
        for number in 0..<64 {
            let impostor = config("evil/x\(number)", "det9", #""stat_t":"evil/\#(number)","dev_cla":"smoke""#)
            _ = try decoder.learn(impostor)
            forgotten.append(impostor.topic)
        }
        let lesson = try decoder.learn(smoke)
        #expect(lesson == Lesson(isKept: true, forgotten: forgotten.sorted(), heard: ["e/det9/smoke"]))
        #expect(decoder.said("e/det9/smoke", "ON") == "det9 smoke=true")
        #expect(decoder.said("evil/0", "OFF") == "nil")
        let again = config("evil/x0", "det9", #""stat_t":"evil/0","dev_cla":"smoke""#)
        let malformed = #expect(throws: Malformed.self) { try decoder.learn(again) }
        #expect(malformed?.refusal?.identity == "det9")
        #expect(malformed?.refusal?.topic == again.topic)
        #expect(malformed?.refusal?.holder == smoke.topic)
    }

    @Test func `is refused from every node but that of the settings, also first`() throws {
        let ours = config("gateway-b/det9", "det9", #""stat_t":"b/det9","dev_cla":"smoke""#)
        var decoder = try HomeAssistantDecoder(registered: ["det9"], nodes: ["det9": "gateway-b"])
        let malformed = #expect(throws: Malformed.self) { try decoder.learn(smoke) }
        #expect(malformed?.refusal?.holder == "node gateway-b")
        #expect(malformed?.refusal?.topic == smoke.topic)
        #expect(try decoder.learn(ours).isKept)
        #expect(throws: Malformed.self) { try decoder.learn(smoke) }
        #expect(decoder.said("b/det9", "ON") == "det9 smoke=true")
    }

    @Test func `cannot silence its last will`() throws {
        var decoder = try HomeAssistantDecoder(registered: ["det9"])
        _ = try decoder.learn(
            config("det9/smoke", "det9", #""stat_t":"e/s","dev_cla":"smoke","avty_t":"e/up""#))
        _ = try decoder.learn(config("evil/a", "evil", #""stat_t":"evil/s","dev_cla":"smoke","avty_t":"e/up""#))
        _ = try decoder.learn(config("evil/b", "evil", #""stat_t":"e/up","dev_cla":"smoke""#))
        #expect(decoder.said("e/up", "offline") == "det9 availability=offline")
    }

    @Test func `does not crowd out the devices of the registry`() throws {
        var decoder = try HomeAssistantDecoder(registered: ["det9"])
        var refused = 0
        for number in 0..<1000 {
            let stranger = config("n\(number)/x", "s\(number)", #""stat_t":"s/\#(number)","dev_cla":"smoke""#)
            do { _ = try decoder.learn(stranger) } catch { refused += 1 }
        }
        #expect(refused == 488)
        #expect(try decoder.learn(smoke).isKept)
    }

    @Test func `is bounded for each device, and in topics for as long as the hub runs`() throws {
        var decoder = try HomeAssistantDecoder(registered: ["d"])
        var kept = 0
        for number in 0..<100 {
            let entity = config("d/x\(number)", "d", #""stat_t":"s/\#(number)","dev_cla":"smoke""#)
            if let lesson = try? decoder.learn(entity), lesson.isKept { kept += 1 }
        }
        #expect(kept == 64)
        var heard: Set<String> = []
        for number in 0..<1000 {
            let moved = config("d/x0", "d", #""stat_t":"t/\#(number)","dev_cla":"smoke""#)
            if let lesson = try? decoder.learn(moved) { heard.formUnion(lesson.heard) }
        }
        #expect(heard.count == 256 - 64)
    }

    @Test func `on topics that the hub understands by itself is left to that`() throws {
        let place = Place(block: "a", floor: "1", flat: "A")
        let devices = [
            Device(id: "1", ecosystem: .homeAssistant, address: "det9", place: place, kind: .smoke),
            Device(id: "2", ecosystem: .esphome, address: "smoke-a12", place: place, kind: .smoke),
        ]
        let estate = Estate(id: "demo", name: LocalizedText([(Language("en"), "Demo")]), blocks: [])
        var table = try DecoderTable.all(
            hearing: EstateRegistry(estate: estate, devices: devices, residents: []))
        #expect(table.topicFilters.filter { $0.hasPrefix("homeassistant/") }.count == 2)
        let zigbee = config("0x1/smoke", "zigbee2mqtt_0x1", #""stat_t":"zigbee2mqtt/hall","dev_cla":"smoke""#)
        #expect(try table.learn(zigbee).isEmpty)
        let esphome = config(
            "smoke-a12/loop", "84fce6", #""stat_t":"smoke-a12/binary_sensor/loop/state","dev_cla":"smoke""#)
        #expect(try table.learn(esphome).map(\.lesson) == [Lesson(isKept: true)])
        #expect(try table.learn(smoke).map(\.lesson) == [Lesson(isKept: true, heard: ["e/det9/smoke"])])
        let said = try table.report(message("smoke-a12/binary_sensor/loop/state", "ON"))
        #expect(said?.ecosystem == .esphome && said?.address == "smoke-a12")
        #expect(try table.report(message("e/det9/smoke", "ON"))?.ecosystem == .homeAssistant)
        // What was one's may become the other's.
        let moved = config("smoke-a12/loop", "det9b", #""stat_t":"e/other","dev_cla":"smoke""#)
        let lessons = try table.learn(moved)
        #expect(lessons.map(\.by) == [.esphome, .homeAssistant])
        #expect(
            lessons.map(\.lesson) == [
                Lesson(forgotten: [esphome.topic]), Lesson(isKept: true, heard: ["e/other"]),
            ])
    }
}

@Suite struct `The availability that a device announces` {
    private func decoder(_ mode: String) throws -> HomeAssistantDecoder {
        var decoder = HomeAssistantDecoder()
        _ = try decoder.learn(
            config(
                "d/x", "d",
                """
                "stat_t":"s","dev_cla":"smoke","avty_mode":"\(mode)",
                "avty":[{"t":"a"},{"t":"b","pl_avail":1,"pl_not_avail":0,"val_tpl":"{{ value_json.up }}"}]
                """))
        return decoder
    }

    @Test(arguments: [
        ("latest", "", "online", "online"), ("latest", "0", "online", "online"), ("all", "", "online", ""),
        ("all", "1", "online", "online"), ("all", "0", "online", "offline"), ("all", "", "offline", "offline"),
        ("any", "", "offline", "offline"), ("any", "1", "offline", "online"), ("any", "0", "online", "online"),
        ("any", "0", "offline", "offline"), ("latest", "", "perhaps", ""),
    ])
    func `counts by its mode`(_ mode: String, _ other: String, _ said: String, _ expected: String) throws {
        var decoder = try decoder(mode)
        let before = message("b", #"{"up":\#(other)}"#)
        if !other.isEmpty { #expect(try decoder.learn(before) == (mode == "latest" ? .nothing : Lesson(isKept: true))) }
        #expect(decoder.said("a", said) == (expected.isEmpty ? "d " : "d availability=\(expected)"))
    }

    @Test func `is kept where another's meaning depends on it, after what announced it`() throws {
        var decoder = try decoder("all")
        let up = message("b", #"{"up":1}"#)
        #expect(try decoder.learn(up).isKept)
        #expect(try decoder.learn(up) == .nothing)
        #expect(decoder.said("a", "online") == "d availability=online")
        let more = config("d/y", "d", #""stat_t":"t","dev_cla":"tamper","avty_t":"b""#)
        #expect(try decoder.learn(more) == Lesson(isKept: true, forgotten: ["b"], heard: ["t", "b"]))
        #expect(decoder.said("a", "online") == "d ")
        #expect(try decoder.learn(up).isKept)
        #expect(try decoder.learn(message("b", "")) == Lesson(forgotten: ["b"]))
        #expect(decoder.said("a", "online") == "d ")
    }

    @Test func `is the gateway's if several devices share it`() throws {
        var decoder = HomeAssistantDecoder()
        for name in ["a", "b"] {
            _ = try decoder.learn(
                config("\(name)/x", name, #""stat_t":"s/\#(name)","dev_cla":"smoke","avty_t":"bridge/state""#))
        }
        #expect(decoder.said("s/a", "OFF") == "a by bridge/state smoke=false")
        #expect(decoder.said("bridge/state", "offline") == "bridge/state by bridge/state availability=offline")
        _ = try decoder.learn(config("br/c", "bridge", #""stat_t":"bridge/state","dev_cla":"connectivity""#))
        #expect(decoder.said("bridge/state", "offline") == "bridge by bridge availability=offline")
        #expect(decoder.said("s/a", "OFF") == "a by bridge smoke=false")
    }
}

@Suite struct `What was announced` {
    @Test func `says the same when it is taught again, in any order`() throws {
        let announced = [
            config("a/x", "a", #""stat_t":"s/a","dev_cla":"smoke","val_tpl":"{{ value_json.s }}","avty_t":"up""#),
            config("a/y", "a", #""stat_t":"s/a","dev_cla":"tamper","val_tpl":"{{ value_json.t }}""#),
            config("b/x", "b", #""stat_t":"s/b","dev_cla":"gas","avty_t":"up""#),
        ]
        let said = [("s/a", #"{"t":"ON","s":"ON","heat":1}"#), ("s/b", "ON"), ("up", "offline")]
        var decoders: [HomeAssistantDecoder] = []
        for order in [[0, 1, 2], [2, 1, 0], [1, 0, 2]] {
            var decoder = HomeAssistantDecoder()
            for index in order { _ = try decoder.learn(announced[index]) }
            decoders.append(decoder)
        }
        for (topic, payload) in said {
            let reports = try decoders.map { try $0.report(message(topic, payload)) }
            #expect(reports[0] != nil)
            #expect(reports.allSatisfy { $0 == reports[0] })
        }
    }

    @Test func `in an exercise teaches nothing`() throws {
        var table = try DecoderTable([HomeAssistantDecoder()])
        var announced = config("a/x", "a", #""stat_t":"s/a","dev_cla":"smoke""#)
        let topic = announced.topic
        announced.topic = "drill/1/\(topic)"
        #expect(try table.learn(announced).isEmpty)
        #expect(try table.report(message("s/a", "ON")) == nil)
        announced.topic = topic
        #expect(try table.learn(announced).count == 1)
        let drill = try #require(DrillTopic("drill/1/s/a"))
        #expect(try table.report(message("drill/1/s/a", "ON"), in: drill)?.readings == [.flag(.smoke, true)])
    }

    /// 20,000 announcements and messages, damaged: none crashes or hangs, none gives two readings of one kind, and
    /// nobody is made to listen to more than a topic.
    @Test func `is damaged without harm`() throws {
        let vectors = try Vector.all(in: "homeassistant_discovery") + Vector.all(in: "esphome")
        let messages = try vectors.flatMap { try ($0.given ?? []).map { try $0.message } + [$0.message] }
        let seed = UInt64.random(in: 0...(.max))
        var random = SplitMix64(state: seed)
        var table = try DecoderTable.all()
        for round in 0..<20_000 {
            var message = messages[Int.random(in: 0..<messages.count, using: &random)]
            for _ in 0..<Int.random(in: 0...3, using: &random) { damage(&message.payload, messages, using: &random) }
            for (_, lesson) in (try? table.learn(message)) ?? [] {
                #expect(lesson.heard.allSatisfy { !$0.contains("+") && !$0.contains("#") && !$0.hasPrefix("$") })
            }
            guard let report = try? table.report(message) else { continue }
            #expect(Set(report.readings.map(\.kind)).count == report.readings.count, "seed \(seed), round \(round)")
        }
    }

    private func damage(_ bytes: inout [UInt8], _ others: [Message], using random: inout SplitMix64) {
        let start = Int.random(in: 0...bytes.count, using: &random)
        let end = Int.random(in: start...min(bytes.count, start + 12), using: &random)
        let other = others[Int.random(in: 0..<others.count, using: &random)].payload
        let from = Int.random(in: 0...other.count, using: &random)
        let pieces: [[UInt8]] = [
            [], [0xFF], Array("+".utf8), Array("$SYS/".utf8), Array("{{".utf8), Array("null".utf8), Array("[[".utf8),
            Array(other[from...].prefix(20)), Array(bytes[start..<end]) + bytes[start..<end],
        ]
        bytes.replaceSubrange(start..<end, with: pieces.randomElement(using: &random) ?? [])
    }
}

@Suite struct `An ESPHome device that announces itself` {
    private func heard(_ messages: Message...) throws -> ESPHomeDecoder {
        var decoder = try ESPHomeDecoder(prefixes: ["e", "f"])
        for message in messages { _ = try decoder.learn(message) }
        return decoder
    }

    @Test func `means what it announced, whatever its entities are called`() throws {
        let decoder = try heard(
            config("e/d7", "mac", #""stat_t":"e/binary_sensor/d7/state","dev_cla":"smoke""#),
            config("e/water", "mac", #""stat_t":"e/binary_sensor/water/state","dev_cla":"running""#),
            config("e/lid", "mac", #""stat_t":"e/binary_sensor/lid/state""#),
            config("e/t", "mac", #""stat_t":"e/sensor/t/state","dev_cla":"temperature","unit_of_meas":"°F""#, "sensor"))
        #expect(decoder.said("e/binary_sensor/d7/state", "on") == "e smoke=true")
        #expect(decoder.said("e/binary_sensor/water/state", "ON") == "e ")
        #expect(decoder.said("e/binary_sensor/lid/state", "ON") == "e ?lid=ON")
        #expect(decoder.said("e/sensor/t/state", "70.7") == "e temperature=21.5")
        #expect(decoder.said("f/binary_sensor/smoke/state", "ON") == "f smoke=true")
    }

    @Test func `is not spoken for by another node`() throws {
        var decoder = try heard(config("e/d7", "mac", #""stat_t":"e/binary_sensor/d7/state","dev_cla":"smoke""#))
        let evil = config("evil/d7", "evil", #""stat_t":"e/binary_sensor/d8/state","dev_cla":"light""#)
        let malformed = #expect(throws: Malformed.self) { try decoder.learn(evil) }
        #expect(malformed?.description.contains("homeassistant/binary_sensor/e/d7/config") == true)
        #expect(malformed?.address == "e")
        #expect(try decoder.learn(message("homeassistant/binary_sensor/e/d7/config", "")).forgotten.count == 1)
        #expect(decoder.said("e/binary_sensor/d7/state", "ON") == "e ?d7=ON")
        #expect(
            try decoder.learn(config("z/1", "z", #""stat_t":"z/binary_sensor/1/state","dev_cla":"gas""#)) == .nothing)
    }
}
