@testable import Drill
import Foundation
import Registry
import Testing

@Suite struct `A drill` {
    private let time = SimulatedTime()

    private func scenario(_ steps: String, _ expect: String = "", never: String = "") throws -> Scenario {
        let yaml = """
            name: toast
            description: {en: Toast}
            end: 60s
            steps: [\(steps)]
            expect: [\(expect)]
            never: [\(never)]
            """
        return try Scenario(ConfigFile(name: "toast.yaml", text: yaml), cast: SmallEstate.cast)
    }

    private func play(
        _ scenario: Scenario, speed: Int = 10, on hub: SimulatedHub, allowsRealAlarms: Bool = false
    ) async throws -> Verdict {
        try await DrillPlayer(cast: SmallEstate.cast, link: hub, clock: time)
            .play(scenario, speed: speed, allowsRealAlarms: allowsRealAlarms) { _ in }
    }

    private static func drill(in topic: String) -> String { String(topic.split(separator: "/")[1]) }

    private static func alert(
        _ stage: String, drill: String?, at: Int64 = SimulatedTime.start.milliseconds, after: Duration
    ) -> SimulatedHub.Answer {
        let exercise = drill.map { "\"\($0)\"" } ?? "null"
        return SimulatedHub.Answer(
            after: after, topic: "smokehub/demo/block/a/alert",
            payload: """
                {"id":"a-fire-1/1","at":\(at),"block":"a","hazard":"fire","incident":"a-fire-1","stage":"\(stage)",
                "rule":"r","exercise":\(exercise),"audience":["flat"],"places":[{"block":"a","floor":"1","flat":"A"}],
                "because":["a-1-A-smoke"],"repetition":0,"late":false,"contradiction":false}
                """)
    }

