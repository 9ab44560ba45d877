import AlertLog
import Console
import Foundation
import FoundationNetworking
import Hub
import MQTT
import Notify
import Registry
import Rules
import Store
import TestBroker
import TestHub
import Testing

@Suite(.timeLimit(.minutes(2))) struct `Whoever is told` {
    private let broker: TestBroker
    private let desk: WebhookReceiver
    private let folder: HubFolder
    private let voice: Voice
    private let address: String

    init() throws {
        broker = try TestBroker()
        desk = try WebhookReceiver(.answers(200))
        let port = try freePort()
        address = "http://127.0.0.1:\(port)"
        folder = try HubFolder(
            port: broker.port,
            settings: [
                "channels:", "  webhook:", "    endpoints: {desk: {url: 'http://127.0.0.1:\(desk.port)/'}}",
                "answers: {listen: '127.0.0.1:\(port)', url: '\(address)'}",
            ],
            residents: [
                "r-inside,Ann <b>Inside</b>,en,a,3,B,resident,webhook:desk/inside",
                "r-near,Bao,zh-Hant,a,3,A,resident,webhook:desk/near",
                "r-mute,Cem,en,a,1,A,resident,siren:nowhere",
                "guard,Gil,en,,,,guard,webhook:desk/guard",
            ])
        voice = try Voice(broker)
    }

    /// A hub, and the page beside it, until both are stopped.
    private func start() async throws -> (hub: RunningHub, page: Task<Void, any Error>) {
        let hub = try RunningHub(folder)
        let page = try await hub.servePage()
        return (hub, page)
    }

    private func ask(_ path: String, _ form: String? = nil) async throws -> (status: Int, text: String) {
        var request = URLRequest(url: try #require(URL(string: address + path)))
        if let form {
            request.httpMethod = "POST"
            request.httpBody = Data(form.utf8)
        }
        let (data, response) = try await URLSession.shared.data(for: request)
        return ((response as? HTTPURLResponse)?.statusCode ?? 0, String(decoding: data, as: UTF8.self))
    }

    /// Where somebody answers, as it stands in what they were sent.
    private func link(of person: String) async throws -> String {
        let request = try await desk.requests.first(person) { $0.contains("/\(person) HTTP") && $0.contains("/a/") }
        let url = try #require(request.firstMatch(of: /"url":"http:\/\/[^\/]+(\/a\/[^"]+)"/))
        return String(url.1)
    }

    @Test func `answers on a page of their own, and the guards and the roll-call hear of it`() async throws {
        defer { broker.stop() }
        let (hub, page) = try await start()
        defer { page.cancel() }
        let log = LogTrail(folder.state)
        try await voice.report("a-3-B-smoke", "alarm", sequence: 1)
        let (inside, near) = (try await link(of: "inside"), try await link(of: "near"))
        #expect(inside != near)

        let shown = try await ask(inside)
        #expect(shown.status == 200)
        #expect(shown.text.contains(#"value="safe""#) && shown.text.contains(#"value="false-alarm""#))
        #expect(!shown.text.contains("<script") && shown.text.utf8.count < 8192)
        let other = try await ask(near)
        #expect(other.text.contains("lang=\"zh-Hant\"") && !other.text.contains(#"value="false-alarm""#))

        let help = try await ask(near, "answer=need-help")
        #expect(help.status == 200 && help.text.contains("求助"))
        let guardian = try await desk.requests.first("the guard hears") { $0.contains("HELP IS NEEDED at") }
        #expect(guardian.contains("/guard HTTP") && !guardian.contains("Bao"))
        let claim = try await ask(inside, "answer=false-alarm")
        #expect(claim.status == 200)
        _ = try await desk.requests.first("the guard is asked") { $0.contains("says that it is a false alarm") }
        #expect(
            hub.board.now.incidents.values.contains { $0.stage != .closed }, "it silences and closes nothing")
        try await log.line("the answer") { $0.event == .receipt && $0.details["answer"] == "need-help" }

        #expect(try hub.service?.lastTold() == "a-fire-1", "what is announced is no incident")
        let roll = try #require(try hub.service?.rollCall(of: "a-fire-1"))
        #expect(roll.people.first?.resident == "r-near" && roll.people.first?.state == .needHelp)
        #expect(roll.people.first { $0.resident == "r-mute" }?.state == .notTold)
        #expect(roll.people.first { $0.resident == "r-inside" }?.state == .falseAlarm)
        #expect(!roll.people.contains { $0.resident == "guard" })
        try await hub.stop()
        let lines = try String(contentsOfFile: folder.state + "/alerts.jsonl", encoding: .utf8)
        #expect(lines.contains("r-near") && !lines.contains("Bao") && !lines.contains("Inside"))
    }

    @Test func `and needs help is heard after the incident has closed, too`() async throws {
        defer { broker.stop() }
        let (hub, page) = try await start()
        defer { page.cancel() }
        let log = LogTrail(folder.state)
        try await voice.report("a-3-B-smoke", "alarm", sequence: 1)
        let near = try await link(of: "near")
        let service = try #require(hub.service)
        #expect(await service.perform(OperatorCommand(.reset, incident: "a-fire-1", by: "guard", force: true)) == .done)
        try await log.line("closed") { $0.incident == "a-fire-1" && $0.stage == .closed }
        #expect(try await ask(near, "answer=need-help").status == 200)
        _ = try await desk.requests.first("the guard hears") { $0.contains("HELP IS NEEDED at") }
        try await hub.stop()
    }

    @Test func `and needs help is heard after a crash that came before the rules had it`() async throws {
        defer { broker.stop() }
        let (first, page) = try await start()
        try await voice.report("a-3-B-smoke", "alarm", sequence: 1)
        _ = try await link(of: "near")
        page.cancel()
        try await first.stop()
        // As the first hub would have left it: the gateway was told that it is kept, and then the power failed.
        let database = try NotifyDatabase(path: folder.state + "/notify.sqlite")
        var batch = NotifyBatch()
        let now = Instant.now()
        let help = GivenAnswer(.needHelp, from: "r-near", to: "a-fire-1", at: now, over: "sms")
        let safe = GivenAnswer(.safe, from: "r-inside", to: "a-fire-1", at: now, over: "sms")
        let old = GivenAnswer(.needHelp, from: "r-mute", to: "a-fire-1", at: now - .seconds(7200), over: "sms")
        batch.answers = [help, safe, old]
        try await database.write(batch)
        #expect(try database.answersToPassOn(since: now - .seconds(3600)) == [help])
        try database.close()

        let second = try RunningHub(folder)
        try await second.untilReady()
        let heard = try await desk.requests.first("the guard hears") { $0.contains("HELP IS NEEDED at") }
        #expect(heard.contains("/guard HTTP"))
        try await second.stop()
    }

    @Test func `and answers to an exercise is heard as part of it, also when it is over`() async throws {
        defer { broker.stop() }
        let (hub, page) = try await start()
        defer { page.cancel() }
        let log = LogTrail(folder.state)
        try await voice.say("drill/d1/$control", #"{"command":"begin","scenario":"kitchen","speed":10}"#)
        try await voice.say("drill/d1/" + Voice.topic(of: "a-3-B-smoke"), Voice.event(of: "a-3-B-smoke", "alarm"))
        let (inside, near) = (try await link(of: "inside"), try await link(of: "near"))
        #expect(try await ask(inside, "answer=need-help").status == 200)
        _ = try await desk.requests.first("the guard hears") { $0.contains("DRILL") && $0.contains("HELP IS NEEDED") }
        try await voice.say("drill/d1/$control", #"{"command":"end"}"#)
        try await log.line("the end") { $0.event == .drill && $0.details["state"] == "ended" }
        #expect(try await ask(near, "answer=need-help").status == 200)
        try await log.line("the answer") { $0.details["resident"] == "r-near" && $0.exercise == "d1" }
        try await log.line("the call") { $0.details["by"] == "r-near" && $0.exercise == "d1" }
        try await hub.stop()
    }

    /// - Returns: a link that works.
    private func refusals() async throws -> String {
        let (hub, page) = try await start()
        try await voice.report("a-3-B-smoke", "alarm", sequence: 1)
        let inside = try await link(of: "inside")
        for path in ["/a/AAAAAAAAAA", "/a/" + String(inside.dropFirst(3).reversed()), "/a/x", "/a/%00", inside + "A"] {
            let (status, text) = try await ask(path)
            #expect(status == 404 && text.contains("does not work"), "\(path)")
            #expect(try await ask(path, "answer=safe").status == 404)
        }
        #expect(try await ask(inside, "answer=evacuate").status == 400)
        #expect(try await ask(inside, "answer=on-it").status == 400, "whoever lives there is not sent")
        #expect(try await ask("/gateway/webhook").status == 403)
        #expect(try #require(try hub.service?.rollCall(of: "a-fire-1")).count(.safe) == 0)
        page.cancel()
        _ = await page.result
        try await hub.stop()
        return inside
    }

    @Test func `is recognised by nobody else's link, and by none that was made up`() async throws {
        defer { broker.stop() }
        let inside = try await refusals()

        // The key is kept: the same link works after a restart.
        let (again, secondPage) = try await start()
        defer { secondPage.cancel() }
        #expect(try await ask(inside, "answer=safe").status == 200)
        #expect(try #require(try again.service?.rollCall(of: "a-fire-1")).count(.safe) == 1)
        try await again.stop()
    }

    @Test func `and looks after the estate says that they are on the way, which acknowledges it`() async throws {
        defer { broker.stop() }
        let (hub, page) = try await start()
        defer { page.cancel() }
        let log = LogTrail(folder.state)
        try await voice.report("a-3-B-smoke", "alarm", sequence: 1)
        let link = try await link(of: "guard")
        #expect(try await ask(link, "answer=on-it").status == 200)
        try await log.line("seen") { $0.event == .operator && $0.details["verb"] == "acknowledge" }
        #expect(hub.board.now.incidents["a-fire-1"]?.acknowledgement?.by == "guard")
        try await hub.stop()
    }
}
