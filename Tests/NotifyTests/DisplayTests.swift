import Registry
import Rules
import Synchronization
import Testing

@testable import Notify

@Suite(.timeLimit(.minutes(1))) struct `A display` {
    private struct BrokerGone: Error {}

    /// A channel with one display, and what it has published.
    private final class Screen: Sendable {
        let published = Mutex<[String]>([])
        let retained = Mutex<Set<String>>([])
        let fails = Mutex(false)

        func channel(
            _ kind: DisplayChannel.Kind, _ languages: [Language] = [.english], at place: String = "a",
            _ settings: DisplayChannel.Settings = .init(),
            pause: @escaping @Sendable (Duration) async throws -> Void = { _ in throw CancellationError() }
        ) throws -> DisplayChannel {
            let display = DisplayChannel.Display(
                place: Harbour.place(place), kind: kind, topic: "hall", languages: languages)
            return DisplayChannel(
                settings, displays: ["hall": display], estate: Harbour.estate, catalogue: try Harbour.catalogue(),
                pause: pause
            ) { topic, payload, retain in
                if self.fails.withLock({ $0 }) { throw BrokerGone() }
                self.published.withLock { $0.append("\(topic) \(String(decoding: payload, as: UTF8.self))") }
                if retain { self.retained.withLock { _ = $0.insert(topic) } }
            }
        }

        /// What has been published since it was last asked.
        func news() -> [String] {
            published.withLock { published in
                defer { published = [] }
                return published
            }
        }
    }

    private func tell(_ channel: DisplayChannel, _ alert: Alert) async -> Outcome {
        let notice = Notice(
            id: "\(alert.id)/display/hall", alert: alert, recipient: "display/hall", language: .english, text: "",
            place: "")
        return await channel.send(
            notice, to: Contact(resident: "", position: 0, channel: "display", address: "hall"))
    }

    private func fire(
        _ stage: Stage = .confirmed, _ number: Int = 2, hazard: Hazard = .fire, exercise: String? = nil
    ) -> Alert {
        Harbour.alert(
            "a-\(hazard.rawValue)-7/\(number)", stage, [.block], at: "a/4/A", hazard: hazard, exercise: exercise)
    }

    private static let text =
        "SmokeHub FIRE Block A 4A: leave now by stairs, not lift. Smoke on stairs: stay in, seal door, 999."

    @Test(arguments: [
        (
            DisplayChannel.Kind.awtrix,
            [##"hall/notify {"color":"#FF0000","hold":true,"stack":false,"text":"TEXT","textCase":2,"wakeup":true}"##],
            false
        ),
        (
            .openHASP(page: 12, object: 3, home: 1),
            [
                ##"hasp/hall/command/jsonl {"id":3,"page":12,"text":"TEXT","text_color":"#FF0000"}"##,
                "hasp/hall/command/page 12", "hasp/hall/command/idle off",
            ], false
        ),
        (
            .json,
            [
                ##"hall {"blink":true,"color":"#FF0000","exercise":false,"hazard":"fire","incident":"a-fire-7","##
                    + #""place":"a","stage":"confirmed","state":"alert","text":"TEXT","texts":{"en":"TEXT"}}"#
            ], true
        ),
        (.text, ["hall TEXT"], true),
    ])
    func `is told in its own words, and only states are retained`(
        _ kind: DisplayChannel.Kind, _ expected: [String], _ isRetained: Bool
    ) async throws {
        let screen = Screen()
        let channel = try screen.channel(kind)
        #expect(await tell(channel, fire()) == .accepted())
        #expect(screen.news() == expected.map { $0.replacing("TEXT", with: Self.text) })
        #expect(screen.retained.withLock { !$0.isEmpty } == isRetained)
    }

    @Test func `of Tasmota is cleared first, and gets lines that fit it`() async throws {
        let screen = Screen()
        var settings = DisplayChannel.Settings()
        settings.tasmotaCommand = "building/cmnd"
        let channel = try screen.channel(.tasmota(columns: 20), at: "a", settings)
        #expect(await tell(channel, fire()) == .accepted())
        #expect(
            screen.news() == [
                "building/cmnd/hall/DisplayText [zO][l1c1]SmokeHub FIRE Block[l2c1]A 4A: leave now by"
                    + "[l3c1]stairs, not lift.[l4c1]Smoke on stairs:[l5c1]stay in, seal door,[l6c1]999."
            ])
    }

    @Test func `shows one language after another, and says what to do where it hangs`() async throws {
        let screen = Screen()
        let hall = try screen.channel(.text, [.traditionalChinese, .english])
        _ = await tell(hall, fire())
        let lines = screen.news()[0].split(separator: "\n")
        #expect(lines.count == 2 && lines[0].contains("火警") && lines[1] == Self.text)
        _ = await tell(try screen.channel(.text, at: "a/2"), fire())
        #expect(!screen.news()[0].contains(Self.text))
    }

    @Test func `says DRILL first in an exercise`() async throws {
        let screen = Screen()
        _ = await tell(try screen.channel(.text), fire(exercise: "d1"))
        #expect(screen.news()[0].hasPrefix("hall DRILL"))
    }

    @Test func `shows the gravest of several incidents, and never an older alert of one again`() async throws {
        let screen = Screen()
        let channel = try screen.channel(.text)
        _ = await tell(channel, fire(hazard: .water))
        let water = screen.news()
        _ = await tell(channel, fire())
        let burning = screen.news()
        #expect(water != burning)
        // The water is told again, and the fire goes on.
        _ = await tell(channel, fire(hazard: .water))
        #expect(screen.news() == burning)
        _ = await tell(channel, fire(exercise: "d1"))
        var earlier = fire(.investigate, 1)
        earlier.at = Harbour.noon - .seconds(1)
        _ = screen.news()
        #expect(await tell(channel, earlier) == .accepted())
        #expect(screen.news() == [])
    }

    @Test func `is cleared when an all-clear has been shown for its time`() async throws {
        let screen = Screen()
        let (pauses, paused) = AsyncStream<Duration>.makeStream()
        let (ends, end) = AsyncStream<Void>.makeStream()
        let channel = try screen.channel(.openHASP(page: 12, object: 3, home: 2)) { time in
            paused.yield(time)
            for await _ in ends { return }
        }
        let listening = Task { await channel.listen { _ in } }
        _ = await tell(channel, fire())
        _ = screen.news()
        #expect(await tell(channel, fire(.closed, 3)) == .accepted())
        #expect(screen.news()[0].contains(##""text_color":"#00FF00""##))
        #expect(await pauses.next(1) == [.seconds(300)])
        #expect(screen.news() == [])
        end.yield()
        while screen.published.withLock({ $0.count }) < 3 { await Task.yield() }
        #expect(
            screen.news() == [
                ##"hasp/hall/command/jsonl {"id":3,"page":12,"text":"","text_color":"#FFFFFF"}"##,
                "hasp/hall/command/page 2", "hasp/hall/command/idle off",
            ])
        listening.cancel()
    }

    @Test func `of AWTRIX ends an all-clear by itself`() async throws {
        let screen = Screen()
        let channel = try screen.channel(.awtrix)
        _ = await tell(channel, fire(.closed, 3))
        #expect(screen.news()[0].contains(#""duration":300,"hold":false"#))
    }

    @Test func `is told again when the broker did not take it, and refused when there is none of its name`()
        async throws
    {
        let screen = Screen()
        let channel = try screen.channel(.text)
        screen.fails.withLock { $0 = true }
        #expect(await tell(channel, fire()) == .failed("the broker did not take it"))
        screen.fails.withLock { $0 = false }
        #expect(await tell(channel, fire()) == .accepted())
        #expect(screen.news() == ["hall \(Self.text)"])
        let notice = Notice(
            id: "n", alert: fire(), recipient: "display/gone", language: .english, text: "", place: "")
        let gone = Contact(resident: "", position: 0, channel: "display", address: "gone")
        #expect(await channel.send(notice, to: gone) == .refused("hub.yaml has no display of this name"))
    }
}