    @Test func `is announced, played under its own topics at its moments, and ended`() async throws {
        let hub = SimulatedHub(time)
        let toast = try scenario(
            "{at: 30s, device: b-1-A-smoke, say: alarm}, {at: 5s, device: a-1-A-smoke, say: alarm}")
        let verdict = try await play(toast, on: hub)
        let id = verdict.record.id
        #expect(id.wholeMatch(of: /toast-20261122T154537-[a-z]{4}/) != nil)
        #expect(
            hub.published.map(\.topic) == [
                "drill/\(id)/$control",
                "drill/\(id)/estate/demo/block/a/floor/1/flat/A/device/a-1-A-smoke/event",
                "drill/\(id)/zigbee2mqtt/block-b/1A/hall",
                "drill/\(id)/$control",
            ])
        #expect(hub.published.map(\.at) == [0, 500, 3000, 6000].map { .milliseconds($0) })
        #expect(hub.published.map(\.qos) == [1, 1, 0, 1])
        #expect(hub.published.allSatisfy { !$0.retain })
        #expect(
            hub.published.first?.payload
                == #"{"at":"2026-11-22T15:45:37.000Z","command":"begin","scenario":"toast","speed":10,"until":"2026-11-22T15:46:43.000Z"}"#
        )
        #expect(hub.published.last?.payload == #"{"command":"end"}"#)
        #expect(hub.filters == ["smokehub/demo/block/+/alert", "smokehub/demo/block/+/incident"])
        #expect(hub.isClosed)
    }

    @Test func `stamps its messages with its own time, which runs faster`() async throws {
        let hub = SimulatedHub(time)
        _ = try await play(try scenario("{at: 30s, device: a-1-A-smoke, say: alarm}"), on: hub)
        #expect(hub.published[1].payload.contains(#""ts":"2026-11-22T15:46:07.000Z""#))
    }

    @Test func `judges the alerts that come of it`() async throws {
        let hub = SimulatedHub(time) { message in
            guard message.topic.hasSuffix("/event") else { return [] }
            let drill = Self.drill(in: message.topic)
            return [
                Self.alert("investigate", drill: drill, after: .microseconds(2300)),
                Self.alert(
                    "investigate", drill: drill, at: SimulatedTime.start.milliseconds + 30_000,
                    after: .milliseconds(3004)),
            ]
        }
        let verdict = try await play(
            try scenario(
                "{at: 0s, device: a-1-A-smoke, say: alarm}",
                "{after: 0s, block: a, stage: investigate}, {after: 30s, block: a, stage: investigate}",
                never: "{stage: confirmed}"),
            on: hub)
        #expect(verdict.isPassed)
        #expect(verdict.latency?.median == .microseconds(2300))
        #expect(verdict.lateness?.median == .milliseconds(4))
        #expect(verdict.record.seen.first?.places == [Place(block: "a", floor: "1", flat: "A")])
    }

    @Test func `fails if an alert does not come`() async throws {
        let toast = try scenario(
            "{at: 0s, device: a-1-A-smoke, say: alarm}", "{after: 0s, block: a, stage: investigate}")
        #expect(try await play(toast, on: SimulatedHub(time)).isPassed == false)
    }

    @Test func `ignores other drills, retained states and what is not readable`() async throws {
        let hub = SimulatedHub(time) { message in
            guard message.topic.hasSuffix("/event") else { return [] }
            var retained = Self.alert("closed", drill: nil, after: .milliseconds(2))
            retained.retained = true
            let garbage = SimulatedHub.Answer(
                after: .milliseconds(3), topic: "smokehub/demo/block/a/alert", payload: "{")
            return [Self.alert("confirmed", drill: "another", after: .milliseconds(1)), retained, garbage]
        }
        let toast = try scenario("{at: 0s, device: a-1-A-smoke, say: alarm}", never: "{stage: confirmed}")
        let verdict = try await play(toast, on: hub)
        #expect(verdict.isPassed)
        #expect(verdict.record.seen.isEmpty)
        #expect(verdict.record.unreadable.map(\.topic) == ["smokehub/demo/block/a/alert"])
    }

    @Test func `with real alarms is refused unless that is allowed`() async throws {
        let hub = SimulatedHub(time)
        let toast = try scenario("{at: 1s, device: a-1-A-smoke, say: alarm, real: true}")
        await #expect(throws: DrillError.realAlarms(scenario: "toast")) { try await play(toast, on: hub) }
        #expect(hub.published.isEmpty)
    }

    @Test func `publishes real alarms where the device itself does, in real time`() async throws {
        let hub = SimulatedHub(time)
        let toast = try scenario("{at: 10s, device: a-1-A-smoke, say: alarm, real: true}")
        _ = try await play(toast, on: hub, allowsRealAlarms: true)
        #expect(hub.published[1].topic == "estate/demo/block/a/floor/1/flat/A/device/a-1-A-smoke/event")
        #expect(hub.published[1].payload.contains(#""ts":"2026-11-22T15:45:38.000Z""#))
    }

    @Test func `takes what it left on the broker away again`() async throws {
        let hub = SimulatedHub(time)
        let verdict = try await play(
            try scenario("{at: 1s, device: a-1-A-smoke, say: alarm, retained: true}"), on: hub)
        let topic = "drill/\(verdict.record.id)/estate/demo/block/a/floor/1/flat/A/device/a-1-A-smoke/event"
        let about = hub.published.filter { $0.topic == topic }
        #expect(about.map(\.retain) == [true, true])
        #expect(about.last?.payload == "")
    }

    @Test func `is ended also when the broker fails`() async throws {
        let hub = SimulatedHub(time) { message in
            if message.topic.hasSuffix("/event") { throw SimulatedHub.Refused() }
            return []
        }
        let toast = try scenario("{at: 1s, device: a-1-A-smoke, say: alarm}")
        await #expect(throws: SimulatedHub.Refused.self) { try await play(toast, on: hub) }
        #expect(hub.published.last?.payload == #"{"command":"end"}"#)
        #expect(hub.isClosed)
    }

    @Test func `is ended also when it is broken off`() async throws {
        let hub = SimulatedHub(time) { message in
            // This runs in the task that plays.
            if message.topic.hasSuffix("/event") { withUnsafeCurrentTask { $0?.cancel() } }
            return []
        }
        let toast = try scenario("{at: 1s, device: a-1-A-smoke, say: alarm}")
        let task = Task { try await play(toast, on: hub) }
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(hub.published.last?.payload == #"{"command":"end"}"#)
        #expect(hub.isClosed)
    }
}
