import AlertLog
import Foundation
import Hub
import Rules
import TestBroker
import TestHub
import Testing

@Suite(.timeLimit(.minutes(1))) struct `A call by the hub` {
    @Test func `reaches a resident, and its number is nowhere in the log`() async throws {
        let broker = try TestBroker()
        defer { broker.stop() }
        let gateway = try WebhookReceiver(.answers(200))
        let folder = try HubFolder(
            port: broker.port,
            settings: [
                "channels:", "  call:", "    kind: http", "    url: 'http://127.0.0.1:\(gateway.port)/call'",
                "    secret: {file: secret}", "    headers: {X-Key: '{{secret}}'}",
                "    body: 'to={{to}}&language={{language}}&text={{text}}'",
            ], residents: ["r-call,Resident,zh-Hant,a,3,B,resident,call:+85291234567"])
        try folder.write("secret", ["geheim"])
        let voice = try Voice(broker)
        let hub = try RunningHub(folder)
        try await hub.untilReady()
        let log = LogTrail(folder.state)
        try await voice.report("a-3-B-smoke", "alarm", sequence: 1)
        let request = try await gateway.requests.first("the call") { _ in true }
        #expect(request.contains("X-Key: geheim\r\n"))
        #expect(request.contains("to=%2B85291234567&language=yue-HK&text="))
        try await log.line("the delivery") { $0.event == .delivery && $0.details["contacts"] == "r-call/1" }
        try await hub.stop()
        let lines = try String(contentsOfFile: folder.state + "/alerts.jsonl", encoding: .utf8)
        #expect(!lines.contains("91234567"))
    }
}
