import Devices
import Registry
import Testing

@Suite struct `A native device` {
    @Test func `is heard on any estate, or on its own only`() throws {
        let message = Message(
            topic: "estate/demo/block/a/area/lobby/device/s-1/event", payload: #"{"type":"smoke","state":"alarm"}"#)
        #expect(try NativeDecoder().report(message) != nil)
        #expect(try NativeDecoder(estate: "demo").report(message) != nil)
        #expect(try NativeDecoder(estate: "other").report(message) == nil)
        #expect(NativeDecoder().topicFilters == ["estate/+/block/#"])
        #expect(NativeDecoder(estate: "demo").topicFilters == ["estate/demo/block/#"])
    }

    @Test(arguments: Reading.Kind.allCases.filter { $0 != .availability })
    func `can report on every kind`(_ kind: Reading.Kind) throws {
        for state in ["alarm", "clear", "test", "fault", "ok"] {
            let report = try #require(
                try NativeDecoder().report(
                    Message(
                        topic: "estate/demo/block/a/flat/C/device/d-1/event",
                        payload: #"{"type":"\#(kind.rawValue)","state":"\#(state)","value":50}"#)))
            #expect(Set(report.readings.map(\.kind)).count == report.readings.count)
            #expect(!report.readings.isEmpty || !report.unmapped.isEmpty || state == "clear")
        }
    }

    @Test(arguments: [
        "estate/demo/block/a/floor/12/flat/C/area/x/device/d/event", "estate/demo/block/a/device/d/event",
        "estate/demo/blocks/a/flat/C/device/d/event", "estate/demo/block/a/flat/C/floor/12/device/d/status",
        "estate//block/a/flat/C/device/d/event", "estate/demo/block/a/flat/C/device//event", "event", "/status",
    ])
    func `on a topic of another shape is malformed`(_ topic: String) {
        #expect(throws: Malformed.self) { try NativeDecoder().report(Message(topic: topic, payload: "online")) }
    }

    @Test(arguments: [
        "estate/demo/block/a/floor/12/flat/C/device/d", "estate/demo/block/a/flat/C/device/d/command",
        "estate/demo/block/a/flat/C/device/d/event/ack", "estate/demo/block/a", "", "/",
    ])
    func `says nothing on its other topics`(_ topic: String) throws {
        #expect(try NativeDecoder().report(Message(topic: topic, payload: #"{"type":"smoke"}"#)) == nil)
    }
}

@Suite struct `A Zigbee2MQTT device` {
    @Test(arguments: [
        // Property by property: what vectors leave out.
        (#"{"smoke_alarm_1":false,"smoke_alarm_2":true}"#, "smoke=true"),
        (#"{"smoke_alarm_1":true,"smoke_alarm_2":false}"#, "smoke=true"),
        (#"{"smoke":true,"smoke":false}"#, "smoke=true"), (#"{"smoke":false,"smoke":true}"#, "smoke=true"),
        (#"{"gas":true}"#, "gas=true"), (#"{"heat":"ON"}"#, "heat=true"), (#"{"sos":true}"#, "button=true"),
        (#"{"action":"panic"}"#, "button=true"), (#"{"action":"sos"}"#, "button=true"),
        (#"{"action":"single"}"#, ""), (#"{"action":null}"#, ""), (#"{"action":"fire"}"#, "?action=fire"),
        (#"{"battery_state":"low"}"#, "battery_low=true"), (#"{"battery_state":"middle"}"#, "battery_low=false"),
        (#"{"battery_level":"high"}"#, "battery_low=false"), (#"{"battery_level":80}"#, ""),
        (#"{"battery_low":false,"battery_state":"low"}"#, "battery_low=true"),
        (#"{"battery":101}"#, ""), (#"{"battery":-1}"#, ""), (#"{"temperature":999}"#, ""), (#"{"battery":1e400}"#, ""),
        (#"{"trouble":false,"battery_defect":true}"#, "fault=true(battery_defect)"),
        (#"{"trouble":true,"device_fault":true}"#, "fault=true(trouble | device_fault)"),
        (#"{"fault":"none"}"#, "fault=false"), (#"{"fault_state":"normal"}"#, "fault=false"),
        (#"{"fault":"alarm_failed | low_voltage"}"#, "fault=true(alarm_failed | low_voltage)"),
        (#"{"fault":false,"reliability":"unreliable_other"}"#, "fault=true(unreliable_other)"),
        (#"{"fault":null,"reliability":null}"#, ""), (#"{"fault":4}"#, "fault=true(4)"),
        (#"{"self_test":"checking"}"#, "test=true"), (#"{"self_test":"check_success"}"#, "test=false fault=false"),
        (#"{"self_test":"check_failure"}"#, "test=false fault=true(check_failure)"),
        (#"{"self_test":false}"#, "test=false"),
        (#"{"ac_status":true}"#, "power=true"), (#"{"ac_connected":true}"#, "power=false"),
        (#"{"mains_power_connected":false}"#, "power=true"), (#"{"carbon_monoxide_value":12}"#, "co_ppm=12.0"),
        (#"{"smoke_density":7,"smoke_level":"high","device_temperature":31,"voltage":3000}"#, "battery_voltage=3.0"),
        (#"{"occupancy":true,"vibration":false,"contact":true}"#, "motion=true vibration=false contact=true"),
        (#"{"humidity":"55.5"}"#, "humidity=55.5"), (#"{"smoke":"","co":"nan","tamper":null}"#, ""),
        (#"{"smoke":1,"tamper":"True"}"#, "smoke=true tamper=true"), (#"{"smok\u0065":true}"#, "smoke=true"),
        (#"{"pre_smoke":true,"linkage_alarm_state":true,"alarm":true,"smoke_alarm_silenced":true}"#, ""),
        // Hazards that nobody has mapped.
        (#"{"alarm_1":true,"alarm_2":false}"#, "?alarm_1=true ~alarm_2=false"), (#"{"alarm_1":null}"#, ""),
        (#"{"fire_detected":true}"#, "?fire_detected=true"), (#"{"gas_alarm":"alarm"}"#, "?gas_alarm=alarm"),
        (#"{"co":true}"#, "?co=true"), (#"{"alarm_switch":true,"gas_value":3,"smoke_sensitivity":"high"}"#, ""),
        // A broken field never hides a fire.
        (#"{"smoke":true,"tamper":"perhaps"}"#, "smoke=true"), (#"{"tamper":{"a":1},"smoke":true}"#, "smoke=true"),
        ("{}", ""),
    ])
    func `says what its properties mean`(_ payload: String, _ expected: String) throws {
        let report = try #require(try Zigbee2MQTTDecoder().report(Message(topic: "zigbee2mqtt/d", payload: payload)))
        #expect(shown(report) == expected)
    }

    @Test(arguments: [
        "", "online", "null", "true", "12", "[1]", "{", #"{"smoke":"maybe"}"#, #"{"smoke":7}"#, #"{"smoke":[true]}"#,
        #"{"smoke":{"state":true}}"#, #"{"smoke":true"#, #"{"smoke":true}}"#, #"{smoke:true}"#, "{\"a\":\"\u{1}\"}",
    ])
    func `with a payload that is no state of it is malformed or says nothing`(_ payload: String) {
        do {
            #expect(try Zigbee2MQTTDecoder().report(Message(topic: "zigbee2mqtt/d", payload: payload)) == nil)
            #expect(payload.isEmpty)
        } catch {
            #expect(error.address == "d")
        }
    }

    @Test(arguments: [
        ("d/smoke", "true", "d smoke=true"), ("a/b/d/co", "61.5", "a/b/d co_ppm=61.5"),
        ("d/carbon_monoxide", "ON", "d co=true"), ("d/action", "emergency", "d button=true"),
        ("d/battery_state", "low", "d battery_low=true"), ("d/smoke", "null", "d "), ("d/smoke", "", "d "),
        ("d/voltage", "3000", "d battery_voltage=3.0"), ("d/update-state", "idle", "d "),
        ("d/alarm_1", "true", "d ?alarm_1=true"),
        ("d/smoke_detected", "ON", "d ?smoke_detected=ON"), ("d/fault", "process_error", "d fault=true(process_error)"),
        ("a/smoke", #"{"smoke":true}"#, "a/smoke smoke=true"), ("d/availability", " online", "malformed d"),
        ("d/availability", "", "nil"), ("d/availability", #"{"state":"online"}"#, "d availability=online"),
        ("d/availability", #"{"state":1}"#, "malformed d"), ("bridge/state", "online", "bridge availability=online"),
        ("d/smoke", "perhaps", "malformed d"), ("d/smoke", #"{"smoke""#, "malformed d/smoke"), ("a/b", "", "nil"),
        ("d/set", #"{"smoke":true}"#, "nil"), ("d/set/smoke", "true", "nil"), ("a/d/get", "{}", "nil"),
        ("d/l1/set", "{}", "nil"), ("bridge", "{}", "nil"), ("bridge/devices", "[]", "nil"), ("", "{}", "nil"),
        ("bridge/request/state", "online", "nil"), ("bridge2", #"{"smoke":true}"#, "bridge2 smoke=true"),
        ("set", #"{"smoke":true}"#, "set smoke=true"), ("d/smoke", "\"ON\"", "d smoke=true"),
    ])
    func `is named by its topic`(_ rest: String, _ payload: String, _ expected: String) {
        let result: String
        do {
            let message = Message(topic: "zigbee2mqtt/\(rest)", payload: payload)
            result = try Zigbee2MQTTDecoder().report(message).map { "\($0.address) \(shown($0))" } ?? "nil"
        } catch {
            result = "malformed \(error.address ?? "")"
        }
        #expect(result == expected)
    }

    @Test(arguments: [
        (#""2025-11-30T17:14:51+03:00""#, "2025-11-30T14:14:51.000Z"), ("1764512091123", "2025-11-30T14:14:51.123Z"),
        ("null", nil), ("-5", nil), ("1e3", nil), ("18446744073709551615", nil), (#""yesterday""#, nil), ("{}", nil),
    ])
    func `has a clock in last_seen`(_ value: String, _ expected: String?) throws {
        let message = Message(topic: "zigbee2mqtt/d", payload: #"{"last_seen":\#(value)}"#)
        #expect(try Zigbee2MQTTDecoder().report(message)?.deviceTime?.description == expected)
    }

    @Test func `of a second Zigbee2MQTT has its base in the address`() throws {
        let decoder = try Zigbee2MQTTDecoder(bases: ["home", "home/upstairs", "z2"])
        func address(_ topic: String) throws -> String? {
            try decoder.report(Message(topic: topic, payload: #"{"smoke":true}"#))?.address
        }
        #expect(decoder.topicFilters == ["home/#", "home/upstairs/#", "z2/#"])
        #expect(try address("home/hall") == "hall")
        #expect(try address("home/upstairs/hall") == "home/upstairs/hall")
        #expect(try address("z2/a/hall") == "z2/a/hall")
        #expect(try address("z2x/hall") == nil)
        #expect(try address("z2/") == nil)
        #expect(
            try decoder.report(Message(topic: "z2/bridge/state", payload: "offline"))?.address == "z2/bridge")
    }

    @Test(arguments: ["", "/a", "a/", "a/+", "#"])
    func `has a base that is a topic`(_ base: String) {
        #expect(throws: InvalidTopicFilter.self) { try Zigbee2MQTTDecoder(bases: [base]) }
    }

    private func shown(_ report: Report) -> String {
        let readings = report.readings.map { reading in
            let value =
                switch reading.value {
                case .flag(let flag): "\(flag)"
                case .number(let number): "\(number)"
                case .text(let text): text
                }
            return "\(reading.kind.rawValue)=\(value)" + (reading.detail.map { "(\($0))" } ?? "")
        }
        return (readings + report.unmapped.map { "\($0.isRaised ? "?" : "~")\($0)" }).joined(separator: " ")
    }
}

extension Message {
    init(topic: String, payload: String) {
        self.init(topic: topic, payload: Array(payload.utf8))
    }
}
