import AlertLog
import Foundation
import Hub
import MQTT
import Registry
import Rules
import TestBroker
import TestHub
import Testing

@Suite(.timeLimit(.minutes(1))) struct `An SMS` {
    @Test func `reaches a resident over the next route, and the one that fails is a trouble without a number`()
        async throws
    {
        let broker = try TestBroker()
        defer { broker.stop() }
        let (wrong, good) = (try WebhookReceiver(.answers(403)), try WebhookReceiver(.answers(200)))
        let folder = try HubFolder(
            port: broker.port,
            settings: [
                "channels:", "  sms:", "    routes:",
                "      - {name: first, kind: kannel, url: 'http://127.0.0.1:\(wrong.port)/cgi-bin/sendsms', "
                    + "user: hub, password: {file: secret}}",
                "      - {name: second, kind: http, url: 'http://127.0.0.1:\(good.port)/send', secret: {file: secret}, "
                    + "headers: {X-Key: '{{secret}}'}, body: 'to={{to}}&text={{text}}'}",
            ], residents: ["r-sms,Resident,zh-Hant,a,3,B,resident,sms:+85291234567"])
        try folder.write("secret", ["geheim"])
        let voice = try Voice(broker)
        let hub = try RunningHub(folder)
        try await hub.untilReady()
        let log = LogTrail(folder.state)
        try await voice.report("a-3-B-smoke", "alarm", sequence: 1)
        let request = try await good.requests.first("the second route") { _ in true }
        #expect(request.contains("X-Key: geheim\r\n") && request.contains("to=%2B85291234567&text="))
        #expect(wrong.requests.count == 1)
        try await log.line("the trouble") { $0.event == .trouble && $0.details["route"] == "first" }
        try await log.line("the delivery") { $0.event == .delivery && $0.details["contacts"] == "r-sms/1" }
        try await hub.stop()
        let lines = try String(contentsOfFile: folder.state + "/alerts.jsonl", encoding: .utf8)
        #expect(!lines.contains("91234567"))
    }
}
