import Devices
import Registry
import Testing

@Suite struct `A decoder that learns` {
    /// Understands `say/<word>` once `teach/<word>` has named a device for it.
    private struct Pupil: LearningDecoder {
        let ecosystem = Device.Ecosystem.native
        let topicFilters = ["teach/+"]
        var devices: [String: String] = [:]

        mutating func learn(_ message: Message) throws(Malformed) -> Lesson {
            guard message.topic.hasPrefix("teach/") else { return .nothing }
            let word = String(message.topic.dropFirst(6))
            guard let device = String(validating: message.payload, as: UTF8.self) else { throw Malformed("no text") }
            devices[word] = device.isEmpty ? nil : device
            return device.isEmpty
                ? Lesson(forgotten: [message.topic]) : Lesson(isKept: true, heard: ["say/\(word)"])
        }

        func report(_ message: Message) throws(Malformed) -> Report? {
            guard message.topic.hasPrefix("say/"), let device = devices[String(message.topic.dropFirst(4))] else {
                return nil
            }
            return Report(ecosystem: ecosystem, address: device, readings: [.flag(.smoke, true)])
        }
    }

    @Test func `is taught what later messages mean, and which topics to hear`() throws {
        var table = try DecoderTable([Pupil()])
        let said = Message(topic: "say/fire", payload: [])
        #expect(try table.report(said) == nil)
        let lessons = try table.learn(Message(topic: "teach/fire", payload: Array("hall".utf8)))
        #expect(lessons.map(\.lesson) == [Lesson(isKept: true, heard: ["say/fire"])])
        #expect(try table.report(said)?.address == "hall")
        #expect(try table.learn(said).isEmpty)
    }

    @Test func `says what no longer counts`() throws {
        var table = try DecoderTable([Pupil()])
        _ = try table.learn(Message(topic: "teach/fire", payload: Array("hall".utf8)))
        #expect(
            try table.learn(Message(topic: "teach/fire", payload: [])).map(\.lesson) == [
                Lesson(forgotten: ["teach/fire"])
            ])
        #expect(try table.report(Message(topic: "say/fire", payload: [])) == nil)
    }

    @Test func `keeps what it knew when a lesson makes no sense`() throws {
        var table = try DecoderTable([Pupil()])
        _ = try table.learn(Message(topic: "teach/fire", payload: Array("hall".utf8)))
        #expect(throws: Malformed.self) { try table.learn(Message(topic: "teach/fire", payload: [0xFF])) }
        #expect(try table.report(Message(topic: "say/fire", payload: []))?.address == "hall")
    }

    /// Understands no lesson at all.
    private struct Dunce: LearningDecoder {
        let ecosystem = Device.Ecosystem.homie
        let topicFilters = ["teach/+"]

        func learn(_ message: Message) throws(Malformed) -> Lesson { throw Malformed("what?") }

        func report(_ message: Message) throws(Malformed) -> Report? { nil }
    }

    @Test func `says what it has learnt though another could not understand it`() throws {
        for table in [try DecoderTable([Pupil(), Dunce()]), try DecoderTable([Dunce(), Pupil()])] {
            var table = table
            let lessons = try table.learn(Message(topic: "teach/fire", payload: Array("hall".utf8)))
            #expect(lessons.map(\.lesson) == [Lesson(isKept: true, heard: ["say/fire"])])
        }
        var table = try DecoderTable([Dunce()])
        let malformed = #expect(throws: Malformed.self) {
            try table.learn(Message(topic: "teach/fire", payload: [])) { _ in Issue.record("told twice") }
        }
        #expect(malformed?.ecosystem == .homie)
    }

    @Test func `tells what one refuses while another learns from it`() throws {
        var table = try DecoderTable([Dunce(), Pupil()])
        var told: [Malformed] = []
        _ = try table.learn(Message(topic: "teach/fire", payload: Array("hall".utf8))) { told.append($0) }
        #expect(told.map(\.description) == ["what?"])
        #expect(told.map(\.ecosystem) == [.homie])
    }

    @Test(arguments: [
        ("zigbee2mqtt/bridge/devices", true), ("zigbee2mqtt/bridge/response/networkmap", true),
        ("zigbee2mqtt/bridge/state", false), ("zigbee2mqtt/bridge", false), ("zigbee2mqtt/hall", false),
        ("zwave/_CLIENTS/ZWAVE_GATEWAY-b/api/getNodes", true), ("zwave/_CLIENTS/ZWAVE_GATEWAY-b/status", false),
        ("zwave/Hall/113/0/Smoke_Alarm/Sensor_status", false), ("drill/d/zigbee2mqtt/bridge/devices", false),
        ("homeassistant/device/d/config", false),
    ])
    func `knows which lists the hub does not need`(_ topic: String, _ isInventory: Bool) throws {
        #expect(try DecoderTable.all().isInventory(topic) == isInventory)
    }

    @Test func `learns nothing from an exercise`() throws {
        var table = try DecoderTable([Pupil()])
        #expect(try table.learn(Message(topic: "drill/d1/teach/fire", payload: Array("hall".utf8))).isEmpty)
        #expect(try table.report(Message(topic: "say/fire", payload: [])) == nil)
    }
}
