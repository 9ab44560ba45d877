import Notify
import Registry
import Rules

extension HubSettings {
    /// `escalation`: what happens while nobody answers; see ``Escalation``.
    mutating func readEscalation(_ section: SettingsSection, _ mistakes: inout Mistakes) {
        section.checkKeys(["next-contact", "people"], &mistakes)
        section.read("next-contact", into: &escalation.nextContact, &mistakes) { (node) throws(ConfigError) in
            if case .scalar("none") = node.content { return nil }
            return try node.duration(in: .seconds(5) ... .seconds(3600))
        }
        guard let node = section["people"] else { return }
        let steps = mistakes.reading { () throws(ConfigError) in try Self.steps(node) } ?? []
        escalation.people = steps.map(\.step)
        for (step, node) in steps {
            emptySteps.mistakes[step.audience] = node.mistake(
                "nobody in residents.csv who is meant by '\(step.audience.rawValue)' has a contact that works",
                mend: "give one of them a contact, or remove the step")
        }
    }

    private static func steps(_ node: YAMLNode) throws(ConfigError) -> [(step: Escalation.Step, node: YAMLNode)] {
        var steps: [(step: Escalation.Step, node: YAMLNode)] = []
        for node in try node.list() {
            let mapping = try node.mapping()
            guard mapping.entries.count == 2, let who = mapping["tell"], let after = mapping["after"] else {
                throw node.mistake(
                    "a step says whom it tells, and after how long", mend: "write {tell: wardens, after: 60s}")
            }
            let name = try who.text()
            guard let audience = Escalation.audiences.first(where: { $0.rawValue == name }) else {
                throw who.mistake(
                    "'\(name)' is nobody who answers for others",
                    mend: Spelling.mend(name, known: Escalation.audiences.map(\.rawValue)))
            }
            let pause = try after.duration(in: .seconds(1) ... .seconds(3600))
            guard pause >= steps.last?.step.after ?? .zero else {
                throw after.mistake("it comes before the step above it", mend: "put the steps in their order")
            }
            steps.append((Escalation.Step(audience, after: pause), who))
        }
        return steps
    }

    /// The steps of the ladder of people at which nobody would be reached.
    func unanswerable(in registry: EstateRegistry) -> [ConfigError] {
        let people = channels.reachable(registry)
        return escalation.people.compactMap { step in
            let isReached = people.contains { $0.role == step.audience.role && !$0.contacts.isEmpty }
            return isReached ? nil : emptySteps.mistakes[step.audience]
        }
    }
}

extension HubSettings {
    /// What to say of a step that would reach nobody, by where it stands: no setting, and so not shown as one.
    struct EmptySteps: Sendable, CustomReflectable {
        var mistakes: [Audience: ConfigError] = [:]
        var customMirror: Mirror { Mirror(self, children: []) }
    }
}

extension Audience {
    /// Whose audience it is, of those who answer for others.
    var role: Resident.Role? {
        switch self {
        case .guards: .guardian
        case .wardens: .warden
        case .office: .office
        case .maintenance: .maintenance
        case .owners: .owner
        case .nextOfKin: .nextOfKin
        default: nil
        }
    }
}
