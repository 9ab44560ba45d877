import Devices
import Registry
import Testing

/// The topic is what the broker binds to who speaks; a payload can say anything.
@Suite struct `A payload that names another device` {
    private static func device(_ ecosystem: Device.Ecosystem, _ address: String) -> Device {
        Device(
            id: "\(ecosystem.rawValue)-\(address.replacing("/", with: "-"))", ecosystem: ecosystem, address: address,
            place: Place(block: "a"), kind: .smoke)
    }

    private static let table = Result {
        try DecoderTable.all(
            hearing: EstateRegistry(
                estate: Estate(id: "demo", name: LocalizedText([(.english, "Demo")]), blocks: []),
                devices: [
                    device(.shellyGen2, "mine"), device(.shellyGen2, "yours"), device(.chirpstack, "e1"),
                    device(.thethingsstack, "d1"), device(.tasmota, "node"), device(.tasmota, "bridge/0x8F20"),
                ], residents: []))
    }

    private func said(_ topic: String, _ payload: String) throws -> String {
        do {
            let report = try Self.table.get().report(Message(topic: topic, payload: Array(payload.utf8)))
            guard let report else { return "nothing" }
            return ([report.address] + report.readings.map(\.kind.rawValue).sorted()).joined(separator: " ")
        } catch let error as Malformed {
            return "malformed \(error.address ?? "?"): \(error)"
        }
    }

    private static func shelly(_ source: String, _ alarm: Bool) -> String {
        #"{"src":"\#(source)","method":"NotifyStatus","params":{"smoke:0":{"alarm":\#(alarm)}}}"#
    }

    private static func chirpStack(_ eui: String, _ event: String) -> String {
        #"{"deviceInfo":{"devEui":"\#(eui)","deviceProfileName":"GS524N"},"object":{"event":"\#(event)"}}"#
    }

    private static func things(_ id: String, _ event: String) -> String {
        """
        {"end_device_ids":{"device_id":"\(id)"},"uplink_message":{"decoded_payload":{"event":"\(event)"},\
        "version_ids":{"brand_id":"milesight-iot","model_id":"gs524n"}}}
        """
    }

    @Test(arguments: [
        ("mine/events/rpc", shelly("mine", false), "mine smoke"),
        // A prefix that somebody has set.
        ("mine/events/rpc", shelly("shellyplussmoke-1", false), "mine smoke"),
        (
            "mine/events/rpc", shelly("yours", false),
            #"malformed mine: src "yours" on the topic of mine: expected the same device"#
        ),
        // An alarm is never lost, but it is of whoever may write the topic.
        ("mine/events/rpc", shelly("yours", true), "mine smoke"),
        ("nobody/events/rpc", shelly("yours", true), "nothing"),
        ("application/1/device/e1/event/up", chirpStack("E1", "normal"), "e1 fault smoke test"),
        (
            "application/1/device/e1/event/up", chirpStack("e2", "normal"),
            #"malformed e1: deviceInfo.devEui "e2" on the topic of e1: expected the same device"#
        ),
        ("application/1/device/e1/event/up", chirpStack("e2", "alarm"), "e1 smoke"),
        ("v3/app/devices/d1/up", things("d1", "alarm"), "d1 smoke"),
        (
            "v3/app/devices/d1/up", things("d2", "normal"),
            #"malformed d1: end_device_ids.device_id "d2" on the topic of d1: expected the same device"#
        ),
        // A Zigbee device behind a node has a short address, or a name that is the node's own.
        ("tele/bridge/SENSOR", #"{"ZbReceived":{"0x1":{"Device":"node","Fire":1}}}"#, "bridge/node smoke"),
        ("tele/bridge/node/ZbReceived", #"{"Fire":1}"#, "bridge/node smoke"),
        ("tele/bridge/SENSOR", #"{"ZbReceived":{"0x8F20":{"Device":"0x8F20","Fire":1}}}"#, "bridge/0x8F20 smoke"),
        ("tele/other/SENSOR", #"{"ZbReceived":{"0x8F20":{"Device":"0x8F20","Fire":1}}}"#, "0x8F20 smoke"),
    ])
    func `does not speak for it`(_ topic: String, _ payload: String, _ expected: String) throws {
        #expect(try said(topic, payload) == expected)
    }
}
