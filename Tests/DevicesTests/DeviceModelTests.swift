import Devices
import Registry
import Testing

/// What `models.yaml` means by the fields of a model.
@Suite struct `A device's model` {
    private static let place = Place(block: "a", floor: "1", flat: "A")

    /// - Parameter yaml: the estate's own `models.yaml`.
    private func table(
        _ yaml: String = "", _ devices: (Device.Ecosystem, address: String, model: String?)...
    ) throws -> DecoderTable {
        let devices = devices.map {
            Device(id: $1, ecosystem: $0, address: $1, place: Self.place, kind: .smoke, model: $2)
        }
        let estate = Estate(id: "demo", name: LocalizedText([(Language("en"), "Demo")]), blocks: [])
        let registry = EstateRegistry(estate: estate, devices: devices, residents: [])
        let models = try DeviceModels.load(ConfigFile(name: "models.yaml", text: yaml))
        return try DecoderTable.all(models: models, of: registry)
    }

    private func shown(_ table: DecoderTable, _ topic: String, _ payload: String) throws -> String {
        let report = try table.report(Message(topic: topic, payload: payload))
        return report.map { "\($0.address) \($0.shown)" } ?? "nil"
    }

    @Test(arguments: [
        // A heat alarm, a keypad and a siren that publish smoke.
        ("HESZB-120", "d heat=true"), ("Frient HESZB-120 heat alarm", "d heat=true"), ("94431", "d heat=true"),
        ("ZS130000078", "d "), ("LH-09521", "d "), ("HS1SA", "d smoke=true"), (nil, "d smoke=true"),
    ])
    func `says what smoke means`(_ model: String?, _ expected: String) throws {
        let table = try table("", (.zigbee2mqtt, "d", model))
        #expect(try shown(table, "zigbee2mqtt/d", #"{"smoke":true}"#) == expected)
        // Another device is not of that model.
        #expect(try shown(table, "zigbee2mqtt/e", #"{"smoke":true}"#) == "e smoke=true")
    }

