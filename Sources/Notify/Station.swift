public import Registry

/// What is told beside people and is nobody's contact: a receiver of CAP messages, a player of spoken texts.
public struct Station: Hashable, Sendable {
    /// The channel by which it is told.
    public var channel: String
    /// By which its channel knows it.
    public var name: String
    /// For the people of which place it speaks, as a siren sounds; `nil` if it gets every alert.
    public var place: Place?
    /// It is told of exercises, too.
    public var hearsDrills: Bool

    public init(channel: String, name: String, place: Place? = nil, hearsDrills: Bool = true) {
        self.channel = channel
        self.name = name
        self.place = place
        self.hearsDrills = hearsDrills
    }

    /// What it is called as the target of a delivery, and as its contact: `cap/city`.
    var target: String { "\(channel)/\(name)" }

    var contact: Contact {
        var contact = Contact(resident: "", position: 0, channel: channel, address: name)
        contact.id = target
        return contact
    }
}
