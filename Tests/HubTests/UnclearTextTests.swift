import AlertLog
import Console
import Foundation
import FoundationNetworking
import Hub
import MQTT
import Registry
import Rules
import TestBroker
import TestHub
import Testing

@Suite(.timeLimit(.minutes(1))) struct `A text that nobody understands` {
    private let broker: TestBroker
    private let (desk, gateway): (WebhookReceiver, WebhookReceiver)
    private let folder: HubFolder
    private let address: String

    init() throws {
        broker = try TestBroker()
        (desk, gateway) = (try WebhookReceiver(.answers(200)), try WebhookReceiver(.answers(200)))
        let port = try freePort()
        address = "http://127.0.0.1:\(port)/gateway/sms"
        folder = try HubFolder(
            port: broker.port,
            settings: [
                "channels:", "  webhook: {endpoints: {desk: {url: 'http://127.0.0.1:\(desk.port)/'}}}",
                "  sms:", "    callback: {url: '\(address)', secret: {file: secret}}",
                "    routes: [{name: gate, kind: http, url: 'http://127.0.0.1:\(gateway.port)/', body: 'to={{to}}', "
                    + "report: {from: from, text: text}}]",
                "answers: {listen: '127.0.0.1:\(port)'}",
            ],
            residents: [
                "r-inside,Ann,en,a,3,B,resident,sms:+85291234567", "r-near,Bao,en,a,3,A,resident,sms:+85291234568",
                "guard,Gil,en,,,,guard,webhook:desk/guard",
            ])
        try folder.write("secret", ["geheim"])
    }

    private func text(_ words: String, from number: String) async throws {
        var url = try #require(URLComponents(string: address + "/gate"))
        url.queryItems = [("key", "geheim"), ("from", "85291234\(number)"), ("text", words)].map(URLQueryItem.init)
        let (_, response) = try await URLSession.shared.data(from: try #require(url.url))
        #expect((response as? HTTPURLResponse)?.statusCode == 200)
    }

    @Test func `is told to the guards without its words, once a minute of each person, and never after the incident`()
        async throws
    {
        defer { broker.stop() }
        let hub = try RunningHub(folder)
        let page = try await hub.servePage()
        defer { page.cancel() }
        let log = LogTrail(folder.state)
        try await Voice(broker).report("a-3-B-smoke", "alarm", sequence: 1)
        try await log.line("told") { $0.event == .delivery && $0.details["channel"] == "sms" }

        for words in ["where is geraldine", "and now"] { try await text(words, from: "567") }
        let heard = try await desk.requests.first("the guard hears") { $0.contains("were not understood (a-fire-1)") }
        #expect(heard.contains("/guard HTTP") && heard.contains("Somebody at Block A, 3B has answered in words"))
        try await text("quoi", from: "568")
        try await log.line("the second person") { $0.details["verb"] == "unclear" && $0.details["by"] == "r-near" }
        try await hub.stop()
        let lines = try String(contentsOfFile: folder.state + "/alerts.jsonl", encoding: .utf8).split(separator: "\n")
        #expect(lines.count { $0.contains(#""verb":"unclear""#) } == 2, "one of each person")
        #expect(lines.allSatisfy { !$0.contains("geraldine") && !$0.contains("91234567") })
    }
}
