import AlertLog
import Foundation
import Rules
import TestBroker
import TestHub
import Testing

@Suite(.timeLimit(.minutes(1))) struct `Services in hub.yaml` {
    @Test func `are each sent an alarm in their own form, and one that refuses is a trouble without anybody's address`()
        async throws
    {
        let broker = try TestBroker()
        defer { broker.stop() }
        let receiver = try WebhookReceiver(.answers(200))
        let refusing = try WebhookReceiver(.answers(404))
        let url = "http://127.0.0.1:\(receiver.port)"
        let folder = try HubFolder(
            port: broker.port,
            settings: [
                "channels:", "  ntfy: {url: '\(url)/ntfy', token: {file: token}}",
                "  services:", "    never: {type: custom, url: 'http://127.0.0.1:\(refusing.port)', body: '{}'}",
                "    telegram: {url: '\(url)', token: {file: token}}",
                "    line: {url: '\(url)', token: {file: token}}",
                "    duty: {type: alertmanager, url: '\(url)'}",
                "    off: {type: slack, url: '\(url)', token: {file: missing}, enabled: false}",
                "    pager:", "      type: custom", "      url: '\(url)/pager/{{address}}'",
                "      headers: {X-Key: {file: token}}", #"      body: '{"m": "{{title}}"}'"#,
            ],
            residents: [
                "ntfy,N,en,a,3,B,resident,ntfy:topic-1", "tele,T,en,a,3,B,resident,telegram:4711",
                "line,L,en,a,3,B,resident,line:U4af4980629f1a2b3c4d5e6f708192a3b",
                "duty,D,en,a,3,B,resident,duty:chief",
                "page,P,en,a,3,B,resident,off:C0123ABCD pager:42", "gone,G,en,a,3,B,resident,never:number-9",
            ])
        try folder.write("token", ["geheim"])
        let voice = try Voice(broker)
        let hub = try RunningHub(folder)
        try await hub.untilReady()
        let log = LogTrail(folder.state)
        try await voice.report("a-3-B-smoke", "alarm", sequence: 1)
        for (what, beginning, content) in [
            ("ntfy", "POST /ntfy HTTP/1.1", #""topic":"topic-1""#),
            ("Telegram", "POST /botgeheim/sendMessage HTTP/1.1", #""chat_id":"4711""#),
            ("LINE", "POST /v2/bot/message/push HTTP/1.1", #""to":"U4af4980629f1a2b3c4d5e6f708192a3b""#),
            ("Alertmanager", "POST /api/v2/alerts HTTP/1.1", #""to":"chief""#),
            ("the pager", "POST /pager/42 HTTP/1.1", "X-Key: geheim"),
        ] {
            try await receiver.requests.first(what) { $0.hasPrefix(beginning) && $0.contains(content) }
        }
        let trouble = try await log.line("the refusal") {
            $0.level == .trouble && "\($0.text.english) \($0.details)".contains("gone/1")
        }
        #expect(!"\(trouble)".contains("number-9") && !"\(trouble)".contains("127.0.0.1"))
        try await hub.stop()
    }
}
