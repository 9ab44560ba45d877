import Devices
import Registry
import Testing

/// What the collected vectors leave out: markers, unmapped hazards, contradictions, commands, other topics.
@Suite struct `A device of another ecosystem` {
    private static let table = Result { try DecoderTable.all() }

    @Test func `says when and in which order it spoke, where it can`() throws {
        func report(_ topic: String, _ payload: String) throws -> Report? {
            try Self.table.get().report(Message(topic: topic, payload: payload))
        }
        let up = try report(
            "application/a/device/e1/event/up", #"{"time":"2026-03-18T09:34:15.775023242+00:00","fCnt":412}"#)
        #expect(up?.sequence == 412)
        #expect(up?.deviceTime?.description == "2026-03-18T09:34:15.775Z")
        // Zero is left out.
        #expect(try report("v3/a/devices/d/up", #"{"uplink_message":{}}"#)?.sequence == 0)
        #expect(try report("v3/a/devices/d/up", #"{"uplink_message":{"f_cnt":-1}}"#)?.sequence == nil)
        let rpc = #"{"src":"s","method":"NotifyStatus","params":{"ts":1719781742.59}}"#
        #expect(try report("s/events/rpc", rpc)?.deviceTime?.description == "2024-06-30T21:09:02.590Z")
        #expect(try report("s/events/rpc", rpc.replacing("1719781742.59", with: "2.46"))?.deviceTime == nil)
        #expect(try report("s/events/rpc", rpc.replacing("1719781742.59", with: "1e300"))?.deviceTime == nil)
        let zwave = #"{"time":1675245082645,"value":0}"#
        #expect(
            try report("zwave/a/113/0/Smoke_Alarm/Sensor_status", zwave)?.deviceTime?.milliseconds == 1_675_245_082_645)
    }

