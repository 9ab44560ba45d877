import Notify
import Registry
import Rules
import Store
import Testing

@Suite struct `A roll-call` {
    private let fire = Harbour.alert("a-fire-1/1", .confirmed, [.block], at: "a/4/A")

    private func delivery(_ person: String, _ state: Delivery.State, contact: Int = 1) -> Delivery {
        var delivery = Delivery(
            alert: fire.id, incident: fire.incident, target: person, contact: "\(person)/\(contact)", channel: "push",
            rank: 0, sequence: 1, createdAt: Harbour.noon)
        delivery.state = state
        if state == .accepted || state == .failed { delivery.acceptedAt = Harbour.noon + .seconds(1) }
        return delivery
    }

    private func roll(_ answers: [GivenAnswer] = []) -> RollCall {
        var bedridden = Harbour.person("bedridden", "a/3/A", "push:x")
        bedridden.needs = "bedridden"
        let people = [
            Harbour.person("safe", "a/9/A", "push:x"), Harbour.person("silent", "a/5/A", "push:x"),
            Harbour.person("unreached", "a/1/A", "push:x"), Harbour.person("later", "a/7/A", "push:x"),
            Harbour.person("mute", "a/6/A", ""), Harbour.person("undelivered", "a/2/A", "push:x"), bedridden,
            Harbour.person("helpless", "a/2/B", "push:x"), Harbour.person("guard", "", "push:x", role: .guardian),
            Harbour.person("owner", "a/4/A", "push:x", role: .owner), Harbour.person("away", "b/1/A", "push:x"),
        ]
        return RollCall(
            of: fire.incident, alerts: [fire],
            deliveries: [
                delivery("safe", .accepted), delivery("silent", .accepted), delivery("unreached", .refused),
                delivery("undelivered", .failed), delivery("bedridden", .accepted), delivery("helpless", .accepted),
                delivery("guard", .accepted), delivery("owner", .accepted),
            ], answers: answers, directory: Directory(estate: Harbour.estate, residents: people, devices: []),
            at: Harbour.noon + .seconds(60))
    }

    private func answer(_ answer: Answer, _ person: String) -> GivenAnswer {
        GivenAnswer(answer, from: person, to: fire.incident, at: Harbour.noon + .seconds(30), over: "sms")
    }

    @Test func `has everybody who lives there, the most urgent first and the highest floor before the lower`() {
        let roll = roll([answer(.safe, "safe"), answer(.needHelp, "helpless")])
        #expect(
            roll.people.map { "\($0.resident) \($0.state.rawValue)" } == [
                "helpless need-help", "bedridden no-answer", "mute not-reached", "undelivered not-reached",
                "unreached not-reached", "later not-told", "silent no-answer", "safe safe",
            ])
        #expect(roll.reached == 4)
        #expect(roll.count(.notReached) == 3)
    }

    @Test func `goes by the last answer`() {
        let roll = roll([answer(.safe, "bedridden"), answer(.needHelp, "bedridden")])
        #expect(roll.people.first?.resident == "bedridden" && roll.people.first?.state == .needHelp)
    }
}
