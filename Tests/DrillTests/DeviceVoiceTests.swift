@testable import Drill
import Registry
import Testing

@Suite struct `A simulated device` {
    private let stamp = Instant(milliseconds: 1_795_362_337_123)

    /// What a device says, one utterance after the other.
    private func said(_ messages: [PlannedMessage]) throws -> [DeviceMessage] {
        var voice = DeviceVoice(cast: SmallEstate.cast)
        return try messages.map { try voice.speak($0, stamp: stamp) }
    }

    private func said(
        _ device: String, _ says: Utterance..., type: Device.Kind? = nil, value: Double? = nil
    ) throws -> DeviceMessage {
        try #require(
            try said(says.map { PlannedMessage(at: .zero, device: device, says: $0, type: type, value: value) }).last)
    }

    private func text(_ message: DeviceMessage) -> String { String(decoding: message.payload, as: UTF8.self) }

    @Test func `speaks natively on its own topic`() throws {
        let message = try said("a-1-A-smoke", .alarm, value: 0.12)
        #expect(message.topic == "estate/demo/block/a/floor/1/flat/A/device/a-1-A-smoke/event")
        #expect(message.qos == 1)
        #expect(
            text(message)
                == #"{"battery":87,"seq":1,"state":"alarm","ts":"2026-11-22T15:45:37.123Z","type":"smoke","unit":"dB/m","value":0.12}"#
        )
    }

    @Test func `in a common area names that area`() throws {
        #expect(try said("a-call-point", .alarm).topic == "estate/demo/block/a/area/lobby/device/a-call-point/event")
    }

    @Test func `counts its native messages`() throws {
        #expect(text(try said("a-1-A-heat", .alarm, .clear, .ok)).contains(#""seq":3,"state":"ok""#))
    }

    @Test func `gives real messages numbers that no earlier message had`() throws {
        let message = PlannedMessage(at: .zero, device: "a-1-A-smoke", says: .alarm, isReal: true)
        #expect(text(try said([message])[0]).contains(#""seq":1795362337123,"#))
    }

    @Test func `speaks as Zigbee2MQTT does`() throws {
        let message = try said("b-1-A-smoke", .alarm)
        #expect(message.topic == "zigbee2mqtt/block-b/1A/hall")
        #expect(message.qos == 0)
        #expect(
            text(message)
                == #"{"battery":96,"battery_low":false,"last_seen":"2026-11-22T15:45:37.123Z","linkquality":112,"smoke":true,"tamper":false,"test":false,"trouble":false}"#
        )
    }

    @Test(
        arguments: [
            ("b-1-A-smoke", [Utterance.alarm, .clear], #""smoke":false"#),
            ("b-1-A-smoke", [.alarm, .heartbeat], #""smoke":true"#),
            ("b-1-A-smoke", [.test], #""smoke":true,"tamper":false,"test":true"#),
            ("b-1-A-smoke", [.fault], #""trouble":true"#),
            ("b-1-A-smoke", [.fault, .ok], #""trouble":false"#),
            ("b-1-A-heat", [.alarm], #""smoke":true"#),
            ("b-button", [.alarm], #""action":"emergency""#),
            ("b-button", [.heartbeat], #""action":"""#),
            ("a-1-A-smoke", [.heartbeat], #""state":"clear""#),
            ("a-1-A-smoke", [.alarm, .heartbeat], #""state":"alarm""#),
            ("a-1-A-smoke", [.test], #""state":"test""#),
            ("a-call-point", [.alarm], #""type":"button""#),
            ("b-siren", [.fault], #""trouble":true"#),
            ("a-siren", [.heartbeat], #""state":"clear","ts":"2026-11-22T15:45:37.123Z","type":"fault""#),
        ] as [(String, [Utterance], String)])
    func `says each thing in its ecosystem's words`(_ device: String, _ says: [Utterance], _ part: String) throws {
        let messages = try said(says.map { PlannedMessage(at: .zero, device: device, says: $0) })
        #expect(text(try #require(messages.last)).contains(part))
    }

    @Test func `can detect another kind than its own`() throws {
        #expect(
            text(try said("b-1-A-smoke", .alarm, type: .co, value: 80)).contains(#""carbon_monoxide":true,"co":80"#))
        #expect(
            text(try said("a-1-A-smoke", .alarm, type: .co, value: 80)).contains(
                #""type":"co","unit":"ppm","value":80"#))
    }

    @Test func `that raises no alarms says so`() {
        #expect(throws: DrillError.speechless("b-siren", .alarm)) { try said("b-siren", .alarm) }
        #expect(throws: DrillError.unknownDevice("nobody")) { try said("nobody", .ok) }
    }
}