    @Test(arguments: [
        // Shelly
        ("shellies/s/sensor/smoke", "-1", "s "), ("shellies/s/sensor/smoke", "perhaps", "malformed s"),
        ("shellies/s/sensor/gas", "heavy", "s gas=true"), ("shellies/s/sensor/gas", "odd", "s ~sensor/gas=odd"),
        ("shellies/s/input/0", "1", "s ?input/0=1"), ("shellies/s/relay/0", "on", "s "),
        ("shellies/s/relay/0/command", "on", "nil"), ("shellies/s/sensor/fire_alarm", "1", "s ?sensor/fire_alarm=1"),
        ("shellies/s/info", #"{"is_valid":false,"smoke":false,"sensor_error":1}"#, "s fault=true(sensor_error)"),
        ("shellies/s/info", #"{"is_valid":false,"smoke":true}"#, "s smoke=true"),
        ("s/status/input:0", #"{"id":0,"state":true}"#, "s ?input:0.state=true"),
        ("s/status/smoke:0", #"{"alarm":"on"}"#, "s smoke=true"), ("s/status/smoke:1", #"{"id":1,"mute":true}"#, "s "),
        ("s/status/x:0", #"{"alarm":true}"#, "s ?x:0.alarm=true"),
        ("s/status/devicepower:0", #"{"battery":{"percent":0},"external":{"present":true}}"#, "s "),
        ("s/status/sys", "{}", "nil"), ("s/status", "on", "nil"), ("s/online", "perhaps", "nil"),
        (
            "s/events/rpc",
            #"{"src":"d","method":"NotifyEvent","params":{"events":[{"component":"smoke:0","event":"alarm"}]}}"#,
            "d ?smoke:0=alarm"
        ),
        (
            "s/events/rpc",
            #"{"src":"d","method":"NotifyEvent","params":{"events":[{"component":"smoke:0","event":"alarm_test"}]}}"#,
            "d test=true"
        ),
        // Tasmota
        ("tele/b/SENSOR", #"{"ZbReceived":{"0x1":{"ZoneStatusChange":2}}}"#, "0x1 \(zone) ?ZoneStatusChange=alarm"),
        (
            "tele/b/SENSOR", #"{"ZbReceived":{"0x1":{"ZoneStatusChange":1,"Fire":0}}}"#,
            "0x1 smoke=false \(zone) ?ZoneStatusChange=alarm"
        ),
        ("tele/b/SENSOR", #"{"ZbReceived":{"0x1":{"0500<00":"0C0000000000"}}}"#, "0x1 tamper=true battery_low=true"),
        ("tele/b/SENSOR", #"{"ZbReceived":{"0x1":{"0500<00":"zz"}}}"#, "0x1 "),
        ("tele/b/SENSOR", #"{"ZbReceived":{"0x1":{"EF00/0401":0}}}"#, "0x1 ~EF00/0401=0"),
        ("application/a/device/d/event/log", #"{"code":"UPLINK_CODEC"}"#, "d ~UPLINK_CODEC"),
        ("application/a/device/d/event/up", #"{"fPort":1,"data":"AQ==","object":{}}"#, "d ~data"),
        ("application/a/device/d/event/up", #"{"data":"AQ=="}"#, "d "),
        ("v3/a/devices/d/up", #"{"uplink_message":{"f_port":1,"frm_payload":"AQ=="}}"#, "d ~frm_payload"),
        ("tele/b/8F20/ZbReceived", #"{"0x8F20":{"Fire":1}}"#, "0x8F20 smoke=true"),
        ("tele/b/8f20_1/SENSOR", #"{"ZbReceived":{"Water":1}}"#, "0x8F20 water_leak=true"),
        ("tele/b/Kitchen/ZbReceived", #"{"Fire":1}"#, "b/Kitchen smoke=true"),
        ("tele/t/RESULT", #"{"RfReceived":{"Data":"0x1"}}"#, "t ~RfReceived=0x1"), ("tele/t/RESULT", "{}", "t "),
        ("stat/t/RESULT", #"{"POWER":"ON"}"#, "t "), ("stat/t/LOGGING", "FIRE ON", "nil"),
        ("stat/t/SWITCH1", #"{"STATE":"ON"}"#, "t ?SWITCH1=ON"),
        ("stat/t/SWITCH2", #"{"STATE":"OFF"}"#, "t ~SWITCH2=OFF"),
        ("stat/t/RESULT", #"{"Switch1":{"Action":"ON"}}"#, "t ?Switch1=ON"),
        ("stat/t/SWITCH1", "ON", "t ?SWITCH1=ON"), ("stat/t/ALARM", "ON", "t ?ALARM=ON"), ("stat/t/FIRE", "", "nil"),
        ("tele/t/SENSOR", #"{"Switch1":"OFF"}"#, "t ~Switch1=OFF"), ("tele/t/SENSOR", "online", "malformed t"),
        (
            "tele/t/SENSOR", #"{"SI7021":{"Temperature":70.7,"Humidity":40},"TempUnit":"F"}"#,
            "t temperature=21.5 humidity=40.0"
        ),
        ("tele/t/RESULT", #"{"TuyaReceived":{"DpType1Id1":1,"DpType2Id2":3}}"#, "t ?DpType1Id1=1"),
        // ESPHome
        ("e/binary_sensor/smoke_battery_low/state", "ON", "e battery_low=true"),
        ("e/binary_sensor/battery_room_smoke/state", "ON", "e smoke=true"),
        ("e/binary_sensor/gas_leak/state", "ON", "e gas=true"),
        ("e/binary_sensor/smoke_co/state", "ON", "e ?smoke_co=ON"),
        ("e/binary_sensor/water_heater/state", "ON", "e ?water_heater=ON"),
        ("e/binary_sensor/fire_contact/state", "ON", "e ?fire_contact=ON"),
        ("e/binary_sensor/smoke_test/state", "ON", "e ?smoke_test=ON"),
        ("e/binary_sensor/front_door/state", "ON", "e contact=false"), ("e/switch/siren/state", "ON", "e "),
        ("e/text_sensor/alarm/state", "fire", "e ?alarm=fire"),
        ("e/sensor/battery_voltage/state", "3.1", "e battery_voltage=3.1"),
        ("e/binary_sensor/smoke/command", "ON", "nil"), ("e/alarm_control_panel/house/state", "disarmed", "e "),
        ("e/alarm_control_panel/house/state", "triggered", "e ?house=triggered"),
        // Z-Wave
        ("zwave/9/113/0/Smoke_Alarm/Sensor_status", "254", "9 ?Smoke_Alarm/Sensor_status=254"),
        ("zwave/9/113/0/Emergency_Alarm/x", "1", "9 ?Emergency_Alarm/x=1"),
        ("zwave/9/113/0/alarmType", "12", "9 ?alarmType=12"),
        ("zwave/128/113/0/Smoke_Alarm/Sensor_status", "2.0", "128 smoke=true"),
        ("zwave/128/9/113/0/Smoke_Alarm/Sensor_status", "2", "128/9 smoke=true"),
        ("zwave/9/48/0/Smoke", "true", "9 smoke=true"), ("zwave/9/48/0/Any", "true", "9 ?Any=true"),
        ("zwave/9/37/0/targetValue/set", "true", "nil"), ("zwave/9/37/0/currentValue", "true", "9 "),
        ("zwave/9/113/0/Smoke_Alarm/Maintenance_status", "0", "9 fault=false"),
        ("zwave/9/156/0/Smoke", "255", "9 ?Smoke=255"), ("zwave/9/156/0/Smoke", "0", "9 ~Smoke=0"),
        ("zwave/n/sensor_alarm/endpoint_0/Heat", "true", "n ?Heat=true"), ("zwave/9/112/0/3/255", "1", "9 "),
        ("zwave/driver/status", "true", "driver availability=online"),
        // rtl_433 and OpenMQTTGateway
        ("rtl_433/h/events", #"{"model":"New-Smoke","id":1,"alarm":1}"#, "New-Smoke/1 ~model=New-Smoke ?alarm=1"),
        ("rtl_433/h/events", #"{"model":"New-Smoke","id":"x"}"#, "New-Smoke/x ~model=New-Smoke"),
        ("rtl_433/h/events", #"{"model":"Honeywell-Security","id":1,"alarm":1}"#, "Honeywell-Security/1 ?alarm=1"),
        ("rtl_433/h/events", #"{"model":"Cavius-Security","id":1,"message":33}"#, "Cavius-Security/1 ?message=33"),
        (
            "rtl_433/h/events", #"{"model":"Interlogix-Security","subtype":"panic","switch2":"OPEN"}"#,
            "Interlogix-Security ?switch2=OPEN"
        ),
        ("rtl_433/h/devices/Interlogix-Security/smoke/29cd45/switch2", "OPEN", "Interlogix-Security/29cd45 smoke=true"),
        ("rtl_433/h/devices/Smoke-GS558/3403/learn", "0", "Smoke-GS558/3403 smoke=true"),
        ("rtl_433/h/events", #"{"model":"A","id":1,"battery_ok":-1,"temperature_F":70.7}"#, "A/1 temperature=21.5"),
        ("home/g/433toMQTT", #"{"value":12}"#, "433/12 ~433toMQTT=12"), ("home/g/433toMQTT", "{}", "malformed nil"),
        // Domoticz and panels
        ("domoticz/out", #"{"idx":1,"dtype":"Security","nvalue":2}"#, "1 ?nvalue=2"),
        ("domoticz/out/1", #"{"idx":1,"switchType":"On/Off","name":"Fire relay","nvalue":1}"#, "1 ?nvalue=1"),
        ("paradox/states/zones/z/alarm", "True", "zones/z ?alarm=True"),
        ("paradox/states/zones/z/alarm", "False", "zones/z ~alarm=False"),
        ("paradox/states/zones/z/new_fire_state", "True", "zones/z ?new_fire_state=True"),
        ("homie/dsc-alarm/partition-1/fire", "1", "dsc-alarm/partition-1 smoke=true"),
        ("homie/dsc-alarm/alarm/power-trouble", "1", "dsc-alarm power=true"),
        ("homie/dsc-alarm/alarm/fire-alarm-keypad", "1", "dsc-alarm button=true"),
        ("homie/dsc-alarm/alarm/alarmzone-3", "1", "dsc-alarm ?alarmzone-3=1"),
        ("homie/dsc-alarm/partition-1/away/set", "1", "nil"),
        ("homie/other/partition-1/fire", "1", "other ?partition-1/fire=1"),
        ("homie/dsc-alarm/$state", "lost", "dsc-alarm availability=offline"),
    ])
    func `is understood`(_ topic: String, _ payload: String, _ expected: String) {
        #expect(shown(topic, payload) == expected)
    }

    private static let zone = "tamper=false battery_low=false fault=false power=false test=false"

    @Test func `is listened to only if there is one`() throws {
        let place = Place(block: "a", floor: "1", flat: "A")
        func table(_ devices: [(Device.Ecosystem, String)]) throws -> DecoderTable {
            let devices = devices.map { Device(id: $1, ecosystem: $0, address: $1, place: place, kind: .smoke) }
            let estate = Estate(id: "demo", name: LocalizedText([(Language("en"), "Demo")]), blocks: [])
            return try DecoderTable.all(hearing: EstateRegistry(estate: estate, devices: devices, residents: []))
        }
        #expect(try table([]).topicFilters == ["estate/demo/block/#", "zigbee2mqtt/#"])
        let some = try table([(.tasmota, "t"), (.shellyGen2, "s"), (.esphome, "e")])
        #expect(
            some.topicFilters == [
                "estate/demo/block/#", "zigbee2mqtt/#", "tele/#", "stat/#", "s/events/rpc", "s/status/+", "s/online",
                "e/+/+/state", "e/status", "homeassistant/+/+/config", "homeassistant/+/+/+/config",
            ])
        #expect(try some.report(Message(topic: "s/online", payload: "true"))?.address == "s")
        #expect(try some.report(Message(topic: "x/online", payload: "true")) == nil)
        #expect(try some.report(Message(topic: "e/binary_sensor/smoke/state", payload: "ON"))?.address == "e")
        #expect(try some.report(Message(topic: "shellies/s/sensor/smoke", payload: "true")) == nil)
    }

    @Test func `is listened to where hub.yaml says, and in any case if it says so`() throws {
        let estate = Estate(id: "demo", name: LocalizedText([(Language("en"), "Demo")]), blocks: [])
        let place = Place(block: "a", floor: "1", flat: "A")
        let devices = ["upstairs/zwave/9", "a/b"].map {
            Device(id: $0, ecosystem: $0 == "a/b" ? .shellyGen2 : .zwavejs, address: $0, place: place, kind: .smoke)
        }
        var topics = EcosystemTopics()
        topics.prefixes[.zwavejs] = ["zwave", "upstairs/zwave"]
        topics.prefixes[.chirpstack] = ["cs/application"]
        topics.listening = [.chirpstack, .shellyGen2]
        let table = try DecoderTable.all(
            hearing: EstateRegistry(estate: estate, devices: devices, residents: []), topics: topics)
        #expect(
            table.topicFilters == [
                "estate/demo/block/#", "zigbee2mqtt/#", "cs/application/+/device/+/event/+", "zwave/#",
                "upstairs/zwave/#",
                "a/b/events/rpc", "a/b/status/+", "a/b/online", "+/events/rpc", "+/status/+", "+/online",
            ])
        func address(_ topic: String, _ payload: String) throws -> String? {
            try table.report(Message(topic: topic, payload: payload))?.address
        }
        #expect(try address("zwave/9/48/0/Smoke", "true") == "9")
        #expect(try address("upstairs/zwave/9/48/0/Smoke", "true") == "upstairs/zwave/9")
        #expect(try address("cs/application/1/device/d/event/join", "{}") == "d")
        #expect(try address("shellyplussmoke-1/online", "true") == "shellyplussmoke-1")
        #expect(try address("a/b/online", "true") == "a/b")
        let malformed = #expect(throws: Malformed.self) { try address("upstairs/zwave/9/status", "x") }
        #expect(malformed?.description == "status \"x\": expected true or false")
        #expect(malformed?.address == "upstairs/zwave/9")
    }

    @Test(arguments: ["", "/a", "a/", "a/+", "#"])
    func `has a prefix that is a topic`(_ prefix: String) {
        #expect(throws: InvalidTopicFilter.self) { try ChirpStackDecoder(prefix: prefix) }
        #expect(throws: InvalidTopicFilter.self) { try ShellyGen2Decoder(prefixes: ["a", prefix]) }
        #expect(throws: InvalidTopicFilter.self) { try TasmotaDecoder(telemetry: "tele", state: prefix) }
    }

    @Test func `is heard under the prefix that it has`() throws {
        let decoder = try ZWaveJSDecoder(prefix: "building/zwave")
        #expect(decoder.topicFilters == ["building/zwave/#"])
        let message = Message(topic: "building/zwave/9/48/0/Smoke", payload: "true")
        #expect(try decoder.report(message)?.readings == [.flag(.smoke, true)])
        #expect(try ZWaveJSDecoder().report(message) == nil)
    }

    private func shown(_ topic: String, _ payload: String) -> String {
        do {
            let report = try Self.table.get().report(Message(topic: topic, payload: payload))
            return report.map { "\($0.address) \($0.shown)" } ?? "nil"
        } catch let malformed as Malformed {
            return "malformed \(malformed.address ?? "nil")"
        } catch {
            return "\(error)"
        }
    }
}

extension Report {
    /// `smoke=true fault=true(words) ?raised=true ~calm=false`: with unmapped fields' values, raised or calm.
    var shown: String {
        (shownReadings + unmapped.map { "\($0.isRaised ? "?" : "~")\($0)" }).joined(separator: " ")
    }

    /// With the names of unmapped fields that are raised.
    var shownRaised: String {
        (shownReadings + unmapped.filter(\.isRaised).map { "?\($0.name)" }).joined(separator: " ")
    }

    private var shownReadings: [String] {
        readings.map { reading in
            let value =
                switch reading.value {
                case .flag(let flag): "\(flag)"
                case .number(let number): "\(number)"
                case .text(let text): text
                }
            return "\(reading.kind.rawValue)=\(value)" + (reading.detail.map { "(\($0))" } ?? "")
        }
    }
}
