public import Registry

/// What is told beside people and is nobody's contact: a receiver of CAP messages, a player of spoken texts, a display.
public struct Station: Hashable, Sendable {
    /// The channel by which it is told.
    public var channel: String
    /// By which its channel knows it.
    public var name: String
    /// For the people of which place it speaks, as a siren sounds; `nil` if it gets every alert.
    public var place: Place?
    /// It is told of exercises, too.
    public var hearsDrills: Bool
    /// It is told of an incident's end though another one goes on, for it shows which.
    public var seesEveryEnd: Bool

    public init(
        channel: String, name: String, place: Place? = nil, hearsDrills: Bool = true, seesEveryEnd: Bool = false
    ) {
        self.channel = channel
        self.name = name
        self.place = place
        self.hearsDrills = hearsDrills
        self.seesEveryEnd = seesEveryEnd
    }

    /// What it is called as the target of a delivery, and as its contact: `cap/city`.
    var target: String { "\(channel)/\(name)" }

    var contact: Contact {
        var contact = Contact(resident: "", position: 0, channel: channel, address: name)
        contact.id = target
        return contact
    }
}
