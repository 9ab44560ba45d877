import AlertLog
import Foundation
import Hub
import Notify
import Registry
import Rules
import Synchronization
import TestBroker
import TestHub
import Testing

@Suite(.timeLimit(.minutes(1))) struct `A reachability audit` {
    private func folder(port: Int, gate: Int = 1, at: String = "off", more: [String] = []) throws -> HubFolder {
        try HubFolder(
            port: port,
            settings: [
                "audit: {at: \(at)}", "channels:", "  sms:", "    enabled: false", "    routes:",
                "      - {name: m, kind: kannel, user: u, password: {env: HOME}}", "  webhook:", "    retries-max: 0",
                "    endpoints:", "      gate: {url: 'http://127.0.0.1:\(gate)/x'}",
            ],
            residents: [
                "r-off,Off,en,a,1,B,resident,sms:+85291234567", "r-none,None,en,a,1,C,resident,",
                "r-tagalog,Rosa,ja,a,2,B,resident,webhook:gate",
            ] + more)
    }

    @Test func `finds flats that nobody could reach, contacts that would not work, and languages without texts`()
        throws
    {
        let folder = try folder(port: 1883)
        let audit = ReachAudit(offline: try HubConfiguration.load(folder.configuration), at: .now())
        #expect(!audit.isGood && !audit.isLive)
        let block = try #require(audit.reach.blocks.first)
        // Six flats have a siren, one a webhook; in two of the others somebody lives.
        #expect(block.flats == 24 && block.flatsReached == 7)
        #expect(audit.homesLeft.map(\.place) == ["a/1/B", "a/1/C"])
        #expect(block.left.count == 17)
        #expect(audit.people == ["r-off", "r-none"])
        #expect(audit.contacts.map { "\($0.what): \($0.why)" } == ["r-off/1: it is switched off in hub.yaml"])
        #expect(audit.languages.map { "\($0.language) \($0.people)" } == ["ja 1"])
        let json = String(decoding: try JSONEncoder().encode(audit), as: UTF8.self)
        #expect(!json.contains("91234567") && !json.contains("Rosa"))
    }

    @Test func `counts nobody who has moved out`() throws {
        let folder = try folder(port: 1883)
        var configuration = try HubConfiguration.load(folder.configuration)
        var residents = configuration.registry.residents
        let left = try #require(residents.firstIndex { $0.id == "r-tagalog" })
        residents[left].until = try #require(CalendarDay("2026-11-01"))
        configuration.registry = EstateRegistry(
            estate: configuration.registry.estate, devices: configuration.registry.devices, residents: residents)
        let audit = ReachAudit(offline: configuration, at: .now())
        #expect(audit.reach.blocks.first?.flatsReached == 6 && audit.languages.isEmpty)
        #expect(!audit.people.contains("r-tagalog"))
    }

    @Test func `of a running hub knows what became of the last messages`() async throws {
        let broker = try TestBroker()
        defer { broker.stop() }
        let gate = try WebhookReceiver(.answers(410))
        let folder = try folder(port: broker.port, gate: gate.port)
        let voice = try Voice(broker)
        let hub = try RunningHub(folder)
        try await hub.untilReady()
        #expect(try hub.service?.audit().homesLeft.map(\.place).contains("a/2/B") == false)
        try await voice.report("a-2-B-smoke", "alarm", sequence: 1)
        try await LogTrail(folder.state).line("the refusal") { $0.details["error"] == "HTTP 410" }
        let audit = try #require(try hub.service?.audit())
        #expect(audit.isLive)
        #expect(audit.homesLeft.map(\.place).contains("a/2/B"))
        #expect(audit.contacts.last?.why == "the last message did not get through: HTTP 410")
        // What was never heard is not relied on.
        #expect(audit.contacts.contains { $0.what == "r-a-1-A/1" && $0.why.contains("never heard") })
        // Who has turned a contact off is not reached by it.
        let service = try #require(hub.service)
        try await service.take([.contact("r-tagalog/1", isOn: false)], of: "r-tagalog")
        #expect(try service.audit().contacts.last?.why == "the person has turned it off")
        try await hub.stop()
    }

    @Test func `is made each day, and a line of the alert log where something has changed`() async throws {
        let broker = try TestBroker()
        defer { broker.stop() }
        let folder = try folder(port: broker.port, at: "\"10:00\"")
        // A second before ten by the estate's clocks, which are eight hours ahead.
        let clock = SettableClock(Instant(milliseconds: 1_763_776_799_000))
        let hub = try RunningHub(folder, now: { clock.moment.withLock { $0 } })
        try await hub.untilReady()
        clock.moment.withLock { $0 = $0 + .seconds(2) }
        let line = try await LogTrail(folder.state).trouble("reach")
        #expect(line.level == .trouble)
        // No siren has been heard yet, so the flats that have nothing else count as well.
        #expect(line.details["homes_left"] == "20" && line.details["left"]?.hasPrefix("a/1/A a/1/B a/1/C ") == true)
        #expect(!"\(line)".contains("91234567"))
        try await hub.stop()
    }

    @Test func `is shown and written by the command, without a hub as well`() async throws {
        let folder = try folder(port: 1883)
        let arguments = ["audit", "--config", folder.configuration, "--state", folder.state]
        let shown = try await HubProcess.run(arguments)
        #expect(shown.code == 1)
        #expect(shown.output.first?.hasPrefix("No hub is asked") == true)
        #expect(shown.output.contains("  nobody there has a contact that works: a/1/B a/1/C"))
        #expect(shown.output.contains("    floor 1: D") && shown.output.contains("    floors 3-6: B C D"))
        let sheet = try await HubProcess.run(arguments + ["--csv", "-"])
        let rows = sheet.output.prefix(3).map { $0.trimmingCharacters(in: .whitespacesAndNewlines) }
        #expect(rows == ["place,people", "a/1/B,1", "a/1/C,1"])
    }
}

private final class SettableClock: Sendable {
    let moment: Mutex<Instant>

    init(_ moment: Instant) { self.moment = Mutex(moment) }
}
