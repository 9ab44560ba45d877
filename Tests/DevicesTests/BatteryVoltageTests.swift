import Devices
import Testing

@Suite struct `The volts of a battery` {
    struct Row: CustomTestStringConvertible {
        var topic: String
        var payload: String
        var volts: Double?
        var testDescription: String { "\(topic) \(payload)" }

        init(_ topic: String, _ payload: String, _ volts: Double?) {
            self.topic = topic
            self.payload = payload
            self.volts = volts
        }
    }

    private static let codec = #"{"deviceInfo":{"devEui":"a84041ffff1829ab"},"object":{"#
    private static let uplink = "application/1/device/a84041ffff1829ab/event/up"

    static let rows = [
        Row("zigbee2mqtt/hall", #"{"smoke":false,"battery":84,"voltage":2900}"#, 2.9),
        Row("zigbee2mqtt/hall", #"{"voltage":"1400"}"#, 1.4),
        Row("zigbee2mqtt/hall/voltage", "3000", 3),
        // A plug's or a siren's mains.
        Row("zigbee2mqtt/plug", #"{"state":"ON","voltage":230}"#, nil),
        Row("zigbee2mqtt/plug", #"{"voltage":400.5}"#, nil),
        Row("zigbee2mqtt/hall", #"{"voltage":null}"#, nil),
        Row("zigbee2mqtt/hall", #"{"voltage":-1}"#, nil),
        Row("zigbee2mqtt/hall", #"{"voltage":65535}"#, nil),
        Row("tele/bridge/SENSOR", #"{"ZbReceived":{"K":{"Device":"0x8F20","Voltage":2.995}}}"#, 2.995),
        Row("tele/bridge/SENSOR", #"{"ZbReceived":{"K":{"Device":"0x8F20","BatteryVoltage":3}}}"#, 3),
        Row("tele/bridge/SENSOR", #"{"ZbReceived":{"K":{"Device":"0x8F20","RMSVoltage":229}}}"#, nil),
        Row("tele/plug/SENSOR", #"{"ENERGY":{"Voltage":230}}"#, nil),
        Row("shellies/shellysmoke-9A1B2C/info", #"{"bat":{"value":94,"voltage":2.91}}"#, 2.91),
        Row("shellyplussmoke-1/status/devicepower:0", #"{"id":0,"battery":{"V":6.27,"percent":100}}"#, 6.27),
        Row("shellyplusplug-1/status/switch:0", #"{"id":0,"voltage":230.1}"#, nil),
        Row(uplink, codec + #""Device":"RA02A","Volt":3}}"#, 3),
        Row(uplink, codec + #""Device":"RA02A","Volt":"2.4(low battery)"}}"#, 2.4),
        Row(uplink, codec + #""Device":"RA02A","Volt":"low battery"}}"#, nil),
        Row(uplink, codec + #""Node_type":"LWL02","BAT_V":3.102}}"#, 3.102),
        Row(uplink, codec + #""Device":"flood-sensor","battery":3.6}}"#, 3.6),
        Row(uplink, codec + #""Device":"flood-sensor","battery":3600}}"#, 3.6),
        Row(uplink, codec + #""Device":"TG563A","batteryLevel":3.05}}"#, 3.05),
        // Nobody knows in what a codec counts that no table has.
        Row(uplink, codec + #""battery":3.6}}"#, nil),
        Row("rtl_433/host/events", #"{"model":"Kerui-Security","id":7,"battery_mV":2812}"#, 2.812),
        Row("rtl_433/host/events", #"{"model":"Kerui-Security","id":7,"battery_V":2.8}"#, 2.8),
        Row("home/gate/RTL_433toMQTT/Kerui-Security/7", #"{"model":"Kerui-Security","id":7,"battery_mV":2812}"#, 2.812),
        Row("smoke-node/sensor/hall_battery_voltage/state", "2.87", 2.87),
        Row("smoke-node/sensor/mains_voltage/state", "230", nil),
        Row("smoke-node/sensor/hall_battery_voltage/state", "nan", nil),
        Row(
            "estate/demo/block/a/floor/1/flat/B/device/a-1-B-smoke/event",
            #"{"type":"smoke","state":"ok","battery_voltage":2.95}"#, 2.95),
    ]

    @Test(arguments: rows) func `are read where the source gives them, and never from the mains`(_ row: Row) throws {
        let table = try DecoderTable.all()
        let report = try #require(try table.report(Message(topic: row.topic, payload: Array(row.payload.utf8))))
        let volts = report.readings.first { $0.kind == .batteryVoltage }?.value
        #expect(volts == row.volts.map(Reading.Value.number))
    }

    @Test func `stand beside the readings of the decode command`() throws {
        var decode = DecodeLine(try DecoderTable.all())
        let line = decode.answer(
            #"{"topic":"zigbee2mqtt/hall","payload":"{\"battery\":84,\"voltage\":2900}"}"#)
        #expect(
            line == #"{"topic":"zigbee2mqtt/hall","device":"hall","#
                + #""readings":[{"kind":"battery","value":84,"unit":null}],"battery_voltage":2.9,"error":null}"#)
        #expect(!decode.answer(#"{"topic":"zigbee2mqtt/hall","payload":"{\"battery\":84}"}"#).contains("voltage"))
    }

    private static let announced: [(unit: String, name: String, payload: String, volts: Double?)] = [
        ("mV", "Voltage", "2900", 2.9), ("V", "hall Battery Voltage", "2.9", 2.9), ("V", "Mains", "12", nil),
    ]

    @Test(arguments: announced)
    func `announced to Home Assistant are a battery's in millivolts, or by their name`(
        _ unit: String, _ name: String, _ payload: String, _ volts: Double?
    ) throws {
        var table = try DecoderTable.all()
        let config =
            #"{"device_class":"voltage","unit_of_measurement":"\#(unit)","name":"\#(name)","#
            + #""state_topic":"some/state","unique_id":"u1","device":{"identifiers":["d1"],"name":"D"}}"#
        _ = try table.learn(
            Message(topic: "homeassistant/sensor/d1/v/config", payload: Array(config.utf8), retained: true))
        let report = try table.report(Message(topic: "some/state", payload: Array(payload.utf8)))
        let read = report?.readings.first { $0.kind == .batteryVoltage }?.value
        #expect(read == volts.map(Reading.Value.number))
    }
}