    @Test(arguments: [
        ("alarm_1: smoke", #"{"alarm_1":true,"battery":50}"#, "battery=50.0 smoke=true"),
        ("alarm_1: smoke", #"{"alarm_1":false}"#, "smoke=false"), ("alarm_1: smoke", #"{"alarm_1":null}"#, ""),
        ("alarm_1: not smoke", #"{"alarm_1":false}"#, "smoke=true"), ("alarm_1: nothing", #"{"alarm_1":true}"#, ""),
        ("alarm_1: smoke", #"{"alarm_1":true,"alarm_2":false}"#, "smoke=true ~alarm_2=false"),
        // The more dangerous of two counts.
        ("{alarm_1: smoke, alarm_2: smoke}", #"{"alarm_1":false,"alarm_2":true}"#, "smoke=true"),
        ("alarm_1: smoke", #"{"alarm_1":false,"smoke":true}"#, "smoke=true"),
        // What a row does not understand stays for people to see.
        ("alarm_1: smoke", #"{"alarm_1":"perhaps"}"#, "~alarm_1=perhaps"),
        ("alarm_1: {values: {1: smoke}}", #"{"alarm_1":2}"#, "?alarm_1=2"),
        ("alarm_1: {values: {true: [smoke, test], false: not smoke}}", #"{"alarm_1":true}"#, "smoke=true test=true"),
        ("alarm_1: {values: {broken: fault}}", #"{"alarm_1":"broken"}"#, "fault=true(broken)"),
        // What the decoder has understood, too.
        ("temperature: nothing", #"{"temperature":21}"#, ""), ("smoke: nothing", #"{"smoke":true}"#, ""),
        ("temperature: {number: temperature, unit: °F}", #"{"temperature":212}"#, "temperature=100.0"),
        ("contact: not contact", #"{"contact":true}"#, "contact=false"),
        ("smoke: unmapped", #"{"smoke":true}"#, "?smoke=true"),
        // A number with limits.
        ("battery: {above: 99, kind: tamper}", #"{"battery":100}"#, "tamper=true"),
        ("fire_level: {number: smoke_density, unit: ppm}", #"{"fire_level":"alarm"}"#, "?fire_level=alarm"),
    ])
    func `is mapped by the estate`(_ fields: String, _ payload: String, _ expected: String) throws {
        let inner = fields.hasPrefix("{") ? fields : "{\(fields)}"
        let table = try table("models: [{model: MIR-X, fields: \(inner)}]", (.zigbee2mqtt, "d", "mir-x"))
        #expect(try shown(table, "zigbee2mqtt/d", payload) == "d \(expected)")
    }

    @Test(arguments: [
        (Device.Ecosystem.shellyGen1, "s", "input/0: smoke", "shellies/s/input/0", "1", "s smoke=true"),
        (.shellyGen2, "s", "input:0.state: smoke", "s/status/input:0", #"{"id":0,"state":true}"#, "s smoke=true"),
        (.shellyGen2, "s", "input:0.state: not contact", "s/status/input:0", #"{"state":true}"#, "s contact=false"),
        (
            .zigbee2mqtt, "z", "contact: not contact", "zigbee2mqtt/z", #"{"contact":true}"#, "z contact=false"
        ),
        (
            .chirpstack, "d", "adc_1: {above: 18, kind: button}", "application/1/device/d/event/up",
            #"{"deviceInfo":{"deviceProfileName":"UC300"},"object":{"adc_1":19.6}}"#, "d button=true"
        ),
        (.esphome, "e", "bell_alarm: {above: 18, kind: button}", "e/sensor/bell_alarm/state", "19.6", "e button=true"),
        (.tasmota, "t", "SWITCH1: smoke", "stat/t/SWITCH1", "ON", "t smoke=true"),
        (.esphome, "e", "loop_3: heat", "e/binary_sensor/loop_3/state", "OFF", "e heat=false"),
        (.alarmPanels, "zones/z", "alarm: smoke", "paradox/states/zones/z/alarm", "False", "zones/z smoke=false"),
        (.domoticz, "1", "nvalue: smoke", "domoticz/out", #"{"idx":1,"dtype":"Security","nvalue":1}"#, "1 smoke=true"),
        (.zwavejs, "9", "alarmType: {values: {12: smoke}}", "zwave/9/113/0/alarmType", "12", "9 smoke=true"),
        (
            .rtl433, "Honeywell-Security/1", "alarm: heat", "rtl_433/h/events",
            #"{"model":"Honeywell-Security","id":1,"alarm":1}"#, "Honeywell-Security/1 heat=true"
        ),
        // A code of a radio bridge, a zone and an input that are devices of their own.
        (
            .openmqttgateway, "433/12", "433toMQTT: {values: {12: smoke}}", "home/g/433toMQTT", #"{"value":12}"#,
            "433/12 smoke=true"
        ),
        (
            .tasmota, "t/RfReceived/0x1", "RfReceived: {values: {0x1: smoke}}", "tele/t/RESULT",
            #"{"RfReceived":{"Data":"0x1"}}"#, "t/RfReceived/0x1 smoke=true"
        ),
        (
            .alarmPanels, "dsc-alarm/alarmzone-3", "alarmzone-3: smoke", "homie/dsc-alarm/alarm/alarmzone-3", "1",
            "dsc-alarm/alarmzone-3 smoke=true"
        ),
    ])
    func `is mapped in any ecosystem`(
        _ ecosystem: Device.Ecosystem, _ address: String, _ fields: String, _ topic: String, _ payload: String,
        _ expected: String
    ) throws {
        let yaml = "models: [{model: M, ecosystem: \(ecosystem.rawValue), fields: {\(fields)}}]"
        #expect(try shown(try table(yaml, (ecosystem, address, "M")), topic, payload) == expected)
    }

    @Test func `of a registered radio code that nobody has mapped is an alarm`() throws {
        let code = #"{"value":12}"#
        #expect(try shown(table(), "home/g/433toMQTT", code) == "433/12 ~433toMQTT=12")
        let registered = try table("", (.openmqttgateway, "433/12", nil))
        #expect(try shown(registered, "home/g/433toMQTT", code) == "433/12 ?433toMQTT=12")
    }

    @Test(arguments: [
        // By the network server's name for it, and field by field before the built-in rows.
        ("GS524N", nil, #"{"event":"alarm","concentration":3}"#, "smoke=true smoke_density=3.0"),
        ("GS524N", nil, #"{"event":"mystery","concentration":3}"#, "smoke_density=3.0 ~event=mystery"),
        ("Siterwell X", nil, #"{"sensor":{"smoke":1,"low":0}}"#, "smoke=true battery_low=false"),
        ("No model", nil, #"{"sensor":{"smoke":1,"low":0}}"#, "?sensor.smoke=1"),
        // By devices.csv, which comes first.
        ("No model", "siterwell", #"{"sensor":{"smoke":1}}"#, "smoke=true"),
        ("GS524N", "siterwell", #"{"sensor":{"smoke":0}}"#, "smoke=false"),
        // Nothing is read twice: its `temperature` is an object's.
        ("strips", nil, #"{"temperature":{"value":21}}"#, "temperature=21.0"),
        ("", "strips", #"{"temperature":{"value":21}}"#, "temperature=21.0"),
    ])
    func `of LoRaWAN has fields of the estate`(
        _ profile: String, _ model: String?, _ object: String, _ expected: String
    ) throws {
        let yaml = """
            models:
              - model: GS524N
                fields: {event: {values: {alarm: smoke}}}
              - model: [Siterwell X, siterwell]
                fields: {sensor.smoke: smoke, sensor.low: battery_low}
            """
        let payload = #"{"deviceInfo":{"deviceProfileName":"\#(profile)"},"object":\#(object)}"#
        let table = try table(yaml, (.chirpstack, "d", model))
        #expect(try shown(table, "application/a/device/d/event/up", payload) == "d \(expected)")
    }

    @Test(arguments: [
        ("above: 18", "18.5", "button=true"), ("above: 18", #""18""#, "button=false"), ("above: 18", "null", ""),
        ("above: 0.5", "1", "button=true"), ("above: 500", "999", "button=true"), ("above: -5", "-1", "button=true"),
        ("above: 18", #""lost""#, "~loop=lost"), ("above: 18", #""alarm""#, "?loop=alarm"),
        ("above: 18, fault-below: 3.6", "19", "fault=false button=true"),
        ("above: 18, fault-below: 3.6", "3.6", "fault=false button=false"),
        // A broken loop says nothing of what hangs on it.
        ("above: 18, fault-below: 3.6", "0", "fault=true(loop 0.0)"),
    ])
    func `turns a number into a flag by its limits`(_ limits: String, _ value: String, _ expected: String) throws {
        let table = try table(
            "models: [{model: M, fields: {loop: {\(limits), kind: button}}}]", (.chirpstack, "d", "M"))
        #expect(
            try shown(table, "application/a/device/d/event/up", #"{"object":{"loop":\#(value)}}"#) == "d \(expected)")
    }

    @Test(arguments: [
        ("models: {}", "1:9: models: these are 'key: value' pairs; write a list such as [a, b]"),
        ("modles: []", "1:1: unknown key 'modles'; write 'models'"),
        ("- a", "1:1: this is a list; write 'key: value' pairs"),
        ("models: [{model: X}]", "1:10: models[1]: the key 'fields' is missing; add 'fields:' here"),
        ("models: [{fields: {}}]", "1:10: models[1]: the key 'model' is missing; add 'model:' here"),
        (
            "models: [{model: [], fields: {}}]",
            "1:18: models[1].model: the list is empty; write at least one, or no list"
        ),
        (
            "models: [{model: X, ecosystem: zigbe, fields: {}}]",
            "1:32: models[1].ecosystem: unknown 'zigbe'; write one of native, zigbee2mqtt, chirpstack, thethingsstack, shelly_gen1, shelly_gen2, tasmota, esphome, zwavejs, rtl_433, openmqttgateway, domoticz, alarm_panels"
        ),
        (
            "models: [{model: X, fields: {a: smok}}]",
            "1:33: models[1].fields.a: unknown 'smok'; write 'smoke'"
        ),
        (
            "models: [{model: X, fields: {a: not battery}}]",
            "1:33: models[1].fields.a: 'battery' is a number; write it without 'not'"
        ),
        (
            "models: [{model: X, fields: {a: {number: smoke}}}]",
            "1:42: models[1].fields.a.number: 'smoke' is no number; write one of battery, battery_voltage, temperature, humidity, smoke_density, co_ppm, signal"
        ),
        (
            "models: [{model: X, fields: {a: {number: temperature, unit: K}}}]",
            "1:33: models[1].fields.a: 'K' is no unit of a temperature; write °C or °F"
        ),
        (
            "models: [{model: X, fields: {a: {above: 18}}}]",
            "1:33: models[1].fields.a: the key 'kind' is missing; add 'kind:' here"
        ),
        (
            "models: [{model: X, fields: {a: {above: much, kind: smoke}}}]",
            "1:41: models[1].fields.a.above: 'much' is no number; write a number from -1000000.0 to 1000000.0"
        ),
        (
            "models: [{model: X, fields: {a: {above: nan, kind: smoke}}}]",
            "1:41: models[1].fields.a.above: nan is out of range"
        ),
        (
            "models: [{model: X, fields: {a: {above: 18, kind: battery}}}]",
            "1:51: models[1].fields.a.kind: 'battery' is none that a limit can raise; write one of smoke, heat"
        ),
        (
            "models: [{model: X, fields: {a: {above: 18, kind: smoke, fault-below: 20}}}]",
            "1:33: models[1].fields.a: fault-below is greater than above; write a smaller number"
        ),
        (
            "models: [{model: X, fields: {a: {values: {on: [smoke, fire]}}}}]",
            "1:55: models[1].fields.a.values.on[2]: unknown 'fire'"
        ),
        (
            "models: [{model: X, fields: {}}, {model: [Y, x], fields: {}}]",
            "1:34: models[2]: model 'x' stands in line 1 already; write its fields in one entry"
        ),
    ])
    func `that is written wrong is refused with its place`(_ yaml: String, _ expected: String) {
        do {
            _ = try DeviceModels.load(ConfigFile(name: "models.yaml", text: yaml))
            Issue.record("nothing was refused")
        } catch {
            #expect(error.errors.first?.description.hasPrefix("models.yaml:\(expected)") == true, "\(error)")
        }
    }

    @Test(arguments: ["", "# only a comment", "models: []", "models:"])
    func `may have no rows of the estate`(_ yaml: String) throws {
        #expect(try shown(try table(yaml), "zigbee2mqtt/d", #"{"smoke":true}"#) == "d smoke=true")
    }

    @Test func `that no device is of is found`() throws {
        let yaml = """
            models:
              - {model: MIR-X, ecosystem: zigbee2mqtt, fields: {}}
              - {model: used, ecosystem: zigbee2mqtt, fields: {}}
              - {model: profile, ecosystem: chirpstack, fields: {}}
            """
        let models = try DeviceModels.load(ConfigFile(name: "models.yaml", text: yaml))
        let devices = [(Device.Ecosystem.zigbee2mqtt, "MIR-Y"), (.zigbee2mqtt, "Used"), (.chirpstack, "other")].map {
            Device(id: $1, ecosystem: $0, address: $1, place: Self.place, kind: .smoke, model: $1)
        }
        #expect(
            models.unused(by: devices).map(\.description) == [
                "models.yaml:2:5: models[1]: no device in devices.csv is of the model 'MIR-X'; write 'MIR-Y', or name it there"
            ])
    }
}
