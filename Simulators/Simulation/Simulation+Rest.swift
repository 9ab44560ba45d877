import Hub
import Notify
import Registry
import Rules
import Store

// How a run ends: everything is mended, all has to come to rest, and what was decided has to be decided again.
extension Simulation {
    /// Long enough for every clear timeout, clearing, closing and last attempt of a delivery.
    private static let restLength = Duration.seconds(3 * 3600)

    func comeToRest() throws {
        mend()
        try play(until: now + Self.restLength)
        guard let hub, let notifier else { return try fail(.durable, "the hub does not come up again") }
        if let open = hub.engine.openIncidents.first {
            return try fail(.bounded, "\(open.id) is still \(open.stage.rawValue) after everything has been quiet")
        }
        guard notifier.dispatcher.outbox.count == 0 else {
            return try fail(.bounded, "\(notifier.dispatcher.outbox.count) deliveries are still open")
        }
        guard hub.debt == 0, broker.isIdle else { return try fail(.durable, "something still waits to be written") }
        if let suppression = watch.suppressions(hub.engine).first {
            return try fail(.suppression, "\(suppression.name) lasts, after everything has been quiet")
        }
        try checkAnnounced()
        try checkReplay()
    }

    /// 8: the log holds each beginning and each end that was announced, once.
    private func checkAnnounced() throws {
        guard let disk else { return }
        var lines: [String: Int] = [:]
        var last: Int64 = 0
        while true {
            let page = try disk.hub.records(after: last, limit: 1000)
            guard let end = page.last?.sequence else { break }
            for line in page.compactMap({ Announcement($0.record)?.line }) { lines[line, default: 0] += 1 }
            last = end
        }
        let announced = watch.belief.controls.announced
        for line in Set(lines.keys).union(announced.keys).sorted() where lines[line] != announced[line] {
            try fail(
                .suppression, "the log says \(lines[line] ?? 0) times, and was to say \(announced[line] ?? 0): \(line)")
        }
    }

    private func mend() {
        agenda.plan(.disk(.sound), at: now)
        agenda.plan(.channels(.healthy), at: now)
        agenda.plan(.brokerLink(up: true), at: now + .seconds(1))
        for block in setting.registry.estate.blocks { agenda.plan(.gateway(block: block.id, up: true), at: now) }
        for index in devices.indices {
            devices[index].isStuck = false
            devices[index].losesClears = false
            if devices[index].alarms || devices[index].senses {
                agenda.plan(.hazard(device: index, begins: false), at: now + .seconds(2))
            }
        }
        for minute in 1...180 { agenda.plan(.wake, at: now + .seconds(minute * 60)) }
    }

    /// 6: the hub's own replay of its journal, byte for byte.
    private func checkReplay() throws {
        guard let disk else { return }
        var configuration = setting.configuration
        configuration.registry = setting.registry
        var replay = try Replay(configuration)
        var again: [Decision] = []
        var last: Int64 = 0
        while true {
            let page = try disk.hub.journal(after: last, limit: 1000)
            guard let end = page.last?.sequence else { break }
            for (_, entry) in page { again += replay.play(.entry(entry)).decisions }
            last = end
        }
        for (number, decision) in decisions.enumerated() {
            let line = try DecisionLine(decision).json()
            let other = again.count > number ? try DecisionLine(again[number]).json() : "nothing"
            if line != other { return try fail(.replay, "decision \(number) was \(line), and is now \(other)") }
        }
        if again.count > decisions.count {
            try fail(.replay, "decided \(again.count - decisions.count) more: \(again[decisions.count])")
        }
    }

    func fail(_ invariant: Invariant, _ what: String) throws {
        throw Violation(seed: seed, step: step, at: now, invariant: invariant, what: what, trace: trace.lines)
    }
}
