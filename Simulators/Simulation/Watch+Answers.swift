import Registry
import Rules

// What operators are answered: what the rules of the house allow is done, and what they do not is refused.
extension Watch {
    private static let aloneMax = Duration.seconds(4 * 3600)
    private static let disableMax = Duration.seconds(31 * 86_400)
    private static let silenceMax = Duration.seconds(3600)
    /// They answer to people, who are never disabled.
    private static let peoplesRules: Set<String> = [
        "first-detector", "new-flat", "rekindled", "call-point", "person", "help-call", "help-new-flat",
        "help-rekindled",
    ]

    func checkAnswer(_ answer: OperatorAnswer, to command: OperatorCommand, _ hub: VirtualHub, at moment: Instant)
        throws
    {
        guard let isOwed = allows(command, at: moment), isOwed != (answer == .done) else { return }
        throw Broken(
            invariant: command.verb == .reset ? .cause : .suppression,
            what: "\(command.verb.rawValue) \(command.scope.map { "\($0)" } ?? command.incident) until "
                + "\(command.until.map { "\($0)" } ?? "ever"), and the answer is \(answer)")
    }

    /// - Returns: whether it may be had; `nil` if that cannot be known here.
    private func allows(_ command: OperatorCommand, at moment: Instant) -> Bool? {
        switch command.verb {
        case .disable, .test: return mayBegin(command, at: moment)
        case .enable, .endTest:
            return command.scope.flatMap { belief.controls.standing($0, isTest: command.verb == .endTest) }
                .map { $0.until > moment } ?? false
        case .silence:
            guard let until = command.until, until > moment, until - moment <= Self.silenceMax else { return false }
            return belief.course(command.incident).map { $0.stage != .clearing }
        case .resound: return (belief.controls.silence(of: command.incident)?.until).map { $0 > moment } ?? false
        case .reset: return mayReset(command, at: moment)
        case .acknowledge, .confirm, .cause, .needHelp, .falseAlarm, .unclear: return nil
        }
    }

    private func mayBegin(_ command: OperatorCommand, at moment: Instant) -> Bool {
        guard let scope = command.scope, let until = command.until, until > moment else { return false }
        let isTest = command.verb == .test
        if case .rule(let name) = scope {
            guard !isTest, hazard(ofRule: name) != nil, !Self.peoplesRules.contains(name) else { return false }
        } else {
            let all = Controls.Standing(scope: scope, isTest: isTest, since: moment, until: until)
            let detectors = registry.devices.filter { Signal.Kind(detectedBy: $0.kind) != nil }
            guard detectors.contains(where: all.covers) else { return false }
        }
        let standing = belief.controls.standing(scope, isTest: isTest).flatMap { $0.until > moment ? $0 : nil }
        let length = until - (standing?.since ?? moment)
        guard length <= Self.disableMax else { return false }
        guard let second = command.second else { return length <= Self.aloneMax }
        return second.lowercased().filter { $0 != " " } != command.by
    }

    /// Not while a detector alarms, unless by force; a call point sends no clear, and is none of them.
    private func mayReset(_ command: OperatorCommand, at moment: Instant) -> Bool? {
        guard let course = belief.course(command.incident) else { return nil }
        if command.force == true { return true }
        let detectors = course.members.filter { $0.kind != .button && $0.kind != .help }
        if detectors.contains(where: { $0.alarms && $0.heardAt + clearTimeout > moment }) { return false }
        let isAlarming = registry.devices.indices.contains { index in
            registry.devices[index].place.block == course.block.id && !belief.devices[index].alarming.isEmpty
        }
        return isAlarming ? nil : true
    }
}
