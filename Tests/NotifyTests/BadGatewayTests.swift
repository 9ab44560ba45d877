import Foundation
import Gateway
import Notify
import Registry
import Rules
import Store
import Testing

private let fire = Harbour.alert("a-fire-1/1", .confirmed, [.block], at: "a/4/A")
private let other = Harbour.alert("b-fire-1/1", .confirmed, [.block], at: "b/4/A")

/// Real webhooks to gateways that misbehave.
@Suite(.timeLimit(.minutes(1))) struct `Over a gateway that misbehaves` {
    /// So that what hangs, hangs for longer than the test.
    private let patient: WebhookChannel.Settings = {
        var settings = WebhookChannel.Settings()
        settings.request.timeout = .seconds(3600)
        return settings
    }()

    private func people(_ count: Int, _ prefix: String, _ block: String, _ gateway: GatewaySimulator) -> [Resident] {
        (0..<count).map { number in
            let home = "\(block)/\(number % 12 + 1)/\(number % 2 == 0 ? "A" : "B")"
            return Harbour.person("\(prefix)\(number)", home, "webhook:\(gateway.url("/"))")
        }
    }

    private func settings(places: Int) -> Notifier.Settings {
        var settings = quick
        settings.inFlightPerHost = places
        settings.sendTimeout = .seconds(3600)
        settings.shutdownGrace = .zero
        return settings
    }

    private func ids(_ visits: [GatewaySimulator.Visit]) -> Set<Substring> {
        Set(visits.compactMap { $0.id.split(separator: "/").dropFirst(2).first })
    }

    @Test func `everybody else is handed over without waiting for those whose sends hang`() async throws {
        let folder = try TemporaryFolder()
        let gateway = try GatewaySimulator(behave: { $0.id.contains("/h") ? .hang : .take() })
        defer { gateway.stop() }
        let all = people(4, "h", "a", gateway) + people(40, "r", "a", gateway)
        try await notifying(
            try NotifyDatabase(path: folder.database), AlertList(fire), all,
            channels: ["webhook": try WebhookChannel(patient, now: { Harbour.noon })], settings: settings(places: 8)
        ) { _ in
            #expect(ids(await gateway.visits.next(44)) == Set(all.map { Substring($0.id) }))
            #expect(gateway.visitCount == 44)
        }
    }

    @Test func `another block is told though all that the first may send hangs`() async throws {
        let folder = try TemporaryFolder()
        let gateway = try GatewaySimulator(behave: { $0.id.hasPrefix("a-") ? .hang : .take() })
        defer { gateway.stop() }
        let source = AlertList(fire)
        try await notifying(
            try NotifyDatabase(path: folder.database), source,
            people(60, "r", "a", gateway) + people(12, "s", "b", gateway),
            channels: ["webhook": try WebhookChannel(patient, now: { Harbour.noon })], settings: settings(places: 8)
        ) { notifier in
            // Six of the eight places; the others are kept for whoever comes.
            #expect(await gateway.visits.next(6).allSatisfy { $0.id.hasPrefix("a-") })
            source.append(other)
            notifier.wake()
            let told = await gateway.visits.next(12)
            #expect(told.allSatisfy { $0.id.hasPrefix("b-") })
            // Of the floor that burns, and handed over beside one other.
            #expect(told.prefix(2).contains { $0.id.contains("/s3/") })
        }
    }

    @Test func `one that throttles is left alone for as long as it asks, while others are served`() async throws {
        let folder = try TemporaryFolder()
        let clock = SetClock(start: Harbour.noon)
        let throttling = try GatewaySimulator(behave: { _ in .throttle(seconds: 4) })
        let working = try GatewaySimulator()
        defer {
            throttling.stop()
            working.stop()
        }
        let source = AlertList(fire)
        let database = try NotifyDatabase(path: folder.database)
        try await notifying(
            database, source, people(40, "t", "a", throttling) + people(40, "w", "a", working),
            channels: ["webhook": try WebhookChannel(patient, now: { Harbour.noon })], settings: settings(places: 8),
            clock: clock
        ) { notifier in
            _ = await working.visits.next(40)
            _ = try await database.deliveries(of: fire.id) { $0.count { $0.state == .accepted } == 40 }
            source.append(Harbour.alert("a-fire-1/2", .spreading, [.block], at: "a/4/A"))
            notifier.wake()
            _ = await working.visits.next(40)
            // Six at once, and one for each that came back before the second did.
            #expect(throttling.visitCount < 13)
            throttling.change { _ in .take() }
            clock.advance(by: .seconds(4))
            notifier.wake()
            _ = try await database.deliveries(of: "a-fire-1/2") { $0.count { $0.state == .accepted } == 80 }
        }
        #expect(throttling.takenCount == 40)
    }

    @Test func `nobody is lost, and whoever hears it twice hears the same id`() async throws {
        let folder = try TemporaryFolder()
        var shares = GatewayManners.Shares()
        (shares.hanging, shares.closed, shares.answerLost, shares.doubled) = (10, 10, 10, 10)
        let manners = GatewayManners(shares, seed: 7)
        let gateway = try GatewaySimulator(behave: manners.act)
        defer { gateway.stop() }
        var impatient = WebhookChannel.Settings()
        impatient.request.timeout = .milliseconds(300)
        let all = people(100, "r", "a", gateway)
        let database = try NotifyDatabase(path: folder.database)
        try await notifying(
            database, AlertList(fire), all,
            channels: ["webhook": try WebhookChannel(impatient, now: { Harbour.noon })], settings: settings(places: 32)
        ) { _ in
            _ = try await database.deliveries(of: fire.id) { $0.count { $0.state == .accepted } == 100 }
        }
        #expect(Set(gateway.taken.map(\.id)) == Set(all.map { "a-fire-1/1/\($0.id)/1" }))
        #expect(gateway.takenTimes.values.contains { $0 > 1 })
    }

    @Test func `a 200 that says no is no yes where the service says how it says yes`() async throws {
        let folder = try TemporaryFolder()
        let lying = try GatewaySimulator(
            behave: { $0.time == 1 ? .lie(body: #"{"queued":false}"#) : .take(body: #"{"queued":true}"#) })
        defer { lying.stop() }
        let service = CustomService(
            url: try ServiceTemplate(lying.url("/send")), headers: [],
            body: try ServiceTemplate(#"{"text":"{{short}}"}"#), success: #""queued":true"#, refused: [])
        let all = (1...8).map { Harbour.person("r\($0)", "a/\($0)/A", "pager:\($0)") }
        let database = try NotifyDatabase(path: folder.database)
        try await notifying(
            database, AlertList(fire), all,
            channels: try ServiceChannel.channels(["pager": (service: service, timeout: .seconds(10))])
        ) { _ in
            let told = try await database.deliveries(of: fire.id) { $0.count { $0.state == .accepted } == 8 }
            #expect(told.allSatisfy { $0.attempts == 2 })
        }
        #expect(lying.takenCount == 8)
    }
}
