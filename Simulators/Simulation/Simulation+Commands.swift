import Registry
import Rules

// What people press at the controls.
extension Simulation {
    func takeCommands(_ hub: inout VirtualHub) throws {
        guard !inbox.isEmpty, hub.listening.backlogUntil == nil else { return }
        let presses = inbox
        inbox = []
        for press in presses {
            guard let command = command(press, hub) else { continue }
            trace.note(now) { "guard: \(Self.words(command))" }
            let answer = hub.take(command, at: now)
            try watch.pressed(command, answer, hub, at: now)
            report(hub.step)
        }
    }

    private func command(_ press: Event.Press, _ hub: VirtualHub) -> OperatorCommand? {
        let until = press.length.map { now + $0 }
        guard press.verb.isOfScope else {
            let open = hub.engine.openIncidents
            guard !open.isEmpty else { return nil }
            return OperatorCommand(
                press.verb, incident: press.incident ?? open[press.rank % open.count].id, by: "guard", until: until,
                force: press.verb == .reset && press.isForced ? true : nil)
        }
        var scope = press.scope
        if scope == nil {
            let standing = hub.engine.disablements.filter { $0.isTest == (press.verb == .endTest) }
            guard !standing.isEmpty else { return nil }
            scope = standing[press.rank % standing.count].scope
        }
        return OperatorCommand(press.verb, by: "guard", until: until, scope: scope, second: press.second)
    }

    private static func words(_ command: OperatorCommand) -> String {
        let what = command.scope.map { "\($0)" } ?? command.incident
        let until = command.until.map { " until \($0)" } ?? ""
        let second = command.second.map { " with \($0)" } ?? ""
        return "\(command.verb.rawValue) \(what)\(until)\(second)\(command.force == true ? " by force" : "")"
    }
}
