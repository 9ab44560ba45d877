public import Registry
public import Rules

/// What happens while nobody answers.
///
/// **Contacts.** A person who has been reached over one contact and has not answered is tried over their next, until
/// there is none. **People.** While nobody who looks after the estate has answered an incident, further people are told
/// of it, step by step. An answer ends both at once.
public struct Escalation: Hashable, Sendable {
    /// From when one contact has taken a message until the next is tried as well. `nil`: only if it fails.
    ///
    /// Too short, and everybody gets everything twice; too long, and whoever sleeps beside a silent phone sleeps on.
    public var nextContact: Duration? = .seconds(45)
    /// In their order; each counts from when the incident was told of at its present stage.
    public var people = [Step(.wardens, after: .seconds(60)), Step(.office, after: .seconds(120))]

    public struct Step: Hashable, Sendable {
        public var audience: Audience
        public var after: Duration

        public init(_ audience: Audience, after: Duration) {
            self.audience = audience
            self.after = after
        }
    }

    /// Who can be a step: those who answer for others.
    public static let audiences: [Audience] = [.guards, .wardens, .office, .owners, .nextOfKin]

    public init() {}
}

extension Alert {
    /// Whether those who are told are asked to answer: there is danger, and it is not over.
    package var asks: Bool {
        guard announcement == nil, let stage, sounders != .stop else { return false }
        return !stage.isOver
    }

    /// Whether whoever does not answer is tried over their next contact, too. While something is only investigated,
    /// nobody is called out of bed twice.
    var climbs: Bool { asks && (stage == .confirmed || stage == .spreading) && hazard != .water }
}
