import AlertLog
import Foundation
import Hub
import Registry
import Rules
import TestBroker
import TestHub
import Testing

@Suite(.timeLimit(.minutes(1))) struct `A delivery canary` {
    private func folder(
        _ broker: TestBroker, canary: Int, duty: Int, to contact: String = "webhook:canary", within: String = "20s"
    ) throws -> HubFolder {
        try HubFolder(
            port: broker.port,
            settings: [
                "delivery-canary: {to: '\(contact)', within: \(within)}", "channels:", "  webhook:",
                "    endpoints:", "      canary: {url: 'http://127.0.0.1:\(canary)/canary'}",
                "      flat: {url: 'http://127.0.0.1:\(duty)/flat'}", "  services:",
                "    duty: {type: custom, url: 'http://127.0.0.1:\(duty)/duty', body: '{\"text\": \"{{text}}\"}'}",
            ],
            residents: [
                "g-duty,Guard,en,,,,guard,webhook:canary/guard duty:1", "r-x,Resident,en,a,1,A,resident,webhook:flat",
            ])
    }

    @Test func `goes all the way and tells its contact alone, and a replay decides the same`() async throws {
        let broker = try TestBroker()
        defer { broker.stop() }
        let (receiver, others) = (try WebhookReceiver(.answers(200)), try WebhookReceiver(.answers(200)))
        let folder = try folder(broker, canary: receiver.port, duty: others.port)
        let ear = try await Ear(broker, "smokehub/demo/#")
        let hub = try RunningHub(folder)
        try await hub.untilReady()
        let course = try #require(try await hub.service?.sendCanary())
        #expect(course.ending == .arrived)
        #expect(["broker ", "commit ", "gateway "].allSatisfy(course.steps.contains))
        let request = try await receiver.requests.first("the canary") { _ in true }
        #expect(request.contains("DRILL / 演習 canary 測試") && request.contains(#""recipient":"canary/1""#))
        let log = LogTrail(folder.state)
        let line = try await log.line("its arrival") { $0.text.english.hasPrefix("The canary arrived by webhook in ") }
        #expect(line.level == .info && line.event == .hub)
        try await log.line("its end") { $0.text.english.contains("'delivery canary' is over") }
        try await hub.stop()
        // Neither the guards, nor the flat, nor whoever listens to the blocks has heard of it.
        #expect(receiver.requests.count == 1 && others.requests.count == 0)
        #expect(ear.heard.all.isEmpty)
        let replayed = try await HubProcess.run(["replay", "--config", folder.configuration, folder.state])
        #expect(replayed.code == 0)
        #expect(replayed.output.count == 2)
        #expect(replayed.output.allSatisfy { $0.contains(#""exercise":"delivery-canary-"#) })
        #expect(replayed.errors.contains { $0.contains("2 decisions") })
    }

    @Test func `that does not arrive is a trouble, of which the guards hear over another channel`() async throws {
        let broker = try TestBroker()
        defer { broker.stop() }
        let (receiver, others) = (try WebhookReceiver(.answers(500)), try WebhookReceiver(.answers(200)))
        let folder = try folder(broker, canary: receiver.port, duty: others.port, within: "5s")
        let hub = try RunningHub(folder)
        try await hub.untilReady()
        let course = try #require(try await hub.service?.sendCanary())
        #expect(course.ending == .missing("HTTP 500"))
        let log = LogTrail(folder.state)
        try await log.trouble("delivery canary")
        let told = try await others.requests.first("the guards' other contact") { $0.contains("canary did not arrive") }
        #expect(told.hasPrefix("POST /duty "))
        try await hub.stop()
    }

    @Test func `is not sent while something burns`() async throws {
        let broker = try TestBroker()
        defer { broker.stop() }
        let (receiver, others) = (try WebhookReceiver(.answers(200)), try WebhookReceiver(.answers(200)))
        let folder = try folder(broker, canary: receiver.port, duty: others.port)
        let voice = try Voice(broker)
        let hub = try RunningHub(folder)
        try await hub.untilReady()
        try await voice.report("b-3-B-smoke", "alarm", sequence: 1)
        try await LogTrail(folder.state).line("the fire") { $0.event == .incident }
        let course = try #require(try await hub.service?.sendCanary())
        #expect(course.ending == .skipped("an incident is open"))
        try await hub.stop()
        #expect(!receiver.requests.all.contains { $0.contains("canary/1") })
    }

    @Test(arguments: [
        ("siren:a-1-A-siren", "a canary cannot go to 'siren'"), ("pigeon:x", "a canary cannot go to 'pigeon'"),
        ("webhook:flat", "that is the contact of somebody in residents.csv"),
        ("webhook:nowhere", "nowhere"), ("nobody", "this is no contact"),
    ])
    func `goes to a contact that works and is nobody's, or the hub does not start`(
        _ contact: String, _ problem: String
    ) async throws {
        let broker = try TestBroker()
        defer { broker.stop() }
        let folder = try folder(broker, canary: 1, duty: 2, to: contact)
        let error = #expect(throws: ConfigErrors.self) { try HubConfiguration.load(folder.configuration) }
        #expect(error?.description.contains("hub.yaml:6:23: ") == true)
        #expect(error?.description.contains(problem) == true)
    }

    @Test func `is sent at the same time each day by the estate's clocks`() {
        let schedule = Schedule.daily(at: .seconds(9 * 3600 + 30 * 60))
        let noon = Instant(milliseconds: 1_763_812_800_000)  // 2025-11-22T12:00:00Z, 20:00 in Hong Kong
        let next = schedule.next(after: noon, utcOffset: .seconds(8 * 3600))
        #expect(next.description == "2025-11-23T01:30:00.000Z")
        #expect(schedule.next(after: next, utcOffset: .seconds(8 * 3600)) == next + .seconds(86_400))
        #expect(Schedule.every(.seconds(60)).next(after: noon, utcOffset: .zero) == noon + .seconds(60))
    }
}
