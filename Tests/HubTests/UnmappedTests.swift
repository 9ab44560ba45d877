import AlertLog
import Foundation
import Hub
import Registry
import Rules
import TestBroker
import TestHub
import Testing

@Suite(.timeLimit(.minutes(1))) struct `A field that nobody has mapped` {
    private func folder(port: Int, desk: WebhookReceiver, models: String? = nil) throws -> HubFolder {
        let folder = try HubFolder(
            port: port,
            settings: ["channels:", "  webhook:", "    endpoints: {desk: {url: 'http://127.0.0.1:\(desk.port)/'}}"],
            residents: ["desk,Desk,en,b,,,guard,webhook:desk"])
        let header = "id,ecosystem,address,block,floor,flat,area,kind,model"
        try folder.write(
            "devices.csv",
            [header] + HubFolder.devicesFile.dropFirst().map { $0 + "," } + [
                "loop,zigbee2mqtt,loop,b,2,B,,heat,MIR-X", "bare,zigbee2mqtt,bare,b,2,C,,smoke,",
            ])
        if let models { try folder.write("models.yaml", [models]) }
        return folder
    }

    @Test func `and looks raised is told to the guards at once, and again when it has risen again`() async throws {
        let broker = try TestBroker()
        defer { broker.stop() }
        let desk = try WebhookReceiver(.answers(200))
        let folder = try folder(port: broker.port, desk: desk)
        let voice = try Voice(broker)
        try await voice.say("zigbee2mqtt/bare", #"{"alarm_1":true}"#, retain: true)
        let hub = try RunningHub(folder)
        try await hub.untilReady()
        let log = LogTrail(folder.state)
        for payload in ["true", "true", "false", "true"] {
            try await voice.say("zigbee2mqtt/loop", "{\"alarm_1\":\(payload)}")
        }
        try await voice.say("zigbee2mqtt/stranger", #"{"alarm_2":true}"#)
        try await voice.say("drill/x/zigbee2mqtt/loop", #"{"alarm_9":true}"#)
        try await voice.say("zigbee2mqtt/loop", #"{"alarm_2":false}"#)
        let stranger = try await desk.requests.first("the stranger's") { $0.contains("alarm_2=true") }
        #expect(stranger.contains("add it to devices.csv"))
        try await log.line("the calm one") { $0.details["field"] == "alarm_2" && $0.level == .trouble }
        // The desk is told of each by itself, in whatever order.
        let told = try await desk.requests.first("the first alarm") { $0.contains("alarm_1=true") }
        let key = Self.key(of: told)
        try await desk.requests.first("the second") { $0.contains("alarm_1=true") && Self.key(of: $0) != key }
        #expect(
            told.contains(
                "loop (b/2/B) sends alarm_1=true, which may be an ALARM and which no table explains: go and look; then "
                    + "say what it means, in models.yaml: models: [{model: MIR-X, ecosystem: zigbee2mqtt, fields: "
                    + "{alarm_1: heat}}]"))
        // What the broker kept may be of last year, and an exercise burns nobody.
        #expect(desk.requests.all.allSatisfy { !$0.contains("bare") && !$0.contains("alarm_9") })
        let lines = log.troubles("unmapped")
        #expect(
            lines.map { "\($0.details["address"] ?? "") \($0.details["field"] ?? "") \($0.level)" } == [
                "bare alarm_1 trouble", "loop alarm_1 alarm", "loop alarm_1 alarm", "stranger alarm_2 alarm",
                "loop alarm_2 trouble",
            ])
        #expect(lines.first?.text.english.contains("with bare as its model in devices.csv") == true)
        try await hub.stop()
        #expect(Set(desk.requests.all.filter { $0.contains("alarm_1=true") }.map(Self.key)).count == 2)
    }

    /// What is the same in all attempts to tell one alert.
    private static func key(of request: String) -> Substring? {
        request.split(separator: "Idempotency-Key: ").last?.prefix { $0 != "\r" }
    }

    @Test func `of made-up addresses floods nobody`() async throws {
        let broker = try TestBroker()
        defer { broker.stop() }
        let desk = try WebhookReceiver(.answers(200))
        let folder = try folder(port: broker.port, desk: desk)
        let voice = try Voice(broker)
        let hub = try RunningHub(folder)
        try await hub.untilReady()
        let log = LogTrail(folder.state)
        for number in 0..<100 { try await voice.say("zigbee2mqtt/x\(number)", #"{"alarm_1":true}"#) }
        try await voice.say("zigbee2mqtt/loop", #"{"alarm_1":true}"#)
        _ = try await desk.requests.first("that of the registry") { $0.contains("loop (b/2/B)") }
        try await log.line("the last") { $0.details["address"] == "loop" }
        #expect(log.troubles("unmapped").count < 60)
        try await hub.stop()
    }

    @Test func `is what models.yaml says from then on`() async throws {
        let broker = try TestBroker()
        defer { broker.stop() }
        let desk = try WebhookReceiver(.answers(200))
        let folder = try folder(
            port: broker.port, desk: desk,
            models: "models: [{model: MIR-X, ecosystem: zigbee2mqtt, fields: {alarm_1: heat}}]")
        let ear = try await Ear(broker, "smokehub/demo/block/+/alert")
        let voice = try Voice(broker)
        let hub = try RunningHub(folder)
        try await hub.untilReady()
        try await voice.say("zigbee2mqtt/loop", #"{"alarm_1":true}"#)
        #expect(try await ear.alert("the alarm").because == ["loop"])
        try await hub.stop()
        #expect(try await LogTrail(folder.state).line("heat") { $0.event == .signal }.text.english.contains("Heat"))
        let decoded = try await HubProcess.run(
            ["decode", "--config", folder.configuration],
            input: #"{"topic":"zigbee2mqtt/loop","payload":"{\"alarm_1\":true}"}"# + "\n")
        #expect(decoded.output.first?.contains(#"{"kind":"heat","value":true,"unit":null}"#) == true)
        #expect(try await HubProcess.run(["check", "--config", folder.configuration]).code == 0)
    }

    @Test func `and a mistake in models.yaml are found by check, with its place`() async throws {
        let desk = try WebhookReceiver(.answers(200))
        let folder = try folder(port: 1, desk: desk, models: "models: [{model: MIR-X, fields: {alarm_1: fire}}]")
        let wrong = try await HubProcess.run(["check", "--config", folder.configuration])
        #expect(wrong.code == 2)
        #expect(
            wrong.errors.contains { $0.contains("models.yaml:1:43: models[1].fields.alarm_1: unknown 'fire'; write") })
        try folder.write(
            "devices.csv", HubFolder.devicesFile + ["code,openmqttgateway,433/12,a,1,B,,smoke"])
        try folder.write("models.yaml", ["models: []"])
        let code = try await HubProcess.run(["check", "--config", folder.configuration])
        #expect(
            code.errors.contains { $0.contains("nothing says what the code of 'code' means; map it in models.yaml") })
        let header = "id,ecosystem,address,block,floor,flat,area,kind,model"
        try folder.write("devices.csv", [header, "loop,zigbee2mqtt,loop,b,2,B,,heat,MIR-X"])
        try folder.write("models.yaml", ["models: [{model: MIR-XX, ecosystem: zigbee2mqtt, fields: {alarm_1: heat}}]"])
        let unused = try await HubProcess.run(["check", "--config", folder.configuration])
        #expect(
            unused.errors.contains { $0.contains("no device in devices.csv is of the model 'MIR-XX'; write 'MIR-X'") })
    }
}
